import { contentTypes, type ContentType } from '../world/content-id.ts';
import { af, type ManagementProblem } from './management-error.ts';

const startEveryMs = 15 * 60_000;
/** A start so soon after a stop … */
const hastyMs = 60 * 60_000;
/** … leaves the subscription neither on nor listed for so long. */
const stuckMs = 12 * 60 * 60_000;

export interface Subscription {
  status: 'enabled' | 'disabled';
  /** The first start, ms: content from long before it is there as well. */
  readonly startedAt: number;
  lastStartRequest: number;
  stoppedAt: number | null;
  /** Until then it answers "disabled" although start said "enabled". */
  stuckUntil: number;
  /** While stopped, content was lost to this subscription. */
  readonly lost: { readonly from: number; readonly to: number }[];
}

/** The subscriptions of all tenants and applications. They live in memory: a restart forgets them. */
export interface Subscriptions {
  /** What `list` shows. */
  list(
    tenant: string,
    app: string,
    now: number,
  ): { contentType: ContentType; status: string; webhook: null }[];
  start(tenant: string, app: string, type: ContentType, now: number): ManagementProblem | null;
  stop(tenant: string, app: string, type: ContentType, now: number): ManagementProblem | null;
  /** The subscription content may be listed for, or why not. */
  forContent(tenant: string, app: string, type: ContentType, now: number): Subscription | ManagementProblem;
}

export function subscriptions(): Subscriptions {
  const all = new Map<string, Subscription>();
  const find = (tenant: string, app: string, type: ContentType): Subscription | undefined =>
    all.get(`${tenant}/${app}/${type}`);
  return {
    list: (tenant, app, now) =>
      contentTypes.flatMap(contentType => {
        const found = find(tenant, app, contentType);
        if (found === undefined || found.stuckUntil > now) return [];
        return [{ contentType, status: found.status, webhook: null }];
      }),
    start(tenant, app, type, now) {
      const found = find(tenant, app, type);
      if (found === undefined) {
        const fresh = { status: 'enabled', startedAt: now, lastStartRequest: now, stoppedAt: null, stuckUntil: 0, lost: [] } satisfies Subscription; // prettier-ignore
        all.set(`${tenant}/${app}/${type}`, fresh);
        return null;
      }
      return startAgain(found, now);
    },
    stop(tenant, app, type, now) {
      const found = find(tenant, app, type);
      if (found === undefined) return af.noSubscription();
      if (found.status === 'enabled') found.stoppedAt = now;
      found.status = 'disabled';
      return null;
    },
    forContent(tenant, app, type, now) {
      const found = find(tenant, app, type);
      if (found === undefined) return af.noSubscription();
      return found.status === 'disabled' || found.stuckUntil > now ? af.disabled() : found;
    },
  };
}

/** Starting what was started before: too often, already on, or on again after a stop. */
function startAgain(found: Subscription, now: number): ManagementProblem | null {
  const sinceLast = now - found.lastStartRequest;
  if (sinceLast >= 0 && sinceLast < startEveryMs) return af.startTooOften(startEveryMs - sinceLast);
  found.lastStartRequest = now;
  if (found.status === 'enabled') return af.alreadyEnabled();
  if (found.stoppedAt !== null) {
    found.lost.push({ from: found.stoppedAt, to: now });
    if (now - found.stoppedAt < hastyMs) found.stuckUntil = now + stuckMs;
  }
  found.status = 'enabled';
  found.stoppedAt = null;
  return null;
}
