import { describe, expect, test } from 'vitest';
import { hours, minutes } from '../../shared/kernel/time.ts';
import type { OperationId, TenantId } from '../../shared/model/ids.ts';
import type { Operation } from '../../shared/model/run.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import { newRenormalize, renormalizeStateOf } from '../../shared/pipeline/renormalize-state.ts';
import {
  renormalize, type RenormalizeDeps, type RenormalizeTarget,
} from '../../shared/pipeline/renormalize.ts'; // prettier-ignore
import type { StoredEvent } from '../../shared/model/event.ts';
import { Problem, type Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { Killed, mortal, type Moment } from '../crash/mortal.ts';
import { plainRequest } from '../search/naive-index.ts';
import { openLife, openStage, pullToRest, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { scopeOf } from '../support/sample.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const audits = 'entra.directory-audits';

/** Today's sources, but the audits' mapping is what it once was: it knew fewer words, and refused a kind of record. */
const before: readonly Source[] = sources.map(source =>
  source.id === audits
    ? {
        ...source,
        mapping: 1,
        normalize: (record, about) => {
          const made = source.normalize(record, about);
          if ('skip' in made) return made;
          if (made.operation === 'Update user') throw new Problem('operation: expected one that is known');
          return { ...made, category: 'other', summary: 'something happened' };
        },
      }
    : source,
);
/** The same sources after the mapping was mended and its number raised. */
const after = (mapping = 2): readonly Source[] =>
  sources.map(source => (source.id === audits ? { ...source, mapping } : source));

interface House {
  readonly stage: Stage;
  readonly life: Life;
  readonly target: RenormalizeTarget;
}

/** A world pulled with the mapping of before. */
async function pulled(folder?: string, id = audits, of = before): Promise<House> {
  const stage = await openStage({ world: smallWorld() });
  const life = await openLife(stage, folder ?? (await tempFolder()));
  for (const target of (await life.targets(contosoId)).filter(one => one.ref.source === id)) {
    const source = of.find(one => one.id === target.source.id);
    if (source !== undefined) await pullToRest(life, { ...target, source }, stage.clock);
  }
  return { stage, life, target: await targetOf(life) };
}

async function targetOf(life: Life): Promise<RenormalizeTarget> {
  const tenant = (await life.profile.tenants.get(contosoId as TenantId))?.value;
  if (tenant === undefined) throw new Error('no tenant');
  return { tenant, scope: scopeOf(tenant.id) };
}

const depsOf = (life: Life, of = after()): RenormalizeDeps => ({
  ...life.profile,
  clock: life.deps.clock,
  sources: of,
});

async function started(
  { life, target, stage }: House,
  asked: Partial<Parameters<typeof newRenormalize>[0]> = {},
): Promise<OperationId> {
  const since = new Date(stage.clock.now()).toISOString();
  const id = `op-${String(Math.floor(stage.clock.now()))}-${JSON.stringify(asked).length}`;
  const operation: Operation = {
    id, tenant: target.tenant.id, kind: 'renormalize', status: 'NotStarted', percentComplete: 0, createdAt: since,
    updatedAt: since, createdBy: 'x', error: null,
    result: { ...newRenormalize({ dryRun: false, source: null, all: false, since, ...asked }) },
  }; // prettier-ignore
  await life.profile.operations.swap(target.scope, null, operation);
  return id as OperationId;
}

const operationOf = async (
  { life, target }: Pick<House, 'life' | 'target'>,
  id: string,
): Promise<Operation> => {
  const found = await life.profile.operations.get(target.scope, id);
  if (found === null) throw new Error('no operation');
  return found.value;
};
const countsOf = (operation: Operation) => renormalizeStateOf(operation)?.counts;

async function eventsOf({ life, target }: Pick<House, 'life' | 'target'>): Promise<StoredEvent[]> {
  const { changes } = await life.profile.events.changes([target.scope], null, 1_000);
  return changes.map(change => change.event).filter(event => event.source === audits);
}
const shownOf = (events: readonly StoredEvent[]): string[] =>
  events.map(one => `${one.id} ${one.revision} ${one.mapping} ${one.category} ${one.summary}`).sort();

/** What a world is that was pulled with the mapping of today from the beginning. */
async function asIfNew(): Promise<string[]> {
  const stage = await openStage({ world: smallWorld() });
  const life = await openLife(stage, await tempFolder());
  for (const target of (await life.targets(contosoId)).filter(one => one.ref.source === audits)) {
    const source = after().find(one => one.id === target.source.id);
    if (source !== undefined) await pullToRest(life, { ...target, source }, stage.clock);
  }
  const shown = shownOf(await eventsOf({ life, target: await targetOf(life) }));
  await life.end();
  return shown;
}

describe('renormalize', () => {
  test('makes of stored events and of quarantine what a pull would make of them today, under the same ids', async () => {
    const house = await pulled();
    const { life, target, stage } = house;
    const old = await eventsOf(house);
    expect((await life.profile.events.counts(target.scope)).quarantined).toBe(1);
    await projectIndex(life.profile.events, life.profile.index);
    stage.clock.advance(hours(1));
    const id = await started(house);
    await renormalize(depsOf(life), target, id, wideBudget);
    const operation = await operationOf(house, id);
    expect(operation).toMatchObject({ status: 'Succeeded', percentComplete: 100, error: null });
    expect(countsOf(operation)).toMatchObject({ changed: 4, released: 1, stillInQuarantine: 0, moved: 0 });
    const now = await eventsOf(house);
    expect(shownOf(now)).toEqual(await asIfNew());
    for (const event of old) expect(now.map(one => one.id)).toContain(event.id);
    // History stays honest: the same revision of the same record, made anew then.
    const rebuilt = now.filter(one => one.rebuiltAt !== undefined);
    expect(rebuilt).toHaveLength(4);
    for (const event of rebuilt) {
      expect(event.ingestedAt).toBe(old.find(one => one.id === event.id)?.ingestedAt);
      expect(event.revision).toBe(1);
    }
    expect((await life.profile.events.counts(target.scope)).quarantined).toBe(0);
    // And the index shows what is said now.
    await projectIndex(life.profile.events, life.profile.index);
    const search = (q: string) =>
      life.profile.index.search([target.scope], { ...plainRequest, node: parseQuery(q) });
    expect((await search('"something happened"')).total.value).toBe(0);
    expect((await search(`source:${audits}`)).total.value).toBe(5);
    await life.end();
  });

  test('shows in a dry run what it would change, and changes nothing', async () => {
    const house = await pulled();
    const { life, target } = house;
    const old = shownOf(await eventsOf(house));
    const id = await started(house, { dryRun: true });
    await renormalize(depsOf(life), target, id, wideBudget);
    const operation = await operationOf(house, id);
    expect(countsOf(operation)).toMatchObject({ changed: 4, released: 1 });
    const samples = renormalizeStateOf(operation)?.samples ?? [];
    expect(samples[0]?.differences).toEqual(expect.arrayContaining(['summary', 'category: other → role']));
    // An operation is shown to people who may not read records.
    expect(JSON.stringify(operation.result)).not.toMatch(/contoso\.example|Mira/);
    expect(shownOf(await eventsOf(house))).toEqual(old);
    expect((await life.profile.events.counts(target.scope)).quarantined).toBe(1);
    await life.end();
  });

  test('does nothing where the mapping is the same, unless all are asked for', async () => {
    const house = await pulled();
    const { life, target, stage } = house;
    const idle = await started(house);
    await renormalize(depsOf(life, after(1)), target, idle, wideBudget);
    expect(countsOf(await operationOf(house, idle))).toMatchObject({ changed: 0, renumbered: 0 });
    stage.clock.advance(minutes(1));
    // What was in quarantine is an event by now, as today's mapping makes it.
    const all = await started(house, { all: true, source: audits });
    await renormalize(depsOf(life, after(1)), target, all, wideBudget);
    expect(countsOf(await operationOf(house, all))).toMatchObject({ changed: 4, looked: 5 });
    await life.end();
  });

  test('once more changes nothing and adds nothing to the feed', async () => {
    const house = await pulled();
    const { life, target, stage } = house;
    await renormalize(depsOf(life), target, await started(house), wideBudget);
    const { next } = await life.profile.events.changes([target.scope], null, 1_000);
    stage.clock.advance(minutes(1));
    const again = await started(house, { all: true });
    await renormalize(depsOf(life), target, again, wideBudget);
    expect(countsOf(await operationOf(house, again))).toMatchObject({
      changed: 0,
      renumbered: 0,
      released: 0,
    });
    expect((await life.profile.events.changes([target.scope], next, 10)).changes).toEqual([]);
    await life.end();
  });

  test('keeps an event that the mapping of today refuses, and says so', async () => {
    const house = await pulled();
    const { life, target } = house;
    const old = shownOf(await eventsOf(house));
    const strict = after().map(source =>
      source.id === audits
        ? {
            ...source,
            normalize: () => {
              throw new Problem('time: expected one');
            },
          }
        : source,
    );
    const id = await started(house);
    await renormalize(depsOf(life, strict), target, id, wideBudget);
    expect(countsOf(await operationOf(house, id))).toMatchObject({
      refused: 4,
      changed: 0,
      stillInQuarantine: 1,
    });
    expect(shownOf(await eventsOf(house))).toEqual(old);
    await life.end();
  });

  test('moves an event whose day reads otherwise, in store and index', async () => {
    const house = await pulled();
    const { life, target } = house;
    await projectIndex(life.profile.events, life.profile.index);
    const shifted = after().map((source): Source =>
      source.id === audits
        ? {
            ...source,
            normalize: (record, about) => {
              const made = source.normalize(record, about);
              return 'skip' in made
                ? made
                : { ...made, time: new Date(Date.parse(made.time) - 86_400_000).toISOString() };
            },
          }
        : source,
    );
    const id = await started(house);
    await renormalize(depsOf(life, shifted), target, id, wideBudget);
    expect(countsOf(await operationOf(house, id))).toMatchObject({ changed: 4, moved: 4, released: 1 });
    expect(await eventsOf(house)).toHaveLength(5);
    await projectIndex(life.profile.events, life.profile.index);
    const page = await life.profile.index.search([target.scope], {
      ...plainRequest,
      node: parseQuery(`source:${audits}`),
    });
    expect(page.hits.map(hit => hit.id).sort()).toEqual((await eventsOf(house)).map(one => one.id).sort());
    await life.end();
  });

  test('stops when it is cancelled, and when its budget ends, and goes on', async () => {
    const house = await pulled();
    const { life, target } = house;
    const id = await started(house);
    const deps = depsOf(life);
    const tight = { ...wideBudget, pages: 0 };
    expect((await renormalize(deps, target, id, tight)).status).toBe('continued');
    expect((await operationOf(house, id)).status).toBe('Running');
    const found = await life.profile.operations.get(target.scope, id);
    await life.profile.operations.swap(target.scope, found?.rev ?? '', {
      ...(await operationOf(house, id)),
      status: 'Canceled',
    });
    expect(await renormalize(deps, target, id, wideBudget)).toEqual({ status: 'succeeded', steps: 0 });
    expect((await operationOf(house, id)).status).toBe('Canceled');
    await life.end();
  });

  test.each(['before', 'after'] as const)(
    'killed %s any of its effects, goes on where it was and ends the same',
    async moment => {
      const expected = await asIfNew();
      let deaths = 0;
      while (await dieAndGoOn(deaths + 1, moment, expected)) deaths += 1;
      expect(deaths).toBeGreaterThan(8);
    },
    // Two dozen lives, each with a world of its own: for a busy machine.
    240_000,
  );
});

/** Whether there was an effect of that number to die at. */
async function dieAndGoOn(at: number, moment: Moment, expected: readonly string[]): Promise<boolean> {
  const folder = await tempFolder();
  const house = await pulled(folder);
  const id = await started(house);
  const doom = mortal(at, moment);
  const deps = depsOf(house.life);
  const doomed = {
    ...deps,
    events: doom.wrap('events', deps.events, [
      'changes',
      'rebuild',
      'insert',
      'upsert',
      'quarantine',
      'release',
      'quarantined',
    ]),
    operations: doom.wrap('operations', deps.operations, ['get', 'swap']),
  };
  await renormalize(doomed, house.target, id, wideBudget).catch((thrown: unknown) => {
    if (!(thrown instanceof Killed)) throw thrown;
  });
  await house.life.end();
  const second = await openLife(house.stage, folder);
  const target = await targetOf(second);
  await renormalize(depsOf(second), target, id, wideBudget);
  expect((await operationOf({ life: second, target }, id)).status).toBe('Succeeded');
  expect(shownOf(await eventsOf({ life: second, target }))).toEqual(expected);
  expect((await second.profile.events.counts(target.scope)).quarantined).toBe(0);
  await second.end();
  return doom.dead;
}

describe('equal records', () => {
  const searches = 'mimecast.archive-searches';
  const once = (change: Partial<Source>): readonly Source[] =>
    sources.map(source => (source.id === searches ? { ...source, ...change } : source));
  const today = sources.find(source => source.id === searches);
  if (today === undefined) throw new Error('no such source');
  const searchesOf = async ({ life, target }: House): Promise<StoredEvent[]> => {
    const { changes } = await life.profile.events.changes([target.scope], null, 1_000);
    return changes.map(change => change.event).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  };
  const twins = (events: readonly StoredEvent[]): readonly StoredEvent[] =>
    events.filter(one => events.some(other => other.id !== one.id && other.time === one.time));

  test('keep their ids, and stay as many as they are', async () => {
    const vague = once({
      mapping: 1,
      normalize: (record, about) => {
        const made = today.normalize(record, about);
        return 'skip' in made ? made : { ...made, summary: 'something happened' };
      },
    });
    const house = await pulled(undefined, searches, vague);
    const old = await searchesOf(house);
    expect(twins(old)).toHaveLength(2);
    house.stage.clock.advance(hours(1));
    const id = await started(house);
    await renormalize(depsOf(house.life, once({ mapping: 2 })), house.target, id, wideBudget);
    expect(countsOf(await operationOf(house, id))).toMatchObject({ changed: old.length, moved: 0 });
    const now = await searchesOf(house);
    expect(now.map(event => event.id)).toEqual(old.map(event => event.id));
    for (const { mapping, revision, summary } of now)
      expect([mapping, revision, summary === 'something happened']).toEqual([2, 1, false]);
    await house.life.end();
  });

  test('come out of quarantine as many as their page has', async () => {
    const strict = once({
      normalize: () => {
        throw new Problem('description: expected one that is known');
      },
    });
    const house = await pulled(undefined, searches, strict);
    expect(await searchesOf(house)).toEqual([]);
    const id = await started(house);
    await renormalize(depsOf(house.life, once({})), house.target, id, wideBudget);
    const now = await searchesOf(house);
    const anew = await pulled(undefined, searches, once({}));
    expect(now.map(event => event.id)).toEqual((await searchesOf(anew)).map(event => event.id));
    expect(twins(now)).toHaveLength(2);
    for (const { life } of [house, anew]) await life.end();
  });
});
