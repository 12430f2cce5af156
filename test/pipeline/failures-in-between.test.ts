import { expect, it } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, hours, instant, minutes, plus } from '../../shared/kernel/time.ts';
import { leaseSpan } from '../../shared/pipeline/hold-cursor.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps } from '../../shared/pipeline/pull-types.ts';
import { expectSealed, ledgerOf } from '../support/kept.ts';
import { logHouse, logProvider } from '../support/log-provider.ts';
import { feed, madeUpLife, madeUpProvider, madeUpTarget, things } from '../support/made-up-provider.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { wideBudget } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('a run that fails after another worker has taken its window over leaves it to that one', async () => {
  const provider = logProvider();
  const house = await logHouse(provider);
  const { cursors } = house.profile;
  const { scope, ref } = house.target;
  await house.live(hours(1));
  house.clock.advance(hours(1));
  const taken = { owner: 'another', until: instant(0) };
  const silent: PullDeps = {
    ...house.deps,
    http: () => ({
      send: async () => {
        // It hung for longer than its lease, and somebody else goes on with the window meanwhile.
        house.clock.advance(minutes(6));
        const found = await cursors.load(scope, ref);
        if (found === null || found.value.open === null) throw new Error('no window');
        taken.until = plus(house.clock.now(), leaseSpan);
        await cursors.swap(scope, ref, found.rev, {
          ...found.value,
          open: { ...found.value.open, lease: taken },
        });
        throw new AppError('provider.unavailable', 'retry-later', 'Later.');
      },
    }),
  };
  expect(await house.run(100, silent)).toBe('provider.unavailable');
  expect(await house.cursor()).toMatchObject({ failures: null, open: { lease: taken } });
  expect(await house.run()).toBe('busy');
});

async function madeUp(source: typeof things | typeof feed) {
  const clock = new ManualClock();
  const { state, door } = await madeUpProvider(clock);
  const { deps, profile } = await madeUpLife(await tempFolder(), clock, door);
  const target = madeUpTarget(source);
  const run = (): Promise<string> =>
    pull({ ...deps, batch: { pages: 1, bytes: 1 } }, target, { trigger: 'timer', budget: wideBudget }).then(
      ({ status }) => status,
      (thrown: unknown) => (thrown instanceof AppError ? thrown.code : 'bug'),
    );
  const ledger = async () => (await ledgerOf(profile, target)).map(({ type }) => type);
  /** Fails so often, each page but the first so many of a reading. */
  const fail = async (times: number, pages: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      const from = state.asked;
      state.instead = asked =>
        asked < from + pages && n === 0
          ? null
          : { status: 500, body: '{"error":{"code":"x","message":"x"}}' };
      expect(await run()).toBe('provider.unavailable');
      clock.advance(minutes(31));
    }
    state.instead = null;
  };
  return { clock, state, profile, target, run, ledger, fail };
}

it('a feed’s window that goes on after failures is sealed once, when it is whole', async () => {
  const { state, profile, target, run, ledger, fail } = await madeUp(feed);
  state.entries = Array.from({ length: 9 }, (_, n) => ({ n, text: 'x' }));
  await fail(4, 2);
  expect(await ledger()).toEqual([]);
  expect(await run()).toBe('succeeded');
  // And the next one, which is due by then.
  expect(await ledger()).toEqual(['window.sealed', 'window.sealed']);
  await expectSealed(profile, target);
});

it('so is one whose token is lost in the middle of it', async () => {
  const { clock, state, profile, target, run, ledger, fail } = await madeUp(feed);
  state.entries = Array.from({ length: 9 }, (_, n) => ({ n, text: 'x' }));
  await run();
  clock.advance(days(1));
  state.entries.push(...Array.from({ length: 9 }, (_, n) => ({ n: 9 + n, text: 'x' })));
  await fail(1, 2);
  state.oldestToken = 15;
  expect(await run()).toBe('succeeded');
  expect(await ledger()).toEqual(['window.sealed', 'gap.recorded', 'window.sealed', 'window.sealed']);
  await expectSealed(profile, target);
});

it('of a snapshot that is begun anew nothing is left over: its pages made no events', async () => {
  const { state, profile, target, run, ledger, fail } = await madeUp(things);
  state.things = Array.from({ length: 9 }, (_, n) => ({ id: `t${n}` }));
  await fail(5, 2);
  expect(await ledger()).toEqual([]);
  expect(await run()).toBe('succeeded');
  expect(await ledger()).toEqual(['window.sealed']);
  await expectSealed(profile, target);
});

it('a snapshot that lost most of its things is believed when its provider has said so for an hour, not before', async () => {
  const { clock, state, run } = await madeUp(things);
  state.things = Array.from({ length: 20 }, (_, n) => ({ id: `t${n}` }));
  expect(await run()).toBe('succeeded');
  clock.advance(hours(2));
  state.things = state.things.slice(0, 3);
  for (let n = 0; n < 3; n += 1, clock.advance(minutes(19))) expect(await run()).toBe('provider.truncated');
  clock.advance(minutes(19));
  expect(await run()).toBe('succeeded');
});

it('a link to a stranger is not followed again: the window is begun anew', async () => {
  const provider = logProvider({ pageSize: 1 });
  const house = await logHouse(provider);
  const day = house.clock.now() - days(1);
  provider.entries = Array.from({ length: 5 }, (_, n) => ({ id: `e${n}`, at: day + n }));
  provider.instead = (_asked, { page }) =>
    page === '2' ? new AppError('provider.untrusted-url', 'retry-later', 'A stranger.') : null;
  let code = '';
  const deps = { ...house.deps, batch: { pages: 1, bytes: 1 } };
  for (let n = 0; n < 20 && !code.includes('.'); n += 1) code = await house.run(100, deps);
  expect(code).toBe('provider.untrusted-url');
  const { open } = await house.cursor();
  expect(open?.counts.pages).toBe(2);
  expect(open?.resume).toBeNull();
});
