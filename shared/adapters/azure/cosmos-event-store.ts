import type { NewEvent } from '../../model/event.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { EventStore } from '../../ports/event-store.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { cosmosQuarantine } from './cosmos-quarantine.ts';
import { demandTenant } from './demand-tenant.ts';
import { eventFeed } from './event-feed.ts';
import { eventVolumes } from './event-volumes.ts';
import { expireEvents } from './expire-events.ts';
import { eventFinder } from './find-events.ts';
import { eventRebuilder } from './rebuild-events.ts';
import { eventWriter } from './upsert-events.ts';

export interface EventStoreSizes {
  /** When a tenant's volume is full: far below the 20 GB of a logical partition. */
  readonly volumeBytes?: number;
  readonly feedEntriesPerVolume?: number;
}

const defaultVolumeBytes = 8_000_000_000;

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

  const find = eventFinder(items, volumes);

  return {
    async insert(scope, events, at) {
      const { inserted, unchanged, changed } = await write(
        scope.tenantId,
        ofOne(scope, events),
        at,
        'given back',
      );
      return { inserted, unchanged, changed };
    },
    async upsert(scope, events, at) {
      const { inserted, replaced, unchanged } = await write(
        scope.tenantId,
        ofOne(scope, events),
        at,
        'stored',
      );
      return { inserted, replaced, unchanged };
    },
    async get(scope, id) {
      return (await find.newest(scope.tenantId, [id])).get(id) ?? null;
    },
    async getMany(scope, ids) {
      const found = await find.newest(scope.tenantId, ids);
      return ids.flatMap(id => found.get(id) ?? []);
    },
    history: (scope, id, after, limit) => find.history(scope.tenantId, id, after, limit),
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

function ofOne(scope: TenantScope, events: Iterable<NewEvent>): readonly NewEvent[] {
  const all = [...events];
  for (const { tenant } of all) demandTenant(scope, tenant);
  return all;
}
