import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, hours, instant, minutes } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import { knownFloor, memoryFloor, widthInTime } from '../../shared/pipeline/provider-memory.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { expectSealed, ledgerOf } from '../support/kept.ts';
import { logHouse, logPolicy, logProvider } from '../support/log-provider.ts';

const noon = Date.parse('2026-10-05T12:00:00.000Z');
/** Where the stream begins: a little after the memory does. */
const start = noon - days(20) + minutes(15);
/** An entry an hour since then. */
const hourly = Array.from({ length: 20 * 24 }, (_, n) => ({
  id: `e${String(n).padStart(3, '0')}`,
  at: start + n * hours(1),
}));

it('a window that cannot be read before it is forgotten is narrowed until it can', async () => {
  // A page of an hour takes a minute: two days at once take three quarters of an hour.
  const provider = logProvider({ entries: hourly, pageSize: 1, memory: days(20), takes: minutes(1) });
  const house = await logHouse(provider);
  await house.live(hours(12));
  const { gaps, covered } = coverageOf(await house.cursor());
  expect(gaps.length).toBeLessThanOrEqual(1);
  expect(gaps[0]?.to ?? 0).toBeLessThan(noon - days(20) + hours(6));
  expect(covered.at(-1)?.to).toBeGreaterThan(house.clock.now() - hours(2));
  const kept = await house.ids();
  const missing = hourly.filter(({ id }) => !kept.includes(id));
  expect(missing.filter(({ at }) => !gaps.some(gap => gap.from <= at && at < gap.to))).toEqual([]);
});

it('where the provider does not say what it still has, that is found, and the rest is one gap', async () => {
  const provider = logProvider({ entries: hourly, memory: days(9), says: false });
  const house = await logHouse(provider);
  expect(await house.live(hours(6))).toEqual([]);
  const { gaps } = coverageOf(await house.cursor());
  expect(gaps).toMatchObject([{ from: start, reason: 'older-than-provider-memory' }]);
  const edge = noon - days(9);
  expect(gaps[0]?.to).toBeGreaterThanOrEqual(edge);
  expect(gaps[0]?.to).toBeLessThanOrEqual(edge + hours(2));
  const kept = await house.ids();
  const inReach = hourly.filter(({ at }) => at >= edge + hours(2)).map(({ id }) => id);
  expect(kept.filter(id => inReach.includes(id))).toEqual(inReach);
  expect(
    (await ledgerOf(house.profile, house.target)).filter(({ type }) => type === 'gap.recorded'),
  ).toHaveLength(1);
  expect(provider.asked).toBeLessThan(60);
});

it('what the provider says itself of its memory is taken to the second, and not asked for', async () => {
  const provider = logProvider({ entries: hourly, memory: days(9) });
  const house = await logHouse(provider);
  await house.run();
  expect((await house.cursor()).gaps).toMatchObject([{ from: start, to: noon - days(9) + minutes(15) }]);
});

it('nothing is asked for from before the floor, however far back the provider said to remember once', async () => {
  const house = await logHouse(logProvider());
  await house.run();
  const cursor = { ...(await house.cursor()), remembers: { span: days(40), at: instant(noon) } };
  expect(knownFloor(cursor, logPolicy, instant(noon))).toBe(start);
});

it('near the edge of what the provider said to remember windows are as narrow as near that of its memory', async () => {
  const house = await logHouse(logProvider());
  await house.run();
  const cursor = { ...(await house.cursor()), remembers: { span: days(9), at: instant(noon) } };
  const width = (back: number) => widthInTime(cursor, logPolicy, instant(noon - back), instant(noon));
  expect([hours(1), minutes(15), 0].map(left => width(days(9) - left))).toEqual([days(4), days(1), days(1)]);
});

it('what was kept of a window whose beginning is refused meanwhile is proof of its events', async () => {
  const provider = logProvider({ entries: hourly, pageSize: 5, memory: days(9) });
  const house = await logHouse(provider);
  // A refusal that tells the memory, and two pages of what it has.
  await house.run(3, { ...house.deps, batch: { pages: 1, bytes: 1 } });
  expect((await house.cursor()).open?.counts.pages).toBeGreaterThan(0);
  house.clock.advance(hours(1));
  await house.run();
  const left = (await ledgerOf(house.profile, house.target)).filter(({ type }) => type === 'window.left');
  expect(left).toHaveLength(1);
  await expectSealed(house.profile, house.target);
});

it('an outage while the edge is looked for is an outage, and makes no gap of what there is', async () => {
  const down = new AppError('provider.unavailable', 'retry', 'Down.');
  // The window, the newest there is, and then the first that is halfway.
  const provider = logProvider({
    entries: hourly,
    memory: days(9),
    says: false,
    instead: asked => (asked === 2 ? down : null),
  });
  const house = await logHouse(provider);
  expect(await house.live(hours(6))).toEqual(['provider.unavailable']);
  const { gaps } = coverageOf(await house.cursor());
  expect(gaps).toHaveLength(1);
  expect(gaps[0]?.to).toBeLessThanOrEqual(noon - days(9) + hours(2));
});

it('a provider that calls every window too old is a refusal that is shown, and no gap of all there is', async () => {
  const house = await logHouse(logProvider({ entries: hourly, memory: minutes(-60), says: false }));
  expect(new Set(await house.live(hours(3)))).toEqual(new Set(['provider.rejected']));
  const { failures, gaps, committedTo } = await house.cursor();
  expect(failures).toMatchObject({ code: 'provider.rejected' });
  // Nothing but what twenty days pass by while one waits.
  expect(committedTo - start).toBeLessThanOrEqual(hours(3));
  expect(gaps.map(({ to }) => to)).toEqual([committedTo]);
});

it('a window left open until its provider has silently forgotten it is no answer to what it asked for', async () => {
  const provider = logProvider({ pageSize: 5 });
  const house = await logHouse(provider);
  /** Refuses nothing: what is older is just not there. */
  const silently = (): void => {
    provider.entries = later.filter(({ at }) => at >= house.clock.now() - days(20));
  };
  const later = [...hourly, ...hourly.map(({ id, at }) => ({ id: `f${id}`, at: at + days(20) }))];
  silently();
  await house.run(2, { ...house.deps, batch: { pages: 1, bytes: 1 } });
  expect((await house.cursor()).open?.counts.pages).toBe(2);
  house.clock.advance(days(25));
  silently();
  await house.live(hours(12));
  const { covered, gaps } = coverageOf(await house.cursor());
  const kept = await house.ids();
  const claimed = later.filter(({ at }) => covered.some(({ from, to }) => from <= at && at < to));
  expect(claimed.filter(({ id }) => !kept.includes(id))).toEqual([]);
  expect(gaps).toMatchObject([{ from: start, reason: 'older-than-provider-memory' }]);
});

it('a range asked for from the edge of the memory on has no gap for having waited its turn', async () => {
  const house = await logHouse(logProvider({ entries: hourly, memory: days(20) }));
  const short = { ...house.target, connection: { ...house.target.connection, remembersDays: 3 } };
  await pull(house.deps, short, { trigger: 'timer', budget: { pages: 1_000, time: hours(1) } });
  const window = { from: memoryFloor(logPolicy, house.clock.now()), to: instant(noon - days(4)) };
  await requestPull(house.deps, house.target, window, 'op-1' as OperationId);
  house.clock.advance(minutes(5));
  await house.run();
  const { gaps, covered } = coverageOf(await house.cursor());
  expect({ gaps, first: covered[0] }).toEqual({ gaps: [], first: window });
});
