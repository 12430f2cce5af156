import { expect } from 'vitest';
import type { OpenEmbeddedOptions } from '../../shared/adapters/embedded/open-embedded.ts';
import { minutes, seconds } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { expectSealed, ledgerOf, whatIsKept, type Kept } from '../support/kept.ts';
import { openLife, openStage, pullToRest, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { contosoId, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { Killed, mortal, type Moment } from './mortal.ts';

/** What is pulled: one stream of each provider's manner. */
export const crashStreams = [
  { source: 'entra.directory-audits', stream: 'default', everyDays: 1.97 },
  { source: 'exchange.message-trace', stream: 'default', everyDays: 1.97 },
  { source: 'm365.unified-audit', stream: 'Audit.SharePoint', everyDays: 0.9 },
] as const;

/** How a profile is opened over what stands for a data folder. */
type OpenProfile = (options: OpenEmbeddedOptions) => Promise<Profile>;
export type CrashCase = (typeof crashStreams)[number] & { readonly open: OpenProfile };

/** Few, wide windows: every effect of a pull occurs, and the sweep stays short. */
const stageFor = (of: (typeof crashStreams)[number]): Promise<Stage> =>
  openStage({ world: smallWorld(), connection: { remembersDays: 4, everySeconds: of.everyDays * 86_400 } });

/** The same product, but each of its effects may be the last thing it does. */
function mortalDeps(
  deps: PullDeps,
  at: number | null,
  moment: Moment,
): { deps: PullDeps; effects: readonly string[] } {
  const life = mortal(at, moment);
  const wrapped: PullDeps = {
    ...deps,
    archive: life.wrap('archive', deps.archive, ['put']),
    events: life.wrap('events', deps.events, ['upsert', 'quarantine']),
    cursors: life.wrap('cursors', deps.cursors, ['load', 'swap', 'markRead', 'unread', 'forgetRead']),
    ledger: life.wrap('ledger', deps.ledger, ['append']),
    runs: life.wrap('runs', deps.runs, ['put']),
    http: tenant => life.wrap('http', deps.http(tenant), ['send']),
  };
  return { deps: wrapped, effects: life.effects };
}

async function targetOf(life: Life, of: (typeof crashStreams)[number]): Promise<PullTarget> {
  const found = (await life.targets(contosoId)).find(
    target => target.ref.source === of.source && target.ref.stream === of.stream,
  );
  if (found === undefined) throw new Error('no such stream');
  return found;
}

/** Runs once with a death at the n-th effect, starts again as another process, and says what is kept. */
async function dieAndRecover(
  stage: Stage,
  of: CrashCase,
  at: number | null,
  moment: Moment,
  spoil: (deps: PullDeps) => PullDeps = deps => deps,
): Promise<{ kept: Kept; effects: readonly string[] }> {
  const folder = await tempFolder();
  stage.clock.set(new Date(smallWorldNow).toISOString());
  stage.simulator.control.forgetRequests();
  const { open } = of;
  const first = await openLife(stage, folder, { open });
  const target = await targetOf(first, of);
  const doomed = mortalDeps(first.deps, at, moment);
  try {
    await pull(spoil(doomed.deps), target, { trigger: 'timer', budget: wideBudget });
  } catch (thrown) {
    if (!(thrown instanceof Killed)) throw thrown;
  }
  await first.end();
  stage.clock.advance(minutes(10));
  const second = await openLife(stage, folder, { open });
  try {
    const again = await targetOf(second, of);
    await pullToRest(second, again, stage.clock);
    await expectSealed(second.profile, again);
    return { kept: await whatIsKept(second.profile, again), effects: doomed.effects };
  } finally {
    await second.end();
  }
}

/** The order this house forbids: the cursor moves first, and the events are stored when it next does. */
function cursorFirst(deps: PullDeps): PullDeps {
  let waiting: (() => Promise<unknown>) | null = null;
  const later: EventStore['upsert'] = async (scope, events, at) => {
    waiting = () => deps.events.upsert(scope, events, at);
    return { inserted: events.length, replaced: 0, unchanged: 0 };
  };
  return {
    ...deps,
    events: new Proxy(deps.events, {
      get: (store, name) => (name === 'upsert' ? later : Reflect.get(store, name)),
    }),
    cursors: new Proxy(deps.cursors, {
      get: (store, name) => {
        if (name !== 'swap') return Reflect.get(store, name);
        return async (...args: Parameters<typeof store.swap>) => {
          const swapped = await store.swap(...args);
          await waiting?.();
          waiting = null;
          return swapped;
        };
      },
    }),
  };
}

/**
 * Kills a pull at each of its effects, before it and after it; nothing may be lost or doubled. `once`: each effect
 * is tried once, before or after it in turn, where the stores are slow.
 */
export async function sweepCrashes(of: CrashCase, once = false): Promise<void> {
  const stage = await stageFor(of);
  const whole = await dieAndRecover(stage, of, null, 'after');
  const truth = [...stage.simulator.control.truth({ tenant: contosoId, source: of.source })];
  expect(whole.kept.revisions.length).toBeGreaterThan(2);
  for (const record of whole.kept.records) expect(truth).toContain(record);
  expect(new Set(whole.effects)).toEqual(
    new Set([...whole.effects, 'archive.put', 'events.upsert', 'cursors.swap', 'ledger.append', 'http.send']),
  );
  for (let at = 1; at <= whole.effects.length; at += 1) {
    for (const moment of momentsAt(at, once)) {
      const { kept } = await dieAndRecover(stage, of, at, moment);
      expect({ at, moment, effect: whole.effects[at - 1], kept }).toEqual({
        at,
        moment,
        effect: whole.effects[at - 1],
        kept: whole.kept,
      });
    }
  }
}

/** The order that loses records must be noticed by this very harness. */
export async function sweepCursorFirst(of: CrashCase): Promise<void> {
  const stage = await stageFor(of);
  const whole = await dieAndRecover(stage, of, null, 'after');
  let lost = 0;
  for (let at = 1; at <= whole.effects.length; at += 1) {
    const { kept } = await dieAndRecover(stage, of, at, 'after', cursorFirst);
    if (kept.records.length < whole.kept.records.length) lost += 1;
  }
  expect(lost).toBeGreaterThan(0);
}

/** Four workers on one stream: every window is committed by one of them, and sealed once. */
export async function raceWorkers(of: CrashCase): Promise<void> {
  const stage = await stageFor(of);
  const folder = await tempFolder();
  const committed: string[] = [];
  const telemetry = {
    event: (name: string, fields: Readonly<Record<string, unknown>>) => {
      if (name === 'window.committed')
        committed.push(`${fields['purpose']} ${fields['from']} ${fields['to']}`);
    },
    error: () => {},
    count: () => {},
  };
  const lives = await Promise.all(
    [1, 2, 3, 4].map(() => openLife(stage, folder, { telemetry, open: of.open })),
  );
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(
      lives.map(async life => {
        const target = await targetOf(life, of);
        return pull(life.deps, target, { trigger: 'timer', budget: { pages: 1, time: seconds(600) } });
      }),
    );
  }
  const [first] = lives;
  if (first === undefined) throw new Error('no life');
  const target = await targetOf(first, of);
  await pullToRest(first, target, stage.clock);
  expect(committed.length).toBeGreaterThan(0);
  expect(new Set(committed).size).toBe(committed.length);
  const sealed = (await ledgerOf(first.profile, target)).map(entry => `${entry.from} ${entry.to}`);
  expect(new Set(sealed).size).toBe(sealed.length);
  const kept = await whatIsKept(first.profile, target);
  expect(new Set(kept.revisions).size).toBe(kept.revisions.length);
  await expectSealed(first.profile, target);
  for (const life of lives) await life.end();
}

const momentsAt = (at: number, once: boolean): readonly Moment[] =>
  once ? [at % 2 === 0 ? 'before' : 'after'] : ['before', 'after'];
