import { minutes, seconds, type Duration } from '../../kernel/time.ts';
import type { ProviderApi } from '../../ports/http-client.ts';

/** At most `limit` requests in any `per`. */
export interface PaceRule {
  readonly limit: number;
  readonly per: Duration;
}

/** Requests a provider counts together. */
export interface PaceFamily {
  readonly name: string;
  readonly api: ProviderApi;
  /** Over the path below the API's base; the first family that matches counts the request. */
  readonly path: RegExp;
  readonly perTenant?: PaceRule;
  /** Over all tenants: the provider counts our app as a whole. */
  readonly perApp?: PaceRule;
  /**
   * A service of its own behind the API: its throttle says nothing about the tenant's other requests, and is
   * remembered as `api/tenant/name`.
   */
  readonly ownThrottle?: boolean;
}

/**
 * The providers' documented limits (July to October 2026), less a margin where others share the quota or clocks
 * differ. Keeping below them costs a wait; running into them costs minutes, and a retry counts as well.
 */
export const providerLimits: readonly PaceFamily[] = [
  {
    // Sign-ins, directory audits and registration details share 5 in 10 s per tenant, 122 over all tenants.
    name: 'reports',
    api: 'graph',
    path: /^\/(?:v1\.0|beta)\/(?:auditLogs|reports)\//,
    perTenant: { limit: 5, per: seconds(10.1) },
    perApp: { limit: 110, per: seconds(10.1) },
  },
  {
    // 100 in 5 min, shared with every other app of the tenant: we take 60.
    name: 'message-trace',
    api: 'graph',
    path: /^\/(?:v1\.0|beta)\/admin\/exchange\/tracing\//,
    perTenant: { limit: 60, per: minutes(5) },
    ownThrottle: true,
  },
  {
    // 1 a second over all apps, and its 429 never says for how long.
    name: 'conditional-access',
    api: 'graph',
    path: /^\/(?:v1\.0|beta)\/(?:identity\/conditionalAccess|identityProtection)\b/,
    perTenant: { limit: 1, per: seconds(1.5) },
  },
  {
    name: 'intune-audit',
    api: 'graph',
    path: /^\/(?:v1\.0|beta)\/deviceManagement\//,
    perTenant: { limit: 900, per: seconds(20) },
  },
  {
    // 150 a minute.
    name: 'security',
    api: 'graph',
    path: /^\/(?:v1\.0|beta)\/security\//,
    perTenant: { limit: 130, per: minutes(1) },
  },
  {
    // Starting subscriptions too often is refused for minutes, while reading goes on.
    name: 'subscription-start',
    api: 'management',
    path: /\/subscriptions\/start$/,
    perTenant: { limit: 30, per: minutes(1) },
    ownThrottle: true,
  },
  {
    // 2,000 a minute per tenant.
    name: 'activity',
    api: 'management',
    path: /^\//,
    perTenant: { limit: 1_800, per: minutes(1) },
  },
  {
    // Mimecast publishes no figures. Its answers carry the quota, which counts by application; this only keeps a
    // backfill from running into it at once.
    name: 'mimecast',
    api: 'mimecast',
    path: /^\//,
    perTenant: { limit: 300, per: minutes(1) },
  },
];

/** The family that counts a request, or null when none does. `target` may carry a query. */
export function familyOf(
  families: readonly PaceFamily[],
  api: ProviderApi,
  target: string,
): PaceFamily | null {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return families.find(family => family.api === api && family.path.test(path)) ?? null;
}

/** The limit over all tenants of a family by its name; null where the provider sets none, or none is named. */
export function appQuota(
  families: readonly PaceFamily[],
  api: ProviderApi,
  name: string | undefined,
): { readonly family: string; readonly limit: number; readonly per: Duration } | null {
  const found = families.find(family => family.api === api && family.name === name)?.perApp;
  return found === undefined || name === undefined ? null : { family: `${api}/${name}`, ...found };
}

/**
 * Each process's part of the limits over all tenants, where several pull at once: a pacer counts for its own process
 * alone. Limits of one tenant stay as they are; two processes seldom ask for one tenant at the same moment, and the
 * throttle that follows if they do is remembered for both.
 */
export function dividedAmong(families: readonly PaceFamily[], processes: number): readonly PaceFamily[] {
  return families.map(family => {
    if (family.perApp === undefined) return family;
    const limit = Math.max(1, Math.floor(family.perApp.limit / processes));
    return { ...family, perApp: { ...family.perApp, limit } };
  });
}
