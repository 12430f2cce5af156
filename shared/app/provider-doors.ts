import { federatedTokenSource } from '../adapters/net/federated-token-source.ts';
import { httpTransport, type WireLimits } from '../adapters/net/http-transport.ts';
import { pacer } from '../adapters/net/pacer.ts';
import { providerHttp, type ProviderEndpoint } from '../adapters/net/provider-http.ts';
import { providerLimits, type PaceFamily } from '../adapters/net/provider-limits.ts';
import { providerTokens } from '../adapters/net/provider-token.ts';
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
  const tokens = providerTokens(source, clock);
  const endpoints = (tenant: Tenant): Partial<Record<ProviderApi, ProviderEndpoint>> => ({
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
  const doors = new Map<string, HttpClient>();
  return {
    of: tenant => {
      if (settings.HOLDFAST_PULL_CLIENT_ID === '') return unset;
      const known = doors.get(tenant.id);
      if (known !== undefined) return known;
      const { throttles, telemetry, random } = deps;
      const { limits = {}, families = providerLimits } = deps;
      const shared = { transport, pacer: pace, clock, throttles, telemetry, random, limits, families };
      const door = providerHttp({ tenantId: tenant.id, apis: endpoints(tenant), ...shared });
      doors.set(tenant.id, door);
      return door;
    },
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
