import { memberOf } from '../record-content-type.ts';
import { recordTime } from '../record-time.ts';
import type { Order, Range } from '../slots.ts';
import {
  siemTypes,
  type MimecastLog,
  type SiemType,
  type SimBatch,
  type SimMimecast,
  type SimRecord,
} from '../world.ts';
import { mimecastDays } from './invented-account.ts';
import { wholeSecond } from './mimecast-time.ts';

/** Where one given record lies, by time. */
interface Place {
  readonly time: number;
}

export interface GivenAccount<P extends Place> {
  /** Each sorted by time. */
  readonly logs: Readonly<Record<MimecastLog, readonly P[]>>;
  readonly siem: Readonly<Record<SiemType, readonly P[]>>;
  /** Records of some places, as `SimTenant` hands them out. */
  readonly recordsIn: (places: readonly P[], range: Range, asOf: number, order: Order) => Iterable<SimRecord>;
  readonly read: (place: P) => string;
  readonly now: number;
}

const day = 86_400_000;
const timeFields: Readonly<Record<MimecastLog, readonly string[]>> = {
  'archive-searches': ['createtime'],
  'archive-views': ['viewed', 'createtime'],
  'audit-events': ['eventtime'],
  'message-tracking': ['received', 'sent'],
  'ttp-url': ['date'],
  'ttp-attachment': ['date'],
  'ttp-impersonation': ['eventtime'],
  dlp: ['eventtime'],
};

/**
 * The second a given record sits at; null where none of its times can be read, or where they lie further back than
 * the log remembers: tracking is read half a day at a time, and nobody wants to wait for years of empty half days.
 */
export function mimecastTimeIn(log: MimecastLog, record: unknown, now: number): number | null {
  const floor = now - (mimecastDays[log] - 1) * day;
  for (const name of timeFields[log]) {
    const found = recordTime(memberOf(record, name));
    if (found !== null) return found < floor ? null : wholeSecond(found);
  }
  return null;
}

/** The type of a given SIEM event: files of a type nobody knows would never be asked for. */
export function siemTypeOf(record: unknown): SiemType {
  const named = memberOf(record, 'type') ?? memberOf(record, 'eventtype');
  return siemTypes.find(type => type === named) ?? 'process';
}

const linesPerFile = 50;
const fileDays = 6;

/** An account made of given records: logs by their times, events in files listed at even steps over six days. */
export function givenAccount<P extends Place>(given: GivenAccount<P>): SimMimecast {
  const files = Object.fromEntries(
    siemTypes.map((type): [string, readonly SimBatch[]] => [type, filesOf(given, type)]),
  );
  return {
    accountCode: 'C0C0RPUS',
    region: 'us',
    records: (log, range, asOf, order) => given.recordsIn(given.logs[log], range, asOf, order),
    batches: (type, { from, to }) =>
      (files[type] ?? []).filter(file => file.listedAt >= from && file.listedAt < to),
    batch: (type, id) => files[type]?.find(file => file.id === id) ?? null,
  };
}

function filesOf<P extends Place>({ siem, read, now }: GivenAccount<P>, type: SiemType): readonly SimBatch[] {
  const count = Math.ceil(siem[type].length / linesPerFile);
  return Array.from({ length: count }, (_, n) => ({
    id: `corpus-${String(n)}`,
    type,
    // Apart from other types' by a moment each.
    listedAt:
      Math.floor(now - fileDays * day + ((n + 0.5) / count) * fileDays * day) + siemTypes.indexOf(type),
    lines: () => siem[type].slice(n * linesPerFile, (n + 1) * linesPerFile).map(read),
  }));
}
