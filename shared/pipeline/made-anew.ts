import { instant } from '../kernel/time.ts';
import type { NewEvent, QuarantinedRecord, StoredEvent } from '../model/event.ts';
import type { Source } from '../sources/_kit/source.ts';
import { archivedChanges, type ToldAnew } from './archived-changes.ts';
import { rawPages } from './raw-pages.ts';
import type { ReadRecords } from './read-records.ts';
import type { ReadingDeps, ReadingTarget } from './snapshot-things.ts';

/** Why an event stays as it is; each has its count (renormalize-state.ts). */
export type Unmade = 'refused' | 'rawGone' | 'readingGone';

/** What a quarantined record is today: its events, or deliberately none. */
export interface Released {
  readonly events: readonly NewEvent[];
  /** Of a page quarantined as a whole: those of its records that still cannot be read. */
  readonly quarantined: readonly QuarantinedRecord[];
}

export interface MadeAnew {
  event(source: Source, event: StoredEvent): Promise<NewEvent | Unmade>;
  /** Null while it still cannot be read. */
  record(source: Source, record: QuarantinedRecord): Promise<Released | null>;
}

/** Makes of archived bytes what the mapping of today makes of them, through the code that reads them when they come. */
export function madeAnew(deps: ReadingDeps, of: Pick<ReadingTarget, 'scope' | 'tenant'>): MadeAnew {
  const page = rawPages(deps.archive, of.scope, of.tenant, deps.clock.now());
  const change = archivedChanges(deps, of);
  return {
    async event(source, { id, stream, raw, ingestedAt }) {
      if (source.pull.kind === 'snapshot') {
        const at = instant(Date.parse(ingestedAt));
        return eventOf(await change(source, stream, { raw, id, at }));
      }
      const read = await page({ source, stream, raw });
      if (typeof read === 'string') return 'rawGone';
      return read.events.find(event => event.raw.index === raw.index) ?? 'refused';
    },
    async record(source, record) {
      const { stream, raw, at } = record;
      if (source.pull.kind === 'snapshot')
        return released(await change(source, stream, { raw, id: null, at }));
      const read = await page({ source, stream, raw });
      return typeof read === 'string' ? null : outOfQuarantine(record, read);
    },
  };
}

function eventOf(told: ToldAnew): NewEvent | Unmade {
  if (told === 'raw-gone') return 'rawGone';
  if (told === 'reading-gone') return 'readingGone';
  return typeof told === 'object' && 'event' in told ? told.event : 'refused';
}

/** A record that was no change of its thing, once it can be read, is deliberately no event. */
function released(told: ToldAnew): Released | null {
  if (told === 'same') return { events: [], quarantined: [] };
  if (typeof told === 'string' || 'quarantined' in told) return null;
  return { events: 'event' in told ? [told.event] : [], quarantined: [] };
}

function outOfQuarantine(record: QuarantinedRecord, read: ReadRecords): Released | null {
  // A page that could not be split was entered under the page's own hash.
  if (record.recordHash === record.raw.sha256) return { events: read.events, quarantined: read.quarantined };
  if (read.quarantined.some(one => one.raw.index === record.raw.index)) return null;
  // None where the mapping of today skips it.
  const events = read.events.filter(event => event.raw.index === record.raw.index);
  return { events, quarantined: [] };
}
