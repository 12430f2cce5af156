import { output } from '@azure/functions';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OpenedProfile } from '../../shared/app/opened-profile.ts';
import { functionHandlers, type Handlers } from '../../shared/host/azure/handlers.ts';
import { lazyInstance } from '../../shared/host/azure/instance.ts';
import { openCheckpoint } from '../../shared/evidence/checkpoint.ts';
import { minutes, plus, seconds } from '../../shared/kernel/time.ts';
import { logOrigin } from '../../shared/pipeline/sign-checkpoints.ts';
import type { Job } from '../../shared/ports/job-queue.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import type { SourceId, StreamId, TenantId } from '../../shared/model/ids.ts';
import { startAiSearch } from '../fakes/ai-search/ai-search-fake.ts';
import { makePlace, openPlace, type AzurePlace } from '../support/azure-place.ts';
import { sharedAzurite } from '../support/azure-storage.ts';
import { aiSearchOn } from '../support/fresh-ai-search.ts';
import { deliver, invocation, tick, type LogLine } from '../support/functions-host.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { openStage, type Stage } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { mustReject } from '../contracts/contract.ts';
import { azureSettings } from '../support/azure-settings.ts';
import { scopeOf } from '../support/sample.ts';

const bell = output.storageQueue({ queueName: 'index-events', connection: 'AzureWebJobsStorage' });
interface AppOnStage {
  readonly stage: Stage;
  readonly place: AzurePlace;
  readonly profile: Profile;
  readonly handlers: Handlers;
  /** How often the stores were opened. */
  readonly opened: () => number;
}

/** The Functions app over the emulators, pulling from the simulator. `fail` makes the first openings fail. */
async function appOnStage(fail = 0): Promise<AppOnStage> {
  const stage = await openStage({
    world: smallWorld(),
    connection: { remembersDays: 0.5, everySeconds: 86_400 },
  });
  const place = await makePlace(await tempFolder());
  const fake = await startAiSearch();
  onTestFinished(() => fake.close());
  const profile = openPlace(place, stage.clock, stage.environment, aiSearchOn(fake));
  onTestFinished(() => profile.close());
  let opened = 0;
  const open = async (): Promise<OpenedProfile> => {
    opened += 1;
    if (opened <= fail) throw new Error('the service is away');
    return {
      profile,
      hosted: profile.hosted,
      clock: stage.clock,
      continuationKey: () => profile.installationKey(),
      worker: 'test',
      isGone: () => false,
      close: async () => {},
    };
  };
  const environment = {
    ...stage.environment,
    ...azureSettings,
    HOLDFAST_TENANTS: JSON.stringify(stage.tenants),
  };
  const handlers = functionHandlers(lazyInstance({ environment, open }), bell);
  return { stage, place, profile, handlers, opened: () => opened };
}

const pullJob: Job = {
  kind: 'pull',
  tenant: contosoId as TenantId,
  source: 'entra.directory-audits' as SourceId,
  stream: 'default' as StreamId,
  trigger: 'timer',
};

/** The head of Contoso's log, signed, lies in the archive. */
async function expectCheckpoint(profile: Profile): Promise<void> {
  const scope = scopeOf(contosoId as TenantId);
  const head = await profile.ledger.head(scope);
  expect(head.size).toBeGreaterThan(3);
  const keys: string[] = [];
  for await (const { key } of profile.archive.list(scope, 'checkpoints/')) keys.push(key);
  expect(keys).toHaveLength(1);
  const object = await profile.archive.get(scope, keys[0] ?? '');
  const verifier = { name: logOrigin(contosoId), publicKey: await profile.signer.publicKey() };
  expect(openCheckpoint(Buffer.from(object?.bytes ?? []).toString(), [verifier])).toMatchObject({
    ok: true,
    value: head,
  });
}

describe('the functions', () => {
  test('pull on the timer, work the queue, ring the bell, and the index has what was stored', async () => {
    const { place, profile, handlers, opened } = await appOnStage();
    const timer = invocation('pull-timer');
    await handlers.pullTimer(tick, timer);
    expect(timer.extraOutputs.get(bell)).toBeDefined();
    const { waiting } = await profile.queue.depth();
    expect(waiting).toBeGreaterThan(3);
    let worked = 0;
    for (;;) {
      const delivery = await deliver(place.queueUrl, handlers.jobs, bell);
      if (delivery === null) break;
      expect(delivery).toEqual({ ok: true, rang: true });
      worked += 1;
    }
    expect(worked).toBeGreaterThanOrEqual(waiting);
    // What is left is to come later: the look-up of names, one job a customer.
    const later = await profile.queue.depth();
    expect(later.buried).toBe(0);
    expect(later.waiting).toBeLessThanOrEqual((await profile.tenants.list()).length);
    const { events } = await profile.events.counts(scopeOf(contosoId as TenantId));
    expect(events).toBeGreaterThan(0);
    // Several bells at once are one round, or two.
    await Promise.all([1, 2, 3].map(() => handlers.indexEvents({}, invocation('index-events'))));
    const left = await profile.events.changes(null, await profile.index.position(), 1);
    expect(left.changes).toEqual([]);
    await handlers.upkeepTimer(tick, invocation('upkeep-timer'));
    await expectCheckpoint(profile);
    expect(opened()).toBe(1);
  });

  test('end at their next page when the process is about to end, and leave a continuation in the queue', async () => {
    const { stage, profile, handlers } = await appOnStage();
    let ended = false;
    const run = handlers
      .jobs({ job: pullJob, key: null, notBefore: 0 }, invocation('jobs', { id: 'm-1', dequeueCount: 1 }))
      .finally(() => {
        ended = true;
      });
    await handlers.terminate();
    expect(ended).toBe(true);
    await run;
    const next = await profile.queue.take(stage.clock.now(), minutes(1));
    expect(next?.job).toEqual({ ...pullJob, trigger: 'continuation' });
  });

  test('try again to put the app together when a service was away, and then keep it', async () => {
    const { handlers, opened } = await appOnStage(1);
    await mustReject(handlers.pullTimer(tick, invocation('pull-timer')), 'bug').catch(() => undefined);
    await handlers.upkeepTimer(tick, invocation('upkeep-timer'));
    await handlers.upkeepTimer(tick, invocation('upkeep-timer'));
    expect(opened()).toBe(2);
  });

  test('leave jobs in the queue when a service is away at their start, and work them once it answers', async () => {
    const { stage, place, profile, handlers, opened } = await appOnStage();
    const azurite = await sharedAzurite();
    const pass = async (): Promise<void> => {
      stage.clock.advance(minutes(2));
      await azurite.setClock(stage.clock.now());
    };
    await azurite.setClock(stage.clock.now());
    onTestFinished(() => {
      place.server.fault = null;
    });
    await profile.queue.enqueue(pullJob, { now: stage.clock.now(), key: 'k' });
    place.server.fault = () => ({ status: 503 });
    // More often than the host shows a message before it gives it up.
    const logged: string[] = [];
    const log: LogLine = (...text) => void logged.push(text.join(' '));
    for (let look = 0; look < 6; look += 1) {
      expect(await deliver(place.queueUrl, handlers.jobs, bell, log)).toEqual({ ok: true, rang: false });
      // Not before two minutes have passed: what cannot be done is not asked for again and again.
      expect(await deliver(place.queueUrl, handlers.jobs, bell)).toBeNull();
      await pass();
    }
    expect(logged.filter(line => line.includes('job.put-off'))).toHaveLength(6);
    expect(logged.join()).toMatch(/"event":"job\.put-off","job":"[^"]+","code":"store\.unavailable"/);
    place.server.fault = null;
    expect(await deliver(place.queueUrl, handlers.jobs, bell)).toEqual({ ok: true, rang: true });
    const { events } = await profile.events.counts(scopeOf(contosoId as TenantId));
    expect(events).toBeGreaterThan(0);
    expect((await profile.queue.depth()).waiting).toBe(0);
    expect(opened()).toBe(1);
    // Its key is free: the stream's next job is no twin of one that waits.
    await profile.queue.enqueue(pullJob, { now: stage.clock.now(), key: 'k' });
    expect((await profile.queue.depth()).waiting).toBe(1);
  });

  test('fail with the setting named where one is wrong', async () => {
    const environment = { ...azureSettings, HOLDFAST_CLIENT_ID: 'nonsense', HOLDFAST_PROFILE: '' };
    const open = (): Promise<OpenedProfile> => Promise.reject(new Error('must not be opened'));
    const handlers = functionHandlers(lazyInstance({ environment, open }), bell);
    await mustReject(handlers.pullTimer(tick, invocation('pull-timer')), 'config.invalid');
    await mustReject(handlers.jobs(pullJob, invocation('jobs')), 'config.invalid');
    await expect(handlers.indexEvents({}, invocation('index-events'))).rejects.toThrow(
      /HOLDFAST_CLIENT_ID expected a GUID; HOLDFAST_PROFILE is embedded/,
    );
  });

  test('say once that a setting is none of theirs, and go on', async () => {
    const environment = {
      ...azureSettings,
      HOLDFAST_CLIENT_ID: 'nonsense',
      HOLDFAST_VAULTURL: 'https://x.example',
    };
    const open = (): Promise<OpenedProfile> => Promise.reject(new Error('must not be opened'));
    const handlers = functionHandlers(lazyInstance({ environment, open }), bell);
    const said: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      const call = invocation('jobs', {}, (...text) => said.push(text.join(' ')));
      await mustReject(handlers.jobs(pullJob, call), 'config.invalid');
    }
    expect(said.filter(line => line.includes('HOLDFAST_VAULTURL'))).toEqual([
      '{"level":"info","event":"setting.unknown","message":"HOLDFAST_VAULTURL is not a setting; did you mean HOLDFAST_VAULT_URL?"}',
    ]);
  });

  test('say which Node they need where the worker has an older one', async () => {
    const environment = { ...azureSettings, HOLDFAST_CLIENT_ID: 'c1000000-0000-4000-8000-000000000001' };
    const open = (): Promise<OpenedProfile> => Promise.reject(new Error('opened'));
    const under = (nodeVersion: string): Handlers =>
      functionHandlers(lazyInstance({ environment, open, nodeVersion }), bell);
    for (const version of ['20.20.2', '22.14.0']) {
      await expect(under(version).jobs(pullJob, invocation('jobs'))).rejects.toThrow(
        `functionAppConfig.runtime.version is Node ${version}: expected 24`,
      );
    }
    for (const version of ['22.15.0', '24.0.0'])
      await expect(under(version).jobs(pullJob, invocation('jobs'))).rejects.toThrow('opened');
  });

  test('refuse a queue they do not listen to', async () => {
    const environment = {
      ...azureSettings,
      HOLDFAST_CLIENT_ID: 'c1000000-0000-4000-8000-000000000001',
      HOLDFAST_QUEUE_URL: 'https://queue.example/work',
    };
    const open = (): Promise<OpenedProfile> => Promise.reject(new Error('must not be opened'));
    const handlers = functionHandlers(lazyInstance({ environment, open }), bell);
    await expect(handlers.jobs(pullJob, invocation('jobs'))).rejects.toThrow(
      /HOLDFAST_QUEUE_URL must end in/,
    );
  });

  test('keep a message that is not ours, and bury the job of one the host gave up on', async () => {
    const { profile, handlers } = await appOnStage();
    await mustReject(handlers.jobs({ hello: 1 }, invocation('jobs')), 'store.corrupt');
    const said: string[] = [];
    const poisoned = invocation('jobs-poison', { id: 'm-0', dequeueCount: 1 }, (...text) =>
      said.push(text.join(' ')),
    );
    const later = { job: { ...pullJob, kind: 'of a later version' }, key: null, notBefore: 0 };
    await mustReject(handlers.jobsPoison(later, poisoned), 'store.corrupt');
    expect(said.join()).toMatch(/"event":"job\.poisoned".*"m-0"/);
    const letter = { job: pullJob, key: null, notBefore: 0 };
    await handlers.jobsPoison(letter, invocation('jobs-poison', { id: 'm-1', dequeueCount: 1 }));
    expect(await profile.queue.buried(5)).toMatchObject([{ job: pullJob, reason: 'poison' }]);
  });
});

describe('a job in the host’s hands', () => {
  async function hosted(): Promise<{ profile: ReturnType<typeof openPlace>; clock: ManualClock }> {
    const clock = new ManualClock();
    const profile = openPlace(await makePlace(await tempFolder()), clock);
    onTestFinished(() => profile.close());
    return { profile, clock };
  }
  const letterOf = (job: Job, key: string | null, notBefore = 0): string =>
    JSON.stringify({ job, key, notBefore });

  test('leaves its key free for the next while it is worked on, and does not take the next’s', async () => {
    const { profile, clock } = await hosted();
    const { queue } = profile;
    const now = clock.now();
    await queue.enqueue(pullJob, { now, key: 'k' });
    const message = await queue.take(now, minutes(1));
    const [id = ''] = JSON.parse(Buffer.from(message?.id ?? '', 'base64url').toString()) as string[];
    const adopted = await profile.hosted.adopt(
      { id, body: letterOf(pullJob, 'k'), deliveries: 1 },
      now,
      minutes(15),
    );
    await adopted?.queue.enqueue(pullJob, { now, key: 'k' });
    expect((await queue.depth()).waiting).toBe(2);
    expect(adopted?.settled()).toBe(false);
    await adopted?.queue.ack(adopted.taken.id);
    expect(adopted?.settled()).toBe(true);
    // The continuation still waits under the key.
    await queue.enqueue(pullJob, { now, key: 'k' });
    expect((await queue.depth()).waiting).toBe(2);
  });

  test('is delayed as a copy that remembers how often it was tried', async () => {
    const { profile, clock } = await hosted();
    const now = clock.now();
    const message = { id: 'gone', body: letterOf(pullJob, null), deliveries: 2 };
    const adopted = await profile.hosted.adopt(message, now, minutes(15));
    expect(adopted?.taken.attempt).toBe(2);
    await adopted?.queue.delay('gone', plus(now, seconds(0)));
    const copy = await profile.queue.take(now, minutes(1));
    expect(copy).toMatchObject({ job: pullJob, attempt: 3 });
  });

  test('that is not due yet goes back', async () => {
    const { profile, clock } = await hosted();
    const now = clock.now();
    const early = { id: 'early', body: letterOf(pullJob, null, now + 60_000), deliveries: 1 };
    expect(await profile.hosted.adopt(early, now, minutes(15))).toBeNull();
    expect((await profile.queue.depth()).waiting).toBe(1);
  });
});
