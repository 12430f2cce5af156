import { describe, expect, test } from 'vitest';
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  emptyRoot,
  frontierNodes,
  inclusionProof,
  leafHash,
  nodeHash,
  rootAt,
  rootOfFrontier,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
  type NodeRef,
  type ReadNodes,
} from '../../shared/evidence/merkle.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex');

interface Log {
  readonly leaves: readonly Uint8Array[];
  /** Every complete subtree by `level/index`. */
  readonly nodes: ReadonlyMap<string, Uint8Array>;
  /** Root by size. */
  readonly roots: readonly Uint8Array[];
  readonly read: ReadNodes;
}

function logOf(entries: readonly Uint8Array[]): Log {
  const leaves = entries.map(leafHash);
  const nodes = new Map<string, Uint8Array>();
  const roots = [emptyRoot()];
  let frontier = emptyFrontier;
  for (const leaf of leaves) {
    const next = appendLeaf(frontier, leaf);
    for (const node of next.nodes) nodes.set(`${node.level}/${node.index}`, node.hash);
    frontier = next.frontier;
    roots.push(rootOfFrontier(frontier));
  }
  const read = async (wanted: readonly NodeRef[]): Promise<Uint8Array[]> =>
    wanted.map(({ level, index }) => {
      const found = nodes.get(`${level}/${index}`);
      if (found === undefined) throw new Error(`asked for a subtree that is not complete: ${level}/${index}`);
      return found;
    });
  return { leaves, nodes, roots, read };
}

/** RFC 9162 section 2.1.1 word for word: the plain recursion everything else must agree with. */
function slowRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return emptyRoot();
  if (leaves.length === 1) return only;
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(slowRoot(leaves.slice(0, split)), slowRoot(leaves.slice(split)));
}

const flips = (hash: Uint8Array): Uint8Array[] =>
  [0, 77, 255].map(bit => {
    const flipped = Uint8Array.from(hash);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return flipped;
  });
/** The proof with each of its hashes changed, dropped and doubled. */
function spoiled(proof: readonly Uint8Array[]): Uint8Array[][] {
  const changed = proof.flatMap((hash, i) => flips(hash).map(bad => proof.with(i, bad)));
  const dropped = proof.map((_, i) => proof.toSpliced(i, 1));
  const doubled = proof.map((hash, i) => proof.toSpliced(i, 0, hash));
  return [...changed, ...dropped, ...doubled, [...proof, leafHash(bytes('00'))]];
}

describe('the vectors', () => {
  const entries = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const log = logOf(entries.map(bytes));
  const path = [
    '07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    '837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e',
  ];

  test.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('root of %i leaves', (size, root) => {
    expect(hex(log.roots[size] ?? bytes(''))).toBe(root);
    expect(hex(rootOfLeaves(log.leaves.slice(0, size)))).toBe(root);
  });
  test('inclusion of leaf 2 in size 7', async () => {
    expect((await inclusionProof(2, 7, log.read)).map(hex)).toEqual(path);
  });
  test('consistency from 3 to 7', async () => {
    expect((await consistencyProof(3, 7, log.read)).map(hex)).toEqual([
      '0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7',
      ...path,
    ]);
  });
});

test('every single bit of a proof, a leaf and a root counts', async () => {
  const log = logOf(Array.from({ length: 7 }, (_, i) => Buffer.from(`entry ${i}`)));
  const everyFlip = (hash: Uint8Array): Uint8Array[] =>
    Array.from({ length: 256 }, (_, bit) => hash.with(bit >> 3, (hash[bit >> 3] ?? 0) ^ (1 << (bit & 7))));
  const root = log.roots[7] ?? emptyRoot();
  const fromRoot = log.roots[5] ?? emptyRoot();
  for (const [index, leaf] of log.leaves.entries()) {
    const proof = await inclusionProof(index, 7, log.read);
    const holds = (over: { leaf?: Uint8Array; root?: Uint8Array; proof?: Uint8Array[] }): boolean =>
      verifyInclusion({ leaf, index, size: 7, proof, root, ...over });
    expect(holds({})).toBe(true);
    expect(everyFlip(leaf).some(bad => holds({ leaf: bad }))).toBe(false);
    expect(everyFlip(root).some(bad => holds({ root: bad }))).toBe(false);
    for (const [i, hash] of proof.entries()) {
      expect(everyFlip(hash).some(bad => holds({ proof: proof.with(i, bad) }))).toBe(false);
    }
  }
  const proof = await consistencyProof(5, 7, log.read);
  const holds = (over: { fromRoot?: Uint8Array; toRoot?: Uint8Array; proof?: Uint8Array[] }): boolean =>
    verifyConsistency({ from: 5, to: 7, fromRoot, toRoot: root, proof, ...over });
  expect(holds({})).toBe(true);
  expect(everyFlip(fromRoot).some(bad => holds({ fromRoot: bad }))).toBe(false);
  expect(everyFlip(root).some(bad => holds({ toRoot: bad }))).toBe(false);
  for (const [i, hash] of proof.entries()) {
    expect(everyFlip(hash).some(bad => holds({ proof: proof.with(i, bad) }))).toBe(false);
  }
});

describe('every log of up to 70 leaves', () => {
  const most = 70;
  const log = logOf(Array.from({ length: most }, (_, i) => Buffer.from(`entry ${i}`)));
  const root = (size: number): Uint8Array => log.roots[size] ?? bytes('');
  const sizes = Array.from({ length: most + 1 }, (_, size) => size);

  test('has the root of the plain recursion, appended or looked up', async () => {
    for (const size of sizes) {
      expect(hex(root(size))).toBe(hex(slowRoot(log.leaves.slice(0, size))));
      expect(hex(await rootAt(size, log.read))).toBe(hex(root(size)));
      expect(frontierNodes(size)).toHaveLength(size.toString(2).replaceAll('0', '').length);
    }
  });

  test('proves each leaf, and nothing else', async () => {
    for (const size of sizes) {
      for (let index = 0; index < size; index += 1) {
        const leaf = log.leaves[index] ?? bytes('');
        const proof = await inclusionProof(index, size, log.read);
        const claim = { leaf, index, size, proof, root: root(size) };
        expect(verifyInclusion(claim)).toBe(true);
        if (index % 3 !== size % 3) continue;
        for (const bad of spoiled(proof)) expect(verifyInclusion({ ...claim, proof: bad })).toBe(false);
        for (const bad of flips(leaf)) expect(verifyInclusion({ ...claim, leaf: bad })).toBe(false);
        for (const bad of flips(root(size))) expect(verifyInclusion({ ...claim, root: bad })).toBe(false);
        for (const other of [index + 1, index - 1, size, -1, 0.5]) {
          expect(verifyInclusion({ ...claim, index: other })).toBe(false);
        }
        for (const hash of [bytes(''), leaf.subarray(1)]) {
          expect(verifyInclusion({ ...claim, leaf: hash })).toBe(false);
        }
      }
    }
  });

  test('proves each of its earlier states, and nothing else', async () => {
    for (const to of sizes) {
      for (let from = 0; from <= to; from += 1) {
        const proof = await consistencyProof(from, to, log.read);
        const claim = { from, to, fromRoot: root(from), toRoot: root(to), proof };
        expect(verifyConsistency(claim)).toBe(true);
        if (from % 3 !== to % 3) continue;
        for (const bad of spoiled(proof)) expect(verifyConsistency({ ...claim, proof: bad })).toBe(false);
        for (const bad of flips(root(from)))
          expect(verifyConsistency({ ...claim, fromRoot: bad })).toBe(false);
        // From nothing everything follows: there the newer root is not for this proof to tell.
        if (from === 0 && to > 0) continue;
        for (const bad of flips(root(to))) expect(verifyConsistency({ ...claim, toRoot: bad })).toBe(false);
      }
    }
  });

  test('tells a rewritten past from a continued one', async () => {
    const forged = logOf(log.leaves.map((_, i) => Buffer.from(i === 20 ? 'changed' : `entry ${i}`)));
    for (let from = 21; from < most; from += 7) {
      const proof = await consistencyProof(from, most, forged.read);
      const claim = { from, to: most, fromRoot: root(from), toRoot: forged.roots[most] ?? bytes(''), proof };
      expect(verifyConsistency(claim)).toBe(false);
    }
  });
});

test('a proof in a log of a million entries reads some twenty hashes, in one request', async () => {
  let read = 0;
  let requests = 0;
  const any: ReadNodes = async wanted => {
    requests += 1;
    read += wanted.length;
    return wanted.map(({ level, index }) => leafHash(Buffer.from(`${level}/${index}`)));
  };
  expect(await inclusionProof(654_321, 1_000_003, any)).toHaveLength(20);
  expect([read <= 40, requests]).toEqual([true, 1]);
  await consistencyProof(654_321, 1_000_003, any);
  expect([read <= 80, requests]).toEqual([true, 2]);
});

test('sizes beyond 32 bits are counted right', async () => {
  const wanted: NodeRef[] = [];
  const size = 2 ** 33 + 1;
  await inclusionProof(size - 1, size, async nodes => {
    wanted.push(...nodes);
    return nodes.map(() => emptyRoot());
  });
  expect(wanted).toEqual([{ level: 33, index: 0 }]);
});

test('what cannot be proved is refused', async () => {
  const { read } = logOf([bytes('00')]);
  for (const [index, size] of [[1, 1], [-1, 1], [0, 0], [0.5, 1]] as const) {
    await expect(inclusionProof(index, size, read)).rejects.toThrow(RangeError);
  } // prettier-ignore
  for (const [from, to] of [[2, 1], [-1, 1], [0, Number.NaN]] as const) {
    await expect(consistencyProof(from, to, read)).rejects.toThrow(RangeError);
  } // prettier-ignore
  await expect(rootAt(1, async () => [])).rejects.toThrow(RangeError);
  expect(() => appendLeaf({ size: 1, peaks: [] }, emptyRoot())).toThrow(RangeError);
});
