import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { makeKey } from '../../simulator/entra/signing-keys.ts';
import { startSimulator, type Simulator } from '../../simulator/start-simulator.ts';
import { smallWorldNow } from './small-world.ts';
import type { World } from '../../simulator/world/world.ts';
import { openEmbedded, type OpenEmbeddedOptions } from '../../shared/adapters/embedded/open-embedded.ts';
import { demoSettings } from '../../shared/host/demo-settings.ts';
import { readConfig } from '../../shared/app/config.ts';
import { providerDoors } from '../../shared/app/provider-doors.ts';
import { allTargets } from '../../shared/app/pull-targets.ts';
import { registerTenants } from '../../shared/app/register-tenants.ts';
import { systemScope } from '../../shared/authz/system-scope.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant, minutes, plus, type Duration } from '../../shared/kernel/time.ts';
import type { Tenant } from '../../shared/model/tenant.ts';
import { leaseSpan } from '../../shared/pipeline/hold-cursor.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { ManualClock } from './manual-clock.ts';

/** The simulator over a world, on its own clock, which the product shares. */
export interface Stage {
  readonly simulator: Simulator;
  readonly clock: ManualClock;
  /** The simulator's customers as the product registers them. */
  readonly tenants: readonly Tenant[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface StageOptions {
  readonly world: World;
  /** Per connection, where a test wants fewer and wider windows than the demo. */
  readonly connection?: { readonly remembersDays?: number | null; readonly everySeconds?: number };
}

// One for all stages of a file: a new key for each took longer than many a test.
let signingKey: ReturnType<typeof makeKey> | null = null;

export async function openStage(options: StageOptions): Promise<Stage> {
  const clock = new ManualClock(new Date(smallWorldNow).toISOString());
  signingKey ??= makeKey();
  const simulator = await startSimulator({
    world: options.world,
    port: 0,
    signingKey: await signingKey,
    clock: { now: () => clock.now() },
  });
  onTestFinished(() => simulator.close());
  const cards = simulator.control
    .tenants()
    .flatMap(({ clientId, clientSecret, ...card }) =>
      clientId === null || clientSecret === null ? [] : [{ ...card, clientId, clientSecret }],
    );
  const settings = demoSettings({}, simulator.url, cards);
  const tenants = settings.tenants.map(tenant => ({
    ...tenant,
    connections: tenant.connections.map(one => ({ ...one, ...options.connection })),
  }));
  return { simulator, clock, tenants, environment: settings.environment };
}

export const quiet: Telemetry = { event: () => {}, error: () => {}, count: () => {} };

/** How a profile is opened over what stands for a data folder. */
export type OpenProfile = (options: OpenEmbeddedOptions) => Promise<Profile>;

/** One process's worth of product over a data folder: what a kill ends and a start opens again. */
export interface Life {
  readonly profile: Profile;
  readonly deps: PullDeps;
  targets(tenant: string): Promise<readonly PullTarget[]>;
  end(): Promise<void>;
}

export async function openLife(
  stage: Stage,
  folder: string,
  options: {
    readonly worker?: string;
    readonly telemetry?: Telemetry;
    /**
     * Real milliseconds after which a silent provider counts as gone, where one hangs that is not to be waited for. Where
     * none does, a busy machine must not be taken for it: what is given up here is counted there, and asked for again.
     */
    readonly silence?: number | undefined;
    /** Another profile than the embedded one. */
    readonly open?: OpenProfile;
  } = {},
): Promise<Life> {
  const config = readConfig(stage.environment);
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const { clock } = stage;
  const telemetry = options.telemetry ?? quiet;
  const { silence } = options;
  const open = options.open ?? openEmbedded;
  const profile = await open({ folder, environment: stage.environment, clock });
  await registerTenants(profile.tenants, stage.tenants);
  const doors = providerDoors({
    settings: config.settings,
    clock,
    secrets: profile.secrets,
    throttles: profile.throttles,
    telemetry,
    random: () => 0.5,
    limits: silence === undefined ? {} : { headersMs: silence, stallMs: silence },
  });
  const all = { tenants: profile.tenants, sources, scopeOf: (id: Tenant['id']) => systemScope(id, 'pull') };
  const worker = options.worker ?? randomUUID();
  return {
    profile,
    deps: { ...profile, clock, telemetry, http: doors.of, worker, newId: randomUUID },
    targets: async tenant => (await allTargets(all)).filter(target => target.tenant.id === tenant),
    end: async () => {
      doors.close();
      await profile.close();
    },
  };
}

export const wideBudget = { pages: 10_000, time: minutes(60) };

export interface Rest {
  /** Codes of the errors that stopped a run, in order. */
  readonly errors: readonly string[];
}

/** Pulls a stream until it is up to date, waiting out whatever the cursor says, at most `tries` runs. */
export async function pullToRest(
  life: Pick<Life, 'deps'>,
  target: PullTarget,
  clock: ManualClock,
  tries = 40,
): Promise<Rest> {
  const errors: string[] = [];
  for (let run = 0; run < tries; run += 1) {
    try {
      // As if a person asked: also for the sliver that the timer lets grow.
      const { status } = await pull(life.deps, target, { trigger: 'request', budget: wideBudget });
      if (status === 'busy') clock.advance((leaseSpan + 1_000) as Duration);
      else if (status === 'idle' && (await isAtRest(life, target, clock))) return { errors };
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      errors.push(thrown.code);
    }
    const cursor = await life.deps.cursors.load(target.scope, target.ref);
    const retryAt = cursor?.value.failures?.retryAt;
    if (retryAt !== undefined && retryAt > clock.now())
      clock.advance((retryAt - clock.now() + 1) as Duration);
  }
  throw new Error(`${target.ref.source}/${target.ref.stream} does not come to rest: ${errors.join(', ')}`);
}

async function isAtRest(life: Pick<Life, 'deps'>, target: PullTarget, clock: ManualClock): Promise<boolean> {
  const cursor = await life.deps.cursors.load(target.scope, target.ref);
  if (cursor === null || cursor.value.open !== null) return false;
  return (
    cursor.value.failures === null ||
    cursor.value.failures.retryAt <= plus(instant(clock.now()), 0 as Duration)
  );
}
