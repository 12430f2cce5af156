import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { counterRegistry } from '../../shared/adapters/net/counter-registry.ts';
import { compose } from '../../shared/app/compose.ts';
import { readConfig } from '../../shared/app/config.ts';
import { openCheckpoint, type Checkpoint } from '../../shared/evidence/checkpoint.ts';
import { startWorkLoop } from '../../shared/host/work-loop.ts';
import type { AppError } from '../../shared/kernel/errors.ts';
import { days, hours, seconds } from '../../shared/kernel/time.ts';
import type { TenantId } from '../../shared/model/ids.ts';
import {
  checkpointsEvery,
  logOrigin,
  signCheckpoints,
  type CheckpointDeps,
} from '../../shared/pipeline/sign-checkpoints.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { contosoTenant, fabrikamTenant } from '../support/api-house.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/product-process.ts';
import { quiet } from '../support/rig.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function opened() {
  const clock = new ManualClock();
  const profile = await openEmbedded({ folder: await tempFolder(), environment: {}, clock });
  onTestFinished(() => profile.close().catch(() => undefined));
  const errors: AppError[] = [];
  const events: string[] = [];
  const telemetry: CheckpointDeps['telemetry'] = {
    event: name => events.push(name),
    error: (_name, error) => errors.push(error),
    count: () => {},
  };
  const registered = [contosoTenant, fabrikamTenant].map(tenant => ({ tenant, scope: scopeOf(tenant.id) }));
  const deps: CheckpointDeps = { ...profile, clock, telemetry, tenants: async () => registered };
  return { clock, profile, deps, errors, events };
}

const append = (profile: Profile, tenant: TenantId, ...entries: readonly string[]) =>
  profile.ledger.append(
    scopeOf(tenant),
    entries.map(text => Buffer.from(text)),
  );

/** A tenant's checkpoints in their order, each opened with the signer's public key and the log's name. */
async function kept(profile: Profile, tenant: TenantId): Promise<{ key: string; checkpoint: Checkpoint }[]> {
  const found: { key: string; checkpoint: Checkpoint }[] = [];
  const verifier = { name: logOrigin(tenant), publicKey: await profile.signer.publicKey() };
  for await (const { key } of profile.archive.list(scopeOf(tenant), 'checkpoints/')) {
    const object = await profile.archive.get(scopeOf(tenant), key);
    const read = openCheckpoint(Buffer.from(object?.bytes ?? []).toString(), [verifier]);
    if (!read.ok) throw new Error(read.problem);
    found.push({ key, checkpoint: read.value });
  }
  return found;
}
const sizes = async (profile: Profile, tenant: TenantId): Promise<number[]> =>
  (await kept(profile, tenant)).map(({ checkpoint }) => checkpoint.size);

describe('signing checkpoints', () => {
  test('keeps a signed head of each log that has entries, under the tenant’s retention', async () => {
    const { clock, profile, deps } = await opened();
    await append(profile, contoso, 'a', 'b', 'c');
    expect(await signCheckpoints(deps)).toBe(1);
    const [only, ...more] = await kept(profile, contoso);
    expect(more).toEqual([]);
    expect(only?.key).toBe('checkpoints/2026/10/05/12-0000000000000003');
    const head = await profile.ledger.head(scopeOf(contoso));
    expect(only?.checkpoint).toEqual({ origin: `holdfast/${contoso}`, ...head, extensions: [] });
    const object = await profile.archive.get(scopeOf(contoso), only?.key ?? '');
    expect(object?.retainUntil).toBe(clock.now() + days(contosoTenant.retentionDays));
    expect(await kept(profile, fabrikam)).toEqual([]);
  });

  test('signs once an hour while a log grows, and once a day when it does not', async () => {
    const { clock, profile, deps } = await opened();
    await append(profile, contoso, 'a');
    for (let n = 0; n < 6 * 24 * 2; n += 1) {
      // Grows in the first three hours.
      if (n < 18) await append(profile, contoso, `entry ${String(n)}`);
      await signCheckpoints(deps);
      clock.advance(checkpointsEvery);
    }
    expect(await sizes(profile, contoso)).toEqual([2, 8, 14, 19, 19, 19]);
    const keys = (await kept(profile, contoso)).map(one => one.key.slice(0, 25));
    expect(keys).toEqual([
      'checkpoints/2026/10/05/12', 'checkpoints/2026/10/05/13', 'checkpoints/2026/10/05/14',
      'checkpoints/2026/10/05/15', 'checkpoints/2026/10/06/00', 'checkpoints/2026/10/07/00',
    ]); // prettier-ignore
  });

  test('finds the last one after months of silence, and shows that the log continues it', async () => {
    const { clock, profile, deps } = await opened();
    await append(profile, contoso, 'a', 'b', 'c', 'd', 'e');
    await signCheckpoints(deps);
    clock.advance(days(400));
    await append(profile, contoso, 'f', 'g');
    expect(await signCheckpoints(deps)).toBe(1);
    expect(await sizes(profile, contoso)).toEqual([5, 7]);
  });

  test('refuses a log that was made anew, and goes on with the others', async () => {
    const { clock, profile, deps, errors } = await opened();
    await append(profile, contoso, 'a', 'b', 'c');
    await append(profile, fabrikam, 'x');
    await signCheckpoints(deps);
    clock.advance(hours(1));
    await append(profile, fabrikam, 'y');
    // As somebody would have to make it who changed an entry: everything above it fits again.
    const { profile: forged } = await opened();
    await append(forged, contoso, 'a', 'another b', 'c', 'd');
    expect(await signCheckpoints({ ...deps, ledger: mixed(profile, forged) })).toBe(1);
    expect(errors.map(error => error.code)).toEqual(['ledger.corrupt']);
    // The same for one that lost its last entries.
    const { profile: shorter } = await opened();
    await append(shorter, contoso, 'a', 'b');
    await signCheckpoints({ ...deps, ledger: mixed(profile, shorter) });
    expect(errors.map(error => error.code)).toEqual(['ledger.corrupt', 'ledger.corrupt']);
    expect(await sizes(profile, contoso)).toEqual([3]);
    expect(await sizes(profile, fabrikam)).toEqual([1, 2]);
  });

  test('by several instances at once leaves one checkpoint and no error', async () => {
    const { profile, deps, errors } = await opened();
    await append(profile, contoso, 'a');
    // As an ECDSA key does, a signature of which is another each time: here by what it names as its key.
    let n = 0;
    const signer: CheckpointDeps['signer'] = {
      ...profile.signer,
      sign: async text => ({
        ...(await profile.signer.sign(text)),
        publicKey: new Uint8Array(32).fill((n += 1)),
      }),
    };
    const signed = await Promise.all([1, 2, 3].map(() => signCheckpoints({ ...deps, signer })));
    expect(signed.toSorted((a, b) => a - b)).toEqual([0, 0, 1]);
    expect(errors).toEqual([]);
  });

  test('while a store is away is news and no alarm, and is made good for', async () => {
    const { profile, deps, errors, events } = await opened();
    await append(profile, contoso, 'a');
    const { profile: away } = await opened();
    await away.close();
    expect(await signCheckpoints({ ...deps, ledger: away.ledger })).toBe(0);
    expect(events).toContain('checkpoint.delayed');
    expect(errors).toEqual([]);
    expect(await signCheckpoints(deps)).toBe(1);
  });
});

/** Contoso's log from one profile, everybody else's from another. */
const mixed = (profile: Profile, of: Profile): Profile['ledger'] => ({
  append: (scope, entries) => profile.ledger.append(scope, entries),
  read: (scope, from, limit) => profile.ledger.read(scope, from, limit),
  head: scope => (scope.tenantId === contoso ? of : profile).ledger.head(scope),
  nodes: (scope, wanted) => (scope.tenantId === contoso ? of : profile).ledger.nodes(scope, wanted),
});

test('the work loop signs by itself', async () => {
  const { clock, profile } = await opened();
  await profile.tenants.swap(null, { ...contosoTenant, connections: [] });
  await append(profile, contoso, 'a', 'b');
  const config = readConfig({ HOLDFAST_CLIENT_ID: 'c1000000-0000-4000-8000-000000000001' });
  if (!config.ok) throw new Error('settings');
  const app = await compose({
    settings: config.settings,
    profile,
    // Real waits: a loop on a clock whose sleeps end at once would not let anybody else run.
    clock: { now: () => clock.now(), sleep: (span, signal) => pause(Math.min(span, 20), signal) },
    telemetry: quiet,
    counters: counterRegistry(),
    worker: 'test',
    isGone: () => false,
    continuationKey: new Uint8Array(32),
  });
  const loop = startWorkLoop({ deps: app.work, every: seconds(60), workers: 1 });
  onTestFinished(() => app.close());
  await until('a checkpoint', async () => ((await kept(profile, contoso)).length > 0 ? true : null));
  await loop.stop();
  expect(await sizes(profile, contoso)).toEqual([2]);
});

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
