import type { Reply } from '../exchange.ts';
import type { FaultedCall } from '../faults/fault.ts';
import { errorObject, flatFail, notKnown, problems, requestFailed } from './mimecast-error.ts';
import { throttledFor, withHeaders } from './mimecast-limits.ts';
import { refusalOf } from './mimecast-routes.ts';
import type { TenantFlags } from '../tenant-flags.ts';

// What the catalogue's faults look like when it is Mimecast that has them.

export const isMimecast = (route: string): boolean => route.startsWith('mimecast.');
const isSiem = (route: string): boolean => route === 'mimecast.siem';

/** A 429 with Retry-After, or with no word of how long. */
export const mimecastThrottled = (after: string | null): Reply => {
  const reply = flatFail(problems.throttled);
  return after === null ? reply : withHeaders(reply, { 'retry-after': after });
};

/** A 429 whose X-RateLimit-Reset is to be read in one of three ways. */
export const mimecastReset = (
  { site }: FaultedCall,
  waitMs: number,
  encoding: TenantFlags['mimecastReset'],
): Reply => throttledFor(waitMs, encoding, site.clock.now());

export function mimecastBroken(route: string, status: number): Reply {
  const problem = { ...(status === 500 ? problems.internal : problems.busy), status };
  return isSiem(route) ? errorObject(problem) : requestFailed(problem, null);
}

export const mimecastUnauthorized = (): Reply =>
  notKnown('err_xdk_client_unauthorized', 'The access token has ended.');

export const mimecastRefused = ({ route }: FaultedCall): Reply => refusalOf(route);

export const mimecastUnlicensed = (): Reply => flatFail(problems.notLicensed);

/** A failure in a 200: the request's own item, flat with shape 1, an error object with shape 2. */
export function mimecastFailureInside({ route, options }: FaultedCall): Reply {
  const problem = { ...problems.internal, status: 200 };
  const shape = options['shape'] ?? (isSiem(route) ? 2 : 0);
  if (shape === 1) return flatFail(problem);
  return shape === 2 ? errorObject(problem) : requestFailed(problem, null);
}

export const mimecastLinkExpired = ({ route }: FaultedCall): Reply =>
  isSiem(route) ? errorObject(problems.siemToken) : requestFailed(problems.pageToken, null);

export const mimecastSignInBusy = (): Reply => withHeaders(flatFail(problems.busy), { 'retry-after': '1' });
