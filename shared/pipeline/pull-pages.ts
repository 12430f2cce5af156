import { AppError } from '../kernel/errors.ts';
import { areFreed, freeBytes } from '../kernel/free-bytes.ts';
import { sha256 } from '../kernel/hash.ts';
import { days, plus } from '../kernel/time.ts';
import { noCounts, type Counts, type OpenWindow } from '../model/cursor.ts';
import type { HttpClient, HttpReply } from '../ports/http-client.ts';
import type { Page, PullContext } from '../sources/_kit/source.ts';
import { equalSoFar, walkedPages } from './equal-so-far.ts';
import { leaseOf, saveCursor, type HeldCursor } from './hold-cursor.ts';
import { afterPages, demandEnd, isLast, pagesFrom, standsAt } from './page-order.ts';
import type { PullBudget, PullDeps, PullTarget } from './pull-types.ts';
import { unreadableKey, windowPrefix } from './raw-key.ts';
import { recordLosses } from './record-losses.ts';
import { addCounts, archivePages, storePages, type StoredPages } from './store-pages.ts';

export interface Progress {
  /** `whole`: the provider said there is no more. `spent`: the budget ended first. `lost`: another worker has it. */
  readonly status: 'whole' | 'spent' | 'lost';
  readonly held: HeldCursor;
  /** Of this run only; the open window keeps the sum over its runs. */
  readonly counts: Counts;
  /** Whether pages of this run had names, which are remembered. */
  readonly named: boolean;
}

/** A window's paging starts over so many times before that counts as a failure. */
const mostRestarts = 3;
/** No window of a real provider has so many pages; paging that goes on is turning in a circle. */
const mostPages = 20_000;

/**
 * Pages of the open window, from where its cursor stands to the last one or the end of the budget. `keep` is
 * told of every page that is done, so that a run that fails still knows what it did.
 */
export async function pullPages(
  deps: PullDeps,
  target: PullTarget,
  from: HeldCursor,
  budget: PullBudget,
  keep: (progress: Progress) => void,
): Promise<Progress> {
  let progress: Progress = { status: 'whole', held: from, counts: noCounts, named: false };
  // All of a snapshot's pages are there; what is left needs only the archive.
  if (from.value.open?.snapshot?.whole === true) return progress;
  for (;;) {
    try {
      return await walk(deps, target, budget, progress, next => {
        progress = next;
        keep(next);
      });
    } catch (thrown) {
      const open = progress.held.value.open;
      const restart =
        thrown instanceof AppError && thrown.code === 'provider.link-expired' && open?.resume !== null;
      if (!restart || open === null || open.restarts >= mostRestarts) throw thrown;
      // A paging link has died under us. The window is asked for again from its beginning: what is stored
      // already comes back as unchanged.
      const again = { ...open, resume: null, restarts: open.restarts + 1, lease: leaseOf(deps) };
      const held = await saveCursor(deps, target, progress.held, { ...progress.held.value, open: again });
      progress = { ...progress, held };
    }
  }
}

async function walk(
  deps: PullDeps,
  target: PullTarget,
  budget: PullBudget,
  start: Progress,
  keep: (progress: Progress) => void,
): Promise<Progress> {
  const opened = openIn(start.held);
  const prefix = windowPrefix(target.ref, opened.window);
  const door = witnessed(deps.http(target.tenant));
  const began = deps.clock.now();
  const { kind } = target.source.pull;
  const pages = keepingUnreadable(
    pagesFrom(target, contextOf(deps, target, door.http, opened), start.held.value, opened),
    () => keepUnreadable(deps, target, prefix, door.last()),
  );
  const equal = await equalSoFar(deps, target, opened);
  const failures = start.held.value.failures?.count ?? 0;
  let { held, counts, named } = start;
  let waiting: Page[] = [];
  const settle = async (): Promise<void> => {
    const batched = waiting;
    // Before anything can fail: what could not be kept is asked for again, not tried once more on the way out.
    waiting = [];
    const archived = await archivePages(deps, target, prefix, batched);
    const stored = await storePages(deps, target, archived, failures, equal);
    for (const { bytes } of batched) freeBytes(bytes);
    if (stored.pages.length > 0) {
      counts = addCounts(counts, stored.counts);
      named ||= stored.pages.some(({ page }) => page.name !== null);
      held = await advance(deps, target, held, stored);
      keep({ status: 'spent', held, counts, named });
    }
    if (stored.failure !== null) throw stored.failure.thrown;
  };
  try {
    for await (const page of pages) {
      const before = waiting.at(-1)?.resume ?? standsAt(kind, held.value, openIn(held));
      const last = isLast(kind, page);
      if (!last) demandProgress(target, page, before, openIn(held).counts.pages);
      waiting.push(page);
      // A snapshot's pages only become names in the cursor: nothing is saved by waiting for more.
      if (!last && kind !== 'snapshot' && !isFull(deps, waiting)) continue;
      await settle();
      if (last) return { status: 'whole', held, counts, named };
      const over = counts.pages >= budget.pages || deps.clock.now() - began >= budget.time;
      if (over || budget.signal?.aborted === true) {
        return { status: 'spent', held: await giveBack(deps, target, held), counts, named };
      }
    }
  } catch (thrown) {
    // What came before the failure is whole and goes in: a page that fails for ever must not hold it back.
    if (waiting.length > 0) await settle();
    throw thrown;
  }
  demandEnd(kind, target, counts);
  if (waiting.length > 0) await settle();
  return { status: 'whole', held, counts, named };
}

const isFull = ({ batch: full }: PullDeps, batch: readonly Page[]): boolean =>
  batch.length >= full.pages || batch.reduce((sum, { bytes }) => sum + bytes.length, 0) >= full.bytes;

/** Paging that stands still, or never ends, is an error; whoever followed it would turn in a circle. */
function demandProgress(target: PullTarget, page: Page, before: string | null, pages: number): void {
  // The pages of one batch of a feed may all stand at its token; and the last answer repeats it.
  const moves = page.resume !== before || target.source.pull.kind === 'feed';
  if (page.resume === null || (moves && pages < mostPages)) return;
  throw new AppError(
    'provider.endless',
    'retry-later',
    'The provider keeps handing out pages without coming to an end. A narrower window is tried next.',
    { facts: { source: target.ref.source, stream: target.ref.stream, pages } },
  );
}

/** Step 5, after the last page of a batch. */
async function advance(
  deps: PullDeps,
  target: PullTarget,
  before: HeldCursor,
  { pages, counts: stored }: StoredPages,
): Promise<HeldCursor> {
  const held = await recordLosses(deps, target, before, openIn(before), pages);
  const open = openIn(held);
  const counts = addCounts(open.counts, stored);
  const next = afterPages(target.source.pull.kind, held.value, open, pages, counts);
  const walked = walkedPages(target, open, pages);
  if (!next.saves) return { ...held, value: { ...next.cursor, open: next.open } };
  const saved = { ...next.open, ...walked, lease: leaseOf(deps) };
  return saveCursor(deps, target, held, { ...next.cursor, open: saved });
}

const giveBack = (deps: PullDeps, target: PullTarget, held: HeldCursor): Promise<HeldCursor> =>
  saveCursor(deps, target, held, { ...held.value, open: { ...openIn(held), lease: null } });

export function contextOf(
  deps: PullDeps,
  target: PullTarget,
  http: HttpClient,
  open: Pick<OpenWindow, 'purpose' | 'reread'>,
): PullContext<unknown> {
  const parsed = target.source.config.safeParse(target.connection.config);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(issue => issue.path.join('.') || 'config').join(', ');
    throw new AppError(
      'config.invalid',
      'pause-source',
      `The connection to ${target.source.id} has wrong settings (${fields}). Correct them in the tenant's connection.`,
      { facts: { source: target.source.id } },
    );
  }
  return {
    http,
    config: parsed.data,
    tenant: { id: target.tenant.id, domains: target.tenant.domains },
    stream: target.ref.stream,
    asOf: deps.clock.now(),
    unread: names =>
      readsAgain(open) ? Promise.resolve(names) : deps.cursors.unread(target.scope, target.ref, names),
  };
}

/**
 * The first re-read, and whatever a person asks for, fetches immutable objects once more: an object may have
 * been listed while it was still being written, and then nothing but a second reading shows it.
 */
const readsAgain = (open: Pick<OpenWindow, 'purpose' | 'reread'>): boolean =>
  open.purpose === 'requested' || (open.purpose === 'reread' && open.reread === 0);

/** Remembers the last answer, so that one nobody can read is kept as well. */
function witnessed(http: HttpClient): { http: HttpClient; last: () => HttpReply | null } {
  let last: HttpReply | null = null;
  return {
    http: {
      send: async (request, options) => {
        last = null;
        last = await http.send(request, options);
        return last;
      },
    },
    last: () => last,
  };
}

/** Where the source cannot read an answer, `keep` is called before the failure goes on. */
async function* keepingUnreadable(
  pages: AsyncIterable<Page>,
  keep: () => Promise<void>,
): AsyncGenerator<Page> {
  try {
    yield* pages;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'provider.malformed') await keep();
    throw thrown;
  }
}

async function keepUnreadable(
  deps: PullDeps,
  target: PullTarget,
  prefix: string,
  reply: HttpReply | null,
): Promise<void> {
  // What was freed is a page, and in the archive under its own name.
  if (reply === null || areFreed(reply.bytes)) return;
  await deps.archive.put(target.scope, {
    key: unreadableKey(prefix, sha256(reply.bytes)),
    bytes: reply.bytes,
    contentType: reply.headers['content-type'] ?? 'application/octet-stream',
    retainUntil: plus(deps.clock.now(), days(target.tenant.retentionDays)),
  });
}

function openIn(held: HeldCursor): OpenWindow {
  if (held.value.open !== null) return held.value.open;
  throw new AppError('bug', 'retry', 'A page came for a window the cursor does not know.');
}
