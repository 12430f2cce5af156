import type { Principal } from '../../model/principal.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Binding, Continuations } from '../continuation.ts';
import { apiRoot, type Contract } from '../contract/contract.ts';
import type { SearchQuery } from '../contract/event-routes.ts';
import { defaultLimit } from '../contract/fields.ts';
import { InputProblem } from '../parse-input.ts';
import type { Result } from './handler.ts';

type FeedResult = Result<Contract['events.list']>;

/** What the feed takes; anything else would make it a search whose answer depends on when it is asked. */
const taken = new Set(['order', 'tenant', 'limit', 'since']);

/**
 * The ingestion feed: every revision of every event once, in the order they were stored, so that an event that
 * came late is as new as any. The cursor is always in the answer, and does not expire: a collector that was
 * off for a month goes on where it was. It belongs to the caller's tenant, not to one caller, so that replacing
 * an application does not mean collecting everything again; what it shows is decided by the scopes, every time.
 */
export function createEventFeed(
  deps: ApiDeps,
  continuations: Continuations,
): (input: SearchQuery, scopes: readonly TenantScope[], principal: Principal) => Promise<FeedResult> {
  return async (input, scopes, principal) => {
    checkTaken(input);
    const limit = input.limit ?? defaultLimit;
    const binding: Binding = { kind: 'feed', caller: principal.tid, tenants: [], question: null };
    const after = input.since === undefined ? null : continuations.open(binding, input.since, 'since').after;
    const { changes, next, more } = await deps.profile.events.changes(scopes, after, limit);
    const cursor = continuations.sealForever(binding, { after: next ?? after });
    const value = changes.map(change => change.event);
    if (!more) return { status: 200, body: { value, cursor } };
    const query = new URLSearchParams({ order: 'ingested', since: cursor, limit: String(limit) });
    if (input.tenant !== undefined) query.set('tenant', input.tenant);
    return { status: 200, body: { value, cursor, nextLink: `${apiRoot}/events?${query.toString()}` } };
  };
}

function checkTaken(input: SearchQuery): void {
  const wrong = Object.entries(input).filter(([name, value]) => value !== undefined && !taken.has(name));
  const [first] = wrong;
  if (first === undefined) return;
  const [name] = first;
  throw new InputProblem(
    `order=ingested takes tenant, limit and since alone: \`${name}\` does not go with it.`,
    name,
    wrong.map(([target]) => ({
      code: 'InvalidValue',
      message: `\`${target}\` does not go with order=ingested.`,
      target,
    })),
  );
}
