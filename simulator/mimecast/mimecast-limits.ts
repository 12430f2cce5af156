import type { Reply } from '../exchange.ts';
import type { Site } from '../site.ts';
import type { TenantFlags } from '../tenant-flags.ts';
import { limitTable } from '../limits.ts';
import { flatFail, problems } from './mimecast-error.ts';
import type { MimecastCaller } from './mimecast-token.ts';

/** Counts a request of an application; the 429 when there were too many, null when it may go on. */
export function mimecastLimit(site: Site, { tenant, clientId }: MimecastCaller, now: number): Reply | null {
  const waitMs = site.limits.take('mimecast', clientId, now);
  return waitMs === null ? null : throttledFor(waitMs, tenant.flags.mimecastReset, now);
}

/** A 429 that says how long in the encoding the flag names, because readers disagree about the header. */
export const throttledFor = (waitMs: number, encoding: TenantFlags['mimecastReset'], now: number): Reply =>
  withHeaders(flatFail(problems.throttled), {
    'x-ratelimit-limit': String(limitTable.mimecast.limit),
    'x-ratelimit-remaining': '0',
    ...resetHeader(waitMs, encoding, now),
  });

function resetHeader(
  waitMs: number,
  encoding: TenantFlags['mimecastReset'],
  now: number,
): Record<string, string> {
  if (encoding === 'retry-after') return { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1_000))) };
  if (encoding === 'epoch-seconds') return { 'x-ratelimit-reset': String(Math.ceil((now + waitMs) / 1_000)) };
  return {
    'x-ratelimit-reset': String(Math.ceil(encoding === 'epoch-milliseconds' ? now + waitMs : waitMs)),
  };
}

/** What every other answer says of the quota. */
export const quotaHeaders = (
  site: Site,
  { clientId }: MimecastCaller,
  now: number,
): Record<string, string> => ({
  'x-ratelimit-limit': String(limitTable.mimecast.limit),
  'x-ratelimit-remaining': String(Math.max(0, site.limits.left('mimecast', clientId, now))),
  'x-ratelimit-reset': '0',
});

export const withHeaders = (reply: Reply, headers: Readonly<Record<string, string>>): Reply => ({
  ...reply,
  headers: { ...reply.headers, ...headers },
});
