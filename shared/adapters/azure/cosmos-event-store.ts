import { isEventId } from '../../kernel/hash.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { EventStore } from '../../ports/event-store.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { cosmosQuarantine } from './cosmos-quarantine.ts';
import { demandTenant } from './demand-tenant.ts';
import { eventFeed } from './event-feed.ts';
import { dayOf, revisionsOf, termOf, type PackItem } from './event-pack.ts';
import { eventVolumes, readSteadily, volumesOf, type VolumeHead } from './event-volumes.ts';
import { expireEvents } from './expire-events.ts';
import { inSlices } from './in-slices.ts';
import { eventRebuilder } from './rebuild-events.ts';
import { eventWriter } from './upsert-events.ts';

export interface EventStoreSizes {
  /** When a tenant's volume is full: far below the 20 GB of a logical partition. */
  readonly volumeBytes?: number;
  readonly feedEntriesPerVolume?: number;
}

const defaultVolumeBytes = 8_000_000_000;
const idsPerQuery = 500;

/**
 * Events and their versions in Cosmos DB: packs per tenant, source and day, the books of each tenant's volumes,
 * and one feed over all of them. Needs an account whose consistency is Strong.
 */
export function cosmosEventStore(cosmos: CosmosGateway, sizes: EventStoreSizes = {}): EventStore {
  const items = cosmos.container('events');
  const volumes = eventVolumes(items);
  const feed = eventFeed(
    { events: items, feed: cosmos.container('feed') },
    volumes,
    sizes.feedEntriesPerVolume,
  );
  const write = eventWriter(items, volumes, sizes.volumeBytes ?? defaultVolumeBytes);
  const rebuild = eventRebuilder(items, volumes);
  const quarantine = cosmosQuarantine(cosmos);

  /** Every stored revision of these ids, by id, the oldest first. */
  async function find(scope: TenantScope, ids: readonly string[]): Promise<Map<string, StoredEvent[]>> {
    const wanted = new Set(ids.filter(isEventId) as string[]);
    const found = new Map<string, StoredEvent[]>();
    if (wanted.size === 0) return found;
    for (const pack of await packsHolding(scope.tenantId, [...wanted])) {
      for (const { event } of await revisionsOf(pack)) {
        if (wanted.has(event.id)) found.set(event.id, [...(found.get(event.id) ?? []), event]);
      }
    }
    for (const events of found.values()) events.sort((a, b) => a.revision - b.revision);
    return found;
  }

  async function packsHolding(tenant: string, ids: readonly string[]): Promise<readonly PackItem[]> {
    const { head } = await volumes.open(tenant, true);
    const places = [...new Set(ids.flatMap(id => volumesOf(head, dayOf(id))))];
    return readSteadily(volumes, tenant, places, null, () => packsIn(head, tenant, ids));
  }

  async function packsIn(
    head: VolumeHead,
    tenant: string,
    ids: readonly string[],
  ): Promise<readonly PackItem[]> {
    const packs: PackItem[] = [];
    for (const slice of inSlices(ids, idsPerQuery)) {
      const days = [...new Set(slice.map(dayOf))];
      for (const volume of new Set(days.flatMap(day => volumesOf(head, day)))) {
        packs.push(
          ...(await items.query<PackItem>({
            text: `SELECT * FROM c
              WHERE c.tenantId = @tenant AND c.volume = @volume AND c.kind = 'pack' AND ARRAY_CONTAINS(@days, c.day)
                AND EXISTS (SELECT VALUE t FROM t IN c.terms WHERE ARRAY_CONTAINS(@terms, t))`,
            parameters: { tenant, volume, days, terms: slice.map(termOf) },
            partition: [tenant, volume],
          })),
        );
      }
    }
    return packs;
  }

  return {
    async upsert(scope, events, at) {
      const all = [...events];
      for (const { tenant } of all) demandTenant(scope, tenant);
      return write(scope.tenantId, all, at);
    },
    async get(scope, id) {
      return (await find(scope, [id])).get(id)?.at(-1) ?? null;
    },
    async getMany(scope, ids) {
      const found = await find(scope, ids);
      return ids.flatMap(id => found.get(id)?.at(-1) ?? []);
    },
    async history(scope, id) {
      return (await find(scope, [id])).get(id) ?? [];
    },
    async rebuild(scope, rebuilt, at) {
      for (const { event } of rebuilt) demandTenant(scope, event.tenant);
      return rebuild(scope.tenantId, rebuilt, at);
    },
    changes(scopes, after, limit) {
      const tenants = scopes === null ? null : [...new Set(scopes.map(scope => scope.tenantId as string))];
      return feed.changes(tenants, after, limit);
    },
    quarantine: quarantine.quarantine,
    quarantined: quarantine.quarantined,
    release: quarantine.release,
    async expire(scope, source, before) {
      const { tenantId } = scope;
      return { removed: await expireEvents(items, volumes, { tenantId, source }, before) };
    },
    async counts(scope) {
      const books = await volumes.all(scope.tenantId);
      return {
        events: books.reduce((sum, { item }) => sum + item.events, 0),
        revisions: books.reduce((sum, { item }) => sum + item.revisions, 0),
        quarantined: await quarantine.count(scope.tenantId),
      };
    },
  };
}
