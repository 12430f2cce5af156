import { federatedTokenSource } from '../adapters/net/federated-token-source.ts';
import { httpTransport, type WireLimits } from '../adapters/net/http-transport.ts';
import { pacer } from '../adapters/net/pacer.ts';
import { mimecastTokenSource } from '../adapters/net/mimecast-token-source.ts';
import { providerHttp, type ApiToken, type ProviderEndpoint } from '../adapters/net/provider-http.ts';
import { providerLimits, type PaceFamily } from '../adapters/net/provider-limits.ts';
import { providerTokens, type ProviderTokens } from '../adapters/net/provider-token.ts';
import { secretTokenSource } from '../adapters/net/secret-token-source.ts';
import { AppError } from '../kernel/errors.ts';
import { seconds } from '../kernel/time.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpClient, ProviderApi } from '../ports/http-client.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { ThrottleMemory } from '../ports/throttle-memory.ts';
import { judgeGraph } from '../sources/_kit/judge-graph.ts';
import { judgeManagement } from '../sources/_kit/judge-management.ts';
import { judgeMimecast } from '../sources/_kit/judge-mimecast.ts';
import type { Settings } from './config.ts';

export interface ProviderDoorsDeps {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly secrets: SecretStore;
  /** Proves the collecting application without a secret; absent: the secret `pull-client` does. */
  readonly assertion?: () => Promise<string>;
  readonly throttles: ThrottleMemory;
  readonly telemetry: Telemetry;
  readonly random: () => number;
  /** Time-outs and sizes other than the usual ones. */
  readonly limits?: Partial<WireLimits>;
  /** Other paces than the providers' own. */
  readonly families?: readonly PaceFamily[];
}

/** The secret of the collecting application, as the secret store names it. */
const pullSecret = 'pull-client';

/**
 * Every tenant's door to its providers. Transport, pace and tokens are shared, because limits and connections
 * are the application's; credentials and throttles are each tenant's own.
 */
export function providerDoors(deps: ProviderDoorsDeps): {
  of: (tenant: Tenant) => HttpClient;
  /** A door that signs in anew, for a look at whether it would be let in today. Not kept. */
  fresh: (tenant: Tenant) => HttpClient;
  close: () => void;
} {
  const { settings, clock } = deps;
  const transport = httpTransport();
  const pace = pacer({ clock });
  const application = {
    loginUrl: new URL(settings.HOLDFAST_LOGIN_URL),
    clientId: settings.HOLDFAST_PULL_CLIENT_ID,
    transport,
    clock,
  };
  const source =
    deps.assertion === undefined
      ? secretTokenSource({ ...application, secrets: deps.secrets, secretName: pullSecret })
      : federatedTokenSource({ ...application, assertion: deps.assertion });
  const login = (): TokenSets => ({
    microsoft: providerTokens(source, clock),
    mimecast: providerTokens(mimecastTokenSource({ secrets: deps.secrets, transport, clock }), clock),
  });
  const kept = login();
  const open = (tenant: Tenant, tokens: TokenSets): HttpClient => {
    const { throttles, telemetry, random } = deps;
    const { limits = {}, families = providerLimits } = deps;
    const shared = { transport, pacer: pace, clock, throttles, telemetry, random, limits, families };
    return providerHttp({ tenantId: tenant.id, apis: endpointsOf(settings, tenant, tokens), ...shared });
  };
  const doors = new Map<string, HttpClient>();
  return {
    of: tenant => {
      // A customer's region may be mended while we run.
      const key = `${tenant.id} ${mimecastUrl(settings, tenant)}`;
      const known = doors.get(key);
      if (known !== undefined) return known;
      const door = open(tenant, kept);
      doors.set(key, door);
      return door;
    },
    fresh: tenant => open(tenant, login()),
    close: () => transport.close(),
  };
}

interface TokenSets {
  readonly microsoft: ProviderTokens;
  readonly mimecast: ProviderTokens;
}

function endpointsOf(
  settings: Settings,
  tenant: Tenant,
  tokens: TokenSets,
): Record<ProviderApi, ProviderEndpoint> {
  const mimecast = mimecastUrl(settings, tenant);
  const microsoft = (resource: string): ApiToken =>
    settings.HOLDFAST_PULL_CLIENT_ID === '' ? unset : tokens.microsoft.of(tenant.id, resource);
  return {
    graph: {
      base: new URL(settings.HOLDFAST_GRAPH_URL),
      judge: judgeGraph,
      token: microsoft('https://graph.microsoft.com'),
      firstThrottle: seconds(10),
    },
    management: {
      base: new URL(settings.HOLDFAST_MANAGEMENT_URL),
      judge: judgeManagement,
      token: microsoft('https://manage.office.com'),
      firstThrottle: seconds(60),
    },
    mimecast: {
      base: new URL(mimecast),
      judge: judgeMimecast,
      token: tokens.mimecast.of(tenant.id, mimecast),
      firstThrottle: seconds(60),
      fileHosts: settings.HOLDFAST_MIMECAST_FILE_HOSTS,
    },
  };
}

/** The host of the region the customer's account lives in. A region is letters only: it cannot name another domain. */
function mimecastUrl(settings: Settings, tenant: Tenant): string {
  const region = tenant.mimecast?.region ?? 'global';
  if (region === 'global') return settings.HOLDFAST_MIMECAST_URL;
  return settings.HOLDFAST_MIMECAST_REGION_URL.replace('{region}', region);
}

const unregistered = (): Promise<never> =>
  Promise.reject(
    new AppError(
      'config.invalid',
      'pause-source',
      'HOLDFAST_PULL_CLIENT_ID is not set: register the collecting application, and set its client id and secret.',
      { target: 'HOLDFAST_PULL_CLIENT_ID' },
    ),
  );
/** Without an application to collect with there is nothing to ask Microsoft as. */
const unset: ApiToken = { current: unregistered, renew: unregistered };
