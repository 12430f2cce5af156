import { AppError } from '../kernel/errors.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { SearchIndex } from '../ports/search-index.ts';

/**
 * Changes per step: few enough to keep in memory, and all that a store takes in the quarter of a second between two looks.
 * Each step is a segment of the index, to be merged with others later.
 */
const stepSize = 8_000;

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
    const { changes, next, more } = await nextChanges(store, index);
    if (changes.length === 0 || next === null) return { put };
    await index.put(changes.map(change => change.event));
    // After the events: a crash between the two puts them again, which changes nothing.
    await index.setPosition(next);
    put += changes.length;
    if (!more || signal?.aborted === true) return { put };
  }
}

/**
 * What the index lacks next. A position ahead of the store means that the store was put back to an earlier state
 * (a restored backup): the index then knows events that are not there, and is built anew.
 */
async function nextChanges(store: EventStore, index: SearchIndex): ReturnType<EventStore['changes']> {
  try {
    return await store.changes(null, await index.position(), stepSize);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'continuation.invalid') throw thrown;
    await index.clear();
    return store.changes(null, null, stepSize);
  }
}
