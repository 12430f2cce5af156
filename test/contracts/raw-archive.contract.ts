import { deepEqual, equal, ok } from 'node:assert/strict';
import { sha256 } from '../../shared/kernel/hash.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { RawArchive, RawEntry } from '../../shared/ports/raw-archive.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { contractOf, mustReject, type Contract } from './contract.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);
const retainUntil = instant(Date.UTC(2032, 9, 5));
const text = (words: string): Uint8Array => Buffer.from(words);
const object = (key: string, bytes: Uint8Array) => ({
  key,
  bytes,
  contentType: 'application/json',
  retainUntil,
});

async function listed(archive: RawArchive, prefix: string, scope = ours): Promise<readonly RawEntry[]> {
  const entries: RawEntry[] = [];
  for await (const entry of archive.list(scope, prefix)) entries.push(entry);
  return entries;
}
const keys = async (archive: RawArchive, prefix: string, scope = ours): Promise<readonly string[]> =>
  (await listed(archive, prefix, scope)).map(entry => entry.key);

/** What every RawArchive promises. The seed decides the bytes. */
export const rawArchiveContract = (seed: number): Contract<RawArchive> =>
  contractOf<RawArchive>({
    'gives every object back byte for byte, with what was said of it': async archive => {
      const dice = seededNumbers(seed, 'raw bytes');
      for (const size of [0, 1, 1_000, 70_000, 1_000_000]) {
        const bytes = Uint8Array.from({ length: size }, () => Math.floor(dice() * 256));
        const put = await archive.put(ours, object(`noise/${size}`, bytes));
        deepEqual(put, { status: 'created', sha256: sha256(bytes) });
        const { storedAt, ...kept } = (await archive.get(ours, `noise/${size}`)) ?? { storedAt: null };
        ok(Number.isInteger(storedAt));
        deepEqual(
          { ...kept, bytes: 'bytes' in kept ? Buffer.from(kept.bytes) : null },
          { ...object(`noise/${size}`, Buffer.from(bytes)), sha256: sha256(bytes) },
        );
      }
    },
    'has an object for every other handle when put resolves': async (archive, { open }) => {
      const other = await open();
      await archive.put(ours, object('a/b', text('one')));
      equal((await other.get(ours, 'a/b'))?.sha256, sha256('one'));
      deepEqual(await keys(other, ''), ['a/b']);
    },
    'answers null for what was never put': async archive => {
      await archive.put(ours, object('a/b', text('one')));
      equal(await archive.get(ours, 'a'), null);
      equal(await archive.get(ours, 'a/b/c'), null);
      equal(await archive.get(ours, 'b'), null);
    },
    'calls the same bytes again already there, and leaves the first as it is': async archive => {
      await archive.put(ours, object('a', text('one')));
      const first = await archive.get(ours, 'a');
      const again = { ...object('a', text('one')), contentType: 'text/html', retainUntil: instant(0) };
      deepEqual(await archive.put(ours, again), { status: 'already-there', sha256: sha256('one') });
      deepEqual(await archive.get(ours, 'a'), first);
    },
    'refuses other bytes under a key, and keeps the first': async archive => {
      await archive.put(ours, object('a', text('one')));
      await mustReject(archive.put(ours, object('a', text('two'))), 'archive.conflict');
      deepEqual(Buffer.from((await archive.get(ours, 'a'))?.bytes ?? []), Buffer.from('one'));
    },
    'lets one of many puts at once create an object': async (archive, { open }) => {
      const handles = [archive, await open()];
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) =>
          handles[i % 2]?.put(ours, object('race', text(`from ${i % 4}`))),
        ),
      );
      const done = outcomes.filter(one => one.status === 'fulfilled').map(one => one.value);
      equal(done.filter(one => one?.status === 'created').length, 1);
      const winner = (await archive.get(ours, 'race'))?.sha256;
      ok(done.every(one => one?.sha256 === winner));
      equal(done.length, 3);
    },
    'keeps tenants apart': async archive => {
      await archive.put(ours, object('a', text('ours')));
      equal(await archive.get(theirs, 'a'), null);
      deepEqual(await keys(archive, '', theirs), []);
      equal((await archive.put(theirs, object('a', text('theirs')))).status, 'created');
      await archive.hold(theirs, 'a', 'case 1');
      deepEqual(await archive.holds(ours, 'a'), []);
      await archive.remove(ours, 'a', retainUntil);
      equal((await archive.get(theirs, 'a'))?.sha256, sha256('theirs'));
    },
    'lists everything under a prefix once, in key order': async archive => {
      const all = ['a', 'a-b', 'a.b/c', 'a/b', 'a/b-c', 'a/b/c', 'a/b/d', 'a:b', 'b/a=1', 'b_'];
      for (const key of [...all].reverse()) await archive.put(ours, object(key, text(key)));
      for (const prefix of ['', 'a', 'a/', 'a/b', 'a/b/', 'b', 'c', 'a/b/c/', 'a.b/c', 'b/a=']) {
        deepEqual(
          await keys(archive, prefix),
          all.filter(key => key.startsWith(prefix)),
        );
      }
      deepEqual(await listed(archive, 'a.b/'), [{ key: 'a.b/c', sha256: sha256('a.b/c'), size: 5 }]);
    },
    'keeps every object of many put side by side': async archive => {
      const all = Array.from({ length: 24 }, (_, n) => `side/by/side-${String(n).padStart(2, '0')}`);
      const puts = await Promise.all(all.map(key => archive.put(ours, object(key, text(key)))));
      deepEqual(new Set(puts.map(({ status }) => status)), new Set(['created']));
      deepEqual(await keys(archive, 'side/'), all);
      for (const key of all) equal((await archive.get(ours, key))?.sha256, sha256(key));
    },
    'keeps and holds an object under the longest key': async archive => {
      const key = [...Array.from({ length: 5 }, () => 'x'.repeat(150)), 'y'.repeat(145)].join('/');
      equal(key.length, 900);
      await archive.put(ours, object(key, text('one')));
      await archive.hold(ours, key, 'case 1');
      deepEqual(await archive.holds(ours, key), ['case 1']);
      deepEqual(await keys(archive, ''), [key]);
    },
    'refuses what is no key': async archive => {
      const wrong = [
        '',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        'a.',
        'a./b',
        Array.from({ length: 6 }, () => 'x'.repeat(150)).join('/'),
        '../a',
        'a/../b',
        'a/./b',
        'A',
        'a b',
        'ä',
        'a\\b',
        'a\0',
      ];
      for (const key of wrong) {
        await mustReject(archive.put(ours, object(key, text('one'))), 'bug');
        await mustReject(archive.get(ours, key), 'bug');
      }
      await mustReject(listed(archive, '../'), 'bug');
      deepEqual(await keys(archive, ''), []);
    },
    'removes nothing before its retention ends': async archive => {
      await archive.put(ours, object('a', text('one')));
      await mustReject(archive.remove(ours, 'a', instant(retainUntil - 1)), 'archive.held');
      equal((await archive.get(ours, 'a'))?.sha256, sha256('one'));
      await archive.remove(ours, 'a', retainUntil);
      equal(await archive.get(ours, 'a'), null);
      deepEqual(await keys(archive, ''), []);
    },
    'removes nothing that is held': async (archive, { open }) => {
      await archive.put(ours, object('a', text('one')));
      await archive.hold(ours, 'a', 'case 1');
      await (await open()).hold(ours, 'a', 'case 2');
      await mustReject(archive.remove(ours, 'a', retainUntil), 'archive.held');
      await archive.release(ours, 'a', 'case 1');
      await mustReject(archive.remove(ours, 'a', retainUntil), 'archive.held');
      equal((await archive.get(ours, 'a'))?.sha256, sha256('one'));
      await archive.release(ours, 'a', 'case 2');
      await archive.remove(ours, 'a', retainUntil);
      equal(await archive.get(ours, 'a'), null);
    },
    'names the holds on an object, each once': async archive => {
      for (const key of ['a', 'a/b']) await archive.put(ours, object(key, text(key)));
      for (const hold of ['case 1', 'Fall "Ä"/../2', 'case 1']) await archive.hold(ours, 'a', hold);
      deepEqual(await archive.holds(ours, 'a'), ['Fall "Ä"/../2', 'case 1']);
      deepEqual(await archive.holds(ours, 'a/b'), []);
    },
    'refuses a hold on nothing': async archive => {
      await mustReject(archive.hold(ours, 'a', 'case 1'), 'not-found');
      deepEqual(await archive.holds(ours, 'a'), []);
    },
    'never answers what is damaged as absent, whole or there already': async (archive, { damage }) => {
      await archive.put(ours, object('a', text('one')));
      await damage();
      await mustReject(archive.get(ours, 'a'), 'archive.corrupt');
      await mustReject(archive.put(ours, object('a', text('one'))), 'archive.corrupt');
    },
    'has nothing to do for a release or a removal of nothing': async archive => {
      await archive.release(ours, 'a', 'case 1');
      await archive.remove(ours, 'a', retainUntil);
    },
  });
