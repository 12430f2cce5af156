import { AppError } from '../kernel/errors.ts';
import { instant } from '../kernel/time.ts';
import type { NewEvent, QuarantinedRecord, StoredEvent } from '../model/event.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Source } from '../sources/_kit/source.ts';
import { archivedChanges, type ToldAnew } from './archived-changes.ts';
import { rawPages } from './raw-pages.ts';
import type { ReadRecords } from './read-records.ts';
import type { ReadingDeps, ReadingTarget } from './snapshot-things.ts';

/** Why an event stays as it is; each has its count, in renormalize-state.ts and in preview-tally.ts. */
export type Unmade = 'refused' | 'rawGone' | 'readingGone' | 'rawDamaged';

export interface MadeAnewDeps extends ReadingDeps {
  /** Names found since stay in an event that is made anew. */
  readonly named?: (scope: TenantScope, before: StoredEvent, after: NewEvent) => Promise<NewEvent>;
}

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

/**
 * Makes of archived bytes what the mapping of today makes of them, through the code that reads them when they come.
 * What lies damaged in the archive costs the events made of it, and not those of all others: they stay as they are.
 */
export function madeAnew(deps: MadeAnewDeps, of: Pick<ReadingTarget, 'scope' | 'tenant'>): MadeAnew {
  const page = rawPages(deps.archive, of.scope, of.tenant, deps.clock.now());
  const change = archivedChanges(deps, of);
  const made = async (
    source: Source,
    { id, stream, raw, ingestedAt }: StoredEvent,
  ): Promise<NewEvent | Unmade> => {
    if (source.pull.kind === 'snapshot') {
      const at = instant(Date.parse(ingestedAt));
      return eventOf(await change(source, stream, { raw, id, at }));
    }
    const read = await page({ source, stream, raw });
    if (typeof read === 'string') return 'rawGone';
    return read.events.find(event => event.raw.index === raw.index) ?? 'refused';
  };
  return {
    async event(source, event) {
      const anew = await undamaged(made(source, event));
      if (typeof anew === 'string') return anew;
      return deps.named === undefined ? anew : deps.named(of.scope, event, anew);
    },
    async record(source, record) {
      const { stream, raw, at } = record;
      if (source.pull.kind === 'snapshot') {
        const told = await undamaged(change(source, stream, { raw, id: null, at }));
        return told === 'rawDamaged' ? null : released(told);
      }
      const read = await undamaged(page({ source, stream, raw }));
      return typeof read === 'string' ? null : outOfQuarantine(record, read);
    },
  };
}

async function undamaged<T>(reading: Promise<T>): Promise<T | 'rawDamaged'> {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'archive.corrupt') return 'rawDamaged';
    throw thrown;
  }
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
