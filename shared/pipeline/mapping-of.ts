import type { StoredEvent } from '../model/event.ts';
import type { Source } from '../sources/_kit/source.ts';

/** What an event of this source would be made with today. An event made with anything else is stale. */
export const mappingOf = (source: Pick<Source, 'mapping'>): string => String(source.mapping);

/** What an event was made with. */
const madeWith = (event: Pick<StoredEvent, 'mapping'>): string => String(event.mapping);

export const isStale = (event: Pick<StoredEvent, 'mapping'>, source: Pick<Source, 'mapping'>): boolean =>
  madeWith(event) !== mappingOf(source);
