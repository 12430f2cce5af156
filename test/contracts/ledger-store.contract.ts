import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
  type NodeRef,
} from '../../shared/evidence/merkle.ts';
import type { LedgerHead } from '../../shared/model/ledger.ts';
import type { LedgerStore } from '../../shared/ports/ledger-store.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { contractOf, mustReject, type CaseBody, type Contract } from './contract.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const headOf = (entries: readonly Uint8Array[]): LedgerHead => ({
  size: entries.length,
  root: hex(rootOfLeaves(entries.map(leafHash))),
});
const read = async (ledger: LedgerStore, from: number, limit: number): Promise<readonly string[]> =>
  (await ledger.read(ours, from, limit)).map(hex);

/** Appends entries in batches of random sizes; answers all of them, and every head on the way. */
async function grow(
  ledger: LedgerStore,
  seed: number,
  total: number,
): Promise<{ entries: Uint8Array[]; heads: LedgerHead[] }> {
  const dice = seededNumbers(seed, 'ledger');
  const entries: Uint8Array[] = [];
  const heads: LedgerHead[] = [];
  while (entries.length < total) {
    const batch = Array.from({ length: 1 + Math.floor(dice() * 4) }, () =>
      Uint8Array.from({ length: Math.floor(dice() * 40) }, () => Math.floor(dice() * 256)),
    );
    const { index, head } = await ledger.append(ours, batch);
    equal(index, entries.length);
    entries.push(...batch);
    heads.push(head);
  }
  return { entries, heads };
}

/** What every LedgerStore promises. The seed decides the entries. */
export const ledgerStoreContract = (seed: number): Contract<LedgerStore> =>
  contractOf<LedgerStore>({ ...appending(seed), ...proving(seed) });

const appending = (seed: number): Readonly<Record<string, CaseBody<LedgerStore>>> => ({
  'begins as the empty tree': async ledger => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    deepEqual(await ledger.head(ours), { size: 0, root: empty });
    deepEqual(await ledger.read(ours, 0, 10), []);
    deepEqual(await ledger.append(ours, []), { index: 0, head: { size: 0, root: empty } });
  },
  'answers the index of the first entry and the head that holds them all': async ledger => {
    const { entries, heads } = await grow(ledger, seed, 20);
    for (const head of heads) deepEqual(head, headOf(entries.slice(0, head.size)));
    deepEqual(await ledger.head(ours), headOf(entries));
    deepEqual(await ledger.append(ours, []), { index: entries.length, head: headOf(entries) });
  },
  'reads every entry back byte for byte, from anywhere': async ledger => {
    const { entries } = await grow(ledger, seed, 20);
    for (const [from, limit] of [[0, 100], [0, 1], [7, 5], [19, 9], [entries.length, 5], [99, 5], [3, 0]] as const) {
      deepEqual(await read(ledger, from, limit), entries.slice(from, from + limit).map(hex));
    } // prettier-ignore
  },
  'has the entries for every other handle when append resolves': async (ledger, { open }) => {
    const other = await open();
    const { entries } = await grow(ledger, seed, 3);
    deepEqual(await other.head(ours), headOf(entries));
    deepEqual(await read(other, 0, 100), entries.map(hex));
    equal((await other.append(ours, [Buffer.from('more')])).index, entries.length);
  },
  'makes one log of what handles append at the same time': async (ledger, { open }) => {
    const handles = [ledger, await open(), await open()];
    const batches = Array.from({ length: 15 }, (_, i) => [
      Buffer.from(`${i} first`),
      Buffer.from(`${i} second`),
    ]);
    const answers = await Promise.all(batches.map((batch, i) => handles[i % 3]?.append(ours, batch)));
    const log = await read(ledger, 0, 100);
    equal(log.length, 30);
    for (const [i, answer] of answers.entries()) {
      const index = answer?.index ?? -1;
      deepEqual(log.slice(index, index + 2), (batches[i] ?? []).map(hex));
    }
    deepEqual(await ledger.head(ours), headOf(log.map(entry => Buffer.from(entry, 'hex'))));
  },
  'never reads a damaged entry as if it were whole': async (ledger, { damage }) => {
    await ledger.append(ours, [Buffer.from('one'), Buffer.from('two')]);
    await damage();
    await mustReject(ledger.read(ours, 0, 10), 'ledger.corrupt');
    await mustReject(ledger.read(ours, 1, 1), 'ledger.corrupt');
  },
  'keeps tenants apart': async ledger => {
    await ledger.append(ours, [Buffer.from('ours')]);
    equal((await ledger.head(theirs)).size, 0);
    deepEqual(await ledger.read(theirs, 0, 10), []);
    deepEqual(await ledger.append(theirs, [Buffer.from('theirs')]), {
      index: 0,
      head: headOf([Buffer.from('theirs')]),
    });
    deepEqual(await ledger.head(ours), headOf([Buffer.from('ours')]));
  },
});

const proving = (seed: number): Readonly<Record<string, CaseBody<LedgerStore>>> => ({
  'gives the hash of every complete subtree': async ledger => {
    const { entries } = await grow(ledger, seed, 13);
    const wanted: NodeRef[] = [];
    for (let level = 0; 2 ** level <= entries.length; level += 1) {
      for (let index = 0; (index + 1) * 2 ** level <= entries.length; index += 1)
        wanted.push({ level, index });
    }
    const expected = wanted.map(({ level, index }) =>
      hex(rootOfLeaves(entries.slice(index * 2 ** level, (index + 1) * 2 ** level).map(leafHash))),
    );
    deepEqual((await ledger.nodes(ours, wanted)).map(hex), expected);
    deepEqual((await ledger.nodes(ours, [...wanted].reverse())).map(hex), expected.reverse());
  },
  'proves every entry, and every earlier head, from its nodes': async ledger => {
    const { entries, heads } = await grow(ledger, seed, 13);
    const size = entries.length;
    const root = Buffer.from((await ledger.head(ours)).root, 'hex');
    const nodes = (wanted: readonly NodeRef[]) => ledger.nodes(ours, wanted);
    for (const [index, entry] of entries.entries()) {
      const proof = await inclusionProof(index, size, nodes);
      ok(verifyInclusion({ leaf: leafHash(entry), index, size, proof, root }));
    }
    for (const head of heads) {
      const proof = await consistencyProof(head.size, size, nodes);
      const fromRoot = Buffer.from(head.root, 'hex');
      ok(verifyConsistency({ from: head.size, to: size, fromRoot, toRoot: root, proof }));
    }
  },
  'refuses a subtree that is not complete': async ledger => {
    await ledger.append(ours, [Buffer.from('1'), Buffer.from('2'), Buffer.from('3')]);
    for (const node of [{ level: 0, index: 3 }, { level: 1, index: 1 }, { level: 2, index: 0 }]) {
      await rejects(ledger.nodes(ours, [node]));
    } // prettier-ignore
    await rejects(ledger.nodes(theirs, [{ level: 0, index: 0 }]));
  },
});
