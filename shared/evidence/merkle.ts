import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 9162 section 2.1: leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right),
 * n leaves split at the largest power of two below n, nothing padded. Pure: proofs are computed from stored
 * subtree hashes that the caller reads, O(log n) of them in one request, so the log's length does not matter.
 */

/** Names a complete subtree: `level` 0 is leaf hashes, level n covers the 2^n leaves from index × 2^n on. */
export interface NodeRef {
  readonly level: number;
  readonly index: number;
}
export interface TreeNode extends NodeRef {
  readonly hash: Uint8Array;
}
/** Answers the hashes of complete subtrees, in the order asked. */
export type ReadNodes = (wanted: readonly NodeRef[]) => Promise<readonly Uint8Array[]>;

/** A log's right edge: its size, and the hashes of the complete subtrees it is made of, the largest first. */
export interface Frontier {
  readonly size: number;
  readonly peaks: readonly Uint8Array[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const hashLength = 32;
const sha256 = (data: Uint8Array | string): Uint8Array => hash('sha256', data, 'buffer');

export const emptyRoot = (): Uint8Array => sha256('');
export const emptyFrontier: Frontier = Object.freeze({ size: 0, peaks: [] });

export function leafHash(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes.set(data, 1);
  return sha256(bytes);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha256(bytes);
}

/** The tree with one leaf more, and the subtrees that leaf completed: itself first, then upwards. */
export function appendLeaf(frontier: Frontier, leaf: Uint8Array): { frontier: Frontier; nodes: TreeNode[] } {
  const peaks = [...frontier.peaks];
  let node: TreeNode = { level: 0, index: frontier.size, hash: leaf };
  const nodes = [node];
  while (node.index % 2 === 1) {
    const left = peaks.pop();
    if (left === undefined) throw new RangeError('a frontier has one peak for every set bit of its size');
    node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(left, node.hash) };
    nodes.push(node);
  }
  return { frontier: { size: frontier.size + 1, peaks: [...peaks, node.hash] }, nodes };
}

/** The root over everything appended so far. */
export const rootOfFrontier = (frontier: Frontier): Uint8Array => foldPeaks(frontier.peaks);

/** The root over these leaf hashes. */
export function rootOfLeaves(leaves: Iterable<Uint8Array>): Uint8Array {
  let frontier = emptyFrontier;
  for (const leaf of leaves) frontier = appendLeaf(frontier, leaf).frontier;
  return rootOfFrontier(frontier);
}

/** Which subtrees' hashes make the frontier of a log of `size` leaves, the largest first. */
export const frontierNodes = (size: number): NodeRef[] => completeSubtrees({ from: 0, to: size });

/** The root the log had at `size`. */
export async function rootAt(size: number, read: ReadNodes): Promise<Uint8Array> {
  return foldPeaks(await readAll(frontierNodes(size), read));
}

/**
 * Proof that leaf `index` is in the tree of the first `size` leaves: sibling hashes, the lowest first.
 * @throws RangeError unless 0 ≤ index < size.
 */
export async function inclusionProof(index: number, size: number, read: ReadNodes): Promise<Uint8Array[]> {
  demandCount(index);
  demandCount(size);
  if (index >= size) throw new RangeError('no such leaf in a tree of this size');
  return readRanges(inclusionRanges(index, { from: 0, to: size }), read);
}

/**
 * Proof that the first `from` leaves of the tree of `to` leaves are the tree of `from` leaves.
 * @throws RangeError unless 0 ≤ from ≤ to.
 */
export async function consistencyProof(from: number, to: number, read: ReadNodes): Promise<Uint8Array[]> {
  demandCount(from);
  demandCount(to);
  if (from > to) throw new RangeError('a log does not shrink');
  if (from === 0) return [];
  return readRanges(consistencyRanges(from, { from: 0, to }, true), read);
}

/** Whether `proof` shows the leaf at `index` under `root` (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(claim: {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { leaf, index, size, proof, root } = claim;
  if (!isCount(index) || !isCount(size) || index >= size || !areHashes([leaf, root, ...proof])) return false;
  let at = index;
  let last = size - 1;
  let computed = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      computed = nodeHash(sibling, computed);
      for (; at % 2 === 0 && at !== 0; last = half(last)) at = half(at);
    } else computed = nodeHash(computed, sibling);
    at = half(at);
    last = half(last);
  }
  return last === 0 && sameHash(computed, root);
}

/** Whether `proof` shows that the log of `to` leaves continues the one of `from` (RFC 9162 section 2.1.4.2). */
export function verifyConsistency(claim: {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { from, to, fromRoot, toRoot, proof } = claim;
  if (!isCount(from) || !isCount(to) || from > to || !areHashes([fromRoot, toRoot, ...proof])) return false;
  if (from === to) return proof.length === 0 && sameHash(fromRoot, toRoot);
  if (from === 0) return proof.length === 0 && sameHash(fromRoot, emptyRoot());
  const [first, ...rest] = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof;
  if (first === undefined) return false;
  let at = from - 1;
  let last = to - 1;
  for (; at % 2 === 1; last = half(last)) at = half(at);
  let older = first;
  let newer = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
      for (; at % 2 === 0 && at !== 0; last = half(last)) at = half(at);
    } else newer = nodeHash(newer, sibling);
    at = half(at);
    last = half(last);
  }
  return last === 0 && sameHash(older, fromRoot) && sameHash(newer, toRoot);
}

function inclusionRanges(index: number, tree: Range): Range[] {
  if (tree.to - tree.from === 1) return [];
  const middle = tree.from + splitAt(tree.to - tree.from);
  const left = { from: tree.from, to: middle };
  const right = { from: middle, to: tree.to };
  return index < middle ? [...inclusionRanges(index, left), right] : [...inclusionRanges(index, right), left];
}

/** RFC 9162's SUBPROOF; `whole` while the subtree's own hash is the older root, which the verifier has. */
function consistencyRanges(size: number, tree: Range, whole: boolean): Range[] {
  const width = tree.to - tree.from;
  if (size === width) return whole ? [] : [tree];
  const middle = tree.from + splitAt(width);
  const left = { from: tree.from, to: middle };
  const right = { from: middle, to: tree.to };
  return size <= middle - tree.from
    ? [...consistencyRanges(size, left, whole), right]
    : [...consistencyRanges(size - (middle - tree.from), right, false), left];
}

/** The complete subtrees a range of the tree is made of, from left to right (and so from large to small). */
function completeSubtrees(range: Range): NodeRef[] {
  const nodes: NodeRef[] = [];
  for (let at = range.from; at < range.to;) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= range.to) {
      level += 1;
      width *= 2;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** One hash per range, all subtrees read in one request. */
async function readRanges(ranges: readonly Range[], read: ReadNodes): Promise<Uint8Array[]> {
  const wanted = ranges.map(completeSubtrees);
  const hashes = await readAll(wanted.flat(), read);
  let used = 0;
  return wanted.map(nodes => foldPeaks(hashes.slice(used, (used += nodes.length))));
}

async function readAll(wanted: readonly NodeRef[], read: ReadNodes): Promise<readonly Uint8Array[]> {
  if (wanted.length === 0) return [];
  const hashes = await read(wanted);
  if (hashes.length !== wanted.length) throw new RangeError('a subtree hash was asked for and not given');
  return hashes;
}

function foldPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  const last = peaks.at(-1);
  if (last === undefined) return emptyRoot();
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** The largest power of two below n, for n ≥ 2. */
function splitAt(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// Arithmetic instead of bit operators: those cut numbers to 32 bits, and a log may be longer.
const half = (n: number): number => Math.floor(n / 2);
const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const isPowerOfTwo = (n: number): boolean => n === 1 || (n % 2 === 0 && isPowerOfTwo(n / 2));
const areHashes = (all: readonly Uint8Array[]): boolean => all.every(one => one.length === hashLength);
const sameHash = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function demandCount(n: number): void {
  if (!isCount(n)) throw new RangeError('a position in a log is a whole number from 0 on');
}
