import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { contentTypes } from '../../simulator/world/content-id.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { graphFeeds } from '../../simulator/world/world.ts';

const now = Date.parse('2026-10-05T10:30:00Z');
const mb = 1_048_576;

// The collector on request, so that the test sees what is held and not what merely has not been collected.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('a million records stream through a heap that does not grow, fast enough to feed a benchmark', () => {
  const world = inventWorld({ seed: 1, now, events: 1_050_000 });
  const all = { from: 0, to: now };
  const held: number[] = [];
  let records = 0;
  let bytes = 0;
  const take = (json: string): void => {
    records += 1;
    bytes += Buffer.byteLength(json);
    if (records % 100_000 !== 0) return;
    collect();
    held.push(process.memoryUsage().heapUsed);
  };
  const before = process.cpuUsage();
  for (const tenant of world.tenants) {
    for (const record of tenant.directoryAudits(all, now, 'desc')) take(record.json(now));
    for (const record of tenant.messageTraces(all, now, 'asc')) take(record.json(now));
    for (const feed of graphFeeds) {
      for (const record of tenant.graphRecords(feed, all, now, 'asc')) take(record.json(now));
    }
    for (const type of contentTypes) {
      for (const blob of tenant.blobs(type, all, now)) blob.records(now).forEach(take);
    }
  }
  const used = process.cpuUsage(before);
  const perSecond = records / ((used.user + used.system) / 1_000_000);
  const [least, most] = [Math.min(...held), Math.max(...held)];
  process.stdout.write(
    `world: ${String(records)} records of ${(bytes / records).toFixed(0)} bytes, ${perSecond.toFixed(0)} per CPU-second, ` +
      `heap ${(least / mb).toFixed(1)} to ${(most / mb).toFixed(1)} MB\n`,
  );
  expect(records).toBeGreaterThan(1_000_000);
  expect(held.length).toBeGreaterThanOrEqual(10);
  expect(most - least).toBeLessThan(8 * mb);
});

test('one record out of a million costs a slot, not the span', () => {
  const tenant = inventWorld({ seed: 1, now, events: 1_050_000 }).tenants[0];
  if (tenant === undefined) throw new Error('no tenant');
  const first = (order: 'asc' | 'desc'): number => {
    for (const record of tenant.messageTraces({ from: now - 90 * 86_400_000, to: now }, now, order))
      return record.time;
    return 0;
  };
  const cpuOf = (work: () => void): number => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  first('asc');
  const one = cpuOf(() => {
    for (let n = 0; n < 50; n += 1) first(n % 2 === 0 ? 'asc' : 'desc');
  });
  const span = cpuOf(() => {
    for (const record of tenant.messageTraces({ from: now - 90 * 86_400_000, to: now }, now, 'asc'))
      record.json(now);
  });
  expect(one / 50).toBeLessThan(span / 20);
});
