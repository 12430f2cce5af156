import { onTestFinished } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteCursorStore } from '../../shared/adapters/embedded/sqlite-cursor-store.ts';
import { sqliteJobQueue } from '../../shared/adapters/embedded/sqlite-job-queue.ts';
import { sqliteThrottleMemory } from '../../shared/adapters/embedded/sqlite-throttle-memory.ts';
import { pacer, type Pacer } from '../../shared/adapters/net/pacer.ts';
import {
  appQuota,
  dividedAmong,
  providerLimits,
  type PaceFamily,
} from '../../shared/adapters/net/provider-limits.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant, minutes, plus, seconds, type Duration, type Window } from '../../shared/kernel/time.ts';
import type { StreamId, StreamRef, TenantId } from '../../shared/model/ids.ts';
import type { TenantScope } from '../../shared/model/scope.ts';
import type { Tenant } from '../../shared/model/tenant.ts';
import { afterFailure } from '../../shared/pipeline/after-failure.ts';
import { queueDueConnections, type DueDeps } from '../../shared/pipeline/due-connections.ts';
import { policyFor } from '../../shared/pipeline/policy-for.ts';
import { committed, newCursor, planWindow } from '../../shared/pipeline/plan-window.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { everyOf, nextEvery, rhythmBounds } from '../../shared/pipeline/rhythm.ts';
import { jobLease } from '../../shared/pipeline/run-job.ts';
import type { CursorStore } from '../../shared/ports/cursor-store.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { limitTable } from '../../simulator/limits.ts';
import { rollingLimiter } from '../../simulator/rolling-limiter.ts';
import { seededNumbers } from '../../simulator/seeded.ts';
import { fastFolder } from '../support/fast-folder.ts';
import { scopeOf } from '../support/sample.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export interface ManyTenants {
  readonly tenants: number;
  readonly streamsEach: number;
  readonly instances: number;
  readonly hours: number;
  readonly seed: number;
}

export interface Figures {
  readonly requests: number;
  readonly refused: number;
  /** The most requests of the family in any 10 s, and in any 10 s of one tenant. */
  readonly most: number;
  readonly mostOfOne: number;
  /** Runs that gave up because their turn at the pacer did not come. */
  readonly gaveUp: number;
  readonly windows: number;
  /** Per stream, the longest it went without an answer. Milliseconds, rising. */
  readonly waits: readonly number[];
  /** The same of streams whose tenants are busy. */
  readonly busyWaits: readonly number[];
}

/**
 * Time on a clock that jumps: the product's own scheduler, planner, rhythm, cursor store, queue and pacers over a
 * provider that counts as the real one does. Only the pages have no records in them, but a number of them.
 */
export async function runManyTenants(plan: ManyTenants): Promise<Figures> {
  const clock = new VirtualClock();
  const dice = seededNumbers(plan.seed, 'many tenants');
  const stage = await openStage(plan, clock, dice);
  const end = clock.now() + plan.hours * 3_600_000;
  const tick = minutes(1);
  const telemetry = { event: () => {}, error: () => {}, count: () => {} };
  const quota = appQuota(providerLimits, 'graph', 'reports');
  const due: DueDeps = {
    ...stage.stores,
    clock,
    telemetry,
    worker: 'timer',
    targets: () => Promise.resolve(stage.targets),
    quotaOf: () => quota,
    untilNext: tick,
  };
  const scheduler = async (): Promise<void> => {
    while (clock.now() < end) {
      await queueDueConnections(due);
      await clock.sleep(tick);
    }
  };
  const running = [scheduler()];
  for (let instance = 0; instance < plan.instances; instance += 1) {
    const pace = pacer({ clock });
    for (let worker = 0; worker < 16; worker += 1) running.push(work(stage, pace, end));
  }
  await clock.run();
  await Promise.all(running);
  return stage.figures();
}

type Stage = Awaited<ReturnType<typeof openStage>>;

async function openStage(plan: ManyTenants, clock: VirtualClock, dice: () => number) {
  const source = sources.find(one => one.id === 'entra.directory-audits');
  if (source === undefined) throw new Error('no source of the reports family');
  const folder = await mkdtemp(join(fastFolder, 'holdfast-'));
  const database = openHoldfastDatabase(folder);
  onTestFinished(async () => {
    database.close();
    await rm(folder, { recursive: true, force: true });
  });
  const stores = {
    cursors: remembered(sqliteCursorStore(database)),
    queue: sqliteJobQueue(database),
    throttles: sqliteThrottleMemory(database),
  };
  const tenants = Array.from({ length: plan.tenants }, (_, n) => tenantOf(n, source.id));
  const targets = tenants.flatMap(tenant =>
    Array.from({ length: plan.streamsEach }, (_, n): PullTarget => {
      const [connection] = tenant.connections;
      if (connection === undefined) throw new Error('no connection');
      const ref = { source: connection.source, stream: `s${String(n)}` as StreamId };
      return { scope: scopeOf(tenant.id), tenant, connection, source, ref };
    }),
  );
  // Records an hour: most tenants have little, a tenth has much.
  const rates = new Map(
    targets.map(target => {
      const roll = dice();
      return [keyOf(target), roll < 0.6 ? dice() * 0.5 : roll < 0.9 ? dice() * 60 : 200 + dice() * 1_800];
    }),
  );
  const began = clock.now();
  database.exec('BEGIN');
  for (const target of targets) {
    const fresh = newCursor(policyFor(target), began);
    // Up to date some minutes ago, each at its own time; re-reads behind them.
    const committedTo = instant(began - Math.floor((2 + dice() * 5) * 60) * 1_000);
    const value = { ...fresh, committedTo, rereadTo: fresh.rereadTo.map(() => committedTo) };
    await stores.cursors.swap(target.scope, target.ref, null, value);
  }
  database.exec('COMMIT');
  const provider = countingProvider(clock);
  const byKey = new Map(targets.map(target => [keyOf(target), target]));
  const answered = new Map(targets.map(target => [keyOf(target), began as number]));
  const longest = new Map<string, number>();
  const family = dividedAmong(providerLimits, plan.instances).find(one => one.name === 'reports');
  if (family === undefined) throw new Error('no such family');
  return {
    clock, stores, targets, byKey, family, provider, dice,
    /** So many new records came in the window. */
    recordsIn: (target: PullTarget, window: Window): number => {
      const mean = ((rates.get(keyOf(target)) ?? 0) * (window.to - window.from)) / 3_600_000;
      return Math.floor(mean) + (dice() < mean % 1 ? 1 : 0);
    },
    answer: (target: PullTarget): void => {
      const key = keyOf(target);
      const wait = clock.now() - (answered.get(key) ?? began);
      longest.set(key, Math.max(longest.get(key) ?? 0, wait));
      answered.set(key, clock.now());
      provider.windows += 1;
    },
    figures: (): Figures => {
      const waits = targets.map(target => {
        const key = keyOf(target);
        return Math.max(longest.get(key) ?? 0, Math.min(clock.now() - (answered.get(key) ?? 0), 3_600_000 * plan.hours));
      });
      const busy = targets.flatMap((target, n) => ((rates.get(keyOf(target)) ?? 0) >= 200 ? [waits[n] ?? 0] : []));
      const { requests, refused, windows, gaveUp } = provider;
      const rising = (all: number[]): number[] => all.toSorted((a, b) => a - b);
      return { requests, refused, windows, gaveUp, ...provider.most(), waits: rising(waits), busyWaits: rising(busy) };
    },
  }; // prettier-ignore
}

/**
 * The store with what was read or written last at hand: nobody else writes these cursors, and the scheduler looks at
 * five thousand of them every minute. Every write goes through to the store, which decides who wins.
 */
function remembered(store: CursorStore): CursorStore {
  const held = new Map<string, NonNullable<Awaited<ReturnType<CursorStore['load']>>>>();
  const key = (scope: TenantScope, ref: StreamRef): string => `${scope.tenantId}/${ref.stream}`;
  return {
    ...store,
    load: async (scope, ref) => {
      const found = held.get(key(scope, ref)) ?? (await store.load(scope, ref));
      if (found !== null) held.set(key(scope, ref), found);
      return found;
    },
    swap: async (scope, ref, expected, value) => {
      const swapped = await store.swap(scope, ref, expected, value);
      if (swapped.ok) held.set(key(scope, ref), { value, rev: swapped.rev });
      else held.delete(key(scope, ref));
      return swapped;
    },
  };
}

const keyOf = (target: PullTarget): string => `${target.tenant.id}/${target.ref.stream}`;

const tenantOf = (n: number, source: string): Tenant => ({
  id: `${n.toString(16).padStart(8, '0')}-0000-4000-8000-00000000d001` as TenantId,
  name: `Tenant ${String(n)}`,
  domains: [],
  state: 'active',
  retentionDays: 365,
  connections: [
    { source: source as Tenant['connections'][number]['source'], enabled: true, config: {}, remembersDays: null, everySeconds: null },
  ],
}); // prettier-ignore

/** Counts as the provider does: over 10 s, by application and by tenant; a refused request counts as well. */
function countingProvider(clock: VirtualClock) {
  const app = rollingLimiter('app', limitTable.reportsApp.limit, limitTable.reportsApp.windowMs);
  const tenants = rollingLimiter('tenant', limitTable.reportsTenant.limit, limitTable.reportsTenant.windowMs);
  return {
    requests: 0,
    refused: 0,
    windows: 0,
    gaveUp: 0,
    take(tenant: string): boolean {
      this.requests += 1;
      const now = clock.now();
      const waits = [app.take('app', now), tenants.take(tenant, now)];
      const passed = waits.every(wait => wait === null);
      if (!passed) this.refused += 1;
      return passed;
    },
    most: () => ({
      most: app.marks()[0]?.highest ?? 0,
      mostOfOne: Math.max(0, ...tenants.marks().map(mark => mark.highest)),
    }),
  };
}

/** What a worker does with its jobs: plan, ask page by page through the pacer, commit. */
async function work(stage: Stage, pace: Pacer, end: number): Promise<void> {
  const { clock, stores, byKey } = stage;
  while (clock.now() < end) {
    const taken = await stores.queue.take(clock.now(), jobLease);
    if (taken === null) {
      await clock.sleep(seconds(3));
      continue;
    }
    if (taken.job.kind !== 'pull') throw new Error('nothing else is queued here');
    const target = byKey.get(`${taken.job.tenant}/${taken.job.stream}`);
    if (target === undefined) throw new Error('no such stream');
    try {
      const budget = clock.now() + minutes(4);
      while ((await answerNext(stage, pace, target)) && clock.now() < budget);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      stage.provider.gaveUp += 1;
      const held = await stores.cursors.load(target.scope, target.ref);
      if (held !== null) {
        const after = afterFailure(held.value, thrown, clock.now());
        await stores.cursors.swap(target.scope, target.ref, held.rev, after);
      }
    }
    await stores.queue.ack(taken.id);
  }
}

async function answerNext(stage: Stage, pace: Pacer, target: PullTarget): Promise<boolean> {
  const { clock, stores } = stage;
  const policy = policyFor(target);
  const held = await stores.cursors.load(target.scope, target.ref);
  if (held === null) throw new Error('the stream has no cursor');
  const plan = planWindow(held.value, policy, clock.now());
  if (plan.do !== 'ask') return false;
  const fresh = plan.purpose === 'forward' ? stage.recordsIn(target, plan.window) : 0;
  // A page holds a thousand, and every window reaches back over what is stored already.
  const pages = 1 + Math.floor(stage.recordsIn(target, plan.window) / 1_000);
  for (let page = 0; page < pages; page += 1) await request(stage, pace, stage.family, target.tenant.id);
  const done = committed(held.value, plan, policy, clock.now());
  const every =
    plan.purpose === 'forward'
      ? { every: nextEvery(everyOf(done, policy), rhythmBounds(policy), fresh) }
      : {};
  await stores.cursors.swap(target.scope, target.ref, held.rev, { ...done, ...every });
  if (plan.purpose === 'forward') stage.answer(target);
  return true;
}

/** One request as the provider's client makes it: throttles heeded, its turn awaited, a refusal remembered. */
async function request(stage: Stage, pace: Pacer, family: PaceFamily, tenant: string): Promise<void> {
  const { clock, provider, dice } = stage;
  const { throttles } = stage.stores;
  for (let tries = 0; tries < 5; tries += 1) {
    const until = await throttles.until([tenant]);
    if (until !== null && until > clock.now()) await clock.sleep((until - clock.now()) as Duration);
    const leave = await pace.enter(family, tenant);
    try {
      // The provider counts somewhere on the way; the answer takes as long again.
      await clock.sleep((50 + dice() * 400) as Duration);
      const passed = provider.take(tenant);
      await clock.sleep((50 + dice() * 400) as Duration);
      if (passed) return;
      await throttles.remember(tenant, plus(clock.now(), seconds(10)));
    } finally {
      leave();
    }
  }
  throw new AppError('provider.throttled', 'retry-later', 'The provider asks us to wait.');
}
