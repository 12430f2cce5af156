import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { instant, type Window } from '../../kernel/time.ts';
import type { HttpClient, HttpReply } from '../../ports/http-client.ts';
import { mimecastTime } from '../_kit/mimecast-pages.ts';
import { ownSearchReason } from '../_kit/mimecast-own-search.ts';
import { recordsIn } from '../_kit/mimecast-records.ts';
import type { Page } from '../_kit/source.ts';
import { parsePage } from '../_kit/split-json.ts';

/** Where a window's reading stands: everything before `from` is answered, and `width` milliseconds are asked next. */
const standSchema = z.strictObject({ from: z.int(), width: z.int().min(1_000) });
type Stand = z.infer<typeof standSchema>;

const second = 1_000;

/**
 * A window's messages. Message tracking knows no pages, and cuts a long answer off without a word: an answer of
 * `mostRows` or more is kept, and its span asked for again in halves, down to a second.
 */
export async function* trackingPages(
  http: HttpClient,
  window: Window,
  mostRows: number,
  resume: string | null,
): AsyncGenerator<Page> {
  let stand: Stand | null =
    resume === null ? { from: window.from, width: window.to - window.from } : readStand(resume, window);
  while (stand !== null) {
    const to = Math.min(stand.from + stand.width, window.to);
    const reply = await search(http, { from: instant(stand.from), to: instant(to) });
    const rows = recordsIn(parsePage(reply.bytes), reply.bytes, 'trackedEmails').length;
    const next: Stand | null =
      rows >= mostRows && to - stand.from > second ? halved(stand, to) : behind(stand, to, window);
    yield {
      bytes: reply.bytes,
      contentType: reply.headers['content-type'] ?? 'application/json',
      resume: next === null ? null : JSON.stringify(next),
      holds: 'records',
      name: null,
    };
    stand = next;
  }
}

const halved = ({ from }: Stand, to: number): Stand => ({
  from,
  width: Math.max(Math.floor((to - from) / 2 / second) * second, second),
});

/** Wider again after a span that was answered in full. */
const behind = ({ width }: Stand, to: number, window: Window): Stand | null =>
  to >= window.to ? null : { from: to, width: width * 2 };

/** Without a filter, because any would be a choice; with a reason, by which our own searches are known in the logs. */
function search(http: HttpClient, { from, to }: Window): Promise<HttpReply> {
  const data = {
    start: mimecastTime(from),
    end: mimecastTime(to),
    searchReason: ownSearchReason,
    advancedTrackAndTraceOptions: {},
  };
  return http.send({
    api: 'mimecast',
    origin: 'configured',
    method: 'POST',
    path: '/api/message-finder/search',
    body: JSON.stringify({ data: [data] }),
  });
}

function readStand(text: string, window: Window): Stand {
  try {
    const stand = standSchema.parse(JSON.parse(text));
    if (stand.from >= window.from && stand.from < window.to) return stand;
  } catch {
    // Falls through: what cannot be read is begun anew, as a place outside the window is.
  }
  throw new AppError(
    'provider.link-expired',
    'retry',
    'The place where the reading stood cannot be read. The window is asked for again from its beginning.',
  );
}
