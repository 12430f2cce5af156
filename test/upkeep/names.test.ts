import { describe, expect, test } from 'vitest';
import { days, hours, minutes } from '../../shared/kernel/time.ts';
import { mappedEvent } from '../../shared/mappings/mappings.ts';
import type { Entity, NewEvent, StoredEvent } from '../../shared/model/event.ts';
import type { TenantId } from '../../shared/model/ids.ts';
import { directoryNames } from '../../shared/pipeline/directory-names.ts';
import { fillNames, namelessIds } from '../../shared/pipeline/fill-names.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import { queueUpkeep } from '../../shared/pipeline/queue-upkeep.ts';
import {
  hasNamesToResolve,
  resolveNames,
  withKnownNames,
  type NamesDeps,
  type NamesTarget,
} from '../../shared/pipeline/resolve-names.ts';
import type { KnownName } from '../../shared/ports/name-store.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { guidOf } from '../../simulator/seeded.ts';
import { Killed, mortal, type Moment } from '../crash/mortal.ts';
import { plainRequest } from '../search/naive-index.ts';
import { openLife, openStage, pullToRest, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { sampleEvent, scopeOf } from '../support/sample.ts';
import { audit, contosoId, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { mappingsFrom } from '../support/mappings-from.ts';
import { wholeHistory } from '../support/whole-history.ts';

interface House {
  readonly stage: Stage;
  readonly life: Life;
  readonly target: NamesTarget;
  readonly deps: NamesDeps;
}

async function opened(folder?: string, on?: Stage): Promise<House> {
  const stage = on ?? (await openStage({ world: smallWorld() }));
  const life = await openLife(stage, folder ?? (await tempFolder()));
  const tenant = (await life.profile.tenants.get(contosoId as TenantId))?.value;
  if (tenant === undefined) throw new Error('no tenant');
  const target = { tenant, scope: scopeOf(tenant.id) };
  return { stage, life, target, deps: { ...life.profile, ...life.deps } };
}

const pullAudits = async ({ life, stage }: House): Promise<void> => {
  const target = (await life.targets(contosoId)).find(one => one.ref.source === 'entra.directory-audits');
  if (target !== undefined) await pullToRest(life, target, stage.clock);
};
const resolve = ({ deps, target }: House) => resolveNames(deps, target, wideBudget);

async function all({ life, target }: House): Promise<StoredEvent[]> {
  const { changes } = await life.profile.events.changes([target.scope], null, 10_000);
  return changes.map(change => change.event);
}
const found = async ({ life, target }: House, q: string): Promise<number> => {
  await projectIndex(life.profile.events, life.profile.index);
  const page = await life.profile.index.search([target.scope], { ...plainRequest, node: parseQuery(q) });
  return page.total.value;
};

const nobody = (id: string): Entity => ({ kind: 'other', id, name: null, address: null });
const about = (key: string, id: string): NewEvent =>
  sampleEvent(key, { tenant: contosoId as TenantId, actor: nobody(id), summary: `Update user by ${id}` });

const asked = (stage: Stage): number =>
  Object.values(stage.simulator.control.requests().counts['graph.getByIds']?.[contosoId] ?? {}).reduce(
    (sum, count) => sum + count,
    0,
  );

describe('names', () => {
  test('are found for ids after a pull, in the same revision, and can be searched', async () => {
    const initiatedBy = {
      app: null,
      user: { id: guidOf('oskar'), displayName: null, userPrincipalName: null },
    };
    const audits = [1, 2, 3].map(n => audit(`n${n}`, smallWorldNow - n * 3_600_000, { initiatedBy }));
    const house = await opened(undefined, await openStage({ world: smallWorld({ audits }) }));
    await pullAudits(house);
    expect(await found(house, 'actor:"Oskar Lind"')).toBe(0);
    const before = (await all(house)).filter(event => event.actor?.id === guidOf('oskar'));
    expect(before.length).toBeGreaterThan(2);
    expect(await hasNamesToResolve(house.deps, house.target.scope)).toBe(true);
    house.stage.clock.advance(hours(1));
    expect((await resolve(house)).named).toBe(before.length);
    for (const event of before) {
      const [only, ...more] = await wholeHistory(house.life.profile.events, house.target.scope, event.id);
      expect(more).toEqual([]);
      expect(only).toMatchObject({ revision: 1, ingestedAt: event.ingestedAt });
      expect(only?.actor).toMatchObject({ name: 'Oskar Lind', address: 'oskar.lind@contoso.example' });
      expect(only?.rebuiltAt).toBeDefined();
    }
    expect(await found(house, 'actor:"Oskar Lind"')).toBe(before.length);
    // At rest: what was made anew wants nothing more.
    await resolve(house);
    expect(await hasNamesToResolve(house.deps, house.target.scope)).toBe(false);
    // Pulled again, the record is the same record, and keeps its name.
    house.stage.clock.advance(hours(7));
    await pullAudits(house);
    expect(await found(house, 'actor:"Oskar Lind"')).toBe(before.length);
    await house.life.end();
  });

  test('nobody has are remembered, asked for once a day, and filled in when they come', async () => {
    const house = await opened();
    const { stage, life, target } = house;
    const late = guidOf('late');
    await life.profile.events.upsert(target.scope, [about('a', late), about('b', late)], stage.clock.now());
    stage.simulator.control.forgetRequests();
    for (let times = 0; times < 3; times += 1) await resolve(house);
    expect(asked(stage)).toBe(1);
    expect((await all(house)).map(event => event.actor)).toEqual([nobody(late), nobody(late)]);
    expect(await hasNamesToResolve(house.deps, target.scope)).toBe(false);
    stage.clock.advance(days(2));
    expect(await hasNamesToResolve(house.deps, target.scope)).toBe(true);
    const eva: KnownName = {
      id: late, kind: 'user', name: 'Eva Late', address: 'eva@contoso.example', at: stage.clock.now(),
    }; // prettier-ignore
    await life.profile.names.learn(target.scope, [eva]);
    expect((await resolve(house)).named).toBe(2);
    const [first] = await all(house);
    expect(first?.actor).toEqual({
      kind: 'user',
      id: late,
      name: 'Eva Late',
      address: 'eva@contoso.example',
    });
    expect(first?.summary).toBe('Update user by eva@contoso.example');
    await life.end();
  });

  test('are asked for a thousand at a time', async () => {
    const house = await opened();
    const events = Array.from({ length: 2_500 }, (_, n) => about(`e${n}`, guidOf(`person ${n}`)));
    await house.life.profile.events.upsert(house.target.scope, events, house.stage.clock.now());
    house.stage.simulator.control.forgetRequests();
    await resolve(house);
    expect(asked(house.stage)).toBe(3);
    await house.life.end();
  });

  test('that may not be asked for cost a wait, no failure, and nothing else', async () => {
    const house = await opened();
    const { stage } = house;
    stage.simulator.control.setTenant(contosoId, { permissions: ['AuditLog.Read.All'] });
    await pullAudits(house);
    await resolve(house);
    expect((await all(house)).filter(event => event.actor?.name === 'Oskar Lind')).toEqual([]);
    expect(await hasNamesToResolve(house.deps, house.target.scope)).toBe(false);
    stage.simulator.control.setTenant(contosoId, {
      permissions: ['AuditLog.Read.All', 'Directory.Read.All'],
    });
    stage.clock.advance(hours(7));
    await resolve(house);
    expect((await all(house)).filter(event => event.actor?.name === 'Oskar Lind').length).toBeGreaterThan(2);
    await house.life.end();
  });

  test('found once serve every later event, without another question', async () => {
    const house = await opened();
    const { life, target, stage } = house;
    await life.profile.events.upsert(target.scope, [about('a', guidOf('mira'))], stage.clock.now());
    await resolve(house);
    stage.simulator.control.forgetRequests();
    await life.profile.events.upsert(
      target.scope,
      [about('b', guidOf('mira').toUpperCase())],
      stage.clock.now(),
    );
    await resolve(house);
    expect(asked(stage)).toBe(0);
    expect((await all(house)).map(event => event.actor?.name)).toEqual(['Mira Holt', 'Mira Holt']);
    await life.end();
  });

  test('stay when an event is made anew from its record', async () => {
    const house = await opened();
    const { life, target, stage } = house;
    const event = about('a', guidOf('mira'));
    await life.profile.events.upsert(target.scope, [event], stage.clock.now());
    await resolve(house);
    const [named] = await all(house);
    if (named === undefined) throw new Error('no event');
    const married: KnownName = {
      id: guidOf('mira'), kind: 'user', name: 'Mira Lind', address: null, at: stage.clock.now(),
    }; // prettier-ignore
    await life.profile.names.learn(target.scope, [married]);
    const again = await withKnownNames(life.profile.names)(target.scope, named, event);
    // As she was called when the event was named.
    expect(again.actor?.name).toBe('Mira Holt');
    await life.end();
  });

  test.each(['before', 'after'] as const)(
    'come also when killed %s any effect',
    async moment => {
      const stage = await openStage({ world: smallWorld() });
      let deaths = 0;
      while (await dieAndResolve(stage, deaths + 1, moment)) deaths += 1;
      expect(deaths).toBeGreaterThan(8);
      // For a busy machine: a dozen lives.
    },
    240_000,
  );

  test('are queued for tenants with something to find, and only with a directory to ask', async () => {
    const house = await opened();
    const { life, target, stage, deps } = house;
    const queueing = {
      ...deps,
      queue: life.profile.queue,
      sources,
      tenants: () => Promise.resolve([target]),
    };
    expect(await queueUpkeep(queueing)).toBe(0);
    await life.profile.events.upsert(target.scope, [about('a', guidOf('mira'))], stage.clock.now());
    const alone = { ...target, tenant: { ...target.tenant, connections: [] } };
    expect(await queueUpkeep({ ...queueing, tenants: () => Promise.resolve([alone]) })).toBe(0);
    expect(await queueUpkeep(queueing)).toBe(1);
    await queueUpkeep(queueing);
    expect(await life.profile.queue.depth()).toMatchObject({ waiting: 1 });
    expect((await life.profile.queue.take(stage.clock.now(), minutes(1)))?.job).toEqual({
      kind: 'names',
      tenant: contosoId,
    });
    await life.end();
  });
});

/** Whether there was an effect of that number to die at. */
async function dieAndResolve(stage: Stage, at: number, moment: Moment): Promise<boolean> {
  const folder = await tempFolder();
  const first = await opened(folder, stage);
  const { target, life } = first;
  const events = [about('a', guidOf('mira')), about('b', guidOf('oskar')), about('c', guidOf('stranger'))];
  await life.profile.events.upsert(target.scope, events, stage.clock.now());
  const doom = mortal(at, moment);
  const deps = {
    ...first.deps,
    events: doom.wrap('events', first.deps.events, ['changes', 'getMany', 'rebuild']),
    names: doom.wrap('names', first.deps.names, [
      'forget',
      'position',
      'want',
      'unasked',
      'learn',
      'ready',
      'known',
      'settle',
    ]),
  };
  await resolveNames(deps, target, wideBudget).catch((thrown: unknown) => {
    if (!(thrown instanceof Killed)) throw thrown;
  });
  await life.end();
  // A killed question looks like a failed one to the job: asked again after its wait.
  stage.clock.advance(hours(7));
  const second = await opened(folder, stage);
  await resolve(second);
  const names = (await all(second))
    .map(event => event.actor?.name ?? 'nobody')
    .toSorted((a, b) => (a < b ? -1 : 1));
  expect(names).toEqual(['Mira Holt', 'Oskar Lind', 'nobody']);
  expect(await second.life.profile.names.ready(target.scope, 10)).toEqual([]);
  await second.life.end();
  return doom.dead;
}

describe('an event', () => {
  const id = guidOf('mira');
  const mira: KnownName = {
    id,
    kind: 'guest',
    name: 'Mira $& Holt',
    address: 'mira@partner.example',
    at: 0 as never,
  };
  const names = new Map([[id, mira]]);

  test('is the same object where nothing is found for it', () => {
    const event = about('a', guidOf('stranger'));
    expect(fillNames(event, names)).toBe(event);
  });
  test('keeps what its record says, and takes what is missing', () => {
    const known: Entity = { kind: 'user', id, name: 'As the record has it', address: null };
    const half: Entity = { kind: 'admin', id: id.toUpperCase(), name: null, address: 'mira@contoso.example' };
    const event = { ...about('a', id), actor: half, targets: [known, nobody(id)], summary: `x on ${id}` };
    const filled = fillNames(event, names);
    expect(filled.actor).toEqual({ ...half, name: 'Mira $& Holt' });
    expect(filled.targets[0]).toEqual(known);
    expect(filled.targets[1]).toEqual({
      kind: 'guest',
      id,
      name: 'Mira $& Holt',
      address: 'mira@partner.example',
    });
    expect(filled.summary).toBe('x on Mira $& Holt');
  });
  test('has its template’s sentence made again, where that made it', () => {
    const text = "sources: { entra.directory-audits: { '*': { summary: 'Done[ by {actor.name}]' } } }";
    const rules = mappingsFrom(text).rulesOf('entra.directory-audits');
    if (rules === null) throw new Error('no rules');
    const made = mappedEvent(rules, { ...about('a', id), outcome: 'success', reason: null });
    expect(made.summary).toBe('Done');
    expect(fillNames(made, names, rules).summary).toBe('Done by Mira $& Holt');
    // Made with other rules, or by the source itself: the words stay, and only the id gives way to the name.
    for (const other of [
      { ...made, mappingDigest: 'another' },
      { ...made, summary: `x on ${id}` },
    ]) {
      const { summary } = fillNames({ ...other, actor: { ...nobody(id) } }, names, rules);
      expect(summary).toBe(other.summary.replace(id, 'mira@partner.example'));
    }
  });
  test('wants names for directory objects only', () => {
    const targets: Entity[] = [
      { kind: 'file', id, name: null, address: null },
      { kind: 'user', id: '10032000A1B2C3D4', name: null, address: null },
      { kind: 'group', id: id.toUpperCase(), name: null, address: null },
      { kind: 'group', id: guidOf('named'), name: 'Everybody', address: null },
      nobody(id),
    ];
    expect(namelessIds({ actor: null, targets })).toEqual([id]);
  });
});

describe('groups and applications', () => {
  test('are found like people, with their kinds', async () => {
    const world = smallWorld();
    const objects = [
      { id: guidOf('crew'), kind: 'group', name: 'Crew' },
      { id: guidOf('sync'), kind: 'servicePrincipal', name: 'Sync' },
    ] as const;
    const tenants = world.tenants.map(tenant => ({ ...tenant, objects }));
    const house = await opened(undefined, await openStage({ world: { ...world, tenants } }));
    const events = ['crew', 'sync', 'mira'].map(key => about(key, guidOf(key)));
    await house.life.profile.events.upsert(house.target.scope, events, house.stage.clock.now());
    await resolve(house);
    expect((await all(house)).map(event => [event.actor?.kind, event.actor?.name])).toEqual(
      expect.arrayContaining([
        ['group', 'Crew'],
        ['application', 'Sync'],
        ['user', 'Mira Holt'],
      ]),
    );
    await house.life.end();
  });
});

describe('an answer of the directory', () => {
  const answering = (value: unknown) => ({
    send: () =>
      Promise.resolve({ status: 200, headers: {}, bytes: new TextEncoder().encode(JSON.stringify(value)) }),
  });
  test('names what it names, by kind, and nobody else', async () => {
    const ids = ['u', 'g', 'a', 'x', 'bare', 'none'].map(guidOf);
    const typed = (n: number, type: string, rest: object) => ({
      '@odata.type': `#microsoft.graph.${type}`,
      id: ids[n],
      ...rest,
    });
    const made = await directoryNames(
      answering({
        value: [
          typed(0, 'user', { displayName: 'Una', userPrincipalName: 'una_x.example#EXT#@contoso.example' }),
          typed(1, 'group', { displayName: 'Crew', mail: 'crew@contoso.example' }),
          typed(2, 'servicePrincipal', { displayName: 'Sync', userType: 7 }),
          typed(3, 'somethingNew', { displayName: 'New' }),
          typed(4, 'user', {}),
        ],
      }),
      ids,
      0 as never,
    );
    expect(made.map(one => [one.kind, one.name, one.address])).toEqual([
      ['guest', 'Una', 'una_x.example#EXT#@contoso.example'],
      ['group', 'Crew', 'crew@contoso.example'],
      ['application', 'Sync', null],
      ['other', 'New', null],
      ['other', null, null],
      ['other', null, null],
    ]);
  });
  test('of another form is malformed, not "nobody"', async () => {
    for (const wrong of [{}, [], 'x', { value: [{ displayName: 'no id' }] }]) {
      await expect(directoryNames(answering(wrong), [guidOf('a')], 0 as never)).rejects.toMatchObject({
        code: 'provider.malformed',
      });
    }
  });
});
