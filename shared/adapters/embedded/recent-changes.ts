import { mostTogether } from '../../model/event-size.ts';
import type { StoredEvent } from '../../model/event.ts';

/** A revision this process has stored. */
export interface RecentChange {
  readonly position: number;
  readonly event: StoredEvent;
  /** Its mostBytes (model/event-size.ts): what it weighs, several times over. */
  readonly most: number;
}

/**
 * The revisions this process stored last, for the index that follows close behind: reading them back and parsing
 * them would cost a fifth of the whole way in. Only what is committed goes in, and only a run of positions
 * without a hole is ever answered: whatever another process stored, or this one expired, is read from the
 * database.
 */
export interface RecentChanges {
  add(changes: readonly RecentChange[]): void;
  /** Those after `from`, at most `limit`, as far as `last`; null when they are not all here. */
  after(from: number, limit: number, last: number): readonly RecentChange[] | null;
  /** Lets go of what was answered: whoever wants it again, because it could not be put, reads it from the database. */
  dropUpTo(position: number): void;
  forget(): void;
}

/**
 * Twice what comes between two looks of the index where nothing waits for a provider, for half of it is dropped at once: with
 * half the bounds a fourth of the events was read back.
 */
const bounds = { changes: 16_000, bytes: 4 * mostTogether };

export function recentChanges(): RecentChanges {
  let held: RecentChange[] = [];
  let bytes = 0;

  /** None where `count` is below zero. */
  function drop(count: number): void {
    for (const { most } of held.splice(0, count)) bytes -= most;
  }

  return {
    add(changes) {
      const [first] = changes;
      if (first === undefined) return;
      const last = held.at(-1);
      if (last !== undefined && last.position + 1 !== first.position) this.forget();
      for (const change of changes) {
        held.push(change);
        bytes += change.most;
      }
      // The older half at a time, so that dropping costs nothing per change.
      while (held.length > bounds.changes || bytes > bounds.bytes) drop(Math.ceil(held.length / 2));
    },
    after(from, limit, last) {
      const first = held[0]?.position;
      if (first === undefined || from + 1 < first) return null;
      const found = held.slice(from + 1 - first, from + 1 - first + limit);
      return found.length === Math.min(limit, last - from) ? found : null;
    },
    dropUpTo(position) {
      const first = held[0]?.position;
      if (first !== undefined) drop(position + 1 - first);
    },
    forget() {
      held = [];
      bytes = 0;
    },
  };
}
