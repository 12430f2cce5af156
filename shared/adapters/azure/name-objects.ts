import { z } from 'zod';
import { instant } from '../../kernel/time.ts';
import { entityKinds } from '../../model/event.ts';
import type { KnownName } from '../../ports/name-store.ts';
import type { CosmosContainer, Item, Step } from './cosmos-gateway.ts';
import { inSlices } from './in-slices.ts';
import { itemId } from './item-id.ts';
import { storedKind } from './stored-document.ts';
import type { SealedDocument } from '../documents/sealed-document.ts';

/**
 * One object id: what is known of it, and whether an event waits. Who adds a want writes this item too, and who takes
 * the last one away does so under its tag: the two cannot miss each other.
 */
export interface ObjectItem extends Item {
  readonly kind: 'object';
  readonly tenantId: string;
  readonly object: string;
  readonly state: 'unknown' | 'absent' | 'named';
  /** When that was said, milliseconds; 0 while nothing was. */
  readonly at: number;
  readonly wanted: boolean;
  /** A KnownName; null while nothing is known. */
  readonly known: SealedDocument | null;
}
export type Held = ObjectItem & { readonly _etag: string };

export const names = storedKind<KnownName>(
  z.strictObject({
    id: z.string(),
    kind: z.enum(entityKinds),
    name: z.string().nullable(),
    address: z.string().nullable(),
    at: z.number().transform(instant),
  }),
  'A name',
);
export const idsPerQuery = 500;
const objectId = (object: string): string => itemId(`object|${object}`);

export async function objectsOf(
  items: CosmosContainer,
  tenant: string,
  objects: readonly string[],
): Promise<ReadonlyMap<string, Held>> {
  const found = new Map<string, Held>();
  for (const slice of inSlices([...new Set(objects)], idsPerQuery)) {
    const held = await items.query<Held>({
      text: `SELECT * FROM c WHERE c.tenantId = @tenant AND ARRAY_CONTAINS(@ids, c.id)`,
      parameters: { tenant, ids: slice.map(objectId) },
      partition: [tenant],
    });
    for (const one of held) found.set(one.object, one);
  }
  return found;
}

export const unheardOf = (tenantId: string, object: string): ObjectItem => ({
  id: objectId(object),
  kind: 'object',
  tenantId,
  object,
  state: 'unknown',
  at: 0,
  wanted: false,
  known: null,
});

/** Under the tag of what was read; created where nothing was. */
export function writeObject(held: Held | undefined, next: ObjectItem): Step {
  const { id, kind, tenantId, object, state, at, wanted, known } = next;
  const item: ObjectItem = { id, kind, tenantId, object, state, at, wanted, known };
  return held === undefined ? { do: 'create', item } : { do: 'replace', item, ifMatch: held._etag };
}
