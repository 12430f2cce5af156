import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { days, hours, instant, isoDay, minus, type Window } from '../../kernel/time.ts';
import type { HttpReply } from '../../ports/http-client.ts';
import { fields, list, text } from '../_kit/reading.ts';
import type { Page, PullContext } from '../_kit/source.ts';
import { parsePage } from '../_kit/split-json.ts';
import { eventTypes } from './event-types.ts';

/** How long Mimecast keeps the files. */
export const retention = days(7);
/** How long a file the store refuses is asked for again before it counts as gone: stores have bad hours too. */
const patience = hours(2);
/** What a cursor holds at most. */
const longestToken = 8_192;

export interface BatchConfig {
  readonly pageSize: number;
}

/** Where the feed stands: at a listing, and inside it behind some of its files. */
const standSchema = z.strictObject({
  /** Mimecast's token for the listing; null for the first ever. */
  page: z.string().nullable(),
  /** The first day the first listing was asked for, so that an interrupted one is asked for again as it was. */
  from: z.iso.date().nullable(),
  /** Which files the listing named, as a hash; null before it is archived. */
  listed: z.string().nullable(),
  /** How many of them are stored. */
  done: z.int().min(0),
  /** When the store first refused one of them, in milliseconds since 1970; null while it has not. */
  refused: z.int().nullable(),
});
type Stand = z.infer<typeof standSchema>;

interface File {
  readonly url: string;
  /** The URL without its signature, which is another each time. */
  readonly name: string;
}
interface Listing {
  readonly reply: HttpReply;
  readonly files: readonly File[];
  /** Hash of the names. */
  readonly print: string;
  readonly next: string | null;
  readonly caughtUp: boolean;
}

/**
 * A feed of batch files: every listing, followed by the files it names. Mimecast's token moves on with the listing's
 * last file, never before; up to there a page's token is the listing's own and how many of its files are stored, so
 * that an interruption costs at most one file. Ends where Mimecast says that there is no more: its token is kept, and
 * asked with the next time.
 */
export async function* batchPages(ctx: PullContext<BatchConfig>, token: string | null): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let stand = token === null ? beginning(ctx) : readStand(token);
  for (;;) {
    const listing = await listFiles(ctx, stand);
    const next = behind(stand, listing);
    if (listing.files.length === 0) {
      yield { ...pageOf(listing.reply), resume: JSON.stringify(next), holds: 'listing', name: null };
    } else yield* filesOf(ctx, listing, stand, next);
    if (listing.caughtUp || next.page === null || next.page === stand.page) return;
    if (seen.has(next.page)) throw endless();
    seen.add(next.page);
    stand = next;
  }
}

const beginning = (ctx: PullContext<BatchConfig>): Stand => ({
  page: null,
  from: isoDay(minus(ctx.asOf, retention)),
  listed: null,
  done: 0,
  refused: null,
});

/** Behind all of a listing. One that names files and no token would be read over and over. */
function behind(stand: Stand, { files, next }: Listing): Stand {
  if (next !== null) return { page: next, from: null, listed: null, done: 0, refused: null };
  if (files.length === 0) return { ...stand, listed: null, done: 0, refused: null };
  throw new AppError(
    'provider.malformed',
    'retry-later',
    'Mimecast names batch files and does not say where the feed goes on. It is asked again later.',
  );
}

async function* filesOf(
  ctx: PullContext<BatchConfig>,
  listing: Listing,
  stand: Stand,
  next: Stand,
): AsyncGenerator<Page> {
  const { files, print } = listing;
  // Seen again after an interruption it is archived only if it names other files; those are all read then.
  const known = stand.listed === print && stand.done < files.length;
  const done = known ? stand.done : 0;
  let refused = known ? stand.refused : null;
  const at = (count: number): string => JSON.stringify({ ...stand, listed: print, done: count, refused });
  if (!known) yield { ...pageOf(listing.reply), resume: at(0), holds: 'listing', name: null };
  let fresh = listing;
  for (const [index, { name }] of files.entries()) {
    if (index < done) continue;
    let reply = await fetchFile(ctx, urlOf(fresh, name));
    if (reply.status >= 400) {
      // The signature has expired, or the file is gone: a new listing tells which.
      fresh = await listFiles(ctx, stand);
      reply = await fetchFile(ctx, urlOf(fresh, name));
    }
    if (reply.status >= 400 && ctx.asOf - (refused ?? ctx.asOf) < patience) {
      const isFirst = refused === null;
      refused ??= ctx.asOf;
      if (isFirst) yield { ...pageOf(fresh.reply), resume: at(index), holds: 'listing', name: null };
      throw refusedFile(reply);
    }
    const resume = index === files.length - 1 ? JSON.stringify(next) : at(index + 1);
    const page = { ...pageOf(reply), resume, name };
    yield reply.status < 400
      ? { ...page, holds: 'records' }
      : { ...page, holds: 'nothing', lost: { window: dayOf(name, ctx), reason: 'content-expired' } };
  }
}

const urlOf = ({ files }: Listing, name: string): string | null =>
  files.find(file => file.name === name)?.url ?? null;

/** A file a new listing no longer names is as good as refused. */
async function fetchFile(ctx: PullContext<BatchConfig>, url: string | null): Promise<HttpReply> {
  if (url === null) return { status: 404, headers: {}, bytes: new Uint8Array() };
  return ctx.http.send({ api: 'mimecast', origin: 'download', url }, { accept: [403, 404, 410] });
}

async function listFiles(ctx: PullContext<BatchConfig>, stand: Stand): Promise<Listing> {
  const position =
    stand.page === null
      ? { dateRangeStartsAt: stand.from ?? isoDay(ctx.asOf), dateRangeEndsAt: isoDay(ctx.asOf) }
      : { nextPage: stand.page };
  const reply = await ctx.http.send({
    api: 'mimecast',
    origin: 'configured',
    path: '/siem/v1/batch/events/cg',
    query: {
      type: eventTypes[ctx.stream]?.type ?? ctx.stream,
      pageSize: String(ctx.config.pageSize),
      ...position,
    },
  });
  const page = fields(parsePage(reply.bytes));
  if (!Array.isArray(page?.['value'])) throw noListing(reply);
  const files = list(page['value']).map(fileOf);
  const next = text(page['@nextPage']);
  if (next !== null && next.length > longestToken / 2) throw noListing(reply);
  const print = sha256(JSON.stringify(files.map(file => file.name))).slice(0, 16);
  return { reply, files, print, next, caughtUp: page['isCaughtUp'] === true };
}

function fileOf(item: unknown): File {
  const url = text(fields(item)?.['url'] ?? item);
  if (url === null || url.length >= 4_096) throw noUrl();
  const mark = url.indexOf('?');
  return { url, name: (mark < 0 ? url : url.slice(0, mark)).replace(/^[a-z]+:\/\/[^/]*\//i, '') };
}

/** The day in the file's path, `…/2026/01/05/…`; today's where it has none. */
function dayOf(name: string, ctx: PullContext<BatchConfig>): Window {
  const found = /(\d{4})[/-](\d{2})[/-](\d{2})/.exec(name);
  const written = found === null ? Number.NaN : Date.parse(`${found[1]}-${found[2]}-${found[3]}T00:00:00Z`);
  const from = Number.isNaN(written) ? Date.parse(`${isoDay(ctx.asOf)}T00:00:00Z`) : written;
  return { from: instant(from), to: instant(from + days(1)) };
}

const pageOf = (reply: HttpReply) => ({
  bytes: reply.bytes,
  contentType: reply.headers['content-type'] ?? 'application/octet-stream',
});

function readStand(token: string): Stand {
  try {
    return standSchema.parse(JSON.parse(token));
  } catch (cause) {
    throw new AppError(
      'provider.link-expired',
      'retry',
      'The place where the feed stood cannot be read. It is read again from where Mimecast’s memory begins.',
      { cause },
    );
  }
}

const noListing = (reply: HttpReply): AppError =>
  new AppError(
    'provider.malformed',
    'retry-later',
    'Mimecast’s answer holds no list of batch files. It is asked for again.',
    { facts: { bytes: reply.bytes.length } },
  );
const refusedFile = (reply: HttpReply): AppError =>
  new AppError(
    'provider.content-gone',
    'retry-later',
    'Mimecast names a batch file its store does not hand out. It is asked for again for two hours; then it is recorded as a gap.',
    { facts: { status: reply.status } },
  );
const noUrl = (): AppError =>
  new AppError(
    'provider.malformed',
    'retry-later',
    'Mimecast names a batch file without saying where it is.',
  );
const endless = (): AppError =>
  new AppError(
    'provider.endless',
    'retry-later',
    'Mimecast names a listing as the next that was already read. The feed goes on where it stands, later.',
  );
