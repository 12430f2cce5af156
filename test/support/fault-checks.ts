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

const isFile = (seen: Seen): boolean => seen.headers.get('content-type') === 'application/gzip';
const recordsOf = (seen: Seen): readonly unknown[] => {
  if (isFile(seen)) return seen.text.split('\n').flatMap(line => (line === '' ? [] : [readJson(line).value]));
  const body = readJson(seen.text);
  if (Array.isArray(body.value)) return body.list();
  if (body.at('data') === undefined) return body.list('value');
  // Mimecast: the records, or one object with the list of them.
  const wrapped = Object.values(Object(body.at('data', 0))).find(Array.isArray);
  const lists = ['logs', 'trackedEmails', 'clickLogs', 'attachmentLogs', 'impersonationLogs', 'dlpLogs'];
  return lists.some(name => Array.isArray(body.at('data', 0, name))) ? (wrapped ?? []) : body.list('data');
};
const nextOf = (seen: Seen): string | null => {
  const inHeader = seen.headers.get('nextpageuri');
  if (inHeader !== null || seen.text.startsWith('[')) return inHeader;
  const body = readJson(seen.text);
  if (body.at('isCaughtUp') === true) return null;
  const link = body.at('@odata.nextLink') ?? body.at('@nextPage') ?? body.at('meta', 'pagination', 'next');
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
  'mimecast.archiveSearches': 'createTime',
  'mimecast.archiveViews': 'viewed',
  'mimecast.auditEvents': 'eventTime',
  'mimecast.messageTracking': 'received',
  'mimecast.ttpUrl': 'date',
  'mimecast.ttpAttachment': 'date',
  'mimecast.ttpImpersonation': 'eventTime',
  'mimecast.dlp': 'eventTime',
};
const isMimecast = (route: string): boolean => route.startsWith('mimecast.');
/** Milliseconds from the answer's Date to what its X-RateLimit-Reset says, read one way. */
const resetsAfter =
  (read: (value: number, now: number) => number): Check =>
  seen => {
    const wait = read(
      Number(seen.headers.get('x-ratelimit-reset')),
      Date.parse(seen.headers.get('date') ?? ''),
    );
    expect([seen.status, seen.headers.get('retry-after')]).toEqual([429, null]);
    // Seconds are rounded up.
    expect(wait).toBeGreaterThanOrEqual(1_500);
    expect(wait).toBeLessThanOrEqual(2_500);
  };
const timeLike =
  (form: string): Check =>
  (seen, before, route) => {
    expect(texts(seen)).toHaveLength(texts(before).length);
    for (const text of texts(seen)) expect(text).toMatch(new RegExp(`"${timeField[route] ?? ''}":"${form}"`));
  };

const otherTypes: Readonly<Record<string, RegExp>> = {
  'graph.directoryAudits': /"initiatedBy":"system"/,
  'graph.messageTraces': /"size":"\d+"/,
  'graph.signIns': /"isInteractive":"/,
  'graph.intuneAudits': /"resources":\{/,
  'graph.alerts': /"evidence":\{/,
  'graph.incidents': /"priorityScore":"/,
  'management.blob': /"UserType":"\d"/,
  'mimecast.archiveSearches': /Message Tracking Search"[^}]*"isAdmin":true/,
  'mimecast.archiveViews': /"contentViewed":"true"/,
  'mimecast.auditEvents': /"eventInfo":\{"text":/,
  'mimecast.messageTracking': /"spamScore":"2"/,
  'mimecast.ttpUrl': /"emailPartsDescription":"Body"/,
  'mimecast.ttpAttachment': /"fileType":\["/,
  'mimecast.ttpImpersonation': /"hits":"2"/,
  'mimecast.dlp': /"policy":\["/,
  'mimecast.file': /"spamScore":2[,}]/,
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
  'throttled-reset-in-ms': resetsAfter(value => value),
  'throttled-reset-epoch-seconds': resetsAfter((value, now) => value * 1_000 - now),
  'throttled-reset-epoch-ms': resetsAfter((value, now) => value - now),
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
  'sign-in-unavailable': says(503, /temporarily_unavailable|err_unavailable/),
  unauthorized: (seen, _before, route) =>
    expect([seen.status, seen.text]).toEqual([
      401,
      expect.stringContaining(
        isMimecast(route)
          ? '"data":[],"fail":[{"errors":[{"code":"err_xdk_client_unauthorized"'
          : route.startsWith('graph.')
            ? 'InvalidAuthenticationToken'
            : '{"Message":',
      ),
    ]),
  'consent-withdrawn': (seen, _before, route) => {
    if (route.startsWith('management.'))
      expect([seen.status, seen.text]).toEqual([401, expect.stringContaining('AF10001')]);
    else
      expect([seen.status, seen.text]).toEqual([
        403,
        expect.stringMatching(
          route === 'mimecast.siem'
            ? /^\{"error":\{"code":"app_forbidden"/
            : /PermissionMissing|Authorization_RequestDenied|Application is not authorized|Missing application roles|^\{"fail":\[\{"code":"err_permission_missing"/,
        ),
      ]);
  },
  'licence-missing': (seen, before, route) =>
    (isMimecast(route)
      ? says(404, /^\{"fail":\[\{"code":"err_not_licensed"/)
      : says(403, /Authentication_RequestFromNonPremiumTenantOrB2CTenant/))(seen, before, route),
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
  'failure-inside-200': says(
    200,
    /^\{"error":\{"code":"(UnknownError|AF50000|err_internal)"|"data":\[\],"fail":\[\{"key":null,"errors":\[\{"code":"err_internal"/,
  ),
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
  'next-link-expired': says(
    400,
    /Invalid Skip Token|AF20031|err_pagination_token_invalid|err_audit_siem_invalid_token/,
  ),
  'next-link-to-stranger': seen => expect(nextOf(seen)).toMatch(/^https:\/\/collector\.attacker\.example\//),
  'content-on-stranger': (seen, _before, route) =>
    expect(seen.text).toMatch(
      isMimecast(route)
        ? /^\{"value":\[\{"url":"https:\/\/collector\.attacker\.example\//
        : /^\[\{[^}]*"contentUri":"https:\/\/collector\.attacker\.example\//,
    ),
  'content-expired': (seen, before, route) =>
    says(isMimecast(route) ? 403 : 400, isMimecast(route) ? /Request has expired/ : /AF20051/)(
      seen,
      before,
      route,
    ),
  'content-absent': says(404, /AF20050|NoSuchKey/),
  'record-duplicated': (seen, before) =>
    expect(texts(seen)).toEqual([...texts(before), ...texts(before).slice(0, 1)]),
  'page-order-changed': (seen, before) => {
    expect(texts(seen)).not.toEqual(texts(before));
    expect(texts(seen).toSorted()).toEqual(texts(before).toSorted());
  },
  'unknown-field': changed(/"simulatorAddition"/),
  'field-of-other-type': (seen, before, route) =>
    changed(otherTypes[route] ?? /^never$/)(seen, before, route),
  'json-inside-string': changed(/"[[{]\\"|"\[\{\\"|"\[\]"/),
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
