import { coverageOf } from '../../evidence/coverage.ts';
import { isoInstant } from '../../kernel/time.ts';
import type { Coverage } from '../../model/cursor.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Continuations } from '../continuation.ts';
import type { Contract } from '../contract/contract.ts';
import { defaultLimit } from '../contract/fields.ts';
import { pageBinding, withNextLink } from '../next-link.ts';
import type { Handlers, Result } from './handler.ts';
import { checkFilter } from './known-sources.ts';
import { createOperationHandlers } from './operation-handlers.ts';
import { startPull } from './start-pull.ts';
import { span, streamsOf, streamState, type StreamState } from './stream-states.ts';
import { gone } from './gone.ts';

type CoverageBody = Result<Contract['coverage.list']>['body']['value'][number];
type PullRoutes =
  | 'source.run'
  | 'source.backfill'
  | 'runs.list'
  | 'runs.get'
  | 'coverage.list'
  | 'operations.list'
  | 'operations.get'
  | 'operations.cancel';

/** Pulls: starting them, following them, and what they have covered. */
export function createPullHandlers(deps: ApiDeps, continuations: Continuations): Pick<Handlers, PullRoutes> {
  return {
    ...createOperationHandlers(deps, continuations),
    'source.run': ({ scope, params, body, principal }) =>
      startPull(deps, scope, principal, { kind: 'run', source: params.source, ...body }),
    'source.backfill': ({ scope, params, body, principal }) =>
      startPull(deps, scope, principal, { kind: 'backfill', source: params.source, ...body }),

    'runs.list': async ({ scopes, query, principal, request }) => {
      const { source, status, tenant } = query;
      const limit = query.limit ?? defaultLimit;
      const binding = pageBinding('runs', principal, scopes, { source, status });
      const after =
        query.continuation === undefined ? null : continuations.open(binding, query.continuation).after;
      const filter = {
        ...(source === undefined ? {} : { source }),
        ...(status === undefined ? {} : { status }),
      };
      const page = await deps.profile.runs.list(scopes, filter, after, limit);
      if (page.runs.length === 0) checkFilter({ source }, deps.sources);
      const token = page.next === null ? null : continuations.seal(binding, { after: page.next });
      const asked = { tenant, source, status, limit: query.limit };
      return { status: 200, body: withNextLink([...page.runs], request.path, asked, token) };
    },

    'runs.get': async ({ scope, params }) => {
      const run = await deps.profile.runs.get(scope, params.id);
      if (run === null) throw gone('run');
      return { status: 200, body: run };
    },

    'coverage.list': async ({ scopes, query }) => {
      const value: CoverageBody[] = [];
      for (const scope of scopes) value.push(...(await tenantCoverage(deps, scope, query)));
      if (value.length === 0) checkFilter(query, deps.sources);
      return { status: 200, body: { value } };
    },
  };
}

async function tenantCoverage(
  deps: ApiDeps,
  scope: TenantScope,
  only: { readonly source?: string | undefined; readonly stream?: string | undefined },
): Promise<CoverageBody[]> {
  const found = await deps.profile.tenants.get(scope.tenantId);
  const refs = (found?.value.connections ?? []).flatMap(connection => {
    const source = deps.sources.find(one => one.id === connection.source);
    const streams = source === undefined ? null : streamsOf(source, connection);
    const kind = source?.pull.kind ?? 'window';
    return (streams ?? []).map(stream => ({ source: connection.source, stream, kind }));
  });
  const wanted = refs.filter(
    ref =>
      (only.source === undefined || ref.source === only.source) &&
      (only.stream === undefined || ref.stream === only.stream),
  );
  return Promise.all(
    wanted.map(async ref =>
      coverageBody(scope, await streamState(deps.profile.cursors, scope, ref), ref.kind),
    ),
  );
}

function coverageBody(scope: TenantScope, at: StreamState, kind: CoverageBody['kind']): CoverageBody {
  const { source, stream, state, cursor, problem } = at;
  const about = { tenant: scope.tenantId, source, stream, kind, state, problem };
  const nothing = { committedTo: null, lastReading: null, covered: [], gaps: [], open: null, waiting: [] };
  if (cursor === null) return { ...about, ...nothing };
  const coverage = coverageOf(cursor);
  return {
    ...about,
    committedTo: isoInstant(coverage.committedTo),
    lastReading: readingBody(coverage.lastReading),
    covered: coverage.covered.map(span),
    gaps: coverage.gaps.map(gap => ({
      ...span(gap),
      reason: gap.reason,
      noticedAt: isoInstant(gap.noticedAt),
    })),
    open: cursor.open === null ? null : { ...span(cursor.open.window), purpose: cursor.open.purpose },
    waiting: cursor.requested.map(requested => span(requested.window)),
  };
}

const readingBody = (reading: Coverage['lastReading']): CoverageBody['lastReading'] =>
  reading === null
    ? null
    : { asOf: isoInstant(reading.asOf), things: reading.things, readings: reading.readings };
