import { AppError } from '../../kernel/errors.ts';
import { instant, isoInstant, type Instant, type Window } from '../../kernel/time.ts';
import type { HttpClient, HttpReply } from '../../ports/http-client.ts';
import { parseProviderTime } from './provider-time.ts';
import { fields } from './reading.ts';
import type { Page } from './source.ts';
import { parseEnvelope, splitRecords } from './split-json.ts';
import { readStand, writtenStand, type Span, type Stand } from './time-stand.ts';

/** A Graph list that must not be paged deep with `$skip`, and what it is filtered by. */
export interface TimeList {
  readonly path: string;
  /** The time its filter and, where it knows one, its order go by. */
  readonly field: string;
  /** Rows asked for at once: the most the list gives. */
  readonly top: number;
  /** Whether the list can be asked for in ascending order. */
  readonly ordered: boolean;
}

/** Beyond it Graph refuses, or ends early without a word. */
const deepestSkip = 500;

/**
 * The pages of a window, walked by time: a full page is followed by what lies behind its last row's time or, where
 * the list comes in no order that can be relied on, by the two halves of the span. Next links carry `$skip`, and
 * with it rows are lost when a record changes in mid-walk; one is followed only where time leads no further.
 * Throws `provider.endless` for a link that comes again, `provider.truncated` when Graph says that its answer was
 * only a part (206), or when one millisecond holds more rows than can be reached.
 */
export async function* timePages(
  http: HttpClient,
  of: TimeList,
  window: Window,
  resume: string | null,
): AsyncGenerator<Page> {
  const followed = new Set<string>();
  let stand = readStand(resume, window);
  while (stand.spans.length > 0) {
    const reply = await ask(http, of, stand);
    if (stand.link !== null) followed.add(stand.link);
    const next = behind(of, stand, contentOf(reply, of));
    if (next.link !== null && followed.has(next.link)) throw endless();
    stand = { ...next, partial: stand.partial || reply.status === 206 };
    const whole = stand.spans.length === 0 && !stand.partial;
    yield {
      bytes: reply.bytes,
      contentType: reply.headers['content-type'] ?? 'application/json',
      resume: whole ? null : writtenStand(stand),
      holds: 'records',
      name: null,
    };
  }
  if (stand.partial) throw partial();
}

async function ask(http: HttpClient, of: TimeList, stand: Stand): Promise<HttpReply> {
  const [span] = stand.spans;
  if (stand.link !== null) return follow(http, stand.link);
  const { from, to } = span ?? { from: instant(0), to: instant(0) };
  return http.send({
    api: 'graph',
    origin: 'configured',
    path: of.path,
    query: {
      $filter: `${of.field} ge ${isoInstant(from)} and ${of.field} le ${isoInstant(to)}`,
      ...(of.ordered ? { $orderby: `${of.field} asc` } : {}),
      $top: String(of.top),
      ...(stand.skip === 0 ? {} : { $skip: String(stand.skip) }),
    },
  });
}

async function follow(http: HttpClient, url: string): Promise<HttpReply> {
  const reply = await http.send({ api: 'graph', origin: 'response', url }, { accept: [400, 410] });
  if (reply.status < 400) return reply;
  throw new AppError(
    'provider.link-expired',
    'retry',
    'Graph no longer knows the page that was to come next. The window is asked for again from its beginning.',
    { facts: { status: reply.status } },
  );
}

interface Content {
  readonly rows: number;
  /** The last row's time, if the rows are in rising order; null if they are not, or there are none. */
  readonly last: Instant | null;
  readonly link: string | null;
}

function contentOf(reply: HttpReply, of: TimeList): Content {
  const page = fields(parseEnvelope(reply.bytes));
  const rows = splitRecords(reply.bytes, 'value');
  const link = page?.['@odata.nextLink'] ?? null;
  if (link !== null && typeof link !== 'string') {
    throw new AppError('provider.malformed', 'retry-later', 'Graph’s link to the next page cannot be used.');
  }
  let last: Instant | null = null;
  for (const row of rows) {
    const at = parseProviderTime(fields(row)?.[of.field]);
    // The order was asked for and is not kept: nothing can be told from the last row.
    if (at === null || (last !== null && at < last)) return { rows: rows.length, last: null, link };
    last = at;
  }
  return { rows: rows.length, last: of.ordered ? last : null, link };
}

/** Where paging goes on behind a page. */
function behind(of: TimeList, stand: Stand, { rows, last, link }: Content): Stand {
  const [span, ...rest] = stand.spans;
  const done: Stand = { ...stand, spans: rest, link: null, skip: 0 };
  const full = rows >= of.top;
  if (span === undefined || (!full && link === null)) return done;
  if (last !== null && last > span.from && last <= span.to) {
    return { ...done, spans: [{ from: last, to: span.to }, ...rest] };
  }
  if (full && span.to - span.from > 1) return { ...done, spans: [...parts(span, last), ...rest] };
  if (link !== null) return { ...stand, link };
  if (stand.skip + rows > deepestSkip) throw crowded();
  return { ...stand, link: null, skip: stand.skip + rows };
}

/** Both ends of a filter belong to it, so neighbours share a moment and no tick between two milliseconds is lost. */
function parts(span: Span, last: Instant | null): readonly Span[] {
  // A whole page of one moment: that millisecond by itself, then what follows.
  const at = last === null ? instant((span.from + span.to) / 2) : instant(span.from + 1);
  return [
    { from: span.from, to: at },
    { from: at, to: span.to },
  ];
}

const endless = (): AppError =>
  new AppError(
    'provider.endless',
    'retry-later',
    'Graph names a page as the next that was already read. The window stays open and is tried again later.',
  );
const partial = (): AppError =>
  new AppError(
    'provider.truncated',
    'retry-later',
    'Graph says that one of the services behind it did not answer. What came is stored; the window is asked for again.',
  );
const crowded = (): AppError =>
  new AppError(
    'provider.truncated',
    'retry-later',
    'More records share one millisecond than Graph gives out. Report this with the source’s name.',
  );
