import { cp } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
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
import { pullToRest, wideBudget } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { cursorFirst, mortalDeps } from './mortal-deps.ts';
import { Killed, type Moment } from './mortal.ts';

type Life = Awaited<ReturnType<typeof madeUpLife>>;

interface Scene {
  readonly name: string;
  readonly target: PullTarget;
  /** What the provider has at first, and what happens before the run that dies. */
  readonly before: (provider: MadeUpProvider) => void;
  readonly meanwhile: (provider: MadeUpProvider) => void;
  readonly events: number;
}

const entriesTo = (count: number) => Array.from({ length: count }, (_, n) => ({ n, text: `entry ${n}` }));
const scenes: readonly Scene[] = [
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
    before: ({ state }) => {
      state.entries = entriesTo(3);
    },
    meanwhile: ({ state }) => {
      state.entries = entriesTo(8);
    },
    events: 8,
  },
  {
    name: 'a feed whose token is lost',
    target: madeUpTarget(feed),
    before: ({ state }) => {
      state.entries = entriesTo(3);
    },
    meanwhile: ({ state }) => {
      state.entries = entriesTo(8);
      state.oldestToken = 5;
    },
    events: 6,
  },
];

/** The stream as it stood before the run that dies: made once, copied for each death. */
async function prepared(scene: Scene) {
  const clock = new ManualClock();
  const provider = await madeUpProvider(clock);
  const folder = await tempFolder();
  scene.before(provider);
  const life = await madeUpLife(folder, clock, provider.door);
  await pull(life.deps, scene.target, { trigger: 'timer', budget: wideBudget });
  await life.end();
  clock.advance(hours(1));
  scene.meanwhile(provider);
  return { clock, provider, folder, at: new Date(clock.now()).toISOString() };
}
type Prepared = Awaited<ReturnType<typeof prepared>>;

/** Every event once, by what it tells; its id holds when the reading was taken, which a restart may move. */
async function told(life: Life, target: PullTarget): Promise<string[]> {
  const { changes } = await life.profile.events.changes([target.scope], null, 1_000);
  return changes.map(({ event }) => `${event.operation} ${event.summary} ${event.revision}`).sort();
}

async function dieAndRecover(
  scene: Scene,
  { clock, provider, folder: source, at: began }: Prepared,
  at: number | null,
  moment: Moment,
  spoil: (deps: PullDeps) => PullDeps = deps => deps,
) {
  const folder = await tempFolder();
  await cp(source, folder, { recursive: true });
  clock.set(began);
  const first = await madeUpLife(folder, clock, provider.door);
  const doomed = mortalDeps(first.deps, at, moment);
  try {
    await pull(spoil(doomed.deps), scene.target, { trigger: 'timer', budget: wideBudget });
  } catch (thrown) {
    if (!(thrown instanceof Killed)) throw thrown;
  }
  await first.end();
  clock.advance(minutes(10));
  const second = await madeUpLife(folder, clock, provider.door);
  try {
    await pullToRest(second, scene.target, clock);
    await expectSealed(second.profile, scene.target);
    const { records, quarantined } = await whatIsKept(second.profile, scene.target);
    const cursor = await second.profile.cursors.load(scene.target.scope, scene.target.ref);
    const gaps = cursor?.value.gaps.map(({ reason }) => reason);
    const kept = { told: await told(second, scene.target), records, quarantined, gaps };
    return { kept, effects: doomed.effects };
  } finally {
    await second.end();
  }
}

describe.each(scenes)('a crash while pulling $name', scene => {
  it('at every effect, before and after it, loses nothing and doubles nothing', async () => {
    const stage = await prepared(scene);
    const whole = await dieAndRecover(scene, stage, null, 'after');
    expect(whole.kept.told).toHaveLength(scene.events);
    for (const effect of ['archive.put', 'events.upsert', 'cursors.swap', 'ledger.append', 'http.send']) {
      expect(whole.effects).toContain(effect);
    }
    for (let at = 1; at <= whole.effects.length; at += 1) {
      for (const moment of ['before', 'after'] as const) {
        const { kept } = await dieAndRecover(scene, stage, at, moment);
        const death = { at, moment, effect: whole.effects[at - 1] };
        expect({ ...death, kept }).toEqual({ ...death, kept: whole.kept });
      }
    }
  });

  it('is noticed by this harness when the cursor moves before the events are stored', async () => {
    const stage = await prepared(scene);
    const whole = await dieAndRecover(scene, stage, null, 'after');
    let lost = 0;
    for (let at = 1; at <= whole.effects.length; at += 1) {
      const { kept } = await dieAndRecover(scene, stage, at, 'after', cursorFirst);
      if (kept.told.length < whole.kept.told.length) lost += 1;
    }
    expect(lost).toBeGreaterThan(0);
  });

  it('has one winner when four workers race', async () => {
    const { clock, provider, folder } = await prepared(scene);
    const committed: string[] = [];
    const telemetry = {
      event: (name: string, fields: Readonly<Record<string, unknown>>) => {
        if (name === 'window.committed') committed.push(`${fields['from']} ${fields['to']}`);
      },
      error: () => {},
      count: () => {},
    };
    const lives = await Promise.all([1, 2, 3, 4].map(() => madeUpLife(folder, clock, provider.door)));
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(
        lives.map(({ deps }) =>
          pull({ ...deps, telemetry }, scene.target, {
            trigger: 'timer',
            budget: { pages: 1, time: seconds(600) },
          }),
        ),
      );
    }
    const [first] = lives;
    if (first === undefined) throw new Error('no life');
    await pullToRest(first, scene.target, clock);
    expect(committed).toHaveLength(1);
    expect(await told(first, scene.target)).toHaveLength(scene.events);
    const sealed = (await ledgerOf(first.profile, scene.target)).map(
      one => `${one.type} ${one.from} ${one.to}`,
    );
    expect(new Set(sealed).size).toBe(sealed.length);
    await expectSealed(first.profile, scene.target);
    for (const life of lives) await life.end();
  });
});
