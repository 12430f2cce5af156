import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { StoredEvent } from '../../model/event.ts';
import type { CosmosContainer, Item } from './cosmos-gateway.ts';
import { damagedItem } from './stored-document.ts';
import { sealOf } from '../documents/sealed-document.ts';

/**
 * What is known of one stored revision without its document: enough to tell a repeat from a change, and an
 * expired event from a kept one.
 */
export interface PackRow {
  readonly id: string;
  readonly revision: number;
  readonly hash: string;
  /** The event's time, milliseconds. */
  readonly time: number;
  /** Where in its pack it was stored: its place in the feed counts from the pack's. Kept when others expire. */
  readonly place: number;
  readonly counted?: true | undefined;
}

/**
 * Revisions of one source and day in one item. A thousand events are ten items and not a thousand, written in one
 * request; `terms` is what the index finds them by.
 */
export interface PackItem extends Item {
  readonly kind: 'pack';
  readonly tenantId: string;
  readonly volume: string;
  readonly day: string;
  readonly source: string;
  /** The beginning of each id's digest, each once. */
  readonly terms: readonly string[];
  /** Base64 of the compressed rows, and of the compressed documents in the same order; each with its check value. */
  readonly rows: string;
  readonly rowsSeal: number;
  readonly body: string;
  readonly bodySeal: number;
  /** Revisions in it, and how many of them an event is counted with. */
  readonly count: number;
  readonly firsts: number;
}
/** What of a pack tells its rows. */
export type PackRows = Pick<PackItem, 'id' | 'rows' | 'rowsSeal'>;

export interface Revision {
  readonly event: StoredEvent;
  readonly hash: string;
  readonly place: number;
  /** That its event is counted with it: absent for a first revision, which always is, and for most others. */
  readonly counted?: true | undefined;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
// Ten hexadecimal digits: among a million events of a day one question in a million meets a stranger, and then
// reads one pack in vain.
const termLength = 10;
const largestUnpacked = 64_000_000;

export const dayOf = (id: string): string => id.slice(0, 8);
export const termOf = (id: string): string => id.slice(9, 9 + termLength);
/** An event is counted with its first revision; where that has moved to another id, with one of those that stay. */
export const isCounted = ({ event, counted }: Omit<Revision, 'place'>): boolean =>
  event.revision === 1 || counted === true;

/** @returns `too wide` for revisions that nobody could read again: they must go in several packs. */
export async function makePack(
  about: Pick<PackItem, 'id' | 'tenantId' | 'volume' | 'day' | 'source'>,
  revisions: readonly Revision[],
): Promise<PackItem | 'too wide'> {
  const rows = await packed(
    revisions.map(({ event, hash, place, counted }) => {
      const row = [event.id, event.revision, hash, Date.parse(event.time), place];
      return counted === true ? [...row, counted] : row;
    }),
  );
  const text = JSON.stringify(revisions.map(one => one.event));
  // What repeats itself is small when compressed, and must still unfold into what a reader takes.
  if (Buffer.byteLength(text) > largestUnpacked) return 'too wide';
  const body = await packedText(text);
  return {
    ...about,
    kind: 'pack',
    terms: [...new Set(revisions.map(one => termOf(one.event.id)))],
    rows,
    rowsSeal: sealOf(rows),
    body,
    bodySeal: sealOf(body),
    count: revisions.length,
    firsts: revisions.filter(isCounted).length,
  };
}

/** The rows of a pack. Throws `store.corrupt` for what was not written so. */
export async function rowsOf(pack: PackRows): Promise<readonly PackRow[]> {
  const rows = (await unpacked(pack.rows, pack.rowsSeal)) as readonly [
    string,
    number,
    string,
    number,
    number,
    true?,
  ][];
  return rows.map(([id, revision, hash, time, place, counted]) => ({
    id,
    revision,
    hash,
    time,
    place,
    counted,
  }));
}

/** The packs of a volume that may hold one of these ids, without their documents. */
export function packRowsWith(
  items: CosmosContainer,
  tenant: string,
  volume: string,
  days: readonly string[],
  terms: readonly string[],
): Promise<readonly PackRows[]> {
  return items.query({
    text: `SELECT c.id, c.rows, c.rowsSeal FROM c
      WHERE c.tenantId = @tenant AND c.volume = @volume AND c.kind = 'pack' AND ARRAY_CONTAINS(@days, c.day)
        AND EXISTS (SELECT VALUE t FROM t IN c.terms WHERE ARRAY_CONTAINS(@terms, t))`,
    parameters: { tenant, volume, days, terms },
    partition: [tenant, volume],
  });
}

/** The revisions of a pack, each of which must be of the tenant and the id its row says. */
export async function revisionsOf(pack: PackItem): Promise<readonly Revision[]> {
  const rows = await rowsOf(pack);
  const events = (await unpacked(pack.body, pack.bodySeal)) as readonly StoredEvent[];
  const whole =
    rows.length === events.length &&
    rows.every((row, i) => events[i]?.id === row.id && events[i]?.tenant === pack.tenantId);
  if (!whole) throw damagedItem('A pack of events');
  return rows.flatMap((row, i) => {
    const event = events[i];
    return event === undefined ? [] : [{ event, hash: row.hash, place: row.place, counted: row.counted }];
  });
}

const packed = (value: unknown): Promise<string> => packedText(JSON.stringify(value));
const packedText = async (text: string): Promise<string> => (await compress(text)).toString('base64');

async function unpacked(text: string, seal: number): Promise<readonly unknown[]> {
  if (sealOf(text) !== seal) throw damagedItem('A pack of events');
  try {
    const bytes = await decompress(Buffer.from(text, 'base64'), { maxOutputLength: largestUnpacked });
    return JSON.parse(bytes.toString()) as readonly unknown[];
  } catch {
    throw damagedItem('A pack of events');
  }
}
