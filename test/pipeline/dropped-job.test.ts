import { expect, it } from 'vitest';
import { endDroppedRequests } from '../../shared/app/end-dropped-requests.ts';
import { findTarget } from '../../shared/app/pull-targets.ts';
import { registerTenants } from '../../shared/app/register-tenants.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { hours, instant, isoInstant, minutes } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import type { Tenant } from '../../shared/model/tenant.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { runJob, type JobDeps } from '../../shared/pipeline/run-job.ts';
import { tellPoisonedJob } from '../../shared/pipeline/poisoned-job.ts';
import type { PullJob } from '../../shared/ports/job-queue.ts';
import { logHouse, logProvider } from '../support/log-provider.ts';

const id = 'op-1' as OperationId;
const budget = { pages: 100, time: minutes(5) };

/** A stream that is up to date, and an operation somebody waits for: a range of it, or (`null`) whatever is due. */
async function asked(back: { from: number; to: number } | null) {
  const house = await logHouse(logProvider());
  const { target, profile, clock } = house;
  await house.live(hours(1));
  const [from, to] = [back?.from ?? 0, back?.to ?? 0].map(span => instant(clock.now() - span));
  const range = back === null || from === undefined || to === undefined ? null : { from, to };
  const window = range && { from: isoInstant(range.from), to: isoInstant(range.to) };
  const at = isoInstant(clock.now());
  await profile.operations.swap(target.scope, null, {
    id, tenant: target.tenant.id, kind: 'backfill', status: 'Running', percentComplete: 0, createdAt: at,
    updatedAt: at, createdBy: 'tests', error: null, result: { streams: { default: { window, done: 0 } } },
  }); // prettier-ignore
  if (range !== null) await requestPull(house.deps, target, range, id);
  const job: PullJob = {
    kind: 'pull',
    tenant: target.tenant.id,
    ...target.ref,
    trigger: 'request',
    operation: id,
  };
  const operation = async () => (await profile.operations.get(target.scope, id))?.value;
  return { house, job, operation };
}

/** As the product finds a job's stream, over a registry that has this tenant, or none. */
function depsWith(house: Awaited<ReturnType<typeof logHouse>>, tenant: Tenant | null): JobDeps {
  const { profile, target } = house;
  const tenants = {
    ...profile.tenants,
    get: () => Promise.resolve(tenant === null ? null : { value: tenant, rev: '1' }),
  };
  const targets = { tenants, sources: [target.source], scopeOf: () => target.scope };
  // No job here is one of upkeep.
  return { ...house.deps, queue: profile.queue, target: job => findTarget(targets, job) } as JobDeps;
}

async function work(deps: JobDeps, job: PullJob): Promise<void> {
  await deps.queue.enqueue(job, { now: deps.clock.now() });
  const taken = await deps.queue.take(deps.clock.now(), minutes(15));
  if (taken === null) throw new Error('no job');
  await runJob(deps, taken, budget);
}

const off = (tenant: Tenant): Tenant => ({
  ...tenant,
  connections: tenant.connections.map(one => ({ ...one, enabled: false })),
});
const gone: readonly (readonly [string, (tenant: Tenant) => Tenant | null, string])[] = [
  ['its connection is off', off, 'the connection is off'],
  ['its tenant is retired', tenant => ({ ...tenant, state: 'retired' }), 'the tenant is retired'],
  ['its tenant is not there', () => null, 'the tenant is not registered'],
];

it.each(gone)('an operation ends, with a sentence, where %s', async (_where, becomes, why) => {
  const { house, job, operation } = await asked(null);
  await work(depsWith(house, becomes(house.target.tenant)), job);
  const ended = await operation();
  expect(ended).toMatchObject({ status: 'Canceled', error: { code: 'not-found' } });
  expect(ended?.error?.message).toContain(why);
  expect(await house.profile.queue.depth()).toEqual({ waiting: 0, buried: 0 });
});

it('a range that is left is not asked for when the connection is on again, and what is due is', async () => {
  const { house, job, operation } = await asked({ from: hours(100), to: hours(90) });
  await work(depsWith(house, off(house.target.tenant)), job);
  expect((await operation())?.status).toBe('Canceled');
  house.clock.advance(hours(3));
  const { windows } = await pull(house.deps, house.target, { trigger: 'timer', budget });
  expect(windows).toBeGreaterThan(0);
  const { requested, committedTo } = await house.cursor();
  expect(requested).toEqual([]);
  expect(committedTo).toBeGreaterThan(house.clock.now() - hours(1));
  const runs = await house.profile.runs.list([house.target.scope], {}, null, 100);
  expect(runs.runs.filter(({ purpose }) => purpose === 'requested')).toEqual([]);
});

it('so does that of a job that was put aside after its connection went off', async () => {
  const { house, job, operation } = await asked(null);
  await tellPoisonedJob(depsWith(house, off(house.target.tenant)), job);
  expect((await operation())?.status).toBe('Canceled');
});

it('one that has ended stays as it is', async () => {
  const { house, job, operation } = await asked(null);
  await work(depsWith(house, house.target.tenant), job);
  expect((await operation())?.status).toBe('Succeeded');
  await work(depsWith(house, off(house.target.tenant)), job);
  expect(await operation()).toMatchObject({ status: 'Succeeded', error: null });
});

it('so does that of a job that failed before its connection went off', async () => {
  const { house, job, operation } = await asked({ from: hours(100), to: hours(90) });
  const { tenant } = house.target;
  house.provider.instead = () => new AppError('provider.unavailable', 'retry-later', 'Later.');
  const deps = depsWith(house, tenant);
  await work(deps, job);
  // The timer's jobs go on with the range; nothing of it is in the queue.
  expect(await operation()).toMatchObject({ status: 'Running', error: { code: 'provider.unavailable' } });
  expect(await house.profile.queue.depth()).toEqual({ waiting: 0, buried: 0 });
  const targets = {
    tenants: house.profile.tenants,
    sources: [house.target.source],
    scopeOf: () => house.target.scope,
  };
  const register = (as: Tenant): Promise<void> =>
    registerTenants(house.profile.tenants, [as], (before, after) =>
      endDroppedRequests({ ...targets, ...house.deps }, before, after),
    );
  await register(tenant);
  await register({ ...tenant, name: 'Contoso and Sons' });
  expect((await operation())?.status).toBe('Running');
  await register(off(tenant));
  const ended = await operation();
  expect(ended).toMatchObject({ status: 'Canceled', error: { code: 'not-found' } });
  expect(ended?.error?.message).toContain('the connection is off');
});

it.each([
  ['retired', (tenant: Tenant): Tenant => ({ ...tenant, state: 'retired' })],
  ['registered without the connection', (tenant: Tenant): Tenant => ({ ...tenant, connections: [] })],
])('and where its tenant is %s; a cursor that cannot be read stops nothing', async (_how, becomes) => {
  const { house, operation } = await asked({ from: hours(100), to: hours(90) });
  const { tenant, scope, source } = house.target;
  const targets = { tenants: house.profile.tenants, sources: [source], scopeOf: () => scope };
  const corrupt = new AppError('cursor.corrupt', 'give-up', 'Not to be read.');
  const unreadable = { ...house.profile.cursors, load: () => Promise.reject(corrupt) };
  await endDroppedRequests({ ...targets, ...house.deps, cursors: unreadable }, tenant, becomes(tenant));
  expect((await operation())?.status).toBe('Running');
  await endDroppedRequests({ ...targets, ...house.deps }, tenant, becomes(tenant));
  expect((await operation())?.status).toBe('Canceled');
});
