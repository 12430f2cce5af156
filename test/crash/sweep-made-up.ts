import { expect } from 'vitest';
import { hours, minutes, seconds } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import { expectSealed, ledgerOf, whatIsKept } from '../support/kept.ts';
import {
  feed,
  madeUpLife,
  madeUpProvider,
  madeUpTarget,
  things,
  type MadeUpProvider,
} from '../support/made-up-provider.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { pullToRest, wideBudget, type OpenProfile } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { chosenDeaths } from './chosen-deaths.ts';
import { cursorFirst, mortalDeps } from './mortal-deps.ts';
import { Killed, type Moment } from './mortal.ts';

type MadeUpLife = Awaited<ReturnType<typeof madeUpLife>>;

interface Scene {
  readonly name: string;
  readonly target: PullTarget;
  /** What the provider has at first, and what happens before the run that dies. */
  readonly before: (provider: MadeUpProvider) => void;
  readonly meanwhile: (provider: MadeUpProvider) => void;
  readonly events: number;
}
/** A scene, and the profile it plays in. */
export type MadeUpCase = Scene & { readonly open: OpenProfile };

const entriesTo = (count: number) => Array.from({ length: count }, (_, n) => ({ n, text: `entry ${n}` }));
const firstEntries = ({ state }: MadeUpProvider): void => {
  state.entries = entriesTo(3);
  state.oldestToken = 0;
};

/** What the product's own sources of these kinds do, and a provider in whom everything is small. */
export const madeUpScenes: readonly Scene[] = [
  {
    name: 'a snapshot',
    target: madeUpTarget(things),
    before: ({ state }) => {
      state.things = ['a', 'b', 'c', 'd', 'e'].map(id => ({ id, colour: 'red' }));
    },
    meanwhile: ({ state }) => {
      const red = ['b', 'e', 'c'].map(id => ({ id, colour: 'red' }));
      state.things = [{ id: 'f' }, ...red, { id: 'a', colour: 'blue' }];
    },
    events: 8,
  },
  {
    name: 'a feed',
    target: madeUpTarget(feed),
    before: firstEntries,
    meanwhile: ({ state }) => {
      state.entries = entriesTo(8);
    },
    events: 8,
  },
  {
    name: 'a feed whose token is lost',
    target: madeUpTarget(feed),
    before: firstEntries,
    meanwhile: ({ state }) => {
      state.entries = entriesTo(8);
      state.oldestToken = 5;
    },
    events: 6,
  },
];

interface MadeUpStage {
  readonly clock: ManualClock;
  readonly provider: MadeUpProvider;
  /** A stream as it stands before the run that dies, in a place of its own. */
  prepare(): Promise<string>;
}

async function stageFor(of: MadeUpCase): Promise<MadeUpStage> {
  const clock = new ManualClock();
  const began = new Date(clock.now()).toISOString();
  const provider = await madeUpProvider(clock);
  return {
    clock,
    provider,
    async prepare() {
      const folder = await tempFolder();
      clock.set(began);
      of.before(provider);
      const life = await madeUpLife(folder, clock, provider.door, of.open);
      await pull(life.deps, of.target, { trigger: 'timer', budget: wideBudget });
      await life.end();
      clock.advance(hours(1));
      of.meanwhile(provider);
      return folder;
    },
  };
}

/** Every event once, by what it tells; its id holds when the reading was taken, which a restart may move. */
async function told(life: MadeUpLife, target: PullTarget): Promise<string[]> {
  const { changes } = await life.profile.events.changes([target.scope], null, 1_000);
  return changes.map(({ event }) => `${event.operation} ${event.summary} ${event.revision}`).sort();
}

async function dieAndRecover(
  of: MadeUpCase,
  { clock, provider, prepare }: MadeUpStage,
  at: number | null,
  moment: Moment,
  spoil: (deps: PullDeps) => PullDeps = deps => deps,
) {
  const folder = await prepare();
  const first = await madeUpLife(folder, clock, provider.door, of.open);
  const doomed = mortalDeps(first.deps, at, moment);
  try {
    await pull(spoil(doomed.deps), of.target, { trigger: 'timer', budget: wideBudget });
  } catch (thrown) {
    if (!(thrown instanceof Killed)) throw thrown;
  }
  await first.end();
  clock.advance(minutes(10));
  const second = await madeUpLife(folder, clock, provider.door, of.open);
  try {
    await pullToRest(second, of.target, clock);
    await expectSealed(second.profile, of.target);
    const { records, quarantined } = await whatIsKept(second.profile, of.target);
    const cursor = await second.profile.cursors.load(of.target.scope, of.target.ref);
    const gaps = cursor?.value.gaps.map(({ reason }) => reason);
    const kept = { told: await told(second, of.target), records, quarantined, gaps };
    return { kept, effects: doomed.effects };
  } finally {
    await second.end();
  }
}

/** Kills a pull at its effects, right before and right after; nothing may be lost or doubled. */
export async function sweepMadeUp(of: MadeUpCase, every = 1): Promise<void> {
  const stage = await stageFor(of);
  const whole = await dieAndRecover(of, stage, null, 'after');
  expect(whole.kept.told).toHaveLength(of.events);
  for (const effect of ['archive.put', 'events.insert', 'cursors.swap', 'ledger.append', 'http.send']) {
    expect(whole.effects).toContain(effect);
  }
  for (const at of chosenDeaths(whole.effects, every)) {
    for (const moment of ['before', 'after'] as const) {
      const { kept } = await dieAndRecover(of, stage, at, moment);
      const death = { at, moment, effect: whole.effects[at - 1] };
      expect({ ...death, kept }).toEqual({ ...death, kept: whole.kept });
    }
  }
}

/** The order that loses records must be noticed by this very harness. */
export async function sweepMadeUpCursorFirst(of: MadeUpCase): Promise<void> {
  const stage = await stageFor(of);
  const whole = await dieAndRecover(of, stage, null, 'after');
  let lost = false;
  for (let at = 1; at <= whole.effects.length && !lost; at += 1) {
    const { kept } = await dieAndRecover(of, stage, at, 'after', cursorFirst);
    lost = kept.told.length < whole.kept.told.length;
  }
  expect(lost).toBe(true);
}

/** Four workers on one stream: one of them commits, and seals once. */
export async function raceMadeUp(of: MadeUpCase): Promise<void> {
  const { clock, provider, prepare } = await stageFor(of);
  const folder = await prepare();
  const committed: string[] = [];
  const telemetry = {
    event: (name: string, fields: Readonly<Record<string, unknown>>) => {
      if (name === 'window.committed') committed.push(`${fields['from']} ${fields['to']}`);
    },
    error: () => {},
    count: () => {},
  };
  const lives = await Promise.all([1, 2, 3, 4].map(() => madeUpLife(folder, clock, provider.door, of.open)));
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(
      lives.map(({ deps }) =>
        pull({ ...deps, telemetry }, of.target, {
          trigger: 'timer',
          budget: { pages: 1, time: seconds(600) },
        }),
      ),
    );
  }
  const [first] = lives;
  if (first === undefined) throw new Error('no life');
  await pullToRest(first, of.target, clock);
  expect(committed).toHaveLength(1);
  expect(await told(first, of.target)).toHaveLength(of.events);
  const sealed = (await ledgerOf(first.profile, of.target)).map(one => `${one.type} ${one.from} ${one.to}`);
  expect(new Set(sealed).size).toBe(sealed.length);
  await expectSealed(first.profile, of.target);
  for (const life of lives) await life.end();
}
