import type { Window } from '../kernel/time.ts';
import type { OperationId, SourceId, StreamId } from '../model/ids.ts';
import type { TenantScope } from '../model/scope.ts';

export interface PlannedWindow {
  readonly stream: StreamId;
  readonly window: Window;
}

/**
 * What the API asks of the pipeline. `stream: null` is every stream of the connection; `range: null` is
 * whatever is due now. The tenant is connected to the source, the connection is enabled, and the stream is one
 * of its own: the caller has checked.
 * - plan MUST have no effect, and MUST reject with `request.invalid` (target `from`) for a range that begins
 *   before the provider's memory: never a silent clamp.
 * - request queues the work; the operation is in the store already, as NotStarted, and is the implementer's to
 *   move from then on. When it rejects nothing is queued, and the caller closes the operation.
 * - pause and resume are durable when they resolve, and repeating one changes nothing. A run under way stops at its
 *   next page.
 */
export interface Pulls {
  plan(
    scope: TenantScope,
    source: SourceId,
    stream: StreamId | null,
    range: Window | null,
  ): Promise<readonly PlannedWindow[]>;
  request(
    scope: TenantScope,
    source: SourceId,
    stream: StreamId | null,
    range: Window | null,
    operation: OperationId,
  ): Promise<void>;
  pause(scope: TenantScope, source: SourceId, stream: StreamId | null, reason: string): Promise<void>;
  resume(scope: TenantScope, source: SourceId, stream: StreamId | null): Promise<void>;
}
