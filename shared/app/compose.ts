import { randomUUID } from 'node:crypto';
import type { counterRegistry } from '../adapters/net/counter-registry.ts';
import { createEntraTokenCheck } from '../adapters/net/entra-token-check.ts';
import { appQuota, dividedAmong, providerLimits } from '../adapters/net/provider-limits.ts';
import type { ApiDeps } from '../api/api-deps.ts';
import type { Api } from '../api/api-request.ts';
import { mount } from '../api/mount.ts';
import { systemScope } from '../authz/system-scope.ts';
import { hours, seconds } from '../kernel/time.ts';
import { withMappings } from '../mappings/mappings.ts';
import type { PullDeps } from '../pipeline/pull-types.ts';
import type { DueDeps } from '../pipeline/due-connections.ts';
import type { QueueUpkeepDeps } from '../pipeline/queue-upkeep.ts';
import type { JobDeps } from '../pipeline/run-job.ts';
import type { CheckpointDeps } from '../pipeline/sign-checkpoints.ts';
import type { Clock } from '../ports/clock.ts';
import type { Profile } from '../ports/profile.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Source } from '../sources/_kit/source.ts';
import { sources } from '../sources/index.generated.ts';
import type { Settings } from './config.ts';
import { product, version } from './product.ts';
import { endDroppedRequests } from './end-dropped-requests.ts';
import { providerDoors } from './provider-doors.ts';
import { allTargets, everyTenant, findTarget, findTenant, type TargetDeps } from './pull-targets.ts';
import { registerTenants } from './register-tenants.ts';
import { readSettingFiles } from './setting-files.ts';
import { streamPulls } from './stream-pulls.ts';

export interface App {
  readonly api: Api;
  /** What timer, queue and index triggers work with. */
  readonly work: JobDeps &
    DueDeps & {
      readonly index: SearchIndex;
      readonly upkeep: Omit<QueueUpkeepDeps, 'queue'>;
      readonly checkpoints: CheckpointDeps;
    };
  /** Ends the connections to providers. The profile is closed by whoever opened it. */
  close(): void;
}

export interface ComposeOptions {
  readonly settings: Settings;
  readonly profile: Profile;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly counters: ReturnType<typeof counterRegistry>;
  /** Who this process is in a lease; two that may run at once MUST differ. */
  readonly worker: string;
  readonly isGone: (owner: string) => boolean;
  readonly continuationKey: Uint8Array;
  /** Where the profile has an identity that stands for the collecting application. */
  readonly assertion?: () => Promise<string>;
}

const scopes = ['access_as_user'];
const limits = {
  client: { perSecond: 20, burst: 100 },
  tenant: { perSecond: 100, burst: 400 },
  stranger: { perSecond: 10, burst: 60 },
};

/** Puts the parts together. Reads the files that settings name, and says which one is wrong. */
export async function compose(options: ComposeOptions): Promise<App> {
  const { settings, profile, clock, telemetry, worker, isGone } = options;
  const operator = settings.HOLDFAST_OPERATOR_TENANT === '' ? null : settings.HOLDFAST_OPERATOR_TENANT;
  const { grants, mappings, tenants: wanted } = await readSettingFiles(settings);
  const doors = doorsOf(options);
  const mapped = sources.map(source => withMappings(source, mappings));
  const targets: TargetDeps = {
    tenants: profile.tenants,
    sources: mapped,
    scopeOf: id => systemScope(id, 'pull'),
  };
  const pull: PullDeps = { ...profile, clock, telemetry, http: doors.of, worker, isGone, newId: randomUUID };
  await registerTenants(profile.tenants, wanted, (before, after) =>
    endDroppedRequests({ ...targets, ...pull }, before, after),
  );
  const upkeep = upkeepDeps(options, mapped, doors);
  const authenticator = createEntraTokenCheck({
    clock,
    loginUrl: withoutSlash(settings.HOLDFAST_LOGIN_URL),
    clientId: settings.HOLDFAST_CLIENT_ID,
    knownTenant: async id => id === operator || (await profile.tenants.get(id)) !== null,
  });
  const deps: ApiDeps = {
    profile,
    sources,
    mappings,
    authenticator,
    clock,
    telemetry,
    pulls: streamPulls({ ...targets, pull, queue: profile.queue }),
    readiness: { clock, door: doors.fresh },
    operator,
    grants,
    facts: factsOf(settings),
    limits,
    allowedOrigins: settings.HOLDFAST_CORS_ORIGINS.split(',').flatMap(origin => origin.trim() || []),
    continuationKey: options.continuationKey,
    continuationLifetime: hours(24),
    newId: randomUUID,
    metrics: () => options.counters.render(),
  };
  return {
    api: mount(deps),
    work: {
      ...pull,
      queue: profile.queue,
      index: profile.index,
      target: job => findTarget(targets, job),
      upkeep: { ...upkeep, rulesOf: id => mappings.rulesOf(id) },
      checkpoints: { ...profile, clock, telemetry, tenants: upkeep.tenants },
      targets: () => allTargets(targets),
      quotaOf: ({ source }) => appQuota(providerLimits, source.api, source.quota),
      untilNext: seconds(settings.HOLDFAST_PULL_SECONDS),
    },
    close: doors.close,
  };
}

/** What the API says of itself to callers who have no token yet. */
const factsOf = (settings: Settings): ApiDeps['facts'] => ({
  product,
  version,
  loginUrl: withoutSlash(settings.HOLDFAST_LOGIN_URL),
  clientId: settings.HOLDFAST_CLIENT_ID,
  // By its id and not its URI: whoever signs in does so with the very application the token is for, and Entra issues
  // those only so (AADSTS90009).
  scopes: scopes.map(scope => `${settings.HOLDFAST_CLIENT_ID}/${scope}`),
});

/** What works over stored events, apart from pulls. */
function upkeepDeps(
  { profile, clock, telemetry }: ComposeOptions,
  mapped: readonly Source[],
  doors: { readonly of: PullDeps['http'] },
): App['work']['upkeep'] {
  const tenants: TargetDeps = {
    tenants: profile.tenants,
    sources: mapped,
    scopeOf: id => systemScope(id, 'upkeep'),
  };
  const { archive, events, operations, index, names, throttles } = profile;
  const stores = { archive, events, operations, index, names, throttles };
  return {
    ...stores,
    clock,
    telemetry,
    sources: mapped,
    http: doors.of,
    tenant: id => findTenant(tenants, id),
    tenants: () => everyTenant(tenants),
  };
}

const doorsOf = ({
  settings,
  profile,
  clock,
  telemetry,
  assertion,
}: ComposeOptions): ReturnType<typeof providerDoors> =>
  providerDoors({
    settings,
    clock,
    secrets: profile.secrets,
    throttles: profile.throttles,
    telemetry,
    random: Math.random,
    families: dividedAmong(providerLimits, settings.HOLDFAST_INSTANCES),
    ...(assertion === undefined ? {} : { assertion }),
  });

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
