import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import type { Window } from '../../kernel/time.ts';
import type { Page, PullContext } from '../_kit/source.ts';
import { activityFeed, isFresh, momentOf, type ContentItem, type Listing } from './activity-feed.ts';
import type { FeedConfig } from './config.ts';

/** Blobs fetched ahead of the one being stored. Their bytes are the memory this takes. */
const ahead = 4;
/** What a cursor holds at most. */
const longestResume = 8_192;

/** Where paging stands: at a page of the listing, and inside it behind a blob. */
const resumeSchema = z.strictObject({
  /** Link of the listing's page; null for the window's first. */
  link: z.string().nullable(),
  /** Hash of that page as it was archived; null before it is. */
  kept: z.string().nullable(),
  /** The last blob of the page that is stored. */
  after: z.string().nullable(),
});
type Resume = z.infer<typeof resumeSchema>;
const beginning: Resume = { link: null, kept: null, after: null };

/**
 * A window's content: every page of the listing, followed by the blobs it names that are not stored yet, in the
 * listing's order. A page's resume token leads on behind that very page, also in the middle of a listing.
 */
export async function* feedPages(
  ctx: PullContext<FeedConfig>,
  window: Window,
  resume: string | null,
): AsyncGenerator<Page> {
  const feed = activityFeed(ctx);
  if (resume === null) await feed.ensureStarted();
  const seen = new Set<string | null>();
  let stand: Resume | null = resume === null ? beginning : readResume(resume);
  while (stand !== null) {
    seen.add(stand.link);
    const listing: Listing = await feed.listContent(window, stand.link);
    if (listing.next !== null && seen.has(listing.next)) throw endless();
    const next: Resume | null = listing.next === null ? null : { ...beginning, link: listing.next };
    yield* pagesOfListing(ctx, feed, listing, stand, next);
    stand = next;
  }
}

async function* pagesOfListing(
  ctx: PullContext<FeedConfig>,
  feed: ReturnType<typeof activityFeed>,
  listing: Listing,
  stand: Resume,
  next: Resume | null,
): AsyncGenerator<Page> {
  const kept = sha256(listing.reply.bytes).slice(0, 16);
  const wanted = await wantedOf(ctx, listing.items, stand, kept);
  // Seen again after an interruption it is archived only if it says something new; or if nothing else would
  // carry paging on.
  if (kept !== stand.kept || wanted.length === 0) {
    const here = wanted.length === 0 ? next : { link: stand.link, kept, after: stand.after };
    yield { ...pageOf(listing.reply), resume: written(here), holds: 'listing', name: null };
  }
  const fetched = fetchAhead(wanted, item => feed.fetchBlob(item));
  for await (const { item, made, last } of fetched) {
    const resume = written(last ? next : { link: stand.link, kept, after: item.contentId });
    const page = { ...pageOf(made.reply), resume, name: item.contentId };
    yield made.gone
      ? { ...page, holds: 'nothing', lost: { window: momentOf(item.created), reason: 'content-expired' } }
      : { ...page, holds: 'records' };
  }
}

const pageOf = (reply: Listing['reply']) => ({
  bytes: reply.bytes,
  contentType: reply.headers['content-type'] ?? 'application/json',
});

/**
 * The blobs to fetch, in the listing's order: behind the place where an interrupted run stood, what is not stored, and
 * what is so young that it may have grown since. Before that place only what the listing did not name then: a lost
 * blob never counts as stored, and asking for it again on every resume would turn in a circle.
 */
async function wantedOf(
  ctx: PullContext<FeedConfig>,
  items: readonly ContentItem[],
  stand: Resume,
  kept: string,
): Promise<readonly ContentItem[]> {
  const once = [...new Map(items.map(item => [item.contentId, item])).values()];
  const unread = new Set(await ctx.unread(once.map(item => item.contentId)));
  const stood = stand.after === null ? -1 : once.findIndex(item => item.contentId === stand.after);
  return once.filter((item, index) => {
    if (index <= stood) return kept !== stand.kept && unread.has(item.contentId);
    return unread.has(item.contentId) || isFresh(item, ctx.asOf);
  });
}

/** Results in order, up to four requests under way. Whoever stops listening leaves no rejection behind. */
async function* fetchAhead<Item, Made>(
  items: readonly Item[],
  fetch: (item: Item) => Promise<Made>,
): AsyncGenerator<{ item: Item; made: Made; last: boolean }> {
  const underway: Promise<Made>[] = [];
  for (const [index, item] of items.entries()) {
    for (const upcoming of items.slice(index + underway.length, index + ahead)) {
      const request = fetch(upcoming);
      // Looked at when its turn comes; until then a failure must not end the process as unhandled.
      request.catch(() => undefined);
      underway.push(request);
    }
    const made = await underway.shift();
    if (made !== undefined) yield { item, made, last: index === items.length - 1 };
  }
}

function written(resume: Resume | null): string | null {
  const text = resume === null ? null : JSON.stringify(resume);
  if (text === null || text.length <= longestResume) return text;
  throw new AppError(
    'provider.malformed',
    'retry-later',
    'The link to the next page of content is too long to keep.',
  );
}

function readResume(text: string): Resume {
  try {
    return resumeSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      'provider.link-expired',
      'retry',
      'The place where paging stood cannot be read. The window is listed again from its beginning.',
      { cause },
    );
  }
}

const endless = (): AppError =>
  new AppError(
    'provider.endless',
    'retry-later',
    'The Management API names a page of content as the next that was already read. The window is tried again later.',
  );
