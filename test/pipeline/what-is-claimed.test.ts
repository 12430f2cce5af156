import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, hours, instant, minutes, seconds, type Duration } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import { pauseStream, resumeStream } from '../../shared/pipeline/pause-stream.ts';
import type { PullDeps } from '../../shared/pipeline/pull-types.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { Killed, mortal } from '../crash/mortal.ts';
import { expectSealed } from '../support/kept.ts';
import { logHouse, logProvider } from '../support/log-provider.ts';
import { seed } from '../support/seed.ts';

const noon = Date.parse('2026-10-05T12:00:00.000Z');
/** An entry an hour for a hundred days; each is shown within a quarter of an hour. */
const entries = Array.from({ length: 100 * 24 }, (_, n) => {
  const at = noon - days(20) + minutes(7) + n * hours(1);
  return { id: `e${String(n).padStart(4, '0')}`, at, seen: at + minutes(n % 14) };
});

const step = (what: string, least: number, most: number) =>
  fc.record({ what: fc.constant(what), n: fc.integer({ min: least, max: most }) });
const sequences = fc.array(
  fc.oneof(
    step('live for hours', 1, 30),
    step('off for hours', 1, 40 * 24),
    step('killed at an effect', 1, 60),
    step('pages a run', 1, 4),
    step('pages a batch', 1, 3),
    step('requests that fail', 1, 30),
    step('refuses what is old', 0, 1),
    step('remembers days', 1, 20),
    step('seconds a page', 0, 90),
    step('asked for hours back', 1, 19 * 24),
    step('paused for hours', 1, 200),
    step('clock ahead by hours', 1, 40 * 24),
  ),
  { minLength: 3, maxLength: 14 },
);

/** A house and its provider, and what can happen to them. */
async function begin() {
  const provider = logProvider({ entries, pageSize: 3 });
  const house = await logHouse(provider);
  const its = {
    refuses: true,
    memory: 20,
    failing: 0,
    batch: { pages: 20, bytes: 1_000_000 },
    operations: 0,
  };
  provider.instead = asked => {
    if (its.failing > 0 && asked % 3 === 0) {
      its.failing -= 1;
      const code = asked % 2 === 0 ? 'provider.unavailable' : 'provider.link-expired';
      return new AppError(code, 'retry-later', 'Later.');
    }
    // One that refuses nothing just has nothing; then it has all it should, for nobody could find out.
    provider.memory = its.refuses ? days(its.memory) : null;
    const edge = house.clock.now() - provider.clockAhead - days(20);
    provider.entries = its.refuses ? entries : entries.filter(({ at }) => at >= edge);
    return null;
  };
  const deps = (): PullDeps => ({ ...house.deps, batch: its.batch });
  const happen: Record<string, (n: number) => Promise<unknown> | void> = {
    'live for hours': async n => {
      for (let half = 0; half < 2 * n; half += 1, house.clock.advance(minutes(30)))
        await house.run(10_000, deps());
    },
    'off for hours': n => house.clock.advance(hours(n)),
    'killed at an effect': n => house.run(10_000, dying(deps(), n)).catch(unlessKilled),
    'pages a run': n => house.run(n, deps()),
    'pages a batch': n => void (its.batch = { ...its.batch, pages: n }),
    'requests that fail': n => void (its.failing = n),
    'refuses what is old': n => {
      its.refuses = n === 1;
      if (!its.refuses) provider.takes = seconds(0);
    },
    'remembers days': n => void (its.memory = n),
    'seconds a page': n => void (provider.takes = seconds(its.refuses ? n : 0)),
    'asked for hours back': async n => {
      const from = instant(Math.floor((house.clock.now() - hours(n)) / 1_000) * 1_000);
      const operation = `op-${(its.operations += 1)}` as OperationId;
      await requestPull(house.deps, house.target, { from, to: instant(from + hours(7)) }, operation).catch(
        unlessRefused,
      );
    },
    'paused for hours': async n => {
      await pauseStream(house.deps, house.target, 'a test');
      house.clock.advance(hours(n));
      await resumeStream(house.deps, house.target);
    },
    'clock ahead by hours': async n => {
      house.clock.advance(hours(n));
      provider.clockAhead = hours(n);
      for (let half = 0; half < n % 60; half += 1, house.clock.advance(minutes(30)))
        await house.run(10_000, deps());
      provider.clockAhead = hours(0);
      house.clock.advance(-hours(n) as Duration);
      // Set right while it runs: of a machine that is off until then nobody could tell.
      its.failing = 0;
      await house.run(1, deps());
    },
  };
  const settle = async (): Promise<void> => {
    its.failing = 0;
    provider.takes = seconds(0);
    await house.live(days(2), hours(1));
  };
  return { house, happen, settle };
}

function dying(deps: PullDeps, at: number): PullDeps {
  const life = mortal(at, at % 2 === 0 ? 'after' : 'before');
  return {
    ...deps,
    archive: life.wrap('archive', deps.archive, ['put']),
    events: life.wrap('events', deps.events, ['insert', 'upsert']),
    cursors: life.wrap('cursors', deps.cursors, ['swap']),
    ledger: life.wrap('ledger', deps.ledger, ['append']),
  };
}

function unlessKilled(thrown: unknown): void {
  if (!(thrown instanceof Killed)) throw thrown;
}
function unlessRefused(thrown: unknown): void {
  if (!(thrown instanceof AppError && thrown.code === 'request.invalid')) throw thrown;
}

it('whatever happens to a stream, what it claims is kept, once, and can be proven', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async sequence => {
      const { house, happen, settle } = await begin();
      for (const { what, n } of sequence) await happen[what]?.(n);
      await settle();
      const { covered, gaps } = coverageOf(await house.cursor());
      const kept = new Set(await house.ids());
      const past = entries.filter(({ seen }) => seen < house.clock.now() - hours(8));
      const claimed = past.filter(({ at }) => covered.some(({ from, to }) => from <= at && at < to));
      expect(claimed.filter(({ id }) => !kept.has(id)).map(({ id }) => id)).toEqual([]);
      expect((await house.events()).length).toBe(kept.size);
      // And of nothing it says nothing.
      const first = (await house.cursor()).start;
      const unsaid = past.filter(
        ({ at }) => at >= first && ![...covered, ...gaps].some(({ from, to }) => from <= at && at < to),
      );
      expect(unsaid).toEqual([]);
      await expectSealed(house.profile, house.target);
    }),
    { numRuns: 12, seed },
  );
}, 600_000);
