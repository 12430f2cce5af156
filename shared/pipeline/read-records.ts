import { eventId, sha256, type Sha256 } from '../kernel/hash.ts';
import type { Instant } from '../kernel/time.ts';
import type { NewEvent, QuarantinedRecord, RawPointer } from '../model/event.ts';
import type { StreamRef, TenantId } from '../model/ids.ts';
import { readRecord, type Reading } from '../sources/_kit/read-record.ts';
import type { About, Source } from '../sources/_kit/source.ts';
import type { Records } from '../sources/_kit/split-json.ts';
import type { EqualCount } from './equal-count.ts';
import { recordHash } from './record-hash.ts';

export interface ReadRecords {
  readonly seen: number;
  readonly events: readonly NewEvent[];
  readonly quarantined: readonly QuarantinedRecord[];
  /** By the source's own reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

export interface RecordsOrigin {
  readonly source: Source;
  readonly ref: StreamRef;
  readonly tenant: TenantId;
  readonly about: About;
  readonly object: { readonly key: string; readonly sha256: Sha256 };
  readonly now: Instant;
  /** For sources that count equal records: what this reading of the window has had so far. */
  readonly equal?: EqualCount;
}

/** Records made into events at a time: few enough to die in the young heap when their store has taken them. */
const sliceSize = 100;

/**
 * Turns the records of one archived page into events, some at a time. One bad record never costs its neighbours: it
 * is quarantined with a sentence and its pointer. Throws only where the page is not whole, which may show behind the
 * first slices.
 */
export function* readSlices(bytes: Uint8Array, origin: RecordsOrigin): Generator<ReadRecords, void> {
  const records = origin.source.split(bytes);
  // Equal records are counted over a page as a whole.
  const size = origin.equal === undefined ? sliceSize : records.length;
  for (let from = 0; from < records.length; from += size) {
    yield readSlice(records, from, from + size, origin);
  }
}

/** The same of the whole page at once. */
export function readRecords(bytes: Uint8Array, origin: RecordsOrigin): ReadRecords {
  const records = origin.source.split(bytes);
  return readSlice(records, 0, records.length, origin);
}

function readSlice(page: Records, from: number, to: number, origin: RecordsOrigin): ReadRecords {
  const events: NewEvent[] = [];
  const identities: (readonly string[])[] = [];
  const quarantined: QuarantinedRecord[] = [];
  const skipped: Record<string, number> = {};
  const records = page.slice(from, to);
  let index = from;
  for (const record of records) {
    const raw: RawPointer = { key: origin.object.key, index, sha256: origin.object.sha256 };
    const reading = readRecord(origin.source, record, origin.about);
    if (reading.kind === 'event') {
      events.push(placed(reading, hashAt(page, index, record), raw, origin));
      identities.push(reading.identity);
    } else if (reading.kind === 'skip') skipped[reading.reason] = (skipped[reading.reason] ?? 0) + 1;
    else {
      const { problem } = reading;
      quarantined.push({ ...origin.ref, raw, recordHash: recordHash(record), problem, at: origin.now });
    }
    index += 1;
  }
  const { equal } = origin;
  const told = equal === undefined ? events : toldApart(events, identities, equal, origin);
  return { seen: records.length, events: told, quarantined, skipped };
}

/** Events of equal records with ids of their own: all but the first get their number as a last part of the identity. */
function toldApart(
  events: readonly NewEvent[],
  identities: readonly (readonly string[])[],
  equal: EqualCount,
  { tenant, ref }: RecordsOrigin,
): NewEvent[] {
  const numbers = equal.page(events.map(({ id }) => id));
  return events.map((event, index) => {
    const number = numbers[index] ?? 0;
    if (number === 0) return event;
    const identity = [...(identities[index] ?? []), String(number)];
    return { ...event, id: eventId(event.time, tenant, ref.source, ref.stream, identity) };
  });
}

/**
 * Of a record's bytes as they came; of its values where its page is parsed as a whole. The bytes take a third of the time,
 * and whether others say the same is asked only where they differ (store-events.ts).
 */
function hashAt(page: Records, index: number, record: unknown): Sha256 {
  const bytes = page.bytesAt?.(index);
  return bytes === undefined ? recordHash(record) : sha256(bytes);
}

function placed(
  reading: Reading & { kind: 'event' },
  hash: Sha256,
  raw: RawPointer,
  origin: RecordsOrigin,
): NewEvent {
  const { source, stream } = origin.ref;
  return {
    ...reading.event,
    id: eventId(reading.event.time, origin.tenant, source, stream, reading.identity),
    tenant: origin.tenant,
    source,
    stream,
    raw,
    mapping: origin.source.mapping,
    recordHash: hash,
  };
}

/** The problem of a page that cannot be split, so that its bytes wait in quarantine rather than block a stream. */
export function unreadablePage(origin: RecordsOrigin): QuarantinedRecord {
  return {
    ...origin.ref,
    raw: { key: origin.object.key, index: 0, sha256: origin.object.sha256 },
    recordHash: origin.object.sha256,
    problem: 'the response could not be read as a page of records; its bytes are kept',
    at: origin.now,
  };
}
