import { describe, expect, it } from 'vitest';
import { faultCatalogue } from '../../simulator/faults/catalogue.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { asAsked } from '../../simulator/world/state.ts';
import type { World } from '../../simulator/world/world.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, minutes, type Duration } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { expectSealed } from '../support/kept.ts';
import { openLife, openStage, pullToRest, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { contosoId, smallWorldNow } from '../support/small-world.ts';
import { fiveThings, stateWorld } from '../support/state-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { everywhere } from './expected-states.ts';
import { delays, silenceUnder } from './patience.ts';
import { saysOtherwise, snapshotStates, snapshotStreams, type SnapshotStream } from './snapshot-streams.ts';

const states = snapshotStates(everywhere);

const faultsOf = ({ routes }: SnapshotStream): (readonly [string, Fault])[] =>
  faultCatalogue
    .filter(fault => fault.routes.some(route => routes.some(one => one === route)))
    .map(fault => [fault.name, fault] as const);

/** Half an hour in, the first thing of the stream's list goes, the second changes, and another comes. */
function worldOf({ list, changed }: SnapshotStream): World {
  const state = fiveThings((asked, things, asOf) => {
    const [, second, ...rest] = things;
    if (asked !== list || asOf < smallWorldNow + minutes(30) || second === undefined) return things;
    return [{ ...second, ...changed }, ...rest, { ...second, id: 'another' }];
  });
  return stateWorld(state, {});
}

async function targetOf(life: Life, of: SnapshotStream): Promise<PullTarget> {
  const found = (await life.targets(contosoId)).find(
    target => target.ref.source === of.source && target.ref.stream === of.stream,
  );
  if (found === undefined) throw new Error('no such stream');
  return found;
}

async function suffer(life: Life, target: PullTarget, stage: Stage): Promise<string> {
  for (let run = 0; run < 4; run += 1) {
    try {
      await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
    }
    const cursor = await life.deps.cursors.load(target.scope, target.ref);
    const retryAt = cursor?.value.failures?.retryAt;
    if (retryAt !== undefined) stage.clock.advance(Math.max(retryAt - stage.clock.now() + 1, 0) as Duration);
    stage.clock.advance(minutes(11));
  }
  const cursor = (await life.deps.cursors.load(target.scope, target.ref))?.value;
  const { quarantined } = await life.profile.events.counts(target.scope);
  const shown = [cursor?.failures?.code ?? 'fine'];
  if ((cursor?.paused ?? null) !== null) shown.push('paused');
  if (quarantined > 0) shown.push('quarantined');
  if ((cursor?.gaps.length ?? 0) > 0) shown.push('gap');
  return shown.join(' ');
}

/** Things as the events tell them: the last word on each. */
async function toldBy(life: Life, target: PullTarget): Promise<{ events: string[]; there: number }> {
  const { changes } = await life.profile.events.changes([target.scope], null, 1_000);
  const mine = changes.map(({ event }) => event).filter(event => event.source === target.ref.source);
  const last = new Map<string, string>();
  for (const event of mine) {
    const object = await life.profile.archive.get(target.scope, event.raw.key);
    const record = target.source.recordBytes(object?.bytes ?? new Uint8Array(), event.raw.index);
    const { id } = JSON.parse(Buffer.from(record).toString()) as { id: string };
    last.set(id, event.operation);
  }
  const there = [...last.values()].filter(operation => !operation.endsWith('removed')).length;
  return { events: mine.map(event => `${event.operation}: ${event.summary}`).sort(), there };
}

async function scenario(of: SnapshotStream, fault: Fault | null) {
  const world = worldOf(of);
  const stage = await openStage({ world, connection: { remembersDays: 1, everySeconds: 600 } });
  const life = await openLife(stage, await tempFolder(), { silence: silenceUnder(fault) });
  try {
    const target = await targetOf(life, of);
    await pullToRest(life, target, stage.clock);
    stage.clock.advance(minutes(40));
    if (fault !== null) {
      const routes = of.routes.filter(route => fault.routes.some(one => one === route));
      const route = routes.length === 1 ? (routes[0] ?? 'graph') : 'graph';
      stage.simulator.control.addFault({ name: fault.name, tenant: contosoId, options: delays, route });
    }
    const state = await suffer(life, target, stage);
    stage.simulator.control.clearFaults();
    await pullToRest(life, target, stage.clock);
    stage.clock.advance(days(0.01));
    await pullToRest(life, target, stage.clock);
    await expectSealed(life.profile, target);
    const cursor = await life.deps.cursors.load(target.scope, target.ref);
    const truth = world.tenants[0]?.state;
    const lists = of.list === 'roleAssignments' ? (['roleDefinitions', of.list] as const) : of.list === 'conditionalAccessPolicies' ? ([of.list, 'namedLocations'] as const) : ([of.list] as const); // prettier-ignore
    const things = lists.flatMap(list => truth?.(list, stage.clock.now(), asAsked) ?? []).length;
    expect(cursor?.value.snapshot?.things).toBe(things);
    return { ...(await toldBy(life, target)), state, things };
  } finally {
    await life.end();
  }
}

describe.each(snapshotStreams.map(of => [of.source, of] as const))('%s', (_, of) => {
  const healthy = scenario.bind(null, of, null);
  let whole: Awaited<ReturnType<typeof scenario>> | null = null;

  it.each(faultsOf(of))('survives %s', async (name, fault) => {
    whole ??= await healthy();
    expect([whole.state, whole.there]).toEqual(['fine', whole.things]);
    const found = await scenario(of, fault);
    expect([name, found.state]).toEqual([name, states[name]]);
    expect(found.there).toBe(found.things);
    if (!saysOtherwise.has(name)) expect(found.events).toEqual(whole.events);
  });
});
