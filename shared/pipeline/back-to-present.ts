import { without } from '../evidence/coverage.ts';
import { AppError, asAppError } from '../kernel/errors.ts';
import { httpDate } from '../kernel/retry-after.ts';
import { earlier, instant, type Instant } from '../kernel/time.ts';
import type { Cursor, Gap } from '../model/cursor.ts';
import type { HttpClient } from '../ports/http-client.ts';
import { firstPage } from '../sources/_kit/first-page.ts';
import { afterFailure } from './after-failure.ts';
import { aheadOfClock, clockSkew } from './clock-skew.ts';
import { saveCursor, type HeldCursor } from './hold-cursor.ts';
import { newestPages } from './newest-pages.ts';
import { firstCursor, rhythmTolerance } from './plan-stream.ts';
import { contextOf } from './pull-pages.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { endFutureRequests } from './requested-pulls.ts';
import { sealGap, sealLeft } from './seal-window.ts';

/**
 * A cursor that is ahead of the clock, brought back: the clock was ahead when it was written, and nobody knows since
 * when. So what it says of the time the provider still remembers is withdrawn, in the ledger too, and read again; what
 * is stored already comes back as unchanged. Only where the provider's own clock agrees with ours: had ours fallen
 * behind instead, all that is withdrawn would have been right. Throws `cursor.future` where it does not agree or does
 * not say, or the provider's refusal, after writing into the cursor when to try again.
 */
export async function backToPresent(
  deps: PullDeps,
  target: PullTarget,
  held: HeldCursor,
): Promise<HeldCursor> {
  const { value: cursor } = held;
  try {
    await demandPresent(deps, target, cursor);
  } catch (thrown) {
    const error = asAppError(thrown);
    // Only a person mends a clock.
    if (error.code === 'cursor.future') deps.telemetry.error('clock.doubted', error, { ...target.ref });
    await saveCursor(deps, target, held, afterFailure(cursor, error, deps.clock.now()));
    throw error;
  }
  const now = deps.clock.now();
  const from = doubtfulFrom(target, cursor, now);
  const left = cursor.open === null ? {} : await sealLeft(deps, target, cursor, cursor.open);
  const to = cursor.committedTo;
  if (from < to) await sealGap(deps, target, { from, to, reason: 'clock-ahead' });
  const requested = await endFutureRequests(deps, target, cursor, now);
  return saveCursor(deps, target, held, { ...withdrawn(target, cursor, from, now), ...left, requested });
}

/** Throws unless the provider says that it is as late as our clock has it. */
async function demandPresent(deps: PullDeps, target: PullTarget, cursor: Cursor): Promise<void> {
  const http = deps.http(target.tenant);
  let date: string | undefined;
  const watched: HttpClient = {
    send: async (request, options) => {
      const reply = await http.send(request, options);
      date = reply.headers['date'];
      return reply;
    },
  };
  const ctx = contextOf(deps, target, watched, { purpose: 'forward', reread: null });
  try {
    await firstPage(newestPages(target.source, ctx));
  } catch (thrown) {
    // What is the newest by our clock may be older than the provider remembers.
    if (!(thrown instanceof AppError) || thrown.code !== 'provider.rejected') throw thrown;
  }
  const said = httpDate(date);
  const now = deps.clock.now();
  if (said === null || Math.abs(said - now) > clockSkew) throw aheadOfClock(cursor, now);
}

/**
 * From when on a cursor is not believed. Of windows, all that can be asked for anew. The state of a snapshot was read,
 * and a feed's token goes on where it stood, whatever the clock said; only when that was is not known, and the clock's
 * leap looked like a time in which nothing was read.
 */
function doubtfulFrom(target: PullTarget, cursor: Cursor, now: Instant): Instant {
  if (target.source.pull.kind === 'window') return firstCursor(target, now).committedTo;
  const leaps = cursor.gaps.filter(
    ({ from, to, reason }) => reason === 'not-read' && from <= now && to - from >= cursor.committedTo - now,
  );
  const tolerated = instant(Math.floor((now - rhythmTolerance(target, cursor)) / 1_000) * 1_000);
  return leaps.reduce((first, { from }) => earlier(first, from), tolerated);
}

function withdrawn(target: PullTarget, cursor: Cursor, from: Instant, now: Instant): Cursor {
  const isWindow = target.source.pull.kind === 'window';
  const onward = [{ from, to: instant(8.64e15) }];
  const { remembers: _, ...known } = cursor;
  return {
    ...known,
    start: earlier(cursor.start, from),
    // What comes before the doubt and was not claimed is not claimed by it.
    committedTo: earlier(cursor.committedTo, from),
    rereadTo: isWindow ? firstCursor(target, now).rereadTo : [],
    reads: [],
    open: null,
    extra: without(cursor.extra, onward),
    gaps: cursor.gaps.flatMap((gap): Gap[] =>
      gap.reason === 'older-than-provider-memory' || gap.reason === 'not-read'
        ? without([gap], onward).map(span => ({ ...gap, ...span }))
        : [gap],
    ),
    failures: null,
  };
}
