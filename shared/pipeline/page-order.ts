import { AppError } from '../kernel/errors.ts';
import type { Counts, Cursor, OpenWindow } from '../model/cursor.ts';
import type { Page, PullContext } from '../sources/_kit/source.ts';
import type { PullTarget } from './pull-types.ts';
import { pageName } from './raw-key.ts';
import type { ArchivedPage } from './store-pages.ts';

type Kind = PullTarget['source']['pull']['kind'];

/** The pages of the open window from where the stream stands, asked for as the source's kind wants. */
export function pagesFrom(
  target: PullTarget,
  ctx: PullContext<unknown>,
  cursor: Cursor,
  open: OpenWindow,
): AsyncIterable<Page> {
  const { pull } = target.source;
  if (pull.kind === 'window') return pull.pages(ctx, open.window, open.resume);
  return pull.pages(ctx, pull.kind === 'feed' ? cursor.token : open.resume);
}

/** Where paging stands: a feed's token outlives its window. */
export const standsAt = (kind: Kind, cursor: Cursor, open: OpenWindow): string | null =>
  kind === 'feed' ? cursor.token : open.resume;

/** Whether nothing follows this page. A feed does not say so with a page, but by ending. */
export const isLast = (kind: Kind, page: Page): boolean => kind !== 'feed' && page.resume === null;

/** What a batch of stored pages makes of the cursor; null where nothing needs to be written before the seal. */
export function afterPages(
  kind: Kind,
  cursor: Cursor,
  open: OpenWindow,
  batch: readonly ArchivedPage[],
  counts: Counts,
): { readonly cursor: Cursor; readonly open: OpenWindow; readonly saves: boolean } {
  const resume = batch.at(-1)?.page.resume ?? null;
  if (kind === 'feed') {
    const token = batch.findLast(({ page }) => page.resume !== null)?.page.resume ?? cursor.token;
    return { cursor: { ...cursor, token }, open: { ...open, counts }, saves: true };
  }
  if (kind === 'window') {
    // The window's last page moves nothing: seal and commit come next.
    return {
      cursor,
      open: { ...open, counts, ...(resume === null ? {} : { resume }) },
      saves: resume !== null,
    };
  }
  // A reading that began anew after its paging link died is of its own pages only.
  const known = open.resume === null ? [] : (open.snapshot?.pages ?? []);
  const pages = [
    ...known,
    ...batch.flatMap(({ page, key }) => (page.holds === 'records' ? pageName(key) : [])),
  ];
  return {
    cursor,
    open: { ...open, counts, resume, snapshot: { pages, whole: resume === null } },
    saves: true,
  };
}

/** Throws where the pages ended before the provider said so; a feed says so by ending. */
export function demandEnd(kind: Kind, target: PullTarget, counts: Counts): void {
  if (kind === 'feed') return;
  throw new AppError(
    'provider.truncated',
    'retry-later',
    'The provider stopped before its last page. The window stays open and will be asked for again.',
    { facts: { source: target.ref.source, stream: target.ref.stream, pages: counts.pages } },
  );
}
