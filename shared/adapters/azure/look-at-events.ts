import { isEventId } from '../../kernel/hash.ts';
import type { Instant } from '../../kernel/time.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { Rebuilt } from '../../ports/event-store.ts';
import type { CosmosContainer } from './cosmos-gateway.ts';
import { dayOf, revisionsOf, termOf, type PackItem } from './event-pack.ts';
import { volumesOf, type HeldHead, type Volumes } from './event-volumes.ts';
import { inSlices } from './in-slices.ts';

/** A stored revision, and the pack it lies in: null for one that this call has just made. */
export interface Cell {
  readonly event: StoredEvent;
  readonly hash: string;
  readonly counted?: true | undefined;
  readonly volume: string;
  readonly pack: PackItem | null;
}
/** What one volume's packs hold of the events in question. */
export interface Look {
  readonly open: HeldHead;
  /** The books as they were before the packs were read: a write under their tags is one on this state. */
  readonly heads: ReadonlyMap<string, HeldHead>;
  readonly cells: Map<string, Cell>;
}
export interface Rebuilding {
  readonly items: CosmosContainer;
  readonly volumes: Volumes;
  readonly tenantId: string;
  readonly at: Instant;
}
const idsPerQuery = 500;
export const cellKey = (id: string, revision: number): string => `${id} ${revision}`;

/** Reads every revision of the ids that are, and of those that will be. */
export async function lookAt(by: Rebuilding, rebuilt: readonly Rebuilt[]): Promise<Look> {
  const open = await by.volumes.open(by.tenantId, true);
  const ids = [...new Set(rebuilt.flatMap(({ was, event }) => [was, event.id as string]))].filter(isEventId);
  const places = new Map<string, Set<string>>();
  for (const id of ids) {
    for (const volume of volumesOf(open.head, dayOf(id)))
      places.set(volume, (places.get(volume) ?? new Set()).add(id));
  }
  const heads = new Map<string, HeldHead>([[open.head.volume, open]]);
  const cells = new Map<string, Cell>();
  for (const [volume, wanted] of places) {
    if (!heads.has(volume)) {
      const books = await by.volumes.books(by.tenantId, volume);
      if (books === null) continue;
      heads.set(volume, { head: books.item, etag: books.etag });
    }
    for (const pack of await packsWith(by, volume, [...wanted])) {
      for (const { event, hash, counted } of await revisionsOf(pack)) {
        if (wanted.has(event.id))
          cells.set(cellKey(event.id, event.revision), { event, hash, counted, volume, pack });
      }
    }
  }
  return { open, heads, cells };
}

async function packsWith(
  by: Rebuilding,
  volume: string,
  ids: readonly string[],
): Promise<readonly PackItem[]> {
  const packs = new Map<string, PackItem>();
  for (const slice of inSlices(ids, idsPerQuery)) {
    const found = await by.items.query<PackItem>({
      text: `SELECT * FROM c
        WHERE c.tenantId = @tenant AND c.volume = @volume AND c.kind = 'pack' AND ARRAY_CONTAINS(@days, c.day)
          AND EXISTS (SELECT VALUE t FROM t IN c.terms WHERE ARRAY_CONTAINS(@terms, t))`,
      parameters: {
        tenant: by.tenantId,
        volume,
        days: [...new Set(slice.map(dayOf))],
        terms: slice.map(termOf),
      },
      partition: [by.tenantId, volume],
    });
    for (const pack of found) packs.set(pack.id, pack);
  }
  return [...packs.values()];
}
