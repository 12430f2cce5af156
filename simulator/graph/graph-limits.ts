import { jsonReply, type Reply } from '../exchange.ts';
import { wholeSeconds, type LimitName } from '../limits.ts';
import type { Caller } from '../entra/check-bearer.ts';
import type { Site } from '../site.ts';
import { graphError } from './graph-error.ts';

export type GraphFamily = 'reports' | 'traces' | 'directory' | 'policies' | 'intune' | 'security';

/** Counts a request against its family's limits; the 429 when one is passed, null when it may go on. */
export function graphLimit(
  site: Site,
  family: GraphFamily,
  caller: Caller,
  now: number,
  cost: number,
): Reply | null {
  const take = (name: LimitName, key: string): number => site.limits.take(name, key, now, cost) ?? 0;
  const tenant = caller.tenant.id;
  if (family === 'traces') {
    const waitMs = take('traces', tenant);
    return waitMs === 0 ? null : traceThrottle(site, wholeSeconds(waitMs));
  }
  if (family === 'policies') {
    // This service never says how long.
    return take('policies', tenant) === 0 ? null : genericThrottle(site, null);
  }
  if (family === 'intune') {
    const waitMs = Math.max(take('intune', `${caller.app}/${tenant}`), take('intuneAllApps', tenant));
    return waitMs === 0 ? null : intuneThrottle(site, wholeSeconds(waitMs));
  }
  if (family === 'security') {
    const waitMs = take('security', `${caller.app}/${tenant}`);
    return waitMs === 0 ? null : genericThrottle(site, site.limits.moodyRetryAfter(waitMs));
  }
  if (family === 'directory') {
    const waitMs = take('directory', `${caller.app}/${tenant}`);
    return waitMs === 0 ? null : genericThrottle(site, wholeSeconds(waitMs));
  }
  const waitMs = Math.max(take('reportsTenant', `${caller.app}/${tenant}`), take('reportsApp', caller.app));
  return waitMs === 0 ? null : reportsThrottle(site, site.limits.moodyRetryAfter(waitMs));
}

const retryAfter = (value: string | null): Record<string, string> =>
  value === null ? {} : { 'retry-after': value };

/** The reporting service's own 429: its code says nothing, and Retry-After is not reliable. */
export function reportsThrottle(site: Site, after: string | null): Reply {
  const message = `This request is throttled. Please try again after the value (in seconds) specified in the Retry-After header.\r\nCorrelationId: ${site.nextId()}`;
  return graphError(site, { status: 429, code: 'UnknownError', message }, retryAfter(after));
}

/** Intune behind its broker: a 500, and only the text says that it is a throttle. */
export function intuneThrottle(site: Site, after: string | null): Reply {
  const message =
    'Rate limit reached because of too many requests to query broker. Please retry after sometime.';
  return graphError(site, { status: 500, code: 'InternalServerError', message }, retryAfter(after));
}

export function traceThrottle(site: Site, after: string | null): Reply {
  const message = 'Your recent queries have surpassed the permitted limit, please try again later.';
  return graphError(site, { status: 429, code: 'TooManyRequests', message }, retryAfter(after));
}

/** The 429 body of Graph's documentation. */
export function genericThrottle(site: Site, after: string | null): Reply {
  const id = site.nextId();
  const innerError = {
    code: '429',
    date: new Date(site.clock.now()).toISOString().slice(0, 19),
    message: 'Please retry after',
    'request-id': id,
    status: '429',
  };
  return jsonReply(
    429,
    { error: { code: 'TooManyRequests', message: 'Please retry again later.', innerError } },
    { 'request-id': id, ...retryAfter(after) },
  );
}
