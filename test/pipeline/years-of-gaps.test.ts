import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { days, hours, instant, minutes } from '../../shared/kernel/time.ts';
import type { Gap } from '../../shared/model/cursor.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { feed, madeUpLife, madeUpProvider, madeUpTarget, things } from '../support/made-up-provider.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { wideBudget } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A stream that has been asked for years, and gone wrong now and then. */
async function old(source: typeof things | typeof feed, reason: Gap['reason'], count: number) {
  const clock = new ManualClock();
  const { state, door } = await madeUpProvider(clock);
  const { deps, profile } = await madeUpLife(await tempFolder(), clock, door);
  const target = madeUpTarget(source);
  const run = () => pull(deps, target, { trigger: 'timer', budget: wideBudget });
  const cursor = async () => {
    const found = await profile.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found;
  };
  state.entries = [{ n: 0, text: 'a' }];
  state.things = [{ id: 'a' }];
  await run();
  const { value, rev } = await cursor();
  const start = instant(value.start - days(count));
  const past = Array.from({ length: count }, (_, n): Gap => {
    const from = instant(start + days(1) * n + hours(n % 20));
    return { from, to: instant(from + hours(3)), reason, noticedAt: from };
  });
  const lost: Gap = {
    from: start,
    to: instant(start + 1),
    reason: 'content-expired',
    noticedAt: start,
    objects: ['x'],
  };
  await profile.cursors.swap(target.scope, target.ref, rev, { ...value, start, gaps: [lost, ...past] });
  return { clock, state, profile, target, run, cursor, past, lost };
}

it.each([['feed', feed, 'token-lost'] as const, ['snapshot', things, 'not-read'] as const])(
  'what a %s keeps of its gaps has an end, and hides none of them',
  async (_kind, source, reason) => {
    const { clock, state, run, cursor, past, lost } = await old(source, reason, 1_000);
    for (let n = 1; n <= 3; n += 1) {
      state.oldestToken = 10 * n;
      state.entries = [{ n: 10 * n, text: 'b' }];
      clock.advance(days(1));
      await run();
      const { value } = await cursor();
      const { gaps } = value;
      expect(gaps.filter(one => one.reason === reason).length).toBeLessThanOrEqual(1_000);
      expect(JSON.stringify(gaps).length).toBeLessThan(150_000);
      const noted = [
        ...past,
        { from: instant(clock.now() - hours(23)), to: instant(clock.now() - minutes(1)) },
      ];
      const known = source === feed ? past : noted;
      expect(known.filter(one => !gaps.some(gap => gap.from <= one.from && one.to <= gap.to))).toEqual([]);
      expect(gaps).toContainEqual(lost);
      // What was joined lay closest together: next to nothing more is said to be missing.
      const said = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
      expect(said).toBeLessThan(1_003 * hours(3) + 4 * days(1));
    }
  },
);

it('of gaps that were answered after all nothing is made anew', async () => {
  const { clock, state, profile, target, run, cursor, past } = await old(feed, 'token-lost', 1_000);
  const { value, rev } = await cursor();
  const answered = past.slice(0, 900).map(({ from, to }) => ({ from, to }));
  await profile.cursors.swap(target.scope, target.ref, rev, { ...value, extra: answered });
  state.oldestToken = 10;
  state.entries = [{ n: 10, text: 'b' }];
  clock.advance(days(1));
  await run();
  const { gaps } = coverageOf((await cursor()).value);
  const end = answered.at(-1)?.to ?? 0;
  expect(gaps.filter(one => one.reason === 'token-lost' && one.from < end)).toEqual([]);
  expect(gaps.length).toBeLessThanOrEqual(102);
  expect(gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0)).toBeLessThan(102 * hours(3) + days(1));
});
