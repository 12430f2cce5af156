import { eventId, type Sha256 } from '../kernel/hash.ts';
import { asAppError } from '../kernel/errors.ts';
import { instant, type Instant } from '../kernel/time.ts';
import type { NewEvent, QuarantinedRecord, RawPointer } from '../model/event.ts';
import type { StreamRef, TenantId } from '../model/ids.ts';
import { Problem, type About, type Source } from '../sources/_kit/source.ts';
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
}

/**
 * Turns the records of one archived page into events. One bad record never costs its neighbours: it is
 * quarantined with a sentence and its pointer. Throws only where the page as a whole cannot be split.
 */
export function readRecords(bytes: Uint8Array, origin: RecordsOrigin): ReadRecords {
  const records = origin.source.split(bytes);
  const events: NewEvent[] = [];
  const quarantined: QuarantinedRecord[] = [];
  const skipped: Record<string, number> = {};
  for (const [index, record] of records.entries()) {
    const raw: RawPointer = { key: origin.object.key, index, sha256: origin.object.sha256 };
    const outcome = readRecord(record, raw, origin);
    if ('problem' in outcome) {
      const { problem } = outcome;
      quarantined.push({ ...origin.ref, raw, recordHash: recordHash(record), problem, at: origin.now });
    } else if ('skip' in outcome) {
      skipped[outcome.skip] = (skipped[outcome.skip] ?? 0) + 1;
    } else events.push(outcome.event);
  }
  return { seen: records.length, events, quarantined, skipped };
}

type Outcome = { readonly event: NewEvent } | { readonly skip: string } | { readonly problem: string };

function readRecord(record: unknown, raw: RawPointer, origin: RecordsOrigin): Outcome {
  const { source } = origin;
  const parsed = source.record.safeParse(record);
  if (!parsed.success) return { problem: describeIssues(parsed.error.issues) };
  try {
    const normalized = source.normalize(parsed.data, origin.about);
    if ('skip' in normalized) return normalized;
    const time = instant(Date.parse(normalized.time));
    const { stream } = origin.ref;
    const event: NewEvent = {
      ...normalized,
      id: eventId(time, origin.tenant, source.id, stream, source.identity(parsed.data)),
      tenant: origin.tenant,
      source: origin.ref.source,
      stream,
      raw,
      mapping: source.mapping,
      recordHash: recordHash(record),
    };
    return { event };
  } catch (thrown) {
    if (thrown instanceof Problem) return { problem: thrown.message };
    // A mapping that throws anything else has a defect; the record waits in quarantine for its repair.
    const name = thrown instanceof Error ? thrown.name : typeof thrown;
    return {
      problem: `the mapping of ${source.id} failed on this record (${asAppError(thrown).code}: ${name})`,
    };
  }
}

/** Names the fields and what was expected of them; never their values, which may be personal. */
export function describeIssues(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  return issues
    .slice(0, 3)
    .map(
      issue => `${issue.path.length === 0 ? 'record' : issue.path.map(String).join('.')}: ${issue.message}`,
    )
    .join('; ');
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
