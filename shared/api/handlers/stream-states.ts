import { AppError } from '../../kernel/errors.ts';
import { isoInstant, type Window } from '../../kernel/time.ts';
import type { Cursor } from '../../model/cursor.ts';
import type { SourceId, StreamId } from '../../model/ids.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { Connection } from '../../model/tenant.ts';
import type { CursorStore } from '../../ports/cursor-store.ts';
import type { Source } from '../../sources/_kit/source.ts';

/** A stream with its cursor; `unreadable` is one whose cursor is corrupt, which must not hide the others. */
export interface StreamState {
  readonly source: SourceId;
  readonly stream: StreamId;
  readonly state: 'new' | 'current' | 'working' | 'failing' | 'paused' | 'unreadable';
  readonly cursor: Cursor | null;
  readonly problem: string | null;
}

export const span = (window: Window): { from: string; to: string } => ({
  from: isoInstant(window.from),
  to: isoInstant(window.to),
});

/** The streams of a connection; null with a sentence where its settings do not fit the source. */
export function streamsOf(source: Source, connection: Connection): readonly StreamId[] | null {
  const config = source.config.safeParse(connection.config);
  return config.success ? source.streams(config.data).map(name => name as StreamId) : null;
}

/** Where one stream stands. */
export async function streamState(
  cursors: CursorStore,
  scope: TenantScope,
  ref: { readonly source: SourceId; readonly stream: StreamId },
): Promise<StreamState> {
  const { source, stream } = ref;
  let cursor: Cursor | null;
  try {
    cursor = (await cursors.load(scope, { source, stream }))?.value ?? null;
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'cursor.corrupt') throw thrown;
    return { source, stream, state: 'unreadable', cursor: null, problem: thrown.message };
  }
  return { source, stream, cursor, ...standing(cursor) };
}

function standing(cursor: Cursor | null): { state: StreamState['state']; problem: string | null } {
  if (cursor === null) return { state: 'new', problem: null };
  if (cursor.paused !== null) return { state: 'paused', problem: cursor.paused.reason };
  if (cursor.failures !== null) {
    const { count, code, retryAt } = cursor.failures;
    const times = count === 1 ? 'once' : `${String(count)} times in a row`;
    // Every large tenant meets its quota now and then. It needs nobody, and is no failure.
    if (code === 'provider.throttled') {
      const problem = `Asked to wait by the provider ${times}; goes on at ${isoInstant(retryAt)}.`;
      return { state: 'working', problem };
    }
    return { state: 'failing', problem: `Failed ${times} (${code}); next try ${isoInstant(retryAt)}.` };
  }
  return { state: cursor.open === null ? 'current' : 'working', problem: null };
}
