import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../shared/adapters/embedded/open-database.ts';
import { recentChanges, type RecentChange } from '../../shared/adapters/embedded/recent-changes.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { holdfastMigrations } from '../../shared/adapters/embedded/schema.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { instant } from '../../shared/kernel/time.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const { recordHash: _, ...sample } = sampleEvent('a');
const event = { ...sample, ingestedAt: '2026-10-05T12:00:00.000Z', revision: 1 };
const change = (position: number, most = 6_000): RecentChange => ({ position, event, most });
const positions = (found: readonly RecentChange[] | null): number[] | null =>
  found === null ? null : found.map(one => one.position);

it('answers what follows a position it holds, and nothing it cannot be sure of', () => {
  const recent = recentChanges();
  expect(recent.after(0, 10, 7)).toBeNull();
  recent.add([change(5), change(6), change(7)]);
  // What came before it, and what another process has stored since.
  expect(recent.after(3, 10, 7)).toBeNull();
  expect(recent.after(4, 10, 8)).toBeNull();
  expect(positions(recent.after(4, 2, 8))).toEqual([5, 6]);
  expect(positions(recent.after(4, 10, 7))).toEqual([5, 6, 7]);
  expect(positions(recent.after(5, 1, 7))).toEqual([6]);
  expect(positions(recent.after(7, 10, 7))).toEqual([]);
  recent.add([change(8)]);
  recent.forget();
  expect(recent.after(7, 10, 8)).toBeNull();
});

it('lets go of what was answered', () => {
  const recent = recentChanges();
  recent.dropUpTo(4);
  recent.add([change(5), change(6), change(7)]);
  recent.dropUpTo(4);
  expect(positions(recent.after(4, 10, 7))).toEqual([5, 6, 7]);
  recent.dropUpTo(5);
  expect(recent.after(4, 10, 7)).toBeNull();
  expect(positions(recent.after(5, 10, 7))).toEqual([6, 7]);
  recent.dropUpTo(7);
  expect(recent.after(7, 10, 7)).toBeNull();
  recent.add([change(8)]);
  expect(positions(recent.after(7, 10, 8))).toEqual([8]);
});

it('has room for what was not answered yet, whatever was answered before', () => {
  const recent = recentChanges();
  let last = 0;
  for (let look = 0; look < 20; look += 1) {
    const from = last;
    for (let n = 0; n < 10_000; n += 1) recent.add([change((last += 1))]);
    expect(recent.after(from, 20_000, last)).toHaveLength(10_000);
    recent.dropUpTo(last);
  }
});

it('is asked once by a store for what it answers; again, the database is', async () => {
  const database = openHoldfastDatabase(await tempFolder());
  try {
    const store = sqliteEventStore(database);
    await store.upsert(scopeOf(contoso), [sampleEvent('a'), sampleEvent('b')], instant(1_000));
    // So that the two can be told apart.
    database.exec('DELETE FROM revisions');
    expect((await store.changes(null, null, 1)).changes).toHaveLength(1);
    expect((await store.changes(null, null, 1)).changes).toHaveLength(0);
    expect((await store.changes(null, '0000000000000001', 1)).changes).toHaveLength(1);
  } finally {
    database.close();
  }
});

it('starts anew behind a hole: another process stored what is missing', () => {
  const recent = recentChanges();
  recent.add([change(1), change(2)]);
  recent.add([change(4)]);
  expect(recent.after(0, 10, 4)).toBeNull();
  expect(positions(recent.after(3, 10, 4))).toEqual([4]);
});

it.each([
  ['in number', 100_000, 10],
  ['in size', 3_000, 160_000],
])('is bounded %s', (_, count, most) => {
  const recent = recentChanges();
  for (let position = 1; position <= count; position += 1) recent.add([change(position, most)]);
  expect(recent.after(0, 1, count)).toBeNull();
  expect(recent.after(count - 100, 200, count)).toHaveLength(100);
});

it('is not seen by a reader: two stores on one database follow each other whole and in order', async () => {
  const folder = await tempFolder();
  const open = () =>
    openDatabase({
      file: join(folder, 'holdfast.db'),
      name: 'holdfast.db',
      mend: 'Restore it.',
      synchronous: 'NORMAL',
      migrations: holdfastMigrations,
    });
  const databases = [open(), open()] as const;
  try {
    const stores = databases.map(sqliteEventStore);
    const scope = scopeOf(contoso);
    const stored: string[] = [];
    for (let at = 0; at < 12; at += 1) {
      const one = sampleEvent(String(at));
      // One, two and three in a row by the same store.
      const store = stores[[0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0][at] ?? 0];
      await store?.upsert(scope, [one], instant(1_000));
      stored.push(one.id);
      for (const reader of stores) {
        for (const after of [null, '0000000000000001', String(at).padStart(16, '0')]) {
          if (after !== null && Number(after) > at + 1) continue;
          const { changes } = await reader.changes(null, after, 100);
          expect(changes.map(change => change.event.id)).toEqual(stored.slice(Number(after ?? 0)));
          expect(changes.map(change => change.event)).toEqual(
            (await reader.changes([scope], after, 100)).changes.map(change => change.event),
          );
        }
      }
    }
  } finally {
    for (const database of databases) database.close();
  }
});
