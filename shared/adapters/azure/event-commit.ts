import { AppError } from '../../kernel/errors.ts';
import type { Item } from './cosmos-gateway.ts';
import { dayOf, makePack, type PackItem, type Revision } from './event-pack.ts';
import type { VolumeHead } from './event-volumes.ts';
import { inSlices } from './in-slices.ts';

/** Says, beside the packs of a commit and with them or not at all, that the feed does not have them yet. */
export interface MarkItem extends Item {
  readonly kind: 'mark';
  readonly tenantId: string;
  readonly volume: string;
  readonly commit: number;
  readonly ticket: number;
  readonly packs: readonly MarkedPack[];
}
export interface MarkedPack {
  readonly id: string;
  readonly count: number;
  readonly source: string;
  /** The latest event time in it, milliseconds. */
  readonly latest: number;
}

/** A pack is what one get of an event reads, and a page of events is a dozen of them. */
const eventsPerPack = 128;
/** What fits one transactional batch, with room for the head and the mark. */
const mostPacks = 80;
const mostBytes = 1_700_000;
/**
 * A pack of several events has no more, so that what is left of it fits one batch together with the largest event
 * there is (1.34 million bytes): else an event among large neighbours could never be made anew.
 */
const mostPackBytes = 300_000;

export const sizeOf = (packs: readonly PackItem[]): number =>
  packs.reduce((total, pack) => total + JSON.stringify(pack).length, 0);
export const fits = (packs: readonly PackItem[]): boolean =>
  packs.length <= mostPacks && sizeOf(packs) <= mostBytes;

/** Packs of one source and day each, so that what expires together lies together. */
export async function packsOf(
  revisions: readonly Omit<Revision, 'place'>[],
  head: VolumeHead,
  commit: number,
): Promise<readonly PackItem[]> {
  const groups = Map.groupBy(revisions, ({ event }) => `${dayOf(event.id)} ${event.source}`);
  const slices = [...groups.values()].flatMap(group => inSlices(group, eventsPerPack));
  const drafts = await Promise.all(slices.map(slice => draftsOf(slice, head)));
  return drafts.flat().map((draft, n) => ({
    ...draft,
    id: `pack-${head.volume}-${String(commit).padStart(10, '0')}-${String(n).padStart(3, '0')}`,
  }));
}

/** A pack without its number; several where one would be too large, or unfold into more than a reader takes. */
async function draftsOf(
  slice: readonly Omit<Revision, 'place'>[],
  head: VolumeHead,
): Promise<readonly PackItem[]> {
  const [first] = slice;
  const about = {
    id: '',
    tenantId: head.tenantId,
    volume: head.volume,
    day: dayOf(first?.event.id ?? ''),
    source: first?.event.source ?? '',
  };
  const pack = await makePack(
    about,
    slice.map((one, place) => ({ ...one, place })),
  );
  const isRight = pack !== 'too wide' && sizeOf([pack]) <= mostPackBytes;
  if (isRight || slice.length === 1) return [demandNarrow(pack)];
  const [left = [], right = []] = inSlices(slice, Math.ceil(slice.length / 2));
  return [...(await draftsOf(left, head)), ...(await draftsOf(right, head))];
}

/** A single event must fit by itself. */
export function demandNarrow<T>(pack: T | 'too wide'): T {
  if (pack !== 'too wide') return pack;
  throw new AppError('bug', 'give-up', 'An event is larger than an item of Cosmos DB may be.');
}

export function markOf(
  head: VolumeHead,
  packs: readonly PackItem[],
  revisions: readonly Omit<Revision, 'place'>[],
): MarkItem {
  const latest = new Map<string, number>();
  for (const { event } of revisions) {
    const key = `${dayOf(event.id)} ${event.source}`;
    latest.set(key, Math.max(latest.get(key) ?? -Infinity, Date.parse(event.time)));
  }
  return {
    id: `mark-${head.volume}-${String(head.commit).padStart(10, '0')}`,
    kind: 'mark',
    tenantId: head.tenantId,
    volume: head.volume,
    commit: head.commit,
    ticket: head.ticket,
    packs: packs.map(({ id, count, source, day }) => ({
      id,
      count,
      source,
      latest: latest.get(`${day} ${source}`) ?? 0,
    })),
  };
}
