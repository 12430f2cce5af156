import { AppError } from '../../kernel/errors.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { CosmosContainer } from './cosmos-gateway.ts';
import type { StoredKind } from './stored-document.ts';
import type { DocumentItem } from './swap-item.ts';

/** An item of a list: `place` sorts as time, id and tenant do, one after the other. */
export type ListedItem = DocumentItem & { readonly place: string };

/** A character below every one that ids and times are made of, so that a longer id does not overtake. */
const gap = '\u0001';
const placeForm = /^\d{4}-[^\u0001]*\u0001[^\u0001]*\u0001[^\u0001]*$/;

export const placeOf = (at: string, id: string, tenant: string): string => [at, id, tenant].join(gap);

/**
 * One page, newest first, by keyset: items that arrive meanwhile neither shift nor repeat any. One tenant's lie in
 * one partition; of several the service merges its partitions' orders.
 */
export async function newestFirst<T>(
  container: CosmosContainer,
  kind: StoredKind<T>,
  query: {
    readonly scopes: readonly TenantScope[];
    /** Fields that must have a value. */
    readonly equal: Readonly<Record<string, string | undefined>>;
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<{ values: readonly T[]; next: string | null }> {
  const before = query.after === null ? null : readPlace(query.after);
  const tenants = [...new Set(query.scopes.map(scope => scope.tenantId as string))];
  const [only] = tenants;
  if (only === undefined) return { values: [], next: null };
  const equal = Object.entries(query.equal).filter(([, value]) => value !== undefined);
  const conditions = [
    tenants.length === 1 ? 'c.tenantId = @tenant' : 'ARRAY_CONTAINS(@tenants, c.tenantId)',
    ...equal.map(([field]) => `c.${field} = @${field}`),
    ...(before === null ? [] : ['c.place < @before']),
  ];
  const found = await container.query<ListedItem>({
    text: `SELECT * FROM c WHERE ${conditions.join(' AND ')} ORDER BY c.place DESC`,
    parameters: {
      ...(tenants.length === 1 ? { tenant: only } : { tenants }),
      ...Object.fromEntries(equal),
      ...(before === null ? {} : { before }),
    },
    ...(tenants.length === 1 ? { partition: [only] } : {}),
    most: query.limit + 1,
  });
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    values: page.map(item => kind.read(item)),
    next:
      found.length > page.length && last !== undefined ? Buffer.from(last.place).toString('base64url') : null,
  };
}

function readPlace(after: string): string {
  const place = Buffer.from(after, 'base64url').toString();
  if (placeForm.test(place)) return place;
  throw new AppError(
    'continuation.invalid',
    'give-up',
    'This page does not exist. Start the list from the beginning.',
  );
}
