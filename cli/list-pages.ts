import type { Context } from './context.ts';
import { formatTable, type Column } from './format-table.ts';

/** Reads pages until there are `limit` items or no more. */
export async function listPages<T>(
  limit: number,
  first: () => Promise<{ value: readonly T[]; nextLink?: string | undefined }>,
  follow: (nextLink: string) => Promise<{ value: readonly T[]; nextLink?: string | undefined }>,
  take: (items: readonly T[]) => Promise<void>,
): Promise<{ taken: number; more: boolean }> {
  let taken = 0;
  let page = await first();
  for (;;) {
    const items = page.value.slice(0, limit - taken);
    taken += items.length;
    await take(items);
    const more = page.nextLink !== undefined || items.length < page.value.length;
    if (taken >= limit || page.nextLink === undefined) return { taken, more };
    page = await follow(page.nextLink);
  }
}

/** The largest page worth asking for. */
export const pageSize = (limit: number): number => Math.min(limit, 1_000);

/** Prints a list: one JSON line per item as it comes, or one table when all of it is there. */
export async function printList<T>(
  context: Context,
  what: string,
  limit: number,
  columns: readonly Column<T>[],
  first: () => Promise<{ value: readonly T[]; nextLink?: string | undefined }>,
  follow: (nextLink: string) => Promise<{ value: readonly T[]; nextLink?: string | undefined }>,
): Promise<void> {
  const { terminal } = context;
  const rows: T[] = [];
  const listed = await listPages(limit, first, follow, async items => {
    if (!context.json) rows.push(...items);
    for (const item of context.json ? items : []) await terminal.out(`${JSON.stringify(item)}\n`);
  });
  if (context.json) return;
  if (listed.taken === 0) return terminal.note(`No ${what}.`);
  await terminal.out(formatTable(rows, columns, terminal));
  if (listed.more) terminal.note(terminal.paint('dim', `More ${what} follow: --limit N shows as many.`));
}
