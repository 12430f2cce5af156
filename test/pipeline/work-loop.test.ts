import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { counterRegistry } from '../../shared/adapters/net/counter-registry.ts';
import { compose } from '../../shared/app/compose.ts';
import { readConfig } from '../../shared/app/config.ts';
import { allTargets } from '../../shared/app/pull-targets.ts';
import { registerTenants } from '../../shared/app/register-tenants.ts';
import { systemScope } from '../../shared/authz/system-scope.ts';
import { startWorkLoop } from '../../shared/host/work-loop.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { hours, isoInstant, minus, seconds, type Duration } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openStage, quiet } from '../support/rig.ts';
import { smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** The profile on a disk that is full whenever `isFull` says so: what reads goes on, what writes does not. */
function onDisk(profile: Profile, isFull: () => boolean): Profile {
  const write =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      if (isFull()) throw new AppError('store.full', 'retry', 'The disk is full.');
      return call(...args);
    };
  const { events, cursors, queue, runs } = profile;
  return {
    ...profile,
    events: { ...events, insert: write(events.insert), upsert: write(events.upsert) },
    cursors: { ...cursors, swap: write(cursors.swap) },
    queue: { ...queue, ack: write(queue.ack), delay: write(queue.delay), bury: write(queue.bury) },
    runs: { ...runs, put: write(runs.put) },
  };
}

test('once a full disk has room again every stream goes on, though nothing could be given back meanwhile', async () => {
  const stage = await openStage({ world: smallWorld() });
  // Time hardly passes, so that no lease ends by itself; the waits are real.
  const clock = {
    now: () => stage.clock.now(),
    sleep: (span: Duration, signal?: AbortSignal) => pause(Math.min(span, 20), signal),
  };
  const profile = await openEmbedded({ folder: await tempFolder(), environment: stage.environment, clock });
  await registerTenants(profile.tenants, stage.tenants);
  const config = readConfig(stage.environment);
  if (!config.ok) throw new Error('settings');
  let full = false;
  let unsettled = 0;
  const telemetry: Telemetry = {
    event: () => {},
    error: name => {
      if (name === 'job.unsettled') unsettled += 1;
    },
    count: () => {},
  };
  const disk = onDisk(profile, () => full);
  const app = await compose({
    settings: config.settings,
    profile: {
      ...disk,
      events: {
        ...disk.events,
        insert: (...args) => {
          // With a window open and its pages archived.
          full ||= unsettled === 0;
          return disk.events.insert(...args);
        },
      },
    },
    clock,
    telemetry,
    counters: counterRegistry(),
    worker: 'test',
    isGone: () => false,
    continuationKey: new Uint8Array(32),
  });
  onTestFinished(() => app.close());
  const loop = startWorkLoop({ deps: app.work, every: seconds(0.01), workers: 2 });
  onTestFinished(() => loop.stop());
  const targets = await allTargets({
    tenants: profile.tenants,
    sources,
    scopeOf: id => systemScope(id, 'pull'),
  });
  const open = async (): Promise<string[]> => {
    const cursors = targets.map(async ({ scope, ref }) => ({
      ref,
      found: await profile.cursors.load(scope, ref),
    }));
    const unread = (await Promise.all(cursors)).filter(
      ({ found }) => found === null || found.value.open !== null,
    );
    return unread.map(({ ref }) => `${ref.source} ${ref.stream}`);
  };
  const eventually = async (is: () => boolean | Promise<boolean>): Promise<void> => {
    for (let look = 0; look < 1_500 && !(await is()); look += 1) {
      stage.clock.advance(seconds(0.1));
      await pause(20);
    }
  };
  await eventually(() => unsettled > 1);
  expect(await open()).toHaveLength(targets.length);
  full = false;
  await eventually(async () => (await open()).length === 0);
  expect(await open()).toEqual([]);
});

test('a process that starts with a connection switched off ends what was asked of it', async () => {
  const stage = await openStage({ world: smallWorld() });
  const folder = await tempFolder();
  const profile = await openEmbedded({ folder, environment: stage.environment, clock: stage.clock });
  const [tenant] = stage.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  const file = join(folder, 'tenants.json');
  const config = readConfig({ ...stage.environment, HOLDFAST_TENANTS: file });
  if (!config.ok) throw new Error('settings');
  const start = async (enabled: boolean) => {
    const connections = tenant.connections.map(one => ({ ...one, enabled }));
    await writeFile(file, JSON.stringify([{ ...tenant, connections }]));
    const app = await compose({
      settings: config.settings,
      profile,
      clock: stage.clock,
      telemetry: quiet,
      counters: counterRegistry(),
      worker: 'test',
      isGone: () => false,
      continuationKey: new Uint8Array(32),
    });
    app.close();
    return app.work;
  };
  const work = await start(true);
  const target = (await work.targets()).find(({ source }) => source.pull.kind === 'window');
  if (target === undefined) throw new Error('no stream');
  const id = 'op-1' as OperationId;
  const now = stage.clock.now();
  const at = isoInstant(now);
  await profile.operations.swap(target.scope, null, {
    id, tenant: tenant.id, kind: 'backfill', status: 'Running', percentComplete: 0, createdAt: at, updatedAt: at,
    createdBy: 'tests', error: null, result: null,
  }); // prettier-ignore
  await requestPull(work, target, { from: minus(now, hours(9)), to: minus(now, hours(8)) }, id);
  await start(true);
  expect((await profile.operations.get(target.scope, id))?.value.status).toBe('Running');
  await start(false);
  expect((await profile.operations.get(target.scope, id))?.value.status).toBe('Canceled');
});

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
