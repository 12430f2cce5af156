import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openEmbedded, type OpenEmbeddedOptions } from '../shared/adapters/embedded/open-embedded.ts';
import { systemClock } from '../shared/adapters/embedded/system-clock.ts';
import { readConfig } from '../shared/app/config.ts';
import { providerDoors } from '../shared/app/provider-doors.ts';
import { allTargets } from '../shared/app/pull-targets.ts';
import { registerTenants } from '../shared/app/register-tenants.ts';
import { systemScope } from '../shared/authz/system-scope.ts';
import { demoSettings, type DemoTenant } from '../shared/host/demo-settings.ts';
import type { Connection } from '../shared/model/tenant.ts';
import { minutes } from '../shared/kernel/time.ts';
import { projectIndex } from '../shared/pipeline/project-index.ts';
import { pull } from '../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../shared/pipeline/pull-types.ts';
import type { Profile } from '../shared/ports/profile.ts';
import { sources } from '../shared/sources/index.generated.ts';

export interface BenchRig {
  readonly deps: PullDeps;
  readonly profile: Profile;
  readonly targets: readonly PullTarget[];
  /** Pulls one stream until it is up to date and indexed; answers how many records were seen. */
  ingest(target: PullTarget): Promise<{ seen: number; bytes: number }>;
  close(): Promise<void>;
}

/** Milliseconds between two looks of the index, as in the work loop. */
export const indexPause = 250;

/** Where what is measured is not the product on one machine. */
export interface BenchRigOptions {
  readonly open?: (options: OpenEmbeddedOptions) => Promise<Profile>;
  readonly connection?: Partial<Connection>;
  /** `beside`: it looks again and again, as on one machine. `after`: each run rings for it, as among Functions. */
  readonly index?: 'beside' | 'after';
}
/** The product's own pages to a run; the time is longer, since emulators are slow. */
const budget = { pages: 200, time: minutes(10) };

/** The product without its HTTP side, against a simulator with about so many events. */
export async function openBenchRig(
  events: number,
  { open = openEmbedded, connection = {}, index = 'beside' }: BenchRigOptions = {},
): Promise<BenchRig> {
  const provider = fork(join(import.meta.dirname, 'provider.ts'), [String(events)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: process.execArgv,
  });
  const { url, cards } = await readiness(provider);
  const settings = demoSettings({}, url, cards);
  const config = readConfig(settings.environment);
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const profile = await open({ folder, environment: settings.environment, clock: systemClock });
  const tenants = settings.tenants.map(tenant => ({
    ...tenant,
    connections: tenant.connections.map(one => ({ ...one, ...connection })),
  }));
  await registerTenants(profile.tenants, tenants);
  const telemetry = { event: () => {}, error: () => {}, count: () => {} };
  const { secrets, throttles } = profile;
  const doors = providerDoors({
    settings: config.settings,
    clock: systemClock,
    secrets,
    throttles,
    telemetry,
    random: Math.random,
    families: [],
  });
  const deps: PullDeps = {
    ...profile,
    clock: systemClock,
    telemetry,
    http: doors.of,
    worker: 'bench',
    newId: randomUUID,
  };
  const all = { tenants: profile.tenants, sources, scopeOf: systemScopeForPulls };
  return {
    deps,
    profile,
    targets: await allTargets(all),
    ingest: async target => {
      const pulled = new AbortController();
      const indexed = index === 'beside' ? follow(profile, pulled.signal) : null;
      try {
        let seen = 0;
        let bytes = 0;
        for (;;) {
          const result = await pull(deps, target, { trigger: 'timer', budget });
          seen += result.counts.seen;
          bytes += result.counts.bytes;
          if (index === 'after') await projectIndex(profile.events, profile.index);
          if (result.status !== 'continued') return { seen, bytes };
        }
      } finally {
        pulled.abort();
        await indexed;
      }
    },
    close: async () => {
      doors.close();
      await profile.close();
      provider.disconnect();
      await once(provider, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function follow({ events, index }: Profile, pulled: AbortSignal): Promise<void> {
  while (!pulled.aborted) {
    await projectIndex(events, index);
    await setTimeout(indexPause);
  }
  await projectIndex(events, index);
}

const systemScopeForPulls = (id: Parameters<typeof systemScope>[0]): ReturnType<typeof systemScope> =>
  systemScope(id, 'pull');

async function readiness(provider: ChildProcess): Promise<{ url: string; cards: DemoTenant[] }> {
  const [message]: unknown[] = await once(provider, 'message');
  const { ready, cards } = message as { ready: string; cards: DemoTenant[] };
  return { url: ready, cards: cards.filter(card => card.clientId !== null) };
}
