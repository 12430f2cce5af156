import { afterEach, expect, it } from 'vitest';
import { arrivalOf } from '../../shared/adapters/embedded/fts-row.ts';
import { slotOf } from '../../shared/adapters/embedded/fts-row-id.ts';
import {
  openSearchIndex,
  type EmbeddedSearchIndex,
} from '../../shared/adapters/embedded/fts-search-index.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { storedEvent } from '../query/arbitrary-event.ts';
import { plainRequest } from '../search/naive-index.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

let index: EmbeddedSearchIndex | null = null;
afterEach(() => index?.close());

/** Two events of one millisecond and one slot, the last but few: whichever comes second is given a lower number. */
function sharingSlot(): readonly [StoredEvent, StoredEvent] {
  const bySlot = new Map<number, StoredEvent>();
  for (let n = 0; n < 100_000; n += 1) {
    const event = storedEvent(`event ${n}`);
    const slot = slotOf(arrivalOf(event).bits, 0);
    if (slotOf(slot, 1) > slot) continue;
    const other = bySlot.get(slot);
    if (other !== undefined) return [other, event];
    bySlot.set(slot, event);
  }
  throw new Error('no two events share a slot');
}

it.each(['first, then second', 'second, then first'])(
  'an event given twice in one step whose words wait for their turn is there once, as it is last (%s)',
  async order => {
    const [neighbour, event] = sharingSlot();
    const pending = { ...event, summary: 'pending' };
    const delivered = { ...event, revision: 2, summary: 'delivered' };
    index = openSearchIndex(await tempFolder());
    const both = order.startsWith('first') ? [pending, delivered] : [delivered, pending];
    await index.put([neighbour, ...both]);
    expect(await found('pending')).toEqual([]);
    expect(await found('delivered')).toEqual([event.id]);
    expect(new Set(await found('*'))).toEqual(new Set([neighbour.id, event.id]));
  },
);

async function found(q: string): Promise<string[]> {
  const page = await index?.search([scopeOf(contoso)], { ...plainRequest, node: parseQuery(q) });
  return page?.hits.map(({ id }) => id) ?? [];
}
