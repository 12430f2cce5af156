import { expect, it } from 'vitest';
import { seededNumbers } from '../../simulator/seeded.ts';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { hours, minutes } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullResult } from '../../shared/pipeline/pull-types.ts';
import { planPull, requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { expectSealed, ledgerOf, whatIsKept } from '../support/kept.ts';
import {
  madeUpLife,
  madeUpProvider,
  madeUpTarget,
  things,
  type MadeUpState,
} from '../support/made-up-provider.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { wideBudget } from '../support/rig.ts';
import { seed } from '../support/seed.ts';
import { tempFolder } from '../support/temp-folder.ts';

const target = madeUpTarget(things);
const some = (): object[] =>
  ['a', 'b', 'c', 'd', 'e'].map(id => ({ id, colour: 'red', list: [1, 2, { x: 1 }] }));

async function stageOf(initial: unknown[] = some()) {
  const clock = new ManualClock();
  const { state, door } = await madeUpProvider(clock);
  state.things = initial;
  const life = await madeUpLife(await tempFolder(), clock, door);
  const { deps, profile } = life;
  const run = (over: Partial<typeof wideBudget> = {}): Promise<PullResult> =>
    pull(deps, target, { trigger: 'timer', budget: { ...wideBudget, ...over } });
  const summaries = async (): Promise<string[]> => {
    const { changes } = await profile.events.changes([target.scope], null, 1_000);
    return changes.map(({ event }) => event.summary);
  };
  const cursor = async () => {
    const found = await profile.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found.value;
  };
  return { clock, state, life, deps, profile, run, summaries, cursor };
}
type Stage = Awaited<ReturnType<typeof stageOf>>;

/** The usual start: the first reading, and an hour later. */
async function afterBaseline(initial?: unknown[]): Promise<Stage> {
  const stage = await stageOf(initial);
  await stage.run();
  stage.clock.advance(hours(1));
  return stage;
}

const failing = async (run: Promise<unknown>): Promise<string> => {
  const thrown: unknown = await run.then(
    () => 'no error',
    (error: unknown) => error,
  );
  return thrown instanceof AppError ? thrown.code : String(thrown);
};
const change = (state: MadeUpState, id: string, over: object): void => {
  state.things = state.things.map(one =>
    (one as { id: string }).id === id ? { ...(one as object), ...over } : one,
  );
};

it('tells what was there at the first reading, and nothing at the second', async () => {
  const { run, clock, summaries, profile, cursor } = await stageOf();
  expect((await run()).counts).toMatchObject({ pages: 3, seen: 5, inserted: 5, unchanged: 0 });
  expect((await summaries()).sort()).toEqual(['a found', 'b found', 'c found', 'd found', 'e found']);
  expect((await run()).status).toBe('idle');
  clock.advance(hours(1));
  expect((await run()).counts).toMatchObject({ pages: 3, seen: 5, inserted: 0, unchanged: 5 });
  expect(await summaries()).toHaveLength(5);
  await expectSealed(profile, target);
  expect(await ledgerOf(profile, target)).toHaveLength(2);
  expect((await cursor()).snapshot).toMatchObject({ things: 5, readings: 2 });
});

it('tells what was added, changed from what to what, and removed', async () => {
  const { state, run, summaries, profile, clock } = await afterBaseline();
  change(state, 'b', { colour: 'blue', list: [2, 3, { x: 1 }] });
  state.things = [...state.things.filter(one => (one as { id: string }).id !== 'd'), { id: 'f' }];
  expect((await run()).counts).toMatchObject({ seen: 6, inserted: 3, unchanged: 3 });
  expect((await summaries()).slice(5).sort()).toEqual([
    'b: colour: red → blue; list: + 3, − 1',
    'd removed',
    'f added',
  ]);
  const kept = await whatIsKept(profile, target);
  expect(kept.records.filter(text => text.includes('"d"'))).toHaveLength(2);
  // A removed thing's raw is its last record; a changed one's is the new.
  const { changes } = await profile.events.changes([target.scope], null, 100);
  const removed = changes.find(({ event }) => event.summary === 'd removed')?.event;
  const found = changes.find(({ event }) => event.summary === 'd found')?.event;
  expect(removed?.raw).toEqual(found?.raw);
  clock.advance(hours(1));
  expect((await run()).counts).toMatchObject({ inserted: 0, unchanged: 5 });
});

it('takes the order of things and lists, empty fields and what the source ignores for no change', async () => {
  const { state, run } = await afterBaseline();
  state.things = some()
    .toReversed()
    .map(one => ({
      fresh: null,
      empty: [],
      none: {},
      refreshed: 'just now',
      ...one,
      list: [{ x: 1 }, 2, 1],
    }));
  expect((await run()).counts).toMatchObject({ inserted: 0, unchanged: 5 });
});

it('makes an event each time a thing goes there and back', async () => {
  const { state, run, clock, summaries } = await afterBaseline();
  for (const colour of ['blue', 'red', 'blue']) {
    change(state, 'a', { colour });
    await run();
    clock.advance(hours(1));
  }
  expect((await summaries()).slice(5)).toEqual([
    'a: colour: red → blue',
    'a: colour: blue → red',
    'a: colour: red → blue',
  ]);
});

it('goes on in the next run where the budget ended, and keeps all pages', async () => {
  const { state, run, summaries, profile } = await afterBaseline();
  state.pageSize = 1;
  change(state, 'e', { colour: 'blue' });
  const first = await run({ pages: 2 });
  expect(first.status).toBe('continued');
  expect(await summaries()).toHaveLength(5);
  for (let left = 4; left > 0 && (await run({ pages: 1 })).status === 'continued'; left -= 1);
  expect((await summaries()).slice(5)).toEqual(['e: colour: red → blue']);
  await expectSealed(profile, target);
});

it('never takes a failing or truncated reading for removals', async () => {
  const { state, run, summaries, clock, cursor } = await afterBaseline();
  for (const answer of [
    { status: 500, body: '{"error":{"code":"x","message":"x"}}' },
    { status: 200, body: '{"value":[{"id":"a"},{"id' },
    { status: 200, body: '{"no":"list"}' },
  ]) {
    state.asked = 0;
    state.instead = asked => (asked === 0 ? null : answer);
    expect(await failing(run())).toMatch(/^provider\./);
    clock.advance(minutes(40));
  }
  state.instead = null;
  expect(await summaries()).toHaveLength(5);
  await run();
  expect(await summaries()).toHaveLength(5);
  expect((await cursor()).failures).toBeNull();
});

it('does not believe that most things are gone until it has been said for an hour', async () => {
  const { state, run, clock, summaries, cursor } = await afterBaseline([...some(), { id: 'f' }]);
  const all = state.things;
  state.things = [];
  expect(await failing(run())).toBe('provider.truncated');
  clock.advance(minutes(20));
  state.things = all;
  await run();
  expect(await summaries()).toHaveLength(6);
  clock.advance(hours(1));
  state.things = [];
  for (let tries = 0; tries < 20 && (await summaries()).length === 6; tries += 1) {
    await failing(run());
    clock.advance(minutes(15));
  }
  expect((await summaries()).slice(6).sort()).toEqual(
    ['a', 'b', 'c', 'd', 'e', 'f'].map(id => `${id} removed`),
  );
  expect((await cursor()).failures).toBeNull();
});

it('does not take a thing that cannot be read for a removed one', async () => {
  const { state, run, clock, summaries, profile } = await afterBaseline();
  state.things = [...some().slice(1), { noId: true }];
  expect((await run()).counts).toMatchObject({ seen: 5, quarantined: 1, unchanged: 4, inserted: 0 });
  expect(await summaries()).toHaveLength(5);
  clock.advance(hours(1));
  // Readable again, it is the thing it was.
  state.things = some();
  expect((await run()).counts).toMatchObject({ inserted: 0, unchanged: 5 });
  clock.advance(hours(1));
  // A record that never says which thing it is hides no removal for ever.
  state.things = [...some().slice(1), { noId: true }];
  await run();
  clock.advance(hours(1));
  await run();
  expect((await summaries()).slice(5)).toEqual(['a removed']);
  expect((await profile.events.counts(target.scope)).quarantined).toBe(1);
});

it('quarantines a change its mapping cannot read, with its neighbours stored', async () => {
  const { state, run, profile } = await afterBaseline();
  change(state, 'a', { broken: true });
  change(state, 'b', { colour: 'blue' });
  expect((await run()).counts).toMatchObject({ quarantined: 1, inserted: 1 });
  const { records } = await profile.events.quarantined(target.scope, null, 10);
  expect(records.map(one => one.problem)).toEqual(['broken: cannot be mapped']);
});

it('begins anew when a reading was left half done for too long', async () => {
  const { state, run, clock, summaries } = await afterBaseline();
  state.asked = 0;
  state.instead = asked =>
    asked === 0 ? null : { status: 500, body: '{"error":{"code":"x","message":"x"}}' };
  expect(await failing(run())).toBe('provider.unavailable');
  clock.advance(hours(2));
  state.instead = null;
  // Read before, this would be on no page of the reading: the two halves are of different states.
  state.things = [{ id: 'new' }, ...some()];
  await run();
  expect((await summaries()).slice(5)).toEqual(['new added']);
});

it('records the time it was not read in', async () => {
  const { run, clock, cursor, state, summaries, profile } = await afterBaseline();
  await run();
  clock.advance(hours(9));
  change(state, 'a', { colour: 'blue' });
  await run();
  const at = await cursor();
  expect((await summaries()).slice(5)).toEqual(['a: colour: red → blue']);
  const coverage = coverageOf(at);
  expect(coverage.gaps).toMatchObject([{ reason: 'not-read' }]);
  expect(coverage.covered).toHaveLength(2);
  expect(coverage.lastReading?.asOf).toBe(at.committedTo);
  const gaps = (await ledgerOf(profile, target)).filter(entry => entry.type === 'gap.recorded');
  expect(gaps.map(gap => gap.reason)).toEqual(['not-read']);
});

it('was read in its rhythm as it was, when it is to be read more often from now on', async () => {
  const { clock, cursor, deps } = await afterBaseline();
  const slow = { ...target, connection: { ...target.connection, everySeconds: 6 * 3_600 } };
  await pull(deps, slow, { trigger: 'timer', budget: wideBudget });
  clock.advance(hours(7));
  await pull(deps, slow, { trigger: 'timer', budget: wideBudget });
  clock.advance(hours(5));
  const often = { ...target, connection: { ...target.connection, everySeconds: 300 } };
  await pull(deps, often, { trigger: 'timer', budget: wideBudget });
  expect((await cursor()).gaps).toEqual([]);
  clock.advance(hours(5));
  await pull(deps, often, { trigger: 'timer', budget: wideBudget });
  expect((await cursor()).gaps).toMatchObject([{ reason: 'not-read' }]);
});

it('starts from a new first reading, visibly, when retention has taken the last one', async () => {
  const { clock, cursor, profile, summaries, deps } = await afterBaseline();
  const { snapshot } = await cursor();
  if (snapshot === undefined) throw new Error('no snapshot');
  clock.advance(hours(24 * 400));
  await profile.archive.remove(target.scope, snapshot.manifest, clock.now());
  await pull(deps, target, { trigger: 'timer', budget: wideBudget });
  expect((await summaries()).slice(5).sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map(id => `${id} found`));
  expect((await cursor()).gaps).toMatchObject([{ reason: 'not-read' }]);
});

it('is run by a request, and refuses a range with a sentence', async () => {
  const { run, deps, clock } = await stageOf();
  await run();
  clock.advance(minutes(10));
  expect((await run()).status).toBe('idle');
  expect(await planPull(deps, target, null)).toHaveLength(1);
  expect((await pull(deps, target, { trigger: 'request', budget: wideBudget })).windows).toBe(1);
  const range = { from: clock.now(), to: clock.now() };
  await expect(planPull(deps, target, range)).rejects.toThrow('acme.things has no past');
  await expect(requestPull(deps, target, range, 'x' as OperationId)).rejects.toMatchObject({
    code: 'request.invalid',
  });
});

it('reads tens of thousands of things', async () => {
  const many = Array.from({ length: 20_000 }, (_, n) => ({ id: `t-${n}`, colour: 'red', list: [n, 1] }));
  const { state, run, clock, summaries, profile } = await stageOf(many);
  state.pageSize = 1_000;
  expect((await run()).counts).toMatchObject({ pages: 20, inserted: 20_000 });
  clock.advance(hours(1));
  state.things = many.toReversed().map(one => (one.id === 't-777' ? { ...one, colour: 'blue' } : one));
  expect((await run()).counts).toMatchObject({ inserted: 1, unchanged: 19_999 });
  expect((await profile.events.counts(target.scope)).events).toBe(20_001);
  expect(await summaries()).toHaveLength(1_000);
});

it('tells what happened over any course of things: its events, read in order, end where the provider is', async () => {
  const { state, run, clock, profile } = await stageOf([]);
  const random = seededNumbers(seed, 'course of things');
  const some = (count: number): number => Math.floor(random() * count);
  const colours = ['red', 'blue', 'green'];
  for (let reading = 0; reading < 25; reading += 1) {
    const things = new Map(state.things.map(one => [(one as { id: string }).id, one]));
    for (let changes = some(4); changes > 0; changes -= 1) {
      const id = `t-${some(9)}`;
      if (random() < 0.3) things.delete(id);
      else things.set(id, { id, colour: colours[some(3)], list: [1, 2] });
    }
    // In another order each time, and now and then the first tries fail half way.
    state.things = [...things.values()].sort(() => random() - 0.5);
    state.asked = 0;
    state.instead =
      random() < 0.3 ? asked => (asked < 2 ? null : { status: 200, body: '{"value":[{"id"' }) : null;
    await run().catch(() => {});
    state.instead = null;
    clock.advance(minutes(61));
  }
  // Losses that are not believed at once are an hour later.
  for (let tries = 0; tries < 3; tries += 1) {
    await run().catch(() => {});
    clock.advance(minutes(61));
  }
  const told = new Map<string, unknown>();
  for (const { event } of (await profile.events.changes([target.scope], null, 1_000)).changes) {
    const object = await profile.archive.get(target.scope, event.raw.key);
    const bytes = target.source.recordBytes(object?.bytes ?? new Uint8Array(), event.raw.index);
    const record = JSON.parse(Buffer.from(bytes).toString()) as { id: string };
    // Every event changes what was told before: none is a repeat.
    if (event.operation === 'removed') expect(told.delete(record.id)).toBe(true);
    else {
      expect(told.get(record.id)).not.toEqual(record);
      told.set(record.id, record);
    }
  }
  const there = new Map(state.things.map(one => [(one as { id: string }).id, one]));
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(there));
});
