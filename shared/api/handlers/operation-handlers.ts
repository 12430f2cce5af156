import { AppError } from '../../kernel/errors.ts';
import { isoInstant } from '../../kernel/time.ts';
import type { Operation } from '../../model/run.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Continuations } from '../continuation.ts';
import { defaultLimit } from '../contract/fields.ts';
import { checkIfMatch, etagOf } from '../etag.ts';
import { pageBinding, withNextLink } from '../next-link.ts';
import { gone } from './gone.ts';
import type { Handlers } from './handler.ts';

/** Following and cancelling long work. */
export function createOperationHandlers(
  deps: ApiDeps,
  continuations: Continuations,
): Pick<Handlers, 'operations.list' | 'operations.get' | 'operations.cancel'> {
  const { operations } = deps.profile;
  return {
    'operations.list': async ({ scopes, query, principal, request }) => {
      const limit = query.limit ?? defaultLimit;
      const binding = pageBinding('operations', principal, scopes, {});
      const after =
        query.continuation === undefined ? null : continuations.open(binding, query.continuation).after;
      const page = await operations.list(scopes, after, limit);
      const token = page.next === null ? null : continuations.seal(binding, { after: page.next });
      const asked = { tenant: query.tenant, limit: query.limit };
      return { status: 200, body: withNextLink([...page.operations], request.path, asked, token) };
    },

    'operations.get': async ({ scope, params }) => {
      const found = await operations.get(scope, params.id);
      if (found === null) throw gone('operation');
      return { status: 200, headers: { etag: etagOf(found.rev) }, body: found.value };
    },

    'operations.cancel': async ({ scope, params, request }) => {
      const { value, rev } = await cancel(deps, scope, params.id, request.ifMatch);
      return { status: 200, headers: { etag: etagOf(rev) }, body: value };
    },
  };
}

/**
 * Marks the operation cancelled; whoever works on it sees that before its next window. A worker that moved the
 * percentage meanwhile does not make the caller start over, unless the caller named a revision.
 */
async function cancel(
  deps: ApiDeps,
  scope: TenantScope,
  id: string,
  ifMatch: string | null,
): Promise<{ value: Operation; rev: string }> {
  const { operations } = deps.profile;
  for (let tries = 0; tries < 10; tries += 1) {
    const found = await operations.get(scope, id);
    if (found === null) throw gone('operation');
    checkIfMatch(ifMatch, found.rev);
    const { status } = found.value;
    if (status === 'Canceled') return found;
    if (status === 'Succeeded' || status === 'Failed') throw over();
    const value: Operation = { ...found.value, status: 'Canceled', updatedAt: isoInstant(deps.clock.now()) };
    const swapped = await operations.swap(scope, found.rev, value);
    if (swapped.ok) return { value, rev: swapped.rev };
  }
  throw new AppError(
    'conflict',
    'retry',
    'The operation is changing too fast just now. Send the request again.',
  );
}

function over(): AppError {
  return new AppError(
    'conflict',
    'give-up',
    'The operation has ended already, so there is nothing to cancel.',
  );
}
