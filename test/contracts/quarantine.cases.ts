import { deepEqual, equal } from 'node:assert/strict';
import { sha256 } from '../../shared/kernel/hash.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { QuarantineEntry } from '../../shared/model/event.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import { contoso, fabrikam, scopeOf, source, stream } from '../support/sample.ts';
import { mustReject, type CaseBody } from './contract.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);

const record = (key: string, index: number, problem = 'id: expected text'): QuarantineEntry => ({
  nth: 0,
  source,
  stream,
  raw: { key, index, sha256: sha256(key) },
  recordHash: sha256(`${key}/${index}`),
  problem,
  at: instant(Date.UTC(2026, 9, 5, 12)),
});

async function allOf(store: EventStore, limit: number): Promise<readonly QuarantineEntry[]> {
  const all: QuarantineEntry[] = [];
  for (let after: string | null = null; ;) {
    const { records, next } = await store.quarantined(ours, after, limit);
    all.push(...records);
    // Bounded: a broken list may never end.
    if (next === null || all.length > 100) return all;
    after = next;
  }
}

/** What an EventStore promises of the records that could not be read. */
export const quarantineCases: Readonly<Record<string, CaseBody<EventStore>>> = {
  'keeps what could not be read, in order, by pages of any size': async store => {
    const records = Array.from({ length: 7 }, (_, i) => record(`page-${i % 2}`, i));
    await store.quarantine(ours, records.slice(0, 3));
    await store.quarantine(ours, records.slice(3));
    for (const limit of [1, 2, 7, 100]) deepEqual(await allOf(store, limit), records);
    equal((await store.counts(ours)).quarantined, 7);
  },
  'keeps a record that could not be read once': async store => {
    await store.quarantine(ours, [record('page', 0), record('page', 1)]);
    const elsewhere = { ...record('another page', 5), recordHash: record('page', 0).recordHash };
    await store.quarantine(ours, [record('page', 1, 'another sentence'), elsewhere]);
    deepEqual(await allOf(store, 10), [record('page', 0), record('page', 1)]);
    equal((await store.counts(ours)).quarantined, 2);
  },
  'keeps each of equal records of a page, however often the page is read': async store => {
    const { recordHash } = record('page', 1);
    const twins = [1, 4, 7].map((index, nth) => ({ ...record('page', index), recordHash, nth }));
    const [first, second, third] = twins as [QuarantineEntry, QuarantineEntry, QuarantineEntry];
    // The page came twice, in one call and in two; and two of them on a page of another window.
    await store.quarantine(ours, [second, third, first, record('page', 2), first, second, third]);
    await store.quarantine(ours, [first, second, third]);
    await store.quarantine(
      ours,
      [3, 9].map(index => ({ ...record('another page', index), recordHash })),
    );
    const all = await allOf(store, 10);
    deepEqual(
      all.map(one => `${one.raw.index} ${one.nth}`).sort((a, b) => a.localeCompare(b)),
      ['1 0', '2 0', '4 1', '7 2'],
    );
    equal((await store.counts(ours)).quarantined, 4);
    await store.release(ours, [second]);
    deepEqual(
      (await allOf(store, 10)).map(one => one.raw.index).sort((a, b) => a - b),
      [1, 2, 7],
    );
  },
  "keeps tenants' quarantines apart": async store => {
    await store.quarantine(ours, [record('page', 0)]);
    deepEqual(await store.quarantined(theirs, null, 10), { records: [], next: null });
    await store.quarantine(theirs, [record('page', 0, 'theirs')]);
    deepEqual(await allOf(store, 10), [record('page', 0)]);
    equal((await store.counts(theirs)).quarantined, 1);
  },
  'lets out what has been read, and nothing else': async store => {
    const records = [0, 1, 2].map(index => record('page', index));
    await store.quarantine(ours, records);
    await store.quarantine(theirs, records);
    const [first] = await allOf(store, 1);
    if (first === undefined) throw new Error('nothing is in quarantine');
    await store.release(ours, [first, record('another page', 9)]);
    deepEqual(await allOf(store, 10), records.slice(1));
    await store.release(ours, [first]);
    equal((await store.counts(ours)).quarantined, 2);
    equal((await store.counts(theirs)).quarantined, 3);
    // Where paging stands is not disturbed by what went.
    const { next } = await store.quarantined(theirs, null, 1);
    await store.release(theirs, records.slice(0, 1));
    deepEqual((await store.quarantined(theirs, next, 10)).records, records.slice(1));
  },
  'refuses a page of the quarantine that it never gave': async store => {
    for (const after of ['', 'nonsense', '-1']) {
      await mustReject(store.quarantined(ours, after, 10), 'continuation.invalid');
    }
  },
};
