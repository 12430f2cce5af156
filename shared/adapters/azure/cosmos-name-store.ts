import { instant, type Instant } from '../../kernel/time.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { KnownName, NameStore, Wanted } from '../../ports/name-store.ts';
import type { CosmosContainer, CosmosGateway, Item, Step } from './cosmos-gateway.ts';
import { inSlices } from './in-slices.ts';
import { itemId } from './item-id.ts';
import { idsPerQuery, names, objectsOf, unheardOf, writeObject, type ObjectItem } from './name-objects.ts';
import { lost, tryAgain } from './try-again.ts';

type PositionItem = Item & { readonly position: string };
interface WantItem extends Item {
  readonly kind: 'want';
  readonly tenantId: string;
  readonly object: string;
  readonly event: string;
  /** Sorts as event and object do. */
  readonly place: string;
  readonly at: number;
}
const stepsPerBatch = 90;
const positionId = 'position';
const wantId = ({ id, event }: Wanted): string => itemId(`want|${id}|${event}`);
/** A character below every one that ids are made of. */
const gap = '\u0001';

/** Names for object ids and the events that wait for them, in Cosmos DB: one partition per tenant. */
export function cosmosNameStore(cosmos: CosmosGateway): NameStore {
  const items = cosmos.container('names');
  const again = (work: () => Promise<void | typeof lost>): Promise<void> =>
    tryAgain<void>('a tenant’s names', work);
  return {
    async position(scope) {
      return (await items.read<PositionItem>([scope.tenantId], positionId))?.item.position ?? null;
    },
    async want(scope, wanted, position, at) {
      const { tenantId } = scope;
      const groups = [...Map.groupBy(wanted, one => one.id).values()].flatMap(one =>
        inSlices(one, stepsPerBatch - 2),
      );
      const place = { id: positionId, kind: 'position', tenantId, position };
      const batches = together(groups);
      // With the last of them: a crash before leaves wants that are written again, and none that is passed over.
      for (const [n, some] of batches.entries()) {
        const also = n === batches.length - 1 ? [{ do: 'upsert' as const, item: place }] : [];
        await again(() => addWants(items, tenantId, some, at, also));
      }
    },
    async unasked(scope, before, limit) {
      const found = await items.query<ObjectItem>({
        text: `SELECT c.object FROM c WHERE c.tenantId = @tenant AND c.kind = 'object' AND c.wanted = true
          AND (c.state = 'unknown' OR (c.state = 'absent' AND c.at < @absent) OR (c.state = 'named' AND c.at < @named))
          ORDER BY c.object`,
        parameters: { tenant: scope.tenantId, absent: before.absent, named: before.named },
        partition: [scope.tenantId],
        most: limit,
      });
      return found.map(one => one.object);
    },
    async learn(scope, learned) {
      const byId = [...Map.groupBy(learned, one => one.id).values()];
      for (const slice of inSlices(byId, stepsPerBatch)) {
        await again(() => learnSome(items, scope.tenantId, slice.flat()));
      }
    },
    async known(scope, ids) {
      const found = await objectsOf(items, scope.tenantId, ids);
      const all = [...found.values()].flatMap(({ known }) => (known === null ? [] : [names.read(known)]));
      return all.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    ready: (scope, limit) => ready(items, scope, limit),
    async settle(scope, wanted) {
      await dropWants(items, scope.tenantId, wanted, again);
    },
    async forget(scope, before, limit) {
      const old = await items.query<WantItem>({
        text: `SELECT * FROM c WHERE c.tenantId = @tenant AND c.kind = 'want' AND c.at < @before`,
        parameters: { tenant: scope.tenantId, before },
        partition: [scope.tenantId],
        most: limit,
      });
      const wanted = old.map(({ object, event }) => ({ id: object, event }));
      await dropWants(items, scope.tenantId, wanted, again);
      return wanted.length;
    },
  };
}

/** Groups of wants of one object each, put together to what one batch takes. */
function together(groups: readonly (readonly Wanted[])[]): readonly (readonly Wanted[])[] {
  const batches: Wanted[][] = [[]];
  let steps = 0;
  for (const group of groups) {
    // Its wants, and the object's own item.
    if (steps + group.length + 1 > stepsPerBatch) {
      batches.push([]);
      steps = 0;
    }
    batches.at(-1)?.push(...group);
    steps += group.length + 1;
  }
  return batches;
}

async function addWants(
  items: CosmosContainer,
  tenantId: string,
  wanted: readonly Wanted[],
  at: Instant,
  also: readonly Step[],
): Promise<void | typeof lost> {
  const unique = new Map(wanted.map(one => [wantId(one), one]));
  const objects = await objectsOf(
    items,
    tenantId,
    wanted.map(one => one.id),
  );
  const there = await wantsAmong(items, tenantId, [...unique.keys()]);
  const missing = [...unique].filter(([id]) => !there.has(id));
  const steps: Step[] = [...new Set(missing.map(([, one]) => one.id))].map(object => {
    const held = objects.get(object);
    return writeObject(held, { ...(held ?? unheardOf(tenantId, object)), wanted: true });
  });
  for (const [id, { id: object, event }] of missing) {
    const place = [event, object].join(gap);
    const item: WantItem = { id, kind: 'want', tenantId, object, event, place, at };
    steps.push({ do: 'create', item });
  }
  steps.push(...also);
  if (steps.length > 0 && !(await items.batch([tenantId], steps)).ok) return lost;
}

async function learnSome(
  items: CosmosContainer,
  tenantId: string,
  learned: readonly KnownName[],
): Promise<void | typeof lost> {
  const objects = await objectsOf(
    items,
    tenantId,
    learned.map(one => one.id),
  );
  const next = new Map<string, KnownName>();
  for (const one of learned) {
    const stored = objects.get(one.id)?.known ?? null;
    next.set(one.id, merged(next.get(one.id) ?? (stored === null ? null : names.read(stored)), one));
  }
  const steps = [...next].map(([object, known]) => {
    const held = objects.get(object);
    return writeObject(held, {
      ...(held ?? unheardOf(tenantId, object)),
      state: known.name === null ? 'absent' : 'named',
      at: known.at,
      known: names.write(known),
    });
  });
  if (steps.length > 0 && !(await items.batch([tenantId], steps)).ok) return lost;
}

/** "No such thing" takes no name away, only moves the time. */
function merged(known: KnownName | null, said: KnownName): KnownName {
  if (known === null) return said;
  const at = instant(Math.max(known.at, said.at));
  return said.name === null && known.name !== null ? { ...known, at } : { ...said, at };
}

async function ready(
  items: CosmosContainer,
  { tenantId }: TenantScope,
  limit: number,
): Promise<readonly Wanted[]> {
  const named = await items.query<ObjectItem>({
    text: `SELECT c.object FROM c
      WHERE c.tenantId = @tenant AND c.kind = 'object' AND c.wanted = true AND c.state = 'named'`,
    parameters: { tenant: tenantId },
    partition: [tenantId],
  });
  const found: WantItem[] = [];
  for (const objects of inSlices(
    named.map(one => one.object),
    idsPerQuery,
  )) {
    found.push(
      ...(await items.query<WantItem>({
        text: `SELECT * FROM c WHERE c.tenantId = @tenant AND c.kind = 'want' AND ARRAY_CONTAINS(@objects, c.object)
          ORDER BY c.place`,
        parameters: { tenant: tenantId, objects },
        partition: [tenantId],
        most: limit,
      })),
    );
  }
  found.sort((a, b) => (a.place < b.place ? -1 : 1));
  return found.slice(0, limit).map(({ object, event }) => ({ id: object, event }));
}

async function dropWants(
  items: CosmosContainer,
  tenantId: string,
  wanted: readonly Wanted[],
  again: (work: () => Promise<void | typeof lost>) => Promise<void>,
): Promise<void> {
  for (const [object, all] of Map.groupBy(wanted, one => one.id)) {
    for (const slice of inSlices([...new Set(all.map(wantId))], stepsPerBatch)) {
      await again(() => dropSome(items, tenantId, object, slice));
    }
  }
}

async function dropSome(
  items: CosmosContainer,
  tenantId: string,
  object: string,
  ids: readonly string[],
): Promise<void | typeof lost> {
  // The object first: a want that comes after this changes its tag.
  const held = (await objectsOf(items, tenantId, [object])).get(object);
  const there = await wantsAmong(items, tenantId, ids);
  if (there.size === 0) return;
  const some = await items.query<Item>({
    text: `SELECT c.id FROM c WHERE c.tenantId = @tenant AND c.kind = 'want' AND c.object = @object`,
    parameters: { tenant: tenantId, object },
    partition: [tenantId],
    most: there.size + 1,
  });
  const steps: Step[] = [...there].map(id => ({ do: 'delete', id }));
  if (held !== undefined && some.every(one => there.has(one.id))) {
    steps.push(writeObject(held, { ...held, wanted: false }));
  }
  if (!(await items.batch([tenantId], steps)).ok) return lost;
}

async function wantsAmong(
  items: CosmosContainer,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await items.query<Item>({
    text: 'SELECT c.id FROM c WHERE c.tenantId = @tenant AND ARRAY_CONTAINS(@ids, c.id)',
    parameters: { tenant, ids },
    partition: [tenant],
  });
  return new Set(found.map(one => one.id));
}
