import type { Instant } from '../kernel/time.ts';
import type { Cursor } from '../model/cursor.ts';
import type { StreamRef } from '../model/ids.ts';
import type { TenantScope } from '../model/scope.ts';

/** Losing a race is an outcome, not an error. */
export type Swap<T> =
  | { readonly ok: true; readonly rev: string }
  | { readonly ok: false; readonly current: { readonly value: T; readonly rev: string } | null };

/**
 * Where each stream stands.
 * - swap with `expected: null` creates, and MUST fail where a cursor exists; with a rev it MUST change only
 *   that very revision. Of concurrent swaps from one rev exactly one wins. Durable when it resolves.
 * - load MUST throw `cursor.corrupt` for a cursor it cannot read: an unreadable cursor is never a new start.
 * - markRead/unread: names of immutable provider objects whose records are stored, so that overlapping
 *   listings fetch each once. forgetRead drops names whose last marking was at a time before `before`; that is
 *   days ago, so that workers whose clocks differ by seconds need no rule for which of two markings is the later.
 */
export interface CursorStore {
  load(scope: TenantScope, ref: StreamRef): Promise<{ value: Cursor; rev: string } | null>;
  swap(scope: TenantScope, ref: StreamRef, expected: string | null, value: Cursor): Promise<Swap<Cursor>>;
  markRead(scope: TenantScope, ref: StreamRef, names: readonly string[], at: Instant): Promise<void>;
  unread(scope: TenantScope, ref: StreamRef, names: readonly string[]): Promise<readonly string[]>;
  forgetRead(scope: TenantScope, ref: StreamRef, before: Instant): Promise<void>;
}
