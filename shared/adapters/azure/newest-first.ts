import { AppError } from '../../kernel/errors.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { CosmosContainer } from './cosmos-gateway.ts';
import type { DocumentKind } from '../documents/sealed-document.ts';
import type { DocumentItem } from './swap-item.ts';

/** An item of a list: `place` sorts as time, id and tenant do, one after the other. */
export type ListedItem = DocumentItem & { readonly place: string };

/** A character below every one that ids and times are made of, so that a longer id does not overtake. */
const gap = '\u0001';

export const placeOf = (at: string, id: string, tenant: string): string => [at, id, tenant].join(gap);

/**
 * One page, newest first, by keyset: items that arrive meanwhile neither shift nor repeat any. One tenant's lie in
 * one partition; of several the service merges its partitions' orders.
 */
export async function newestFirst<T>(
  container: CosmosContainer,
  kind: DocumentKind<T>,
  query: {
    readonly scopes: readonly TenantScope[];
    /** Fields that must have a value. */
    readonly equal: Readonly<Record<string, string | undefined>>;
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<{ values: readonly T[]; next: string | null }> {
  const before = query.after === null ? null : readAfter(query.after);
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
    next: found.length > page.length && last !== undefined ? writeAfter(last) : null,
  };
}

/** As callers see it: what they kept from one profile means the same in the other. */
const writeAfter = (item: ListedItem): string =>
  Buffer.from(JSON.stringify(item.place.split(gap))).toString('base64url');

function readAfter(text: string): string {
  try {
    const key: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(key) && key.length === 3 && key.every(part => typeof part === 'string')) {
      return key.join(gap);
    }
  } catch {
    // Not one of ours: the error below says so.
  }
  throw new AppError(
    'continuation.invalid',
    'give-up',
    'This page does not exist. Start the list from the beginning.',
  );
}
