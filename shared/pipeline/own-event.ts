import { AppError } from '../kernel/errors.ts';
import type { NormalizedEvent, StoredEvent } from '../model/event.ts';
import type { TenantScope } from '../model/scope.ts';
import type { RawArchive } from '../ports/raw-archive.ts';
import { readRecord } from '../sources/_kit/read-record.ts';
import type { Source } from '../sources/_kit/source.ts';

export interface OwnEventDeps {
  readonly archive: RawArchive;
  /** As they are, without any mapping file. */
  readonly sources: readonly Source[];
}

interface OpenPage {
  readonly scope: TenantScope;
  readonly key: string;
  readonly records: readonly unknown[] | null;
}

/**
 * What a stored event's source itself says of it, read again from its archived record. Events of one page come
 * one after another, so the last page stays open. Null where the record can no longer be read: its retention has
 * ended, it is damaged, or it now reads as something else.
 */
export function ownEvents(
  deps: OwnEventDeps,
): (scope: TenantScope, event: StoredEvent, domains: readonly string[]) => Promise<NormalizedEvent | null> {
  let open: OpenPage | null = null;
  return async (scope, event, domains) => {
    const source = deps.sources.find(one => one.id === event.source);
    if (source === undefined) return null;
    const { key, index } = event.raw;
    if (open?.key !== key || open.scope.tenantId !== scope.tenantId) {
      open = { scope, key, records: await recordsOf(deps.archive, source, scope, event) };
    }
    const record = open.records?.[index];
    if (record === undefined) return null;
    const reading = readRecord(source, record, { domains, stream: event.stream });
    return reading.kind === 'event' && isSame(reading.event, event) ? reading.event : null;
  };
}

/** A snapshot's events are differences: the record alone makes another event, with another time or reason. */
const isSame = (read: NormalizedEvent, stored: StoredEvent): boolean =>
  read.operation === stored.operation &&
  read.time === stored.time &&
  read.outcome === stored.outcome &&
  read.reason === stored.reason;

async function recordsOf(
  archive: RawArchive,
  source: Source,
  scope: TenantScope,
  { raw }: StoredEvent,
): Promise<readonly unknown[] | null> {
  try {
    const object = await archive.get(scope, raw.key);
    return object === null || object.sha256 !== raw.sha256 ? null : source.split(object.bytes);
  } catch (thrown) {
    const damaged =
      thrown instanceof AppError &&
      (thrown.code === 'archive.corrupt' || thrown.code === 'provider.malformed');
    if (damaged) return null;
    throw thrown;
  }
}
