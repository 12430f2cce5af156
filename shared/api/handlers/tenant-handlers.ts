import { AppError } from '../../kernel/errors.ts';
import { isoInstant } from '../../kernel/time.ts';
import { coverageOf } from '../../evidence/coverage.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { Connection, Tenant } from '../../model/tenant.ts';
import type { Contract } from '../contract/contract.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Continuations } from '../continuation.ts';
import { defaultLimit } from '../contract/fields.ts';
import { etagOf } from '../etag.ts';
import { pageBinding, withNextLink } from '../next-link.ts';
import type { Handlers, Result } from './handler.ts';
import { span, streamsOf, streamState } from './stream-states.ts';

type TenantBody = Result<Contract['tenants.get']>['body'];
type SourceBody = Result<Contract['tenant-sources.list']>['body']['value'][number];

/** Reading the customers. */
export function createTenantHandlers(
  deps: ApiDeps,
  continuations: Continuations,
): Pick<Handlers, 'tenants.list' | 'tenants.get' | 'tenant-sources.list'> {
  return {
    'tenants.list': async ({ scopes, query, principal, request }) => {
      const limit = query.limit ?? defaultLimit;
      const binding = pageBinding('tenants', principal, scopes, {});
      const after =
        query.continuation === undefined ? null : continuations.open(binding, query.continuation).after;
      const mine = new Set<string>(scopes.map(scope => scope.tenantId));
      const all = (await deps.profile.tenants.list())
        .map(({ value }) => value)
        .filter(tenant => mine.has(tenant.id));
      const left = after === null ? all : all.filter(tenant => tenant.id > after);
      const page = left.slice(0, limit);
      const last = left.length > limit ? page.at(-1) : undefined;
      const token = last === undefined ? null : continuations.seal(binding, { after: last.id });
      return {
        status: 200,
        body: withNextLink(page.map(tenantBody), request.path, { limit: query.limit }, token),
      };
    },

    'tenants.get': async ({ scope }) => {
      const { value, rev } = await tenantOf(deps, scope);
      return { status: 200, headers: { etag: etagOf(rev) }, body: tenantBody(value) };
    },

    'tenant-sources.list': async ({ scope }) => {
      const { value } = await tenantOf(deps, scope);
      const sources = await Promise.all(value.connections.map(one => sourceBody(deps, scope, one)));
      return { status: 200, body: { value: sources } };
    },
  };
}

/** The tenant of a scope. It was there when the scope was decided; that it is gone is a race, and a 404. */
export async function tenantOf(deps: ApiDeps, scope: TenantScope): Promise<{ value: Tenant; rev: string }> {
  const found = await deps.profile.tenants.get(scope.tenantId);
  if (found !== null) return found;
  throw new AppError('not-found', 'give-up', 'There is no such tenant among what you may see.', {
    target: 'id',
  });
}

function tenantBody(tenant: Tenant): TenantBody {
  const { id, name, domains, state, retentionDays } = tenant;
  const connections = tenant.connections.map(({ source, enabled, remembersDays }) => ({
    source,
    enabled,
    remembersDays,
  }));
  return { id, name, domains, state, retentionDays, connections };
}

async function sourceBody(deps: ApiDeps, scope: TenantScope, connection: Connection): Promise<SourceBody> {
  const source = deps.sources.find(one => one.id === connection.source);
  const about = {
    source: connection.source,
    enabled: connection.enabled,
    remembersDays: connection.remembersDays,
  };
  if (source === undefined) {
    return { ...about, title: connection.source, streams: [], problem: 'This build has no such source.' };
  }
  const names = streamsOf(source, connection);
  if (names === null) {
    return {
      ...about,
      title: source.title,
      streams: [],
      problem: 'The connection’s settings do not fit the source.',
    };
  }
  const streams = await Promise.all(
    names.map(async stream => {
      const { state, cursor, problem } = await streamState(deps.profile.cursors, scope, {
        source: connection.source,
        stream,
      });
      return {
        stream,
        state,
        committedTo: cursor === null ? null : isoInstant(cursor.committedTo),
        open: cursor === null || cursor.open === null ? null : span(cursor.open.window),
        waiting: cursor?.requested.length ?? 0,
        gaps: cursor === null ? 0 : coverageOf(cursor).gaps.length,
        problem,
        everySeconds: connection.everySeconds ?? (cursor?.every === undefined ? null : cursor.every / 1_000),
      };
    }),
  );
  return { ...about, title: source.title, streams, problem: null };
}
