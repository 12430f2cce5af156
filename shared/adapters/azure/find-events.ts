import { isEventId } from '../../kernel/hash.ts';
import type { StoredEvent } from '../../model/event.ts';
import { lastTaken } from '../../model/event-size.ts';
import type { History } from '../../ports/event-store.ts';
import type { CosmosContainer } from './cosmos-gateway.ts';
import { dayOf, packRowsWith, revisionsOf, rowsOf, termOf, type PackItem } from './event-pack.ts';
import { readSteadily, volumesOf, type VolumeHead, type Volumes } from './event-volumes.ts';
import { inSlices } from './in-slices.ts';
import { lost, tryAgain } from './try-again.ts';

export interface EventFinder {
  /** The newest revision of each of these ids that is there, by id. */
  newest(tenantId: string, ids: readonly string[]): Promise<Map<string, StoredEvent>>;
  history(tenantId: string, id: string, after: number, limit: number): Promise<History>;
}

/** Where a revision lies. */
interface Place {
  readonly id: string;
  readonly revision: number;
  readonly volume: string;
  readonly pack: string;
}

const idsPerQuery = 500;
/** Few enough that they fit into memory though each held one event as large as one may be. */
const packsAtOnce = 50;

/**
 * Finds events by their ids. Rows first, which say where each revision lies, and then no packs but those asked for: a
 * device read daily has a revision, and a pack with a hundred other events, for every day.
 */
export function eventFinder(items: CosmosContainer, volumes: Volumes): EventFinder {
  async function placesOf(tenantId: string, ids: readonly string[]): Promise<readonly Place[]> {
    const wanted = [...new Set(ids.filter(isEventId) as string[])];
    if (wanted.length === 0) return [];
    const { head } = await volumes.open(tenantId, true);
    const names = [...new Set(wanted.flatMap(id => volumesOf(head, dayOf(id))))];
    return readSteadily(volumes, tenantId, names, null, () => placesIn(head, tenantId, wanted));
  }

  async function placesIn(head: VolumeHead, tenantId: string, ids: readonly string[]): Promise<Place[]> {
    const places: Place[] = [];
    for (const slice of inSlices(ids, idsPerQuery)) {
      const wanted = new Set(slice);
      const days = [...new Set(slice.map(dayOf))];
      for (const volume of new Set(days.flatMap(day => volumesOf(head, day)))) {
        for (const pack of await packRowsWith(items, tenantId, volume, days, slice.map(termOf))) {
          for (const { id, revision } of await rowsOf(pack)) {
            if (wanted.has(id)) places.push({ id, revision, volume, pack: pack.id });
          }
        }
      }
    }
    return places;
  }

  /** The revisions in these places, in their order; `lost` where one has been made anew or removed meanwhile. */
  async function revisionsAt(
    tenantId: string,
    places: readonly Place[],
  ): Promise<readonly StoredEvent[] | typeof lost> {
    const found = new Map<string, StoredEvent>();
    const wanted = new Set(places.map(keyOf));
    for (const [volume, some] of Map.groupBy(places, place => place.volume)) {
      const packs = await items.query<PackItem>({
        text: 'SELECT * FROM c WHERE c.tenantId = @tenant AND c.volume = @volume AND ARRAY_CONTAINS(@ids, c.id)',
        parameters: { tenant: tenantId, volume, ids: [...new Set(some.map(place => place.pack))] },
        partition: [tenantId, volume],
      });
      for (const pack of packs) {
        for (const { event } of await revisionsOf(pack)) {
          if (wanted.has(keyOf(event))) found.set(keyOf(event), event);
        }
      }
    }
    const events = places.map(place => found.get(keyOf(place)));
    return events.every(event => event !== undefined) ? events : lost;
  }

  return {
    newest: (tenantId, ids) =>
      tryAgain('a tenant’s events', async () => {
        const places = new Map<string, Place>();
        for (const place of await placesOf(tenantId, ids)) {
          if (place.revision > (places.get(place.id)?.revision ?? 0)) places.set(place.id, place);
        }
        const newest = new Map<string, StoredEvent>();
        for (const slice of byPacks([...places.values()])) {
          const found = await revisionsAt(tenantId, slice);
          if (found === lost) return lost;
          for (const event of found) newest.set(event.id, event);
        }
        return newest;
      }),
    history: (tenantId, id, after, limit) =>
      tryAgain('a tenant’s events', async () => {
        const places = (await placesOf(tenantId, [id]))
          .filter(place => place.revision > after)
          .sort((a, b) => a.revision - b.revision);
        const revisions: StoredEvent[] = [];
        const isLast = lastTaken(limit);
        for (const slice of byPacks(places.slice(0, limit))) {
          const found = await revisionsAt(tenantId, slice);
          if (found === lost) return lost;
          for (const event of found) {
            revisions.push(event);
            if (isLast(event)) return { revisions, more: revisions.length < places.length };
          }
        }
        return { revisions, more: false };
      }),
  };
}

const keyOf = (one: { readonly id: string; readonly revision: number }): string =>
  `${one.id} ${one.revision}`;

/** Places in so many packs as are held at once. */
function byPacks(places: readonly Place[]): readonly (readonly Place[])[] {
  const slices: Place[][] = [];
  let packs = new Set<string>();
  for (const place of places) {
    const last = slices.at(-1);
    if (last === undefined || (packs.size === packsAtOnce && !packs.has(place.pack))) {
      slices.push([place]);
      packs = new Set([place.pack]);
    } else {
      last.push(place);
      packs.add(place.pack);
    }
  }
  return slices;
}
