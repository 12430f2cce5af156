import { expect } from 'vitest';
import type { RouteName } from '../../simulator/routes.ts';
import { readJson } from './simulator-client.ts';

/** What a caller gets: an answer, or none. */
export interface Seen {
  /** The status; or `broken` for a connection that ended early, `silent` for one that never answered. */
  readonly status: number | 'broken' | 'silent';
  /** The status that arrived before the connection ended or fell silent; null when none did. */
  readonly began: number | null;
  readonly headers: Headers;
  readonly text: string;
  readonly tookMs: number;
}
export type FaultCheck = (seen: Seen, before: Seen, route: RouteName) => void;
type Check = FaultCheck;

const recordsOf = (seen: Seen): readonly unknown[] => {
  const body = readJson(seen.text);
  return Array.isArray(body.value) ? body.list() : body.list('value');
};
const nextOf = (seen: Seen): string | null => {
  const inHeader = seen.headers.get('nextpageuri');
  if (inHeader !== null || seen.text.startsWith('[')) return inHeader;
  const link = readJson(seen.text).at('@odata.nextLink');
  return typeof link === 'string' ? link : null;
};
const status =
  (wanted: Seen['status'], retryAfter?: RegExp | null): Check =>
  seen => {
    expect(seen.status).toBe(wanted);
    if (retryAfter === null) expect(seen.headers.get('retry-after')).toBeNull();
    if (retryAfter instanceof RegExp) expect(seen.headers.get('retry-after')).toMatch(retryAfter);
  };
/** Some of the answer arrived, or nothing did, and then no more. */
const endsAs =
  (how: 'broken' | 'silent', some: boolean): Check =>
  seen =>
    expect([seen.status, seen.began !== null]).toEqual([how, some]);
const says =
  (wanted: number, text: RegExp): Check =>
  seen =>
    expect([seen.status, seen.text]).toEqual([wanted, expect.stringMatching(text)]);
const texts = (seen: Seen): string[] => recordsOf(seen).map(record => JSON.stringify(record));
/** The records are others, and there are as many. */
const changed =
  (pattern: RegExp): Check =>
  (seen, before) => {
    expect(recordsOf(seen)).toHaveLength(recordsOf(before).length);
    expect(pattern.test(before.text)).toBe(false);
    expect(seen.text).toMatch(pattern);
  };
const timeField: Readonly<Record<string, string>> = {
  'graph.directoryAudits': 'activityDateTime',
  'graph.signIns': 'createdDateTime',
  'graph.intuneAudits': 'activityDateTime',
  'graph.alerts': 'lastUpdateDateTime',
  'graph.incidents': 'lastUpdateDateTime',
  'graph.messageTraces': 'receivedDateTime',
  'management.blob': 'CreationTime',
};
const timeLike =
  (form: string): Check =>
  (seen, before, route) => {
    expect(texts(seen)).toHaveLength(texts(before).length);
    for (const text of texts(seen)) expect(text).toMatch(new RegExp(`"${timeField[route] ?? ''}":"${form}"`));
  };

/** What each fault of the catalogue must look like to a caller, beside the answer before it. */
export const faultChecks: Readonly<Record<string, Check>> = {
  'body-cut-length': endsAs('broken', true),
  'body-cut-chunked': endsAs('broken', true),
  'connection-reset': endsAs('broken', false),
  'reset-mid-body': endsAs('broken', true),
  hang: endsAs('silent', false),
  'hang-mid-body': endsAs('silent', true),
  'slow-first-byte': (seen, before) => {
    expect([seen.status, seen.text.length]).toEqual([before.status, before.text.length]);
    expect(seen.tookMs).toBeGreaterThan(90);
  },
  'throttled-with-retry-after': status(429, /^1$/),
  'throttled-with-fraction': status(429, /^1\.128$/),
  'throttled-without-retry-after': status(429, null),
  'throttled-as-forbidden': (seen, _before, route) =>
    expect([seen.status, readJson(seen.text).at('error', 'code')]).toEqual([
      403,
      route === 'management.start' ? '429' : 'AF429',
    ]),
  'throttled-as-error': says(500, /Rate limit reached because of too many requests/),
  'server-error': status(500, null),
  'bad-gateway': says(502, /<h1>502 Bad Gateway/),
  unavailable: status(503, /^1$/),
  'gateway-timeout': seen => {
    expect(seen.status).toBe(504);
    expect(seen.tookMs).toBeGreaterThan(90);
  },
  'sign-in-unavailable': says(503, /temporarily_unavailable/),
  unauthorized: (seen, _before, route) =>
    expect([seen.status, seen.text]).toEqual([
      401,
      expect.stringContaining(route.startsWith('graph.') ? 'InvalidAuthenticationToken' : '{"Message":'),
    ]),
  'consent-withdrawn': (seen, _before, route) => {
    if (route.startsWith('management.'))
      expect([seen.status, seen.text]).toEqual([401, expect.stringContaining('AF10001')]);
    else
      expect([seen.status, seen.text]).toEqual([
        403,
        expect.stringMatching(
          /PermissionMissing|Authorization_RequestDenied|Application is not authorized|Missing application roles/,
        ),
      ]);
  },
  'licence-missing': says(403, /Authentication_RequestFromNonPremiumTenantOrB2CTenant/),
  'product-missing': (seen, _before, route) =>
    expect([seen.status, seen.text]).toEqual(
      route === 'graph.intuneAudits'
        ? [400, expect.stringContaining('Request not applicable to target tenant.')]
        : [401, expect.stringContaining('Account is not provisioned.')],
    ),
  'answer-in-part': seen => {
    expect([seen.status, recordsOf(seen)]).toEqual([206, []]);
    expect(seen.headers.get('warning')).toMatch(/^199 /);
  },
  'auditing-off': says(400, /failed\. Exception/),
  'failure-inside-200': says(200, /^\{"error":\{"code":"(UnknownError|AF50000)"/),
  'html-200': says(200, /^<!DOCTYPE html>/),
  'html-403': says(403, /^<!DOCTYPE html>/),
  'truncated-json': (seen, before) => {
    expect([seen.status, before.text.startsWith(seen.text)]).toEqual([200, true]);
    expect(() => readJson(seen.text)).toThrow(SyntaxError);
  },
  'redirect-to-stranger': seen => {
    expect([seen.status, new URL(seen.headers.get('location') ?? '').hostname]).toEqual([
      302,
      'collector.attacker.example',
    ]);
  },
  'empty-page-with-link': seen => {
    expect(recordsOf(seen)).toEqual([]);
    expect(nextOf(seen)).not.toBeNull();
  },
  'empty-page-then-late': seen => expect([recordsOf(seen), nextOf(seen)]).toEqual([[], null]),
  'record-late': (seen, before) => {
    expect(texts(seen)).toEqual(texts(before).slice(0, -1));
    expect(nextOf(seen)).toBe(nextOf(before));
  },
  'blob-still-filling': (seen, before) => expect(texts(seen)).toEqual(texts(before).slice(0, -1)),
  'page-repeated': (seen, before) =>
    expect([texts(seen), nextOf(seen) === nextOf(before)]).toEqual([texts(before), false]),
  'endless-paging': (seen, before) =>
    expect([texts(seen), nextOf(seen) === nextOf(before)]).toEqual([texts(before), false]),
  'next-link-expired': says(400, /Invalid Skip Token|AF20031/),
  'next-link-to-stranger': seen => expect(nextOf(seen)).toMatch(/^https:\/\/collector\.attacker\.example\//),
  'content-on-stranger': seen =>
    expect(seen.text).toMatch(/^\[\{[^}]*"contentUri":"https:\/\/collector\.attacker\.example\//),
  'content-expired': says(400, /AF20051/),
  'content-absent': says(404, /AF20050/),
  'record-duplicated': (seen, before) =>
    expect(texts(seen)).toEqual([...texts(before), ...texts(before).slice(0, 1)]),
  'page-order-changed': (seen, before) => {
    expect(texts(seen)).not.toEqual(texts(before));
    expect(texts(seen).toSorted()).toEqual(texts(before).toSorted());
  },
  'unknown-field': changed(/"simulatorAddition"/),
  'field-of-other-type': changed(
    /"size":"\d+"|"initiatedBy":"system"|"UserType":"\d"|"isInteractive":"|"resources":\{|"evidence":\{|"priorityScore":"/,
  ),
  'json-inside-string': changed(/"\{\\"|"\[\{\\"|"\[\]"/),
  'time-without-zone': timeLike(String.raw`\d{4}-\d\d-\d\dT[\d:.]+`),
  'time-with-seven-digits': timeLike(String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z`),
  'time-with-slashes': timeLike(String.raw`/Date\(\d{13}\)/`),
  'record-too-large': (seen, before) => {
    expect(recordsOf(seen)).toHaveLength(recordsOf(before).length);
    expect(seen.text.length - before.text.length).toBeGreaterThan(2_000_000);
  },
  'clock-skew': (seen, before) => {
    const time = (it: Seen): number => Date.parse(it.headers.get('date') ?? '');
    expect(time(seen) - time(before)).toBe(7_200_000);
  },
};
