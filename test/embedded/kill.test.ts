import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openFileRawArchive } from '../../shared/adapters/embedded/file-raw-archive.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { sqliteLedgerStore } from '../../shared/adapters/embedded/sqlite-ledger-store.ts';
import { leafHash, rootOfLeaves } from '../../shared/evidence/merkle.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { feedOf } from '../contracts/event-feed.cases.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { runWorker, type WorkerJob } from './run-worker.ts';
import { batchSize, bytesOf, type WorkerLine } from './worker-output.ts';

const scope = scopeOf(contoso);
const kills = 4;

/** Lets a worker run for a while and kills it in the middle of something. Answers what it had confirmed. */
async function killed(job: WorkerJob, round: number): Promise<readonly WorkerLine[]> {
  const dice = seededNumbers(seed, `kill ${job.job} ${round}`);
  const worker = runWorker(job);
  await worker.printed(1 + Math.floor(dice() * 8));
  await setTimeout(dice() * 12);
  worker.kill();
  expect(await worker.ended).toBe('');
  return worker.lines;
}

describe('kill -9', () => {
  test('during put leaves every confirmed object whole, and no other', async () => {
    const folder = await tempFolder();
    for (let round = 0; round < kills; round += 1) {
      const lines = await killed({ job: 'put', folder, name: 'w', steps: 100_000 }, round);
      const archive = await openFileRawArchive({ folder: join(folder, 'raw'), clock: new ManualClock() });
      const held = new Set<string>();
      for await (const { key } of archive.list(scope, '')) {
        held.add(key);
        const object = await archive.get(scope, key);
        expect(Buffer.compare(object?.bytes ?? Buffer.of(), bytesOf('w', Number(key.slice(2))))).toBe(0);
      }
      for (const line of lines) expect(held).toContain(`k/${line.step}`);
      // Beside those, in a first life, at most the one it was working on.
      if (round === 0) expect(held.size).toBeLessThanOrEqual(lines.length + 1);
      // The next life begins at step 0 again: what is there is there already, also what was never confirmed.
      if (round > 0) expect(lines[0]).toEqual({ step: 0, result: 'already-there' });
    }
  });

  test('during upsert leaves whole calls only, every confirmed one among them', async () => {
    const folder = await tempFolder();
    for (let round = 0; round < kills; round += 1) {
      const lines = await killed({ job: 'upsert', folder, steps: 100_000 }, round);
      const database = openHoldfastDatabase(folder);
      const store = sqliteEventStore(database);
      const feed = await feedOf(store, [scope], 1_000);
      const batches = Map.groupBy(feed, change => change.event.summary);
      for (const changes of batches.values()) expect(changes).toHaveLength(batchSize);
      for (const line of lines) expect(batches.has(`batch ${line.step}`)).toBe(true);
      expect(await store.counts(scope)).toMatchObject({ events: feed.length, revisions: feed.length });
      expect(feed.map(change => Number(change.position))).toEqual(feed.map((_, i) => i + 1));
      expect({ ...database.prepare('PRAGMA integrity_check').get() }).toEqual({ integrity_check: 'ok' });
      database.close();
      if (round > 0) {
        expect(lines[0]).toEqual({ step: 0, result: { inserted: 0, replaced: 0, unchanged: batchSize } });
      }
    }
  });

  test('during append leaves a ledger that adds up and goes on', async () => {
    const folder = await tempFolder();
    let confirmed = 0;
    for (let round = 0; round < kills; round += 1) {
      confirmed += (await killed({ job: 'ledger', folder, name: `w${round}`, steps: 100_000 }, round)).length;
      const database = openHoldfastDatabase(folder);
      const ledger = sqliteLedgerStore(database);
      const head = await ledger.head(scope);
      const entries = await ledger.read(scope, 0, 1_000_000);
      expect(head.root).toBe(Buffer.from(rootOfLeaves(entries.map(leafHash))).toString('hex'));
      expect(head.size % 2).toBe(0);
      // Each kill may leave one append that was made and not confirmed.
      expect(head.size / 2).toBeGreaterThanOrEqual(confirmed);
      expect(head.size / 2).toBeLessThanOrEqual(confirmed + round + 1);
      database.close();
    }
  });
});

describe('several processes', () => {
  test('make one log', async () => {
    const folder = await tempFolder();
    const names = ['a', 'b', 'c'];
    const workers = names.map(name => runWorker({ job: 'ledger', folder, name, steps: 25 }));
    for (const worker of workers) expect(await worker.ended).toBe('');
    const database = openHoldfastDatabase(folder);
    const ledger = sqliteLedgerStore(database);
    const entries = (await ledger.read(scope, 0, 1_000)).map(entry => Buffer.from(entry).toString());
    expect(entries).toHaveLength(names.length * 25 * 2);
    for (const [i, worker] of workers.entries()) {
      for (const { step, result } of worker.lines) {
        const { index } = result as { index: number };
        const name = `${names[i]} ${step}`;
        expect(entries.slice(index, index + 2)).toEqual([`${name} first`, `${name} second`]);
      }
    }
    const root = rootOfLeaves(entries.map(entry => leafHash(Buffer.from(entry))));
    expect((await ledger.head(scope)).root).toBe(Buffer.from(root).toString('hex'));
    database.close();
  });

  test('keep one object under a key, whole, whoever was first', async () => {
    const folder = await tempFolder();
    const names = ['a', 'b', 'c'];
    const workers = names.map(name => runWorker({ job: 'put', folder, name, steps: 40 }));
    for (const worker of workers) expect(await worker.ended).toBe('');
    const archive = await openFileRawArchive({ folder: join(folder, 'raw'), clock: new ManualClock() });
    for (let step = 0; step < 40; step += 1) {
      const results = workers.map(worker => String(worker.lines[step]?.result));
      expect([...results].sort()).toEqual(['archive.conflict', 'archive.conflict', 'created']);
      const winner = names[results.indexOf('created')] ?? '';
      const object = await archive.get(scope, `k/${step}`);
      expect(Buffer.compare(object?.bytes ?? Buffer.of(), bytesOf(winner, step))).toBe(0);
    }
  });

  test('store each event once, and a reader misses none that came while it read', async () => {
    const folder = await tempFolder();
    const database = openHoldfastDatabase(folder);
    const store = sqliteEventStore(database);
    const workers = ['a', 'b'].map(name => runWorker({ job: 'upsert', folder, name, steps: 30 }));
    const everyone = Promise.all(workers.map(worker => worker.ended));
    let running = true;
    void everyone.then(() => {
      running = false;
    });
    const seen: string[] = [];
    for (let after: string | null = null, last = false; !last;) {
      last = !running;
      const { changes, next } = await store.changes([scope], after, 37);
      seen.push(...changes.map(change => change.position));
      after = next;
      if (changes.length > 0) last = false;
      else await setTimeout(1);
    }
    expect(await everyone).toEqual(['', '']);
    expect(seen).toEqual((await feedOf(store, [scope])).map(change => change.position));
    expect(seen).toHaveLength(30 * batchSize);
    const results = workers.flatMap(worker => worker.lines.map(line => line.result as { inserted: number }));
    expect(results.reduce((sum, one) => sum + one.inserted, 0)).toBe(30 * batchSize);
    database.close();
  });
});

// What a process may write is limited for real: the write itself fails, as on a disk without room.
describe('a disk that takes no more', () => {
  test('ends a put with a clear error, and leaves nothing under its key', async () => {
    const folder = await tempFolder();
    const worker = runWorker({ job: 'put', folder, steps: 1, fileLimit: 16 });
    expect(await worker.ended).toBe('');
    expect(worker.lines).toEqual([{ step: 0, result: 'store.full' }]);
    const archive = await openFileRawArchive({ folder: join(folder, 'raw'), clock: new ManualClock() });
    expect(await archive.get(scope, 'k/0')).toBeNull();
    expect(await readdir(join(folder, 'raw', '.incoming'))).toEqual([]);
    const later = runWorker({ job: 'put', folder, steps: 1 });
    await later.ended;
    expect(later.lines).toEqual([{ step: 0, result: 'created' }]);
  });

  test('ends an upsert with a clear error, and keeps the calls before it', async () => {
    const folder = await tempFolder();
    openHoldfastDatabase(folder).close();
    const worker = runWorker({ job: 'upsert', folder, steps: 10_000, fileLimit: 900 });
    expect(await worker.ended).toBe('');
    const { failed } = worker.lines.at(-1) ?? {};
    expect(failed?.code).toMatch(/^store\.(full|unavailable)$/);
    expect(failed?.message).not.toMatch(/SQLITE| at |\/|Error/);
    const database = openHoldfastDatabase(folder);
    const store = sqliteEventStore(database);
    expect((await store.counts(scope)).events).toBe((worker.lines.length - 1) * batchSize);
    expect(await feedOf(store, null, 1_000)).toHaveLength((worker.lines.length - 1) * batchSize);
    expect({ ...database.prepare('PRAGMA integrity_check').get() }).toEqual({ integrity_check: 'ok' });
    database.close();
  });
});
