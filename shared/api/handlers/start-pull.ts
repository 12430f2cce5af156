import { AppError, asAppError } from '../../kernel/errors.ts';
import { isoInstant, parseInstant, type Window } from '../../kernel/time.ts';
import type { OperationId, SourceId, StreamId } from '../../model/ids.ts';
import { principalKey, type Principal } from '../../model/principal.ts';
import type { Operation } from '../../model/run.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { ApiDeps } from '../api-deps.ts';
import { apiRoot, type Contract } from '../contract/contract.ts';
import type { Result } from './handler.ts';
import { streamsOf, streamState } from './stream-states.ts';
import { tenantOf } from './tenant-handlers.ts';

export interface PullAsked {
  readonly kind: 'run' | 'backfill';
  readonly source: SourceId;
  readonly stream?: StreamId | undefined;
  readonly range?: { readonly from: string; readonly to: string } | undefined;
  readonly dryRun: boolean;
}

/** Answers what would be asked (dry run), or puts the work into the queue and answers its operation. */
export async function startPull(
  deps: ApiDeps,
  scope: TenantScope,
  principal: Principal,
  asked: PullAsked,
): Promise<Result<Contract['source.run']>> {
  const streams = await checkPullable(deps, scope, asked);
  await checkNotPaused(deps, scope, asked, streams);
  const stream = asked.stream ?? null;
  const range = asked.range === undefined ? null : windowOf(asked.range);
  if (asked.dryRun) {
    const windows = await deps.pulls.plan(scope, asked.source, stream, range);
    return { status: 200, body: { dryRun: true, windows: windows.map(planned) } };
  }
  const operation = await queued(deps, scope, principal, asked, stream, range);
  return {
    status: 202,
    headers: { 'operation-location': `${apiRoot}/operations/${operation.id}`, 'retry-after': '2' },
    body: operation,
  };
}

const planned = (one: {
  stream: StreamId;
  window: Window;
}): { stream: string; from: string; to: string } => ({
  stream: one.stream,
  from: isoInstant(one.window.from),
  to: isoInstant(one.window.to),
});

/** The operation is stored before the work is queued: work nobody can follow or cancel must not exist. */
async function queued(
  deps: ApiDeps,
  scope: TenantScope,
  principal: Principal,
  asked: PullAsked,
  stream: StreamId | null,
  range: Window | null,
): Promise<Operation> {
  const { operations } = deps.profile;
  const at = isoInstant(deps.clock.now());
  const operation: Operation = {
    id: deps.newId(),
    tenant: scope.tenantId,
    kind: asked.kind,
    status: 'NotStarted',
    percentComplete: 0,
    createdAt: at,
    updatedAt: at,
    createdBy: principalKey(principal),
    result: null,
    error: null,
  };
  const stored = await operations.swap(scope, null, operation);
  if (!stored.ok)
    throw new AppError('bug', 'retry', 'A new operation’s id was taken. Send the request again.');
  try {
    await deps.pulls.request(scope, asked.source, stream, range, operation.id as OperationId);
  } catch (thrown) {
    const { code, message } = asAppError(thrown);
    const failed: Operation = { ...operation, status: 'Failed', error: { code, message } };
    const current = await operations.get(scope, operation.id);
    if (current !== null) await operations.swap(scope, current.rev, failed);
    throw thrown;
  }
  return (await operations.get(scope, operation.id))?.value ?? operation;
}

/** Throws unless the connection is there, enabled and understood, and has the stream if one is named. */
export async function checkPullable(
  deps: ApiDeps,
  scope: TenantScope,
  asked: { readonly source: SourceId; readonly stream?: StreamId | undefined },
): Promise<readonly StreamId[]> {
  const { value: tenant } = await tenantOf(deps, scope);
  const source = deps.sources.find(one => one.id === asked.source);
  const connection = tenant.connections.find(one => one.source === asked.source);
  if (source === undefined || connection === undefined) {
    throw new AppError('not-found', 'give-up', 'This tenant is not connected to that source.', {
      target: 'source',
    });
  }
  if (tenant.state === 'retired')
    throw refused('The tenant is retired: its evidence stays, nothing new is pulled.');
  if (!connection.enabled) throw refused('This connection is switched off. Switch it on first.');
  const streams = streamsOf(source, connection);
  if (streams === null) throw refused('The connection’s settings do not fit the source. Mend them first.');
  if (asked.stream !== undefined && !streams.includes(asked.stream)) {
    throw new AppError('request.invalid', 'give-up', `The source’s streams are ${streams.join(', ')}.`, {
      target: 'stream',
    });
  }
  return asked.stream === undefined ? streams : [asked.stream];
}

/** What a person stopped is started again by a person saying so, not by a request that would wait unseen. */
async function checkNotPaused(
  deps: ApiDeps,
  scope: TenantScope,
  { source }: PullAsked,
  streams: readonly StreamId[],
): Promise<void> {
  const states = await Promise.all(
    streams.map(stream => streamState(deps.profile.cursors, scope, { source, stream })),
  );
  if (states.some(({ cursor }) => cursor?.paused?.by === 'person'))
    throw refused('Somebody paused this stream. Resume it first.');
}

const refused = (message: string): AppError => new AppError('conflict', 'give-up', message);

/** Both bounds were checked when the body was parsed. */
function windowOf(range: { readonly from: string; readonly to: string }): Window {
  const from = parseInstant(range.from);
  const to = parseInstant(range.to);
  if (from === null || to === null)
    throw new AppError('request.invalid', 'give-up', 'The range is not a range.');
  return { from, to };
}
