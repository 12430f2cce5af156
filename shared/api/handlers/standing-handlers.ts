import type { SourceId, StreamId } from '../../model/ids.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Contract } from '../contract/contract.ts';
import type { Handlers, Result } from './handler.ts';
import { checkPullable } from './start-pull.ts';
import { streamState } from './stream-states.ts';

type Standing = Result<Contract['source.pause']>['body']['value'][number];

/** Stopping streams and letting them go on. */
export function createStandingHandlers(deps: ApiDeps): Pick<Handlers, 'source.pause' | 'source.resume'> {
  return {
    'source.pause': async ({ scope, params: { source }, body: { stream, reason } }) => {
      const streams = await checkPullable(deps, scope, { source, stream });
      await deps.pulls.pause(scope, source, stream ?? null, reason);
      return { status: 200, body: { value: await standings(deps, scope, source, streams) } };
    },
    'source.resume': async ({ scope, params: { source }, body: { stream } }) => {
      const streams = await checkPullable(deps, scope, { source, stream });
      await deps.pulls.resume(scope, source, stream ?? null);
      return { status: 200, body: { value: await standings(deps, scope, source, streams) } };
    },
  };
}

/** The state of each stream, without its cursor. */
export function standings(
  deps: ApiDeps,
  scope: TenantScope,
  source: SourceId,
  streams: readonly StreamId[],
): Promise<Standing[]> {
  return Promise.all(
    streams.map(async stream => {
      const { state, problem } = await streamState(deps.profile.cursors, scope, { source, stream });
      return { stream, state, problem };
    }),
  );
}
