import { httpTransport, type WireLimits } from '../adapters/net/http-transport.ts';
import { pacer } from '../adapters/net/pacer.ts';
import { providerHttp, type ProviderEndpoint } from '../adapters/net/provider-http.ts';
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
import type { Settings } from './config.ts';

export interface ProviderDoorsDeps {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly secrets: SecretStore;
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
  const source = secretTokenSource({
    loginUrl: new URL(settings.HOLDFAST_LOGIN_URL),
    clientId: settings.HOLDFAST_PULL_CLIENT_ID,
    secrets: deps.secrets,
    secretName: pullSecret,
    transport,
    clock,
  });
  const kept = providerTokens(source, clock);
  const endpoints = (
    tenant: Tenant,
    tokens: ProviderTokens,
  ): Partial<Record<ProviderApi, ProviderEndpoint>> => ({
    graph: {
      base: new URL(settings.HOLDFAST_GRAPH_URL),
      judge: judgeGraph,
      token: tokens.of(tenant.id, 'https://graph.microsoft.com'),
      firstThrottle: seconds(10),
    },
    management: {
      base: new URL(settings.HOLDFAST_MANAGEMENT_URL),
      judge: judgeManagement,
      token: tokens.of(tenant.id, 'https://manage.office.com'),
      firstThrottle: seconds(60),
    },
  });
  const open = (tenant: Tenant, tokens: ProviderTokens): HttpClient => {
    const { throttles, telemetry, random } = deps;
    const { limits = {}, families = providerLimits } = deps;
    const shared = { transport, pacer: pace, clock, throttles, telemetry, random, limits, families };
    return providerHttp({ tenantId: tenant.id, apis: endpoints(tenant, tokens), ...shared });
  };
  const doors = new Map<string, HttpClient>();
  return {
    of: tenant => {
      if (settings.HOLDFAST_PULL_CLIENT_ID === '') return unset;
      const known = doors.get(tenant.id);
      if (known !== undefined) return known;
      const door = open(tenant, kept);
      doors.set(tenant.id, door);
      return door;
    },
    fresh: tenant =>
      settings.HOLDFAST_PULL_CLIENT_ID === '' ? unset : open(tenant, providerTokens(source, clock)),
    close: () => transport.close(),
  };
}

/** Without an application to collect with there is nothing to ask a provider as. */
const unset: HttpClient = {
  send: () =>
    Promise.reject(
      new AppError(
        'config.invalid',
        'pause-source',
        'HOLDFAST_PULL_CLIENT_ID is not set: register the collecting application, and set its client id and secret.',
        { target: 'HOLDFAST_PULL_CLIENT_ID' },
      ),
    ),
};
