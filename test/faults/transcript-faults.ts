import type { Recovery } from '../../shared/kernel/errors.ts';
import type { ProviderApi } from '../../shared/ports/http-client.ts';
import { reply, type WireCall } from '../support/wire-server.ts';
import type { Made, Spoil } from './transcript-provider.ts';

/** What a pull under a fault must end with. */
export type Ending = 'fine' | { readonly code: string; readonly recovery: Recovery };

export interface TranscriptFault {
  /** As in the simulator's catalogue. */
  readonly name: string;
  readonly spoil: (api: ProviderApi) => Spoil | null;
  /** Whether the token endpoint is what fails. */
  readonly tokens?: true;
  readonly ends: Ending;
  /**
   * What of the records it alters. Content is another record where the whole record is its identity, and so is one
   * record more; for a snapshot content and absence are changes, not faults.
   */
  readonly alters?: 'content' | 'count' | 'absence';
  /** Only where the source follows links does it meet the fault at all; elsewhere it must be fine. */
  readonly ofLinks?: true;
}

const error = (code: string, recovery: Recovery): Ending => ({ code, recovery });
const unavailable = error('provider.unavailable', 'retry-later');
const throttled = error('provider.throttled', 'retry-later');
const malformed = error('provider.malformed', 'retry-later');

/** Everything behind the first answer goes wrong: there is something to keep, and something to go on from. */
const goingOn =
  (write: (call: WireCall, made: Made) => void): Spoil =>
  (call, made) => {
    if (made.before === 0 && made.holdsRecords) return false;
    write(call, made);
    return true;
  };
const wire = (name: string, ends: Ending, write: (call: WireCall, made: Made) => void): TranscriptFault => ({
  name,
  spoil: () => goingOn(write),
  ends,
});
const status = (name: string, ends: Ending, code: number, body: string, headers: Readonly<Record<string, string>> = {}): TranscriptFault =>
  wire(name, ends, call => reply(call, code, body, headers)); // prettier-ignore

/**
 * Pages of records are changed before they are written; with `once` only the first: a record that stands on two pages
 * would come in two forms, and which is the newer nobody could tell.
 */
const page = (name: string, change: (records: unknown[], made: Made) => { records: unknown[]; link?: null }, once = false): TranscriptFault => ({
  name,
  ends: 'fine',
  spoil: () => {
    let done = false;
    return (call, made) => {
      if (!made.holdsRecords || (once && done)) return false;
      done = true;
      const whole: unknown = JSON.parse(made.body);
      const { records, link } = change([...recordsIn(whole)], made);
      reply(call, made.status, JSON.stringify(withRecords(whole, records, link)), made.headers);
      return true;
    };
  },
}); // prettier-ignore

type Members = readonly (readonly [string, unknown])[];
const membersOf = (whole: unknown): Members => Object.entries(Object(whole) as Record<string, unknown>);
/** The first list is the records'; others (what failed, what was left out) stay as they are. */
const listIn = (members: Members): string | undefined =>
  members.find(([, value]) => Array.isArray(value))?.[0];

const recordsIn = (whole: unknown): readonly unknown[] => {
  if (Array.isArray(whole)) return whole;
  const members = membersOf(whole);
  const held = new Map(members).get(listIn(members) ?? '');
  return Array.isArray(held) ? held : [];
};
function withRecords(whole: unknown, records: unknown[], link: null | undefined): unknown {
  if (Array.isArray(whole)) return records;
  const members = membersOf(whole);
  const at = listIn(members);
  const kept = members.filter(([name]) => link === undefined || name !== '@odata.nextLink');
  return Object.fromEntries(kept.map(([name, value]) => [name, name === at ? records : value]));
}

/** The link of an answer that has one is changed. */
const link = (name: string, ends: Ending, change: (url: string, made: Made) => string): TranscriptFault => ({
  name,
  ends,
  ofLinks: true,
  spoil: () => (call, made) => {
    const header = made.headers['nextpageuri'];
    const whole: unknown = JSON.parse(made.body);
    const own: unknown = Object.entries(Object(whole)).find(([key]) => key === '@odata.nextLink')?.[1];
    if (header === undefined && typeof own !== 'string') return false;
    const body = typeof own === 'string' ? JSON.stringify({ ...Object(whole), '@odata.nextLink': change(own, made) }) : made.body;
    const headers = header === undefined ? made.headers : { ...made.headers, nextpageuri: change(header, made) };
    reply(call, made.status, body, headers);
    return true;
  },
}); // prettier-ignore

const half = (made: Made): string => made.body.slice(0, Math.floor(made.body.length / 2));
const head = (call: WireCall, lines: readonly string[]): void => {
  call.socket.write(`HTTP/1.1 200 Said\r\ncontent-type: application/json\r\n${lines.join('\r\n')}\r\n\r\n`);
};
const sized = (call: WireCall, made: Made): void => {
  head(call, [`content-length: ${Buffer.byteLength(made.body)}`]);
  call.socket.write(half(made));
};

/** What each API says for itself; another one has no say here until it is added. */
type Words = Readonly<Record<string, readonly [status: number, body: string]>>;
const said = (name: string, ends: Ending, words: Words, when: (made: Made) => boolean = () => true): TranscriptFault => ({
  name,
  ends,
  spoil: api => {
    const [code, body] = words[api] ?? [];
    if (code === undefined || body === undefined) return null;
    return (call, made) => {
      if (!when(made) || (made.before === 0 && made.holdsRecords && !made.followed && code !== 200)) return false;
      reply(call, code, body);
      return true;
    };
  },
}); // prettier-ignore
const problem = (code: string, message: string): string => JSON.stringify({ error: { code, message } });
const gateway = '<!DOCTYPE html><html><body><h1>Not available right now</h1></body></html>';
const html = { 'content-type': 'text/html' };

/** The faults of the catalogue that can be done to a transcript's answers: on the wire, to a status, to a page, to a link. */
export const transcriptFaults: readonly TranscriptFault[] = [
  wire('body-cut-length', unavailable, (call, made) => {
    sized(call, made);
    call.socket.end();
  }),
  wire('body-cut-chunked', unavailable, (call, made) => {
    head(call, ['transfer-encoding: chunked']);
    call.socket.end(`${Buffer.byteLength(half(made)).toString(16)}\r\n${half(made)}\r\n`);
  }),
  wire('connection-reset', unavailable, call => void call.socket.resetAndDestroy()),
  wire('reset-mid-body', unavailable, (call, made) => {
    sized(call, made);
    setTimeout(() => call.socket.resetAndDestroy(), 5);
  }),
  wire('hang', unavailable, () => {}),
  wire('hang-mid-body', unavailable, sized),
  wire('slow-first-byte', 'fine', (call, made) => {
    setTimeout(() => reply(call, made.status, made.body, made.headers), 10);
  }),
  status('throttled-with-retry-after', throttled, 429, problem('TooManyRequests', 'Wait.'), { 'retry-after': '1' }),
  status('throttled-with-fraction', throttled, 429, problem('TooManyRequests', 'Wait.'), { 'retry-after': '1.128' }),
  status('throttled-without-retry-after', throttled, 429, problem('UnknownError', 'Wait.')),
  status('server-error', unavailable, 500, problem('InternalServerError', 'Broken.')),
  status('bad-gateway', unavailable, 502, gateway, html),
  status('unavailable', unavailable, 503, problem('ServiceUnavailable', 'Busy.'), { 'retry-after': '1' }),
  status('gateway-timeout', unavailable, 504, problem('UnknownError', '')),
  { name: 'sign-in-unavailable', tokens: true, ends: unavailable, spoil: () => () => false },
  status('unauthorized', error('provider.unauthorized', 'pause-source'), 401, problem('InvalidAuthenticationToken', 'Expired.')),
  said('consent-withdrawn', error('provider.refused', 'pause-source'), {
    graph: [403, problem('Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')],
    management: [401, problem('AF10001', 'The permission set () sent in the request does not include the expected permission.')],
  }),
  said('failure-inside-200', unavailable, {
    graph: [200, problem('UnknownError', '')],
    management: [200, problem('AF50000', 'An internal error occurred. Retry the request.')],
  }),
  status('html-200', malformed, 200, gateway, html),
  status('html-403', malformed, 403, gateway, html),
  wire('truncated-json', malformed, (call, made) => reply(call, 200, half(made), made.headers)),
  status('redirect-to-stranger', malformed, 302, '', { location: 'https://collector.attacker.example/' }),
  { ...page('empty-page-then-late', () => ({ records: [], link: null })), alters: 'absence' },
  { ...page('record-late', records => ({ records: records.slice(0, -1) })), alters: 'absence' },
  { ...page('record-duplicated', records => ({ records: [...records, ...records.slice(0, 1)] })), alters: 'count' },
  page('page-order-changed', records => ({ records: records.toReversed() })),
  { ...page('unknown-field', records => ({ records: records.map(record => ({ ...Object(record), newlyAdded: [1, null] })) })), alters: 'content' },
  { ...page('record-too-large', records => ({ records: records.map((record, n) => (n === 0 ? { ...Object(record), padding: 'x'.repeat(500_000) } : record)) }), true), alters: 'content' },
  link('page-repeated', error('provider.endless', 'retry-later'), (_url, made) => made.url),
  link('endless-paging', error('provider.endless', 'retry-later'), (_url, made) => made.url),
  link('next-link-to-stranger', error('provider.untrusted-url', 'retry-later'), url => `https://collector.attacker.example${new URL(url).pathname}`),
  { ...said('next-link-expired', error('provider.link-expired', 'retry'), {
    graph: [400, problem('BadRequest', 'Invalid Skip Token, skip token is null')],
    management: [400, problem('AF20031', 'The nextPage parameter is invalid.')],
  }, made => made.followed && !made.url.includes('/audit/')), ofLinks: true },
  wire('clock-skew', 'fine', (call, made) => {
    const ahead = new Date(Date.parse('2026-10-05T12:10:00Z')).toUTCString();
    reply(call, made.status, made.body, { ...made.headers, date: ahead });
  }),
]; // prettier-ignore

/** The others of the catalogue: what they need a transcript has not got. The simulator does them, stream by stream. */
export const notOnTranscripts: Readonly<Record<string, string>> = {
  'throttled-as-forbidden': 'one provider’s own words',
  'throttled-as-error': 'one provider’s own words',
  'throttled-reset-in-ms': 'one provider’s own words',
  'throttled-reset-epoch-seconds': 'one provider’s own words',
  'throttled-reset-epoch-ms': 'one provider’s own words',
  'licence-missing': 'one provider’s own words',
  'product-missing': 'one provider’s own words',
  'auditing-off': 'one provider’s own words',
  'answer-in-part': 'one provider’s own words',
  'content-on-stranger': 'content blobs',
  'content-expired': 'content blobs',
  'content-absent': 'content blobs',
  'blob-still-filling': 'content blobs',
  'empty-page-with-link': 'an invented link, which another provider writes otherwise',
  'field-of-other-type': 'fields of a source; test/sources does it to every field',
  'json-inside-string': 'fields of a source; test/sources does it to every field',
  'time-without-zone': 'the time of a source; test/sources/provider-time has every spelling',
  'time-with-seven-digits': 'the time of a source; test/sources/provider-time has every spelling',
  'time-with-slashes': 'the time of a source; test/sources/provider-time has every spelling',
};
