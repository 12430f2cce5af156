import { describe, expect, onTestFinished, test } from 'vitest';
import type { OpenEmbeddedOptions } from '../../shared/adapters/embedded/open-embedded.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { seconds } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import type { CosmosFault } from '../fakes/cosmos-server.ts';
import type { BlobFault } from '../fakes/blob-door.ts';
import { makePlace, openPlace, type AzurePlace } from '../support/azure-place.ts';
import { sharedBlobDoor } from '../support/azure-storage.ts';
import { expectSealed, whatIsKept, type Kept } from '../support/kept.ts';
import { openLife, openStage, pullToRest, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface Scene {
  readonly stage: Stage;
  readonly place: AzurePlace;
  readonly life: Life;
  readonly target: PullTarget;
  readonly truth: readonly string[];
}

/** A tenant whose audit records are pulled into the Azure profile, with retention at the service. */
async function scene(): Promise<Scene> {
  const stage = await openStage({
    world: smallWorld(),
    connection: { remembersDays: 4, everySeconds: 86_400 },
  });
  const folder = await tempFolder();
  const place = await makePlace(folder, 'locked');
  const open = async (options: OpenEmbeddedOptions): Promise<Profile> =>
    openPlace(place, options.clock, options.environment);
  const life = await openLife(stage, folder, { open });
  const door = await sharedBlobDoor();
  onTestFinished(async () => {
    place.server.fault = null;
    door.fault = null;
    await life.end();
  });
  const target = (await life.targets(contosoId)).find(one => one.ref.source === 'entra.directory-audits');
  if (target === undefined) throw new Error('no such stream');
  const truth = stage.simulator.control.truth({ tenant: contosoId, source: target.ref.source });
  return { stage, place, life, target, truth: [...truth] };
}

async function expectAll({ life, target, truth }: Scene): Promise<Kept> {
  const kept = await whatIsKept(life.profile, target);
  expect(kept.records.length).toBeGreaterThan(2);
  for (const record of kept.records) expect(truth).toContain(record);
  expect(new Set(kept.revisions).size).toBe(kept.revisions.length);
  await expectSealed(life.profile, target);
  return kept;
}

/** What the same pull keeps when nothing goes wrong. */
async function undisturbed(): Promise<Kept> {
  const calm = await scene();
  await pullToRest(calm.life, calm.target, calm.stage.clock);
  return expectAll(calm);
}

const every = (n: number): (() => boolean) => {
  let count = 0;
  return () => (count += 1) % n === 0;
};
const busy = { status: 429, headers: { 'x-ms-retry-after-ms': '1', 'content-type': 'application/json' } };

describe('throttling slows the work and loses nothing', () => {
  test('when Cosmos DB throttles every third request', async () => {
    const whole = await undisturbed();
    const one = await scene();
    const turn = every(3);
    let throttled = 0;
    const fault: CosmosFault = () => {
      if (!turn()) return null;
      throttled += 1;
      return busy;
    };
    one.place.server.fault = fault;
    await pullToRest(one.life, one.target, one.stage.clock);
    one.place.server.fault = null;
    expect(throttled).toBeGreaterThan(10);
    expect(await expectAll(one)).toEqual(whole);
  });

  test('when Cosmos DB throttles for longer than the SDK waits', async () => {
    const whole = await undisturbed();
    const one = await scene();
    let left = 40;
    one.place.server.fault = call => (call.kind !== 'account' && (left -= 1) > 0 ? busy : null);
    await expect(
      pull(one.life.deps, one.target, { trigger: 'timer', budget: wideBudget }),
    ).rejects.toMatchObject({
      code: 'store.unavailable',
      recovery: 'retry-later',
    });
    one.place.server.fault = null;
    await pullToRest(one.life, one.target, one.stage.clock);
    expect(await expectAll(one)).toEqual(whole);
  });

  test('when Blob Storage is busy every other time', async () => {
    const whole = await undisturbed();
    const one = await scene();
    const turn = every(2);
    const fault: BlobFault = () =>
      turn() ? { status: 503, headers: { 'x-ms-error-code': 'ServerBusy' } } : null;
    (await sharedBlobDoor()).fault = fault;
    await pullToRest(one.life, one.target, one.stage.clock);
    (await sharedBlobDoor()).fault = null;
    expect(await expectAll(one)).toEqual(whole);
  });
});

describe('an outage', () => {
  test('of Cosmos DB stops a pull without moving its cursor, and the next run has everything', async () => {
    const whole = await undisturbed();
    const one = await scene();
    await pull(one.life.deps, one.target, { trigger: 'timer', budget: { pages: 1, time: seconds(600) } });
    const before = await one.life.profile.cursors.load(one.target.scope, one.target.ref);
    let asked = 0;
    // Out from its third request on: in the middle of a window, with a page in the archive already.
    one.place.server.fault = () => ((asked += 1) > 3 ? 'drop' : null);
    const stopped = await pull(one.life.deps, one.target, { trigger: 'request', budget: wideBudget }).catch(
      (thrown: unknown) => thrown,
    );
    expect(stopped).toBeInstanceOf(AppError);
    expect(stopped).toMatchObject({ code: 'store.unavailable', recovery: 'retry-later' });
    one.place.server.fault = null;
    const after = await one.life.profile.cursors.load(one.target.scope, one.target.ref);
    expect(after?.value.committedTo).toBe(before?.value.committedTo);
    await pullToRest(one.life, one.target, one.stage.clock);
    expect(await expectAll(one)).toEqual(whole);
  });

  test('that takes the answers and not the writes doubles nothing', async () => {
    const whole = await undisturbed();
    const one = await scene();
    let cut = 0;
    const turn = every(4);
    one.place.server.fault = call => {
      if (!['batch', 'write'].includes(call.kind) || cut >= 12 || !turn()) return null;
      cut += 1;
      return 'cut';
    };
    await pullToRest(one.life, one.target, one.stage.clock);
    one.place.server.fault = null;
    expect(cut).toBeGreaterThan(3);
    expect(await expectAll(one)).toEqual(whole);
  });

  test('of Blob Storage stops a pull before anything is stored', async () => {
    const one = await scene();
    (await sharedBlobDoor()).fault = () => 'drop';
    await expect(
      pull(one.life.deps, one.target, { trigger: 'timer', budget: wideBudget }),
    ).rejects.toMatchObject({
      code: 'store.unavailable',
    });
    expect(await one.life.profile.events.counts(one.target.scope)).toMatchObject({ events: 0 });
    (await sharedBlobDoor()).fault = null;
    await pullToRest(one.life, one.target, one.stage.clock);
    await expectAll(one);
  });

  test('in the middle of a body is no damage: the object is read again', async () => {
    const one = await scene();
    await pullToRest(one.life, one.target, one.stage.clock);
    let cut = 0;
    (await sharedBlobDoor()).fault = call =>
      call.method === 'GET' && !call.query.has('comp') && (cut += 1) <= 1 ? 'cut-body' : null;
    for await (const entry of one.life.profile.archive.list(one.target.scope, '')) {
      const found = await one.life.profile.archive
        .get(one.target.scope, entry.key)
        .catch((thrown: unknown) => thrown);
      // Whole, or said to be unavailable: never corrupt, never absent.
      if (found instanceof AppError) expect(found.code).toBe('store.unavailable');
      else expect(found).toMatchObject({ sha256: entry.sha256 });
    }
    expect(cut).toBeGreaterThan(0);
  });
});
