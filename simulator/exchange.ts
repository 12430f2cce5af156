import type { IncomingHttpHeaders } from 'node:http';
import type { CountedRoute } from './routes.ts';

/** One request, as handlers see it. */
export interface Call {
  readonly method: string;
  /** The path as it was sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** How the caller reached us, e.g. `http://127.0.0.1:7072`: links in answers begin with it. */
  readonly origin: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Real milliseconds to wait before answering. */
  readonly delayMs?: number;
}

/** An answer that still knows its records, so that faults can be done to them before it is written. */
export interface Page {
  readonly holds: 'records' | 'listing';
  /** The exact JSON text of each record. */
  readonly records: readonly string[];
  /** The link to the page after this one, or null. */
  readonly next: string | null;
  /** A link to this very page. */
  readonly self: string;
  /** The property with the record's time. */
  readonly timeField: string;
  render(records: readonly string[], next: string | null): Reply;
}

export type Answer = Reply | Page;
export const isPage = (answer: Answer): answer is Page => 'render' in answer;

/** A request whose route and tenant are known. */
export interface Resolved {
  readonly route: CountedRoute;
  /** The tenant's id, or null when the request is not for a known one. */
  readonly tenant: string | null;
  /** Whether the request goes on from an earlier page. */
  readonly continued: boolean;
  /** `now` is the provider's time: the virtual clock's, or a skewed one. */
  answer(now: number): Answer | Promise<Answer>;
}

const jsonType = 'application/json; charset=utf-8';

export const jsonReply = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({
  status,
  headers: { 'content-type': jsonType, ...headers },
  body: JSON.stringify(value),
});

export const htmlReply = (status: number, html: string): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: html,
});

/** Text made safe to stand in HTML, in content and in quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);

/** Part of a path, decoded; what is not valid percent-encoding stays as it is. */
export function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
