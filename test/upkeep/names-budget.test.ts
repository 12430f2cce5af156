import { describe, expect, test } from 'vitest';
import { days, minutes } from '../../shared/kernel/time.ts';
import type { Entity, NewEvent } from '../../shared/model/event.ts';
import type { TenantId } from '../../shared/model/ids.ts';
import type { PullBudget } from '../../shared/pipeline/pull-types.ts';
import { resolveNames, type NamesDeps, type NamesTarget } from '../../shared/pipeline/resolve-names.ts';
import type { KnownName } from '../../shared/ports/name-store.ts';
import { guidOf } from '../../simulator/seeded.ts';
import { openLife, openStage, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { sampleEvent, scopeOf } from '../support/sample.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const idsPerEvent = 1_500;
const eventCount = 6;
const idOf = (event: number, n: number): string => guidOf(`person ${event} ${n}`);

/** An event about as many objects as a bulk change has, of which the record says nothing but ids. */
const crowd = (event: number): NewEvent =>
  sampleEvent(`crowd ${event}`, {
    tenant: contosoId as TenantId,
    actor: null,
    targets: Array.from({ length: idsPerEvent }, (_, n): Entity => ({
      kind: 'other', id: idOf(event, n), name: null, address: null,
    })), // prettier-ignore
  });

interface House {
  readonly stage: Stage;
  readonly life: Life;
  readonly target: NamesTarget;
  readonly deps: NamesDeps;
}

/** Everybody's name is known already, so that nothing is asked for. */
async function crowded(): Promise<House> {
  const stage = await openStage({ world: smallWorld() });
  const life = await openLife(stage, await tempFolder());
  const tenant = (await life.profile.tenants.get(contosoId as TenantId))?.value;
  if (tenant === undefined) throw new Error('no tenant');
  const target = { tenant, scope: scopeOf(tenant.id) };
  const events = Array.from({ length: eventCount }, (_, event) => crowd(event));
  await life.profile.events.upsert(target.scope, events, stage.clock.now());
  const names = events.flatMap((_, event) =>
    Array.from({ length: idsPerEvent }, (_id, n): KnownName => ({
      id: idOf(event, n), kind: 'user', name: `Person ${event} ${n}`, address: null, at: stage.clock.now(),
    })),
  ); // prettier-ignore
  await life.profile.names.learn(target.scope, names);
  return { stage, life, target, deps: { ...life.profile, ...life.deps } };
}

/** Runs until there is nothing left; how many runs that were. */
async function toTheEnd({ deps, target }: House, budget: PullBudget): Promise<number> {
  for (let runs = 1; runs < 500; runs += 1) {
    if ((await resolveNames(deps, target, budget)).status === 'done') return runs;
  }
  throw new Error('no end');
}

async function expectAllNamed({ life, target }: House): Promise<void> {
  const { changes } = await life.profile.events.changes([target.scope], null, 1_000);
  const nameless = changes.flatMap(({ event }) => event.targets.filter(one => one.name === null));
  expect([changes.length, nameless.length]).toEqual([eventCount, 0]);
  expect(await life.profile.names.ready(target.scope, 10)).toEqual([]);
}

describe('names for events with thousands of ids', () => {
  test('are wanted, filled in and settled within the pages of a run, and all of them in the end', async () => {
    const house = await crowded();
    const { life, deps } = house;
    let wanted = 0;
    let settled = 0;
    let most = 0;
    const counted: NamesDeps = {
      ...deps,
      names: {
        ...life.profile.names,
        want: async (...asked) => {
          wanted += asked[1].length;
          await life.profile.names.want(...asked);
        },
        settle: async (scope, some) => {
          settled += some.length;
          most = Math.max(most, some.length);
          await life.profile.names.settle(scope, some);
        },
      },
    };
    const two = { pages: 2, time: minutes(60) };
    expect((await resolveNames(counted, house.target, two)).status).toBe('continued');
    // An event is looked through as a whole; no third one was begun.
    expect([wanted, settled]).toEqual([2 * idsPerEvent, 0]);
    expect(await toTheEnd({ ...house, deps: counted }, two)).toBeGreaterThan(5);
    expect(most).toBeLessThanOrEqual(100);
    await expectAllNamed(house);
    await life.end();
  });

  test('are put off when time is up, and when the host stops, and found in the next run', async () => {
    const house = await crowded();
    const { stage, life, deps, target } = house;
    const { names } = life.profile;
    const stop = new AbortController();
    let wants = 0;
    const slowly: NamesDeps = {
      ...deps,
      names: {
        ...names,
        want: async (...asked) => {
          await names.want(...asked);
          stage.clock.advance(minutes(1));
          wants += 1;
          if (wants === 4) stop.abort();
        },
      },
    };
    const budget = { pages: 1_000, time: minutes(2), signal: stop.signal };
    expect((await resolveNames(slowly, target, budget)).status).toBe('continued');
    expect(wants).toBe(2);
    expect((await resolveNames(slowly, target, { ...budget, time: minutes(60) })).status).toBe('continued');
    expect(wants).toBe(4);
    await toTheEnd(house, wideBudget);
    await expectAllNamed(house);
    await life.end();
  });

  test('fill in an event once, and not for each few hundred of its ids', async () => {
    const house = await crowded();
    const { life, target } = house;
    const before = (await life.profile.events.changes([target.scope], null, 1_000)).next;
    await toTheEnd(house, { pages: 2, time: minutes(60) });
    const { changes } = await life.profile.events.changes([target.scope], before, 1_000);
    expect(changes).toHaveLength(eventCount);
    // Positions are given out one by one: each event took one more, and no other was used up.
    expect(Number(changes.at(-1)?.position)).toBe(Number(before) + eventCount);
    await life.end();
  });

  test('are given as far as no event becomes too large by them', async () => {
    const house = await crowded();
    const { stage, life, target } = house;
    const many = Array.from({ length: 6_000 }, (_, n) => guidOf(`many ${n}`));
    const targets = many.map((id): Entity => ({ kind: 'other', id, name: null, address: null }));
    const event = sampleEvent('many', { tenant: contosoId as TenantId, targets });
    await life.profile.events.upsert(target.scope, [event], stage.clock.now());
    const long = 'n'.repeat(100);
    await life.profile.names.learn(
      target.scope,
      many.map(id => ({ id, kind: 'user', name: long, address: null, at: stage.clock.now() })),
    );
    await toTheEnd(house, wideBudget);
    const found = await life.profile.events.get(target.scope, event.id);
    const named = found?.targets.filter(one => one.name === long).length ?? 0;
    expect(named).toBeGreaterThan(2_000);
    expect(named).toBeLessThan(6_000);
    expect(await life.profile.names.ready(target.scope, 10)).toEqual([]);
    await life.end();
  });

  test('that nobody could give for a month are forgotten within the pages of a run', async () => {
    const house = await crowded();
    const { stage, life, target, deps } = house;
    const { names } = life.profile;
    const old = Array.from({ length: 450 }, (_, n) => ({ id: guidOf(`gone ${n}`), event: 'long ago' }));
    const position = (await life.profile.events.changes([target.scope], null, 1_000)).next ?? '';
    await names.want(target.scope, old, position, stage.clock.now());
    stage.clock.advance(days(31));
    const left = async (): Promise<number> => {
      const now = stage.clock.now();
      return (await names.unasked(target.scope, { absent: now, named: now }, 1_000)).length;
    };
    expect(await left()).toBe(450);
    expect((await resolveNames(deps, target, { pages: 2, time: minutes(60) })).status).toBe('continued');
    expect(await left()).toBe(250);
    await toTheEnd(house, { pages: 2, time: minutes(60) });
    expect(await left()).toBe(0);
    await life.end();
  });
});

test('events are read for their names some at a time: each may be of the largest size', async () => {
  const { life, deps, target } = await crowded();
  const events = Array.from({ length: 250 }, (_, n) => ({
    ...crowd(0),
    id: sampleEvent(`one of many ${n}`).id,
    targets: crowd(0).targets.slice(0, 1),
  }));
  await life.profile.events.upsert(target.scope, events, deps.clock.now());
  const read: number[] = [];
  const counted: NamesDeps = {
    ...deps,
    events: {
      ...life.profile.events,
      getMany: (scope, ids) => {
        read.push(ids.length);
        return life.profile.events.getMany(scope, ids);
      },
    },
  };
  expect(await resolveNames(counted, target, wideBudget)).toMatchObject({
    status: 'done',
    named: expect.any(Number),
  });
  expect(Math.max(...read)).toBeLessThanOrEqual(100);
  expect(read.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(events.length);
  const named = await life.profile.events.getMany(
    target.scope,
    events.map(({ id }) => id),
  );
  expect(named.filter(({ targets }) => targets[0]?.name === 'Person 0 0')).toHaveLength(events.length);
  await life.end();
});
