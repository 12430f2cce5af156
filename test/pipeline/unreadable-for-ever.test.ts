import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { days, hours, instant, minutes, seconds } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { expectSealed, ledgerOf } from '../support/kept.ts';
import { logHouse, logPolicy, logProvider } from '../support/log-provider.ts';

const noon = Date.parse('2026-10-05T12:00:00.000Z');
const page = { status: 200, headers: {}, bytes: Buffer.from('{"value":[{"id":"e\u0001') };

/** A log with an entry each quarter of an hour, one of which its provider cannot spell. */
async function misspelled(bad: number, overlap = logPolicy.overlap) {
  const provider = logProvider({ pageSize: 10_000 });
  const house = await logHouse(provider, { ...logPolicy, overlap });
  provider.entries = Array.from({ length: 60 * 96 }, (_, n) => ({
    id: `e${String(n).padStart(4, '0')}`,
    at: noon - days(20) + minutes(7) + n * minutes(15),
  }));
  const spoil = (): void => {
    provider.instead = (_asked, { from, to }) =>
      Number(from) <= bad && bad < Number(to) && bad < house.clock.now() ? page : null;
  };
  const unreadable = async () =>
    coverageOf(await house.cursor()).gaps.filter(({ reason }) => reason === 'unreadable');
  const missing = async (): Promise<string[]> => {
    const kept = new Set(await house.ids());
    const old = provider.entries.filter(
      ({ at }) => at > noon - days(18) && at < house.clock.now() - hours(1),
    );
    return old.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
  };
  return { provider, house, spoil, unreadable, missing };
}

it.each([hours(2), hours(0)])(
  'what can never be read is a gap after a day, and all around it is kept, with an overlap of %d ms',
  async overlap => {
    const bad = noon + hours(5) + minutes(3);
    const { provider, house, spoil, unreadable, missing } = await misspelled(bad, overlap);
    spoil();
    expect(new Set(await house.live(days(1)))).toEqual(new Set(['provider.malformed']));
    // Visible, and not given up yet.
    expect((await house.cursor()).failures?.code).toBe('provider.malformed');
    expect(await unreadable()).toEqual([]);
    await house.live(days(1));
    const [gap, ...more] = await unreadable();
    expect(more).toEqual([]);
    expect(gap?.from).toBeLessThanOrEqual(bad);
    expect(gap?.to).toBeGreaterThan(bad);
    expect((gap?.to ?? 0) - (gap?.from ?? 0)).toBeLessThanOrEqual(minutes(15));
    // Re-reads do not meet it again, at any age.
    expect(await house.live(days(9))).toEqual([]);
    const within = provider.entries.filter(({ at }) => at >= (gap?.from ?? 0) && at < (gap?.to ?? 0));
    expect(await missing()).toEqual(within.map(({ id }) => id));
    expect(await unreadable()).toHaveLength(1);
    const cursor = await house.cursor();
    expect(cursor.failures).toBeNull();
    expect(Math.min(...cursor.rereadTo)).toBeGreaterThan(house.clock.now() - days(10));
    const types = (await ledgerOf(house.profile, house.target)).map(entry =>
      entry.type === 'gap.recorded' ? entry.reason : entry.type,
    );
    expect(types.filter(type => type === 'unreadable')).toHaveLength(1);
    expect(types).toContain('window.left');
    await expectSealed(house.profile, house.target);
  },
);

it('a provider none of whose answers can be read is waited for', async () => {
  const { provider, house, unreadable, missing } = await misspelled(0);
  await house.live(hours(6));
  provider.instead = () => page;
  await house.live(days(4));
  expect(await unreadable()).toEqual([]);
  provider.instead = null;
  await house.live(days(1));
  expect(coverageOf(await house.cursor()).gaps).toEqual([]);
  expect(await missing()).toEqual([]);
  await expectSealed(house.profile, house.target);
});

it('a request that reads it after all takes the gap back', async () => {
  const { provider, house, spoil, unreadable } = await misspelled(noon + hours(5));
  spoil();
  await house.live(days(3));
  const [gap] = await unreadable();
  if (gap === undefined) throw new Error('no gap');
  provider.instead = null;
  await requestPull(house.deps, house.target, gap, 'op-1' as OperationId);
  await house.live(hours(1));
  expect(await unreadable()).toEqual([]);
});

it('a requested range goes past it as well, and ends', async () => {
  const bad = noon - days(10);
  const { provider, house, spoil, unreadable } = await misspelled(bad);
  await house.live(hours(6));
  spoil();
  const range = { from: instant(bad - hours(3)), to: instant(bad + hours(3)) };
  await requestPull(house.deps, house.target, range, 'op-1' as OperationId);
  await house.live(days(2));
  expect((await house.cursor()).requested).toEqual([]);
  // It was read before: nothing is missing.
  expect(await unreadable()).toEqual([]);
  expect(house.clock.now() - (await house.cursor()).committedTo).toBeLessThan(hours(1));
  provider.instead = null;
  await house.live(hours(3));
  await expectSealed(house.profile, house.target);
});

it('what turns unreadable later keeps nothing new away', async () => {
  const bad = noon + hours(2) + seconds(5);
  const { house, spoil, missing } = await misspelled(bad);
  await house.live(hours(12));
  spoil();
  await house.live(days(3));
  expect(await missing()).toEqual([]);
  expect(house.clock.now() - (await house.cursor()).committedTo).toBeLessThan(hours(2));
});
