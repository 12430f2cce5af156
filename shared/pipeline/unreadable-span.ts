import { unaccounted } from '../evidence/coverage.ts';
import type { AppError } from '../kernel/errors.ts';
import { hours, later } from '../kernel/time.ts';
import type { Cursor, Gap, OpenWindow } from '../model/cursor.ts';
import { gonePast } from './forgotten-span.ts';
import { newestPages } from './newest-pages.ts';
import { contextOf } from './pull-pages.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';

/** An answer nobody can read is asked for again for so long. It may be the provider's bad day. */
const patience = hours(24);

/**
 * The gap of a window whose answers could not be read for a day, however narrow it was made, and the cursor behind
 * it: a single record the provider cannot spell must not keep from us all that came after. Null where it is not that:
 * where the newest cannot be read either, it is the provider that is broken, and it is waited for. What is
 * read once more only goes back to where it failed; what is new goes on meanwhile.
 */
export async function pastUnreadable(
  deps: PullDeps,
  target: PullTarget,
  cursor: Cursor,
  open: OpenWindow,
  error: AppError,
): Promise<{ readonly cursor: Cursor; readonly gaps: readonly Gap[] } | null> {
  const now = deps.clock.now();
  const { failures } = cursor;
  if (target.source.pull.kind !== 'window' || open.purpose === 'reread') return null;
  if (error.code !== 'provider.malformed' || failures?.code !== error.code) return null;
  if (now - failures.since < patience || !(await isNewestReadable(deps, target))) return null;
  const { window, purpose } = open;
  const span = { from: later(window.from, cursor.start), to: window.to };
  const unread = purpose === 'forward' ? [{ ...span, from: cursor.committedTo }] : unaccounted(cursor, span);
  const gaps = unread.map((one): Gap => ({ ...one, reason: 'unreadable', noticedAt: now }));
  const past = { do: 'go-past', of: purpose, gaps, to: window.to } as const;
  return { gaps, cursor: { ...gonePast(cursor, past), open: null, failures: null } };
}

async function isNewestReadable(deps: PullDeps, target: PullTarget): Promise<boolean> {
  const http = deps.http(target.tenant);
  try {
    const ctx = contextOf(deps, target, http, { purpose: 'forward', reread: null });
    for await (const page of newestPages(target.source, ctx)) {
      Array.from(target.source.split(page.bytes));
      break;
    }
    return true;
  } catch {
    // Whatever it is, the window's own failure is what is told, and is tried again.
    return false;
  }
}
