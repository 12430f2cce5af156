import type { Sha256 } from '../kernel/hash.ts';
import { isoDay, isoInstant, parseInstant, type Instant, type Window } from '../kernel/time.ts';
import type { StreamRef } from '../model/ids.ts';

/** `20261005t091244z`; with milliseconds only where there are any, so that keys stay readable. */
function compact(at: Instant): string {
  return isoInstant(at).replaceAll('-', '').replaceAll(':', '').replace('.000Z', 'Z');
}

/** Everything kept for one window lies under `source/stream/yyyy/mm/dd/from-to/`. */
export function windowPrefix(ref: StreamRef, window: Window): string {
  const day = isoDay(window.from).replaceAll('-', '/');
  const span = `${compact(window.from)}-${compact(window.to)}`;
  // Lower case throughout: file systems that fold case must not make one object of two keys.
  return `${ref.source}/${ref.stream}/${day}/${span}/`.toLowerCase();
}

/** Under which everything lies that was kept of a stream's windows that began on a day (`2026-10-05`). */
export const dayPrefix = (ref: StreamRef, day: string): string =>
  `${ref.source}/${ref.stream}/${day.replaceAll('-', '/')}/`.toLowerCase();

const span = /\/(\d{8}t\d{6}(?:\.\d{3})?z)-(\d{8}t\d{6}(?:\.\d{3})?z)\/[^/]*$/;

/** The window that an object was kept for; null for a key of another form. */
export function windowOfKey(key: string): Window | null {
  const [, first, last] = span.exec(key) ?? [];
  const from = spread(first ?? '');
  const to = spread(last ?? '');
  return from === null || to === null ? null : { from, to };
}

/** `compact`, undone. */
const spread = (text: string): Instant | null =>
  parseInstant(text.replace(/^(\d{4})(\d{2})(\d{2})t(\d{2})(\d{2})/, '$1-$2-$3t$4:$5:'));

/** A different answer for the same page has another hash, and so lies beside the first, as evidence. */
export const pageKey = (prefix: string, sha256: Sha256): string => `${prefix}page-${sha256.slice(0, 16)}`;
/** What names a page within its window; and the key again, for who knows the window. */
export const pageName = (key: string): string => key.slice(key.lastIndexOf('/page-') + '/page-'.length);
export const namedPageKey = (prefix: string, name: string): string => `${prefix}page-${name}`;
/** A response that could not be read as a page. Kept all the same. */
export const unreadableKey = (prefix: string, sha256: Sha256): string =>
  `${prefix}unreadable-${sha256.slice(0, 16)}`;
export const manifestKey = (prefix: string, sha256: Sha256): string =>
  `${prefix}manifest-${sha256.slice(0, 16)}`;
