import { AppError } from '../../kernel/errors.ts';
import { instant, isoSeconds, minutes, plus, type Instant, type Window } from '../../kernel/time.ts';
import type { HttpReply, HttpRequest } from '../../ports/http-client.ts';
import { parseProviderTime } from '../_kit/provider-time.ts';
import { fields, list, text } from '../_kit/reading.ts';
import type { PullContext } from '../_kit/source.ts';
import { parsePage } from '../_kit/split-json.ts';
import type { FeedConfig } from './config.ts';

/** One content blob as a listing names it. */
export interface ContentItem {
  readonly contentId: string;
  readonly contentUri: string;
  readonly created: Instant;
}

export interface Listing {
  readonly reply: HttpReply;
  readonly items: readonly ContentItem[];
  /** The link to the listing's next page. */
  readonly next: string | null;
}

/** Between two starts of a subscription the service wants a quarter of an hour. */
const betweenStarts = minutes(15);
/** The blob is not there (any more): never existed, expired, or an id the service does not understand. */
const goneCodes = new Set(['AF20050', 'AF20051', 'AF20052']);

/** The requests of the Management Activity API for one tenant and content type. */
export function activityFeed(ctx: PullContext<FeedConfig>) {
  const root = `/api/v1.0/${ctx.tenant.id}/activity/feed/subscriptions`;
  const publisher = { PublisherIdentifier: ctx.config.publisherIdentifier ?? ctx.tenant.id };
  const contentType = ctx.stream;

  const at = (operation: string, query: Readonly<Record<string, string>> = {}): HttpRequest => ({
    api: 'management',
    origin: 'configured',
    path: `${root}/${operation}`,
    query: { ...query, ...publisher },
  });
  /** Links from answers lack the publisher, without which they count against a pool shared with strangers. */
  const linked = (url: string): HttpRequest => ({
    api: 'management',
    origin: 'response',
    url,
    ...(/[?&]PublisherIdentifier=/i.test(url) ? {} : { query: publisher }),
  });

  /** Starts the subscription, which never is stopped: stopping loses content, and starting again may not help. */
  async function start(): Promise<void> {
    const request = { ...at('start', { contentType }), method: 'POST' as const, body: '' };
    const reply = await ctx.http.send(request, { accept: [400] });
    if (reply.status < 300 || codeOf(reply) === 'AF20024') return; // AF20024: it is running already
    throw startRefused(reply);
  }

  return {
    async ensureStarted(): Promise<void> {
      const reply = await ctx.http.send(at('list'));
      if (!isEnabled(reply, contentType)) await start();
    },

    /** One page of a listing: the window's first, or the one a link names. */
    async listContent(window: Window, link: string | null): Promise<Listing> {
      const request = link === null ? at('content', { contentType, ...bounds(window) }) : linked(link);
      const reply = await ctx.http.send(request, { accept: [400, 404] });
      if (reply.status >= 300) {
        const code = codeOf(reply);
        if (code === 'AF20031') throw linkExpired();
        if (code !== 'AF20022' && code !== 'AF20023') return readListing(await ctx.http.send(request));
        await start();
        throw subscriptionOff();
      }
      return readListing(reply);
    },

    /** A blob's records, or the service's word that it has none. */
    async fetchBlob(item: ContentItem): Promise<{ reply: HttpReply; gone: boolean }> {
      const request = linked(item.contentUri);
      const reply = await ctx.http.send(request, { accept: [400, 404] });
      if (reply.status < 300) return { reply, gone: false };
      if (goneCodes.has(codeOf(reply))) return { reply, gone: true };
      // Anything else is the client's to judge: asked again without asking to see the refusal.
      return { reply: await ctx.http.send(request), gone: false };
    },
  };
}

/** UTC, whole seconds, and neither zone nor fraction: the service reads nothing else. */
const bounds = ({ from, to }: Window) => ({
  startTime: isoSeconds(from).slice(0, 19),
  endTime: isoSeconds(to).slice(0, 19),
});

function isEnabled(reply: HttpReply, contentType: string): boolean {
  return list(parsePage(reply.bytes)).some(entry => {
    const subscription = fields(entry);
    const same = text(subscription?.['contentType'])?.toLowerCase() === contentType.toLowerCase();
    return same && text(subscription?.['status'])?.toLowerCase() === 'enabled';
  });
}

function readListing(reply: HttpReply): Listing {
  const page = parsePage(reply.bytes);
  if (!Array.isArray(page)) throw malformed('The Management API’s list of content is no list.');
  const items = page.map(entry => {
    const item = fields(entry);
    const contentId = text(item?.['contentId']);
    const contentUri = text(item?.['contentUri']);
    const created = parseProviderTime(item?.['contentCreated']);
    if (contentId !== null && contentUri !== null && created !== null)
      return { contentId, contentUri, created };
    // Passing it by would be a silent loss.
    throw malformed('The Management API lists content without its id, address or time.');
  });
  // One page of the documentation calls the header by the second name.
  const next = reply.headers['nextpageuri'] ?? reply.headers['nextpageurl'] ?? '';
  return { reply, items, next: next.trim() === '' ? null : next.trim() };
}

/** The `AF…` code of an error answer; empty where there is none. */
function codeOf(reply: HttpReply): string {
  try {
    const body: unknown = JSON.parse(Buffer.from(reply.bytes).toString('utf8'));
    return text(fields(fields(body)?.['error'])?.['code']) ?? '';
  } catch {
    return ''; // a gateway's page has no code; the client judges it
  }
}

/** The instant a lost blob was made, as the span of its gap. */
export const momentOf = (created: Instant): Window => ({ from: created, to: instant(created + 1) });

/** The service may still be writing blobs this young: what was read of one may have been a part. */
export const isFresh = (item: ContentItem, asOf: Instant): boolean => plus(item.created, minutes(10)) > asOf;

const malformed = (message: string): AppError =>
  new AppError('provider.malformed', 'retry', `${message} It is asked for again.`);

const linkExpired = (): AppError =>
  new AppError(
    'provider.link-expired',
    'retry',
    'The link to the next page of content has died. The window is listed again from its beginning.',
  );

const subscriptionOff = (): AppError =>
  new AppError(
    'provider.subscription-off',
    'retry-later',
    'The subscription to this content type was not running. It has been started; content comes with the next run.',
    { retryAfterMs: betweenStarts },
  );

function startRefused(reply: HttpReply): AppError {
  const body = Buffer.from(reply.bytes).toString('utf8');
  if (/does not exist/.test(body)) {
    return new AppError(
      'provider.not-provisioned',
      'pause-source',
      'The tenant’s unified audit log is off or not ready. Have an admin turn auditing on; it takes up to an hour.',
    );
  }
  const code = codeOf(reply);
  return new AppError(
    'provider.rejected',
    'retry-later',
    'The subscription to this content type could not be started. It is tried again later.',
    { retryAfterMs: betweenStarts, facts: /^AF\d{5}$/.test(code) ? { code } : {} },
  );
}
