import { cp } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { hours, isoInstant } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import type { Operation } from '../../shared/model/run.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { newRenormalize, renormalizeStateOf } from '../../shared/pipeline/renormalize-state.ts';
import { renormalize, type RenormalizeDeps } from '../../shared/pipeline/renormalize.ts';
import { Problem, type Source } from '../../shared/sources/_kit/source.ts';
import { Killed, mortal, type Moment } from '../crash/mortal.ts';
import { madeUpLife, madeUpProvider, madeUpTarget, things, type MadeUpState } from '../support/made-up-provider.ts'; // prettier-ignore
import { ManualClock } from '../support/manual-clock.ts';
import { wideBudget } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';

const target = madeUpTarget(things);
const today: Source = { ...target.source, mapping: 2 };
/** The mapping of before: it knew no words. */
const vague: Source = {
  ...target.source,
  normalize(record, about) {
    const made = target.source.normalize(record, about);
    return 'skip' in made ? made : { ...made, summary: 'something happened', severity: 'low' };
  },
};

const red = (...ids: readonly string[]): object[] => ids.map(id => ({ id, colour: 'red', list: [1, 2] }));
/** What the provider has at each reading: things come, change there and back, and go, one of them twice as told. */
const readings: readonly (readonly unknown[])[] = [
  red('a', 'b', 'c', 'd', 'e'),
  [{ id: 'a', colour: 'blue', list: [2, 1] }, ...red('b', 'c', 'd', 'e', 'f')],
  [...red('c', 'b', 'a', 'e'), { id: 'e', colour: 'green' }, ...red('f')],
  red('c', 'b', 'a', 'e', 'f'),
  red('b', 'a', 'd', 'e', 'f', 'g'),
];

async function lifeOver(source: Source, of = readings, folder?: string) {
  const clock = new ManualClock();
  const { state, door } = await madeUpProvider(clock);
  const at = folder ?? (await tempFolder());
  const life = await madeUpLife(at, clock, door);
  await readAll(life.deps, clock, state, source, of);
  return { ...life, clock, state, door, folder: at };
}
type House = Awaited<ReturnType<typeof lifeOver>>;

async function readAll(
  deps: House['deps'],
  clock: ManualClock,
  state: MadeUpState,
  source: Source,
  of: readonly (readonly unknown[])[],
): Promise<void> {
  for (const reading of of) {
    state.things = [...reading];
    await pull(deps, { ...target, source }, { trigger: 'timer', budget: wideBudget });
    clock.advance(hours(1));
  }
}

const depsOf = ({ profile, clock }: Pick<House, 'profile' | 'clock'>, source = today): RenormalizeDeps => ({
  ...profile,
  clock,
  sources: [source],
});

async function renormalized(house: House, source = today, asked: { dryRun?: boolean; all?: boolean } = {}) {
  const id = await started(house, asked);
  await renormalize(depsOf(house, source), target, id, wideBudget);
  return resultOf(house, id);
}

let number = 0;
async function started(
  { profile, clock }: House,
  asked: { dryRun?: boolean; all?: boolean } = {},
): Promise<OperationId> {
  const since = isoInstant(clock.now());
  number += 1;
  const operation: Operation = {
    id: `op-${number}`, tenant: target.tenant.id, kind: 'renormalize', status: 'NotStarted', percentComplete: 0,
    createdAt: since, updatedAt: since, createdBy: 'x', error: null,
    result: { ...newRenormalize({ dryRun: false, source: null, all: false, since, ...asked }) },
  }; // prettier-ignore
  await profile.operations.swap(target.scope, null, operation);
  return operation.id as OperationId;
}

async function resultOf({ profile }: Pick<House, 'profile'>, id: OperationId) {
  const operation = (await profile.operations.get(target.scope, id))?.value;
  const state = operation === undefined ? null : renormalizeStateOf(operation);
  if (state === null || operation === undefined) throw new Error('no operation');
  expect(operation.status).toBe('Succeeded');
  return state;
}

async function eventsOf({ profile }: Pick<House, 'profile'>): Promise<StoredEvent[]> {
  const { changes } = await profile.events.changes([target.scope], null, 1_000);
  return changes.map(({ event }) => event);
}
const shownOf = (events: readonly StoredEvent[]): string[] =>
  events
    .map(one =>
      [one.id, one.revision, one.mapping, one.time, one.operation, one.severity, one.summary].join(' '),
    )
    .sort();

async function asIfNew(source = today, of = readings): Promise<string[]> {
  const house = await lifeOver(source, of);
  const shown = shownOf(await eventsOf(house));
  await house.end();
  return shown;
}

describe('events of snapshots', () => {
  test('are made anew as a pull of today would make them: found, added, changed there and back, removed', async () => {
    const house = await lifeOver(vague);
    const old = await eventsOf(house);
    expect(new Set(old.map(one => one.operation))).toEqual(new Set(['found', 'added', 'changed', 'removed']));
    const { counts, samples } = await renormalized(house);
    expect(counts).toMatchObject({
      looked: old.length,
      changed: old.length,
      refused: 0,
      rawGone: 0,
      readingGone: 0,
    });
    expect(samples[0]?.differences).toEqual(['severity: low → informational', 'summary']);
    const now = await eventsOf(house);
    expect(shownOf(now)).toEqual(await asIfNew());
    expect(now.map(one => one.summary)).toContain('a: colour: blue → red');
    for (const event of now) {
      const before = old.find(one => one.id === event.id);
      expect([event.raw, event.ingestedAt]).toEqual([before?.raw, before?.ingestedAt]);
    }
    await house.end();
  });

  test('stay as they are in a dry run, which counts them', async () => {
    const house = await lifeOver(vague);
    const old = shownOf(await eventsOf(house));
    const { counts } = await renormalized(house, today, { dryRun: true });
    expect(counts.changed).toBe(old.length);
    expect(shownOf(await eventsOf(house))).toEqual(old);
    await house.end();
  });

  test('once made anew are not changed again, nor given again by the feed', async () => {
    const house = await lifeOver(vague);
    await renormalized(house);
    const { next } = await house.profile.events.changes([target.scope], null, 1_000);
    house.clock.advance(hours(1));
    const { counts } = await renormalized(house, today, { all: true });
    expect(counts).toMatchObject({ changed: 0, renumbered: 0, refused: 0 });
    expect((await house.profile.events.changes([target.scope], next, 10)).changes).toEqual([]);
    await house.end();
  });

  test('move to the day that their mapping says now, and are found again from there', async () => {
    const house = await lifeOver(vague);
    const earlier: Source = {
      ...today,
      normalize(record, about) {
        const made = target.source.normalize(record, about);
        return 'skip' in made
          ? made
          : { ...made, time: new Date(Date.parse(made.time) - hours(48)).toISOString() };
      },
    };
    const { counts } = await renormalized(house, earlier);
    expect(counts.moved).toBe(counts.changed);
    expect(shownOf(await eventsOf(house))).toEqual(await asIfNew(earlier));
    house.clock.advance(hours(200));
    // Stored again on that day, long after the reading that told them: their ids still say which it was.
    const back = { ...today, mapping: 3 };
    expect((await renormalized(house, back)).counts).toMatchObject({
      moved: counts.moved,
      readingGone: 0,
      refused: 0,
    });
    expect(shownOf(await eventsOf(house))).toEqual(await asIfNew(back));
    await house.end();
  });

  test('get the id of another key when a thing is told by another', async () => {
    const house = await lifeOver(vague);
    const { pull: asked } = today;
    if (asked.kind !== 'snapshot') throw new Error('no snapshot');
    const key = (record: unknown): string => `thing ${(record as { id: string }).id}`;
    const renamed: Source = { ...today, pull: { ...asked, key } };
    expect((await renormalized(house, renamed)).counts.readingGone).toBe(0);
    expect(shownOf(await eventsOf(house))).toEqual(await asIfNew(renamed));
    await house.end();
  });

  test('stay and are counted where the mapping of today refuses them, or sees no change', async () => {
    const house = await lifeOver(vague);
    const old = shownOf(await eventsOf(house));
    const { pull: asked } = today;
    if (asked.kind !== 'snapshot') throw new Error('no snapshot');
    const ignores = (path: string): boolean => path === 'colour' || path === 'list';
    const { counts } = await renormalized(house, { ...today, pull: { ...asked, ignores } });
    // Blue and back, and the thing that was told twice.
    expect(counts.refused).toBeGreaterThanOrEqual(2);
    expect(counts.refused + counts.changed + counts.renumbered).toBe(old.length);
    const strict: Source = {
      ...today,
      mapping: 3,
      normalize() {
        throw new Problem('colour: expected none');
      },
    };
    expect((await renormalized(house, strict)).counts.refused).toBe(old.length);
    expect(await eventsOf(house)).toHaveLength(old.length);
    await house.end();
  });

  test('stay and are counted where retention has taken a reading or the record', async () => {
    const house = await lifeOver(vague);
    const old = await eventsOf(house);
    const { archive } = house.profile;
    const manifests: string[] = [];
    for await (const { key } of archive.list(target.scope, 'acme.things/')) {
      if (key.includes('/manifest-')) manifests.push(key);
    }
    house.clock.advance(hours(24 * 400));
    // The second reading: its own changes, and those of the third, cannot be told any more.
    await archive.remove(target.scope, manifests[1] ?? '', house.clock.now());
    const { counts } = await renormalized(house);
    const start = Math.min(...old.map(one => Date.parse(one.time)));
    const toldAt = (reading: number): number =>
      old.filter(one => Date.parse(one.time) === start + reading * hours(1)).length;
    expect(counts).toMatchObject({ readingGone: toldAt(1) + toldAt(2), rawGone: 0, refused: 0 });
    expect(counts.changed + counts.readingGone).toBe(old.length);
    const keys = new Set((await eventsOf(house)).map(one => one.raw.key));
    for (const key of keys) await archive.remove(target.scope, key, house.clock.now());
    expect((await renormalized(house, { ...today, mapping: 3 })).counts.rawGone).toBe(old.length);
    expect(await eventsOf(house)).toHaveLength(old.length);
    await house.end();
  });
});

describe('snapshots in quarantine', () => {
  /** Broken from the second reading on; gone and back again; and one that does not say which thing it is. */
  const broken = { id: 'a', colour: 'blue', broken: true };
  const course = [
    red('a', 'b', 'c'),
    [broken, ...red('b', 'c')],
    red('a', 'b', 'c'),
    [broken, ...red('b', 'c')],
    [{ nameless: 'd' }, broken, ...red('b', 'c')],
    [{ nameless: 'd' }, ...red('b', 'c')],
  ];
  const { pull: asked } = today;
  if (asked.kind !== 'snapshot') throw new Error('no snapshot');
  const nameOf = (record: unknown): string =>
    Reflect.get(record as object, 'id') ?? Reflect.get(record as object, 'nameless');
  const mended: Source = {
    ...today,
    record: z.looseObject({}),
    pull: { ...asked, key: nameOf },
    normalize: (record, about) => {
      const { broken: _broken, ...rest } = record as { broken?: boolean };
      return target.source.normalize({ ...rest, id: nameOf(record) }, about);
    },
  };

  test('become the events they would have been, each change its own', async () => {
    const house = await lifeOver(target.source, course);
    // Two changes of the broken one, its removal, and the nameless one.
    const { quarantined } = await house.profile.events.counts(target.scope);
    const old = shownOf(await eventsOf(house)).map(line => line.replace(' 1 1 ', ' 1 2 '));
    const { counts } = await renormalized(house, mended);
    expect(counts).toMatchObject({ released: quarantined, stillInQuarantine: 0 });
    const now = shownOf(await eventsOf(house));
    expect(now).toEqual(expect.arrayContaining(old));
    expect(now).toEqual(await asIfNew(mended, course));
    expect((await house.profile.events.counts(target.scope)).quarantined).toBe(0);
    await house.end();
  });

  test('stay there while they cannot be read', async () => {
    const house = await lifeOver(target.source, course);
    const { quarantined } = await house.profile.events.counts(target.scope);
    expect((await renormalized(house)).counts).toMatchObject({ released: 0, stillInQuarantine: quarantined });
    expect((await house.profile.events.counts(target.scope)).quarantined).toBe(quarantined);
    await house.end();
  });
});

test.each(['before', 'after'] as const)(
  'killed %s any of its effects, events of snapshots end the same',
  async moment => {
    const expected = await asIfNew();
    const pulled = await lifeOver(vague);
    await pulled.end();
    let deaths = 0;
    while (await dieAndGoOn(pulled, deaths + 1, moment, expected)) deaths += 1;
    expect(deaths).toBeGreaterThan(5);
  },
  // Two dozen lives: for a busy machine.
  120_000,
);

/** Whether there was an effect of that number to die at. */
async function dieAndGoOn(
  { folder: pulled, clock, state, door }: House,
  at: number,
  moment: Moment,
  expected: readonly string[],
): Promise<boolean> {
  const folder = await tempFolder();
  await cp(pulled, folder, { recursive: true });
  const house = { ...(await madeUpLife(folder, clock, door)), clock, state, door, folder };
  const id = await started(house);
  const doom = mortal(at, moment);
  const deps = depsOf(house);
  const doomed = {
    ...deps,
    events: doom.wrap('events', deps.events, [
      'changes',
      'rebuild',
      'insert',
      'upsert',
      'release',
      'quarantined',
    ]),
    operations: doom.wrap('operations', deps.operations, ['get', 'swap']),
  };
  await renormalize(doomed, target, id, wideBudget).catch((thrown: unknown) => {
    if (!(thrown instanceof Killed)) throw thrown;
  });
  await house.end();
  const second = { ...(await madeUpLife(folder, clock, door)), clock };
  await renormalize(depsOf(second), target, id, wideBudget);
  expect((await resultOf(second, id)).counts.readingGone).toBe(0);
  expect(shownOf(await eventsOf(second))).toEqual(expected);
  await second.end();
  return doom.dead;
}
