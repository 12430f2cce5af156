import { ok } from 'node:assert/strict';
import type { StoredEvent } from '../../shared/model/event.ts';
import type { TenantScope } from '../../shared/model/scope.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';

/** Every revision of an event, by pages. */
export async function wholeHistory(
  store: EventStore,
  scope: TenantScope,
  id: string,
  limit = 100,
): Promise<readonly StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (;;) {
    const { revisions, more } = await store.history(scope, id, all.at(-1)?.revision ?? 0, limit);
    ok(revisions.length <= limit, 'more than were asked for');
    all.push(...revisions);
    if (!more) return all;
    ok(revisions.length > 0 && all.length < 1_000, 'a history without end');
  }
}
