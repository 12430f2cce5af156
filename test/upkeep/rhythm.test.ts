import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appQuota, dividedAmong, providerLimits } from '../../shared/adapters/net/provider-limits.ts';
import { hours, minutes, seconds, type Duration } from '../../shared/kernel/time.ts';
import { everyOf, nextEvery, rhythmBounds, type RhythmBounds } from '../../shared/pipeline/rhythm.ts';
import { policyFor } from '../../shared/pipeline/policy-for.ts';
import { shareQuota } from '../../shared/pipeline/share-quota.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { queueDueConnections } from '../../shared/pipeline/due-connections.ts';
import { openLife, openStage, wideBudget } from '../support/rig.ts';
import { audit, contosoId, fewRecords, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { sources } from '../../shared/sources/index.generated.ts';

const policies = fc
  .record({
    step: fc.integer({ min: 1, max: 24 * 60 }),
    fastest: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    slowest: fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined }),
  })
  .map(({ step, fastest, slowest }) => ({
    step: minutes(step),
    ...(fastest === undefined ? {} : { fastest: minutes(fastest) }),
    ...(slowest === undefined ? {} : { slowest: minutes(slowest) }),
  }));
const counts = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 199 }), fc.integer({ min: 200, max: 1e6 }));

const walk = (bounds: RhythmBounds, fresh: readonly number[]): Duration =>
  fresh.reduce<Duration>((every, count) => nextEvery(every, bounds, count), bounds.usual);

describe('a stream’s rhythm', () => {
  test('stays within its bounds, whatever comes', () => {
    fc.assert(
      fc.property(policies, fc.array(counts, { maxLength: 60 }), (policy, fresh) => {
        const bounds = rhythmBounds(policy);
        expect(bounds.fastest).toBeLessThanOrEqual(bounds.usual);
        expect(bounds.usual).toBeLessThanOrEqual(bounds.slowest);
        const every = walk(bounds, fresh);
        expect(every).toBeGreaterThanOrEqual(bounds.fastest);
        expect(every).toBeLessThanOrEqual(bounds.slowest);
      }),
    );
  });

  test('is never slower for more', () => {
    fc.assert(
      fc.property(policies, fc.array(counts, { maxLength: 20 }), counts, counts, (policy, before, a, b) => {
        const bounds = rhythmBounds(policy);
        const every = walk(bounds, before);
        const [less, more] = a <= b ? [a, b] : [b, a];
        expect(nextEvery(every, bounds, more)).toBeLessThanOrEqual(nextEvery(every, bounds, less));
      }),
    );
  });

  test('comes to its slowest while nothing comes, to its fastest while much does, and back', () => {
    fc.assert(
      fc.property(policies, policy => {
        const bounds = rhythmBounds(policy);
        const idle = Array.from({ length: 60 }, () => 0);
        const busy = idle.map(() => 1_000);
        expect(walk(bounds, idle)).toBe(bounds.slowest);
        expect(walk(bounds, busy)).toBe(bounds.fastest);
        // One event is enough to be asked as usual again.
        expect(walk(bounds, [...idle, 1])).toBe(bounds.usual);
        expect(walk(bounds, [...busy, ...idle.map(() => 3)])).toBe(bounds.usual);
      }),
    );
  });

  test('is the operator’s where one is set', () => {
    const source = sources.find(one => one.id === 'entra.directory-audits');
    if (source === undefined) throw new Error('no source');
    const connection = { source: source.id as never, enabled: true, config: {}, remembersDays: null };
    const set = policyFor({ source, connection: { ...connection, everySeconds: 40 } });
    for (const every of [undefined, 1, seconds(40), hours(5)]) {
      expect(everyOf(every === undefined ? {} : { every }, set)).toBe(seconds(40));
    }
    const free = policyFor({ source, connection: { ...connection, everySeconds: null } });
    expect(everyOf({ every: hours(5) }, free)).toBe(minutes(30));
    expect(everyOf({}, free)).toBe(minutes(5));
  });
});

describe('an application-wide quota', () => {
  const reports = appQuota(providerLimits, 'graph', 'reports');

  test('is known for the family that has one, and for no other', () => {
    expect(reports).toMatchObject({ family: 'graph/reports', limit: 110 });
    expect(appQuota(providerLimits, 'graph', 'message-trace')).toBeNull();
    expect(appQuota(providerLimits, 'graph', undefined)).toBeNull();
    // A source that names a family names one there is.
    for (const { api, quota } of sources) {
      if (quota !== undefined)
        expect(providerLimits.some(one => one.api === api && one.name === quota)).toBe(true);
    }
  });

  test('is spread: no stretch of time has more beginnings than its share, and the order is kept', () => {
    const quotas = fc.record({
      limit: fc.integer({ min: 1, max: 500 }),
      per: fc.integer({ min: 100, max: 60_000 }),
    });
    fc.assert(
      fc.property(
        quotas,
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 1, max: 120 }),
        (rule, count, tick) => {
          const quota = { family: 'f', limit: rule.limit, per: rule.per as Duration };
          const due = Array.from({ length: count }, (_, n) => n);
          // Every third is of a source without a quota, and must neither wait nor be left out.
          const turns = shareQuota(due, n => (n % 3 === 0 ? null : quota), seconds(tick));
          expect(turns.map(turn => turn.item)).toEqual(
            turns.map(turn => turn.item).toSorted((a, b) => a - b),
          );
          expect(turns.filter(turn => turn.item % 3 === 0)).toHaveLength(due.filter(n => n % 3 === 0).length);
          const starts = turns.filter(turn => turn.item % 3 !== 0).map(turn => turn.delay);
          for (const [n, start] of starts.entries()) {
            expect(start).toBeLessThanOrEqual(seconds(tick));
            const inWindow = starts.slice(n).filter(other => other < start + quota.per).length;
            expect(inWindow).toBeLessThanOrEqual(Math.ceil(quota.limit * 0.7) + 1);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('is divided among the processes that pull', () => {
    const divided = dividedAmong(providerLimits, 4);
    expect(appQuota(divided, 'graph', 'reports')?.limit).toBe(27);
    expect(divided.map(one => one.perTenant)).toEqual(providerLimits.map(one => one.perTenant));
    expect(appQuota(dividedAmong(providerLimits, 1_000), 'graph', 'reports')?.limit).toBe(1);
  });
});

describe('a pull', () => {
  test('slows an idle stream down, is not due before its turn, and is back at once when something comes', async () => {
    const news = audit('news', smallWorldNow + 3 * 3_600_000);
    const stage = await openStage({ world: smallWorld({ audits: [...fewRecords.audits, news] }) });
    const life = await openLife(stage, await tempFolder());
    const found = (await life.targets(contosoId)).find(one => one.ref.source === 'entra.directory-audits');
    if (found === undefined) throw new Error('no stream');
    const target = { ...found, connection: { ...found.connection, everySeconds: null } };
    const every = async (): Promise<number> =>
      ((await life.deps.cursors.load(target.scope, target.ref))?.value.every ?? 0) / 60_000;
    const due = (): Promise<number> =>
      queueDueConnections({
        ...life.deps,
        queue: life.profile.queue,
        targets: () => Promise.resolve([target]),
      });
    const pulled = () => pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
    await pulled();
    const intervals: number[] = [];
    for (let step = 0; step < 6; step += 1) {
      stage.clock.advance(minutes(30));
      await pulled();
      intervals.push(await every());
    }
    expect(intervals.at(-1)).toBe(30);
    expect(intervals.toSorted((a, b) => a - b)).toEqual(intervals);
    stage.clock.advance(minutes(20));
    expect(await due()).toBe(0);
    stage.clock.advance(minutes(15));
    expect(await due()).toBe(1);
    expect((await pulled()).counts.inserted).toBe(1);
    expect(await every()).toBe(5);
    stage.clock.advance(minutes(6));
    expect(await due()).toBe(1);
    await life.end();
  });
});
