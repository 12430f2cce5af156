import type { EventStore } from '../ports/event-store.ts';
import type { SearchIndex } from '../ports/search-index.ts';

/** Changes per step: large enough for the index to work in bulk, small enough to keep in memory (about 10 MB). */
const stepSize = 4_000;

/**
 * Brings the index up to the store, from the index's own position: whatever was lost with the index, or not
 * yet put, comes again. Stops when nothing is new or `signal` aborts. Returns how many revisions were put.
 */
export async function projectIndex(
  store: EventStore,
  index: SearchIndex,
  signal?: AbortSignal,
): Promise<{ put: number }> {
  let put = 0;
  for (;;) {
    const { changes, next } = await store.changes(null, await index.position(), stepSize);
    if (changes.length === 0 || next === null) return { put };
    await index.put(changes.map(change => change.event));
    // After the events: a crash between the two puts them again, which changes nothing.
    await index.setPosition(next);
    put += changes.length;
    if (changes.length < stepSize || signal?.aborted === true) return { put };
  }
}
