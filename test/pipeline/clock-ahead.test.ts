import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, hours, instant, isoInstant, minutes, type Duration } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import { queueDueConnections } from '../../shared/pipeline/due-connections.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps } from '../../shared/pipeline/pull-types.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { expectSealed, ledgerOf, whatIsKept } from '../support/kept.ts';
import { logHouse, logProvider } from '../support/log-provider.ts';
import { feed, madeUpLife, madeUpProvider, madeUpTarget, things } from '../support/made-up-provider.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { wideBudget } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** One that writes down each page. */
const slow = (deps: PullDeps): PullDeps => ({ ...deps, batch: { pages: 1, bytes: 1 } });

const noon = Date.parse('2026-10-05T12:00:00.000Z');

/** A log with an entry each half hour, and a machine whose clock leaps and is set right. */
async function skewed() {
  const provider = logProvider({ memory: days(20), pageSize: 1_000 });
  const house = await logHouse(provider);
  provider.entries = Array.from({ length: 120 * 48 }, (_, n) => ({
    id: `e${String(n).padStart(4, '0')}`,
    at: noon - days(20) + minutes(7) + n * minutes(30),
  }));
  const leap = (span: number): void => {
    provider.clockAhead = (provider.clockAhead + span) as Duration;
    house.clock.advance(span as Duration);
  };
  /** Of what has happened by now, what is claimed and not kept, kept twice, or neither claimed nor known for a gap. */
  const wrong = async () => {
    const now = house.clock.now() - provider.clockAhead;
    const { covered, gaps } = coverageOf(await house.cursor());
    const kept = new Set(await house.ids());
    const happened = provider.entries.filter(({ at }) => at < now - hours(1) && at > noon - days(18));
    const within = (spans: readonly { from: number; to: number }[], at: number): boolean =>
      spans.some(({ from, to }) => from <= at && at < to);
    return {
      claimed: happened.filter(({ id, at }) => within(covered, at) && !kept.has(id)).length,
      doubled: (await house.events()).length - kept.size,
      missing: happened.filter(({ id }) => !kept.has(id)).length,
      unsaid: happened.filter(({ at }) => !within(covered, at) && !within(gaps, at)).length,
      future: Math.max(...covered.map(({ to }) => to)) > now,
      gaps: gaps.map(({ reason }) => reason),
    };
  };
  const right = { claimed: 0, doubled: 0, missing: 0, unsaid: 0, future: false, gaps: [] };
  return { provider, house, leap, wrong, right };
}

// Ahead for an afternoon or for a week, by minutes, days, and further than the provider remembers.
it.each([
  [hours(1), hours(4)],
  [days(3), hours(5)],
  [days(3), days(7)],
  [days(40), days(2)],
])('a log heals by itself after a clock that was ahead by %d ms for %d ms', async (ahead, span) => {
  const { house, leap, wrong, right } = await skewed();
  await house.live(days(1));
  leap(ahead);
  await house.live(span);
  leap(-ahead);
  expect(await house.live(hours(3))).toEqual([]);
  expect(await wrong()).toEqual(right);
  // The claim of a time that had not come is withdrawn where it was made.
  const told = (await ledgerOf(house.profile, house.target)).filter(
    entry => entry.type === 'gap.recorded' && entry.reason === 'clock-ahead',
  );
  expect(told).toHaveLength(1);
  await expectSealed(house.profile, house.target);
  await house.live(days(8));
  expect(await wrong()).toEqual(right);
});

it('heals where the process died in a window that reaches into the future', async () => {
  const { provider, house, leap, wrong, right } = await skewed();
  await house.live(hours(6));
  leap(days(2));
  provider.pageSize = 1;
  await house.run(1, slow(house.deps));
  expect((await house.cursor()).open).not.toBeNull();
  leap(-days(2));
  provider.pageSize = 1_000;
  expect(await house.live(hours(3))).toEqual([]);
  expect(await wrong()).toEqual(right);
  await expectSealed(house.profile, house.target);
});

it('heals where a stream failed while its clock was ahead, without waiting for the time it was to rest until', async () => {
  const { provider, house, leap, wrong, right } = await skewed();
  await house.live(hours(6));
  leap(days(2));
  provider.instead = () => ({ status: 200, headers: {}, bytes: Buffer.from('<html>') });
  await house.live(hours(6));
  provider.instead = null;
  leap(-days(2));
  expect(await house.live(hours(3))).toEqual([]);
  expect(await wrong()).toEqual(right);
});

it('claims nothing for a way forward that was never begun while the clock was ahead', async () => {
  const { provider, house, leap } = await skewed();
  const range = { from: instant(noon - hours(7)), to: instant(noon) };
  await requestPull(house.deps, house.target, range, 'op-1' as OperationId);
  leap(hours(1));
  // All the stream comes to then is a failed try at the range.
  provider.instead = () => new AppError('provider.unavailable', 'retry-later', 'Later.');
  await house.live(minutes(30), minutes(30));
  provider.instead = null;
  leap(-hours(1));
  await house.live(days(1));
  await expectSealed(house.profile, house.target);
});

it('takes nothing back where the clock fell behind, and goes on where it was', async () => {
  const { provider, house, leap, wrong, right } = await skewed();
  await house.live(days(1));
  const before = await house.cursor();
  leap(-days(200));
  const codes = await house.live(hours(12));
  expect(new Set(codes)).toEqual(new Set(['cursor.future']));
  expect(await house.cursor()).toMatchObject({ failures: { code: 'cursor.future' } });
  expect(await house.cursor()).toEqual({
    ...before,
    failures: (await house.cursor()).failures,
    open: null,
  });
  // It rests between its tries.
  expect(codes.length).toBeLessThan(12 * 3);
  leap(days(200));
  provider.clockAhead = 0 as Duration;
  expect(await house.live(hours(3))).toEqual([]);
  expect(await wrong()).toEqual(right);
});

it('does not take back what it claims where the provider does not say how late it is', async () => {
  const { provider, house, leap } = await skewed();
  await house.live(days(1));
  leap(days(3));
  await house.live(hours(5));
  const before = (await house.cursor()).committedTo;
  leap(-days(3));
  provider.instead = () => ({ status: 200, headers: {}, bytes: Buffer.from('{"value":[]}') });
  expect(await house.live(hours(1))).toContain('cursor.future');
  expect((await house.cursor()).committedTo).toBe(before);
});

it('the timer finds a stream of the future due, and lets it rest after a try in vain', async () => {
  const { provider, house, leap } = await skewed();
  await house.live(days(1));
  leap(days(3));
  await house.live(hours(5));
  leap(-days(3));
  const due = () =>
    queueDueConnections({ ...house.deps, queue: house.profile.queue, targets: async () => [house.target] });
  expect(await due()).toBe(1);
  provider.instead = () => ({ status: 200, headers: {}, bytes: Buffer.from('{"value":[]}') });
  expect(await house.run()).toBe('cursor.future');
  expect(await due()).toBe(0);
});

it('ends the operation of a range that was asked for of a time that has not come', async () => {
  const { house, leap, wrong, right } = await skewed();
  await house.live(hours(6));
  leap(days(3));
  const at = isoInstant(house.clock.now());
  const operation = 'op-1' as OperationId;
  await house.profile.operations.swap(house.target.scope, null, {
    id: operation, tenant: house.target.tenant.id, kind: 'backfill', status: 'Running', percentComplete: 0,
    createdAt: at, updatedAt: at, createdBy: 'somebody', result: null, error: null,
  }); // prettier-ignore
  const to = instant(Math.floor(house.clock.now() / 1_000) * 1_000);
  await house.run();
  await requestPull(house.deps, house.target, { from: instant(to - hours(2)), to }, operation);
  leap(-days(3));
  await house.live(hours(3));
  expect((await house.profile.operations.get(house.target.scope, operation))?.value).toMatchObject({
    status: 'Canceled',
  });
  expect((await house.cursor()).requested).toEqual([]);
  expect(await wrong()).toEqual(right);
});

it('a worker that died while the clock was ahead holds nothing for days', async () => {
  const { provider, house, leap, wrong, right } = await skewed();
  await house.live(hours(6));
  leap(days(2));
  provider.pageSize = 1;
  await house.run(1, slow({ ...house.deps, worker: 'another' }));
  const { open } = await house.cursor();
  // As a killed worker leaves it: under its lease.
  const found = await house.profile.cursors.load(house.target.scope, house.target.ref);
  if (open === null || found === null) throw new Error('no open window');
  const lease = { owner: 'another', until: instant(house.clock.now() + minutes(5)) };
  await house.profile.cursors.swap(house.target.scope, house.target.ref, found.rev, {
    ...found.value,
    open: { ...open, lease },
  });
  leap(-days(2));
  provider.pageSize = 1_000;
  await house.live(hours(1));
  expect(await wrong()).toEqual(right);
});

async function madeUp(source: typeof things | typeof feed) {
  const clock = new ManualClock();
  const { state, door } = await madeUpProvider(clock);
  const { deps, profile } = await madeUpLife(await tempFolder(), clock, door);
  const target = madeUpTarget(source);
  const cursor = async () => {
    const found = await profile.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found.value;
  };
  const live = async (span: number): Promise<void> => {
    for (const end = clock.now() + span; clock.now() < end; clock.advance(minutes(30)))
      await pull(deps, target, { trigger: 'timer', budget: wideBudget });
  };
  const leap = (span: number): void => {
    state.clockAhead += span;
    clock.advance(span as Duration);
  };
  return { clock, state, profile, target, cursor, live, leap };
}

it.each([hours(2), days(3)])(
  'a feed goes on from its token after a clock that was ahead by %d ms',
  async ahead => {
    const { clock, state, profile, target, cursor, live, leap } = await madeUp(feed);
    state.entries = [
      { n: 0, text: 'a' },
      { n: 1, text: 'b' },
    ];
    await live(days(1));
    leap(ahead);
    state.entries.push({ n: 2, text: 'c' });
    await live(hours(4));
    leap(-ahead);
    state.entries.push({ n: 3, text: 'd' });
    await live(hours(1));
    expect((await whatIsKept(profile, target)).records).toHaveLength(4);
    const { covered, gaps } = coverageOf(await cursor());
    expect(gaps).toEqual([]);
    expect(covered.at(-1)?.to).toBeLessThanOrEqual(clock.now());
    expect(covered).toHaveLength(1);
    await expectSealed(profile, target);
  },
);

it.each([
  [hours(2), hours(4), hours(1)],
  [days(3), hours(4), hours(20)],
  [days(3), days(5), hours(20)],
])(
  'a snapshot claims no state it did not read after a clock that was ahead by %d ms for %d ms',
  async (ahead, span, offFor) => {
    const { clock, state, profile, target, cursor, live, leap } = await madeUp(things);
    state.things = [
      { id: 'a', text: 'one' },
      { id: 'b', text: 'two' },
    ];
    await live(days(1));
    leap(ahead);
    const left = clock.now() - state.clockAhead;
    state.things = [
      { id: 'a', text: 'other' },
      { id: 'b', text: 'two' },
    ];
    await live(span);
    leap(-ahead);
    // And off for a while, in which nothing is read.
    clock.advance(offFor);
    state.things = [{ id: 'a', text: 'other' }];
    await live(hours(3));
    const { covered, gaps, committedTo } = coverageOf(await cursor());
    expect(committedTo).toBeGreaterThan(clock.now() - hours(2));
    expect(committedTo).toBeLessThanOrEqual(clock.now());
    const off = { from: left + span + minutes(30), to: left + span + offFor - minutes(30) };
    if (offFor > hours(3))
      expect(covered.filter(({ from, to }) => from < off.to && to > off.from)).toEqual([]);
    else expect(gaps).toEqual([]);
    expect(gaps.filter(({ to }) => to > clock.now())).toEqual([]);
    const { changes } = await profile.events.changes([target.scope], null, 100);
    expect(changes.map(({ event }) => event.summary).toSorted()).toEqual([
      'a found',
      'a: text: one → other',
      'b found',
      'b removed',
    ]);
    await expectSealed(profile, target);
  },
);
