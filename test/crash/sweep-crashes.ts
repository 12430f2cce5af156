import { expect } from 'vitest';
import { minutes, seconds } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import { expectSealed, ledgerOf, whatIsKept, type Kept } from '../support/kept.ts';
import {
  openLife,
  openStage,
  pullToRest,
  wideBudget,
  type Life,
  type OpenProfile,
  type Stage,
} from '../support/rig.ts';
import { contosoId, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { chosenDeaths } from './chosen-deaths.ts';
import { cursorFirst, mortalDeps } from './mortal-deps.ts';
import { Killed, type Moment } from './mortal.ts';

/** What is pulled: one stream of each provider's manner. */
export const crashStreams = [
  { source: 'entra.directory-audits', stream: 'default', everyDays: 1.97 },
  { source: 'exchange.message-trace', stream: 'default', everyDays: 1.97 },
  { source: 'm365.unified-audit', stream: 'Audit.SharePoint', everyDays: 0.9 },
] as const;

export type CrashCase = (typeof crashStreams)[number] & { readonly open: OpenProfile };

/** Few, wide windows: every effect of a pull occurs, and the sweep stays short. */
const stageFor = (of: (typeof crashStreams)[number]): Promise<Stage> =>
  openStage({ world: smallWorld(), connection: { remembersDays: 4, everySeconds: of.everyDays * 86_400 } });

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

/** Kills a pull at each (or each n-th) of its effects, right before it or right after it; nothing may be lost or doubled. */
export async function sweepCrashes(of: CrashCase, moment: Moment, every = 1): Promise<void> {
  const stage = await stageFor(of);
  const whole = await dieAndRecover(stage, of, null, 'after');
  const truth = [...stage.simulator.control.truth({ tenant: contosoId, source: of.source })];
  expect(whole.kept.revisions.length).toBeGreaterThan(2);
  for (const record of whole.kept.records) expect(truth).toContain(record);
  for (const name of ['archive.put', 'events.insert', 'cursors.swap', 'ledger.append', 'http.send'])
    expect(whole.effects).toContain(name);
  for (const at of chosenDeaths(whole.effects, every)) {
    const { kept } = await dieAndRecover(stage, of, at, moment);
    const death = { at, effect: whole.effects[at - 1] };
    expect({ ...death, kept }).toEqual({ ...death, kept: whole.kept });
  }
}

/** The order that loses records must be noticed by this very harness. */
export async function sweepCursorFirst(of: CrashCase): Promise<void> {
  const stage = await stageFor(of);
  const whole = await dieAndRecover(stage, of, null, 'after');
  let lost = false;
  for (let at = 1; at <= whole.effects.length && !lost; at += 1) {
    const { kept } = await dieAndRecover(stage, of, at, 'after', cursorFirst);
    lost = kept.records.length < whole.kept.records.length;
  }
  expect(lost).toBe(true);
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
