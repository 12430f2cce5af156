import { describe, expect, test } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { judgeManagement } from '../../shared/sources/_kit/judge-management.ts';
import { answer, envelope, html, inShort } from './judging.ts';

const says = (status: number, body: unknown, headers?: Record<string, string>): string =>
  inShort(judgeManagement, answer(status, body, headers));

const refused = 'unauthorized: provider.refused, pause-source permission-missing';
const unauthorized = 'unauthorized: provider.unauthorized, pause-source';
const auditingOff = 'failed: provider.not-provisioned, pause-source auditing-off';
const unavailable = 'transient: provider.unavailable, retry-later';
const malformed = 'transient: provider.malformed, retry-later';
const off = 'failed: provider.subscription-off, retry-later';
const gone = 'failed: provider.content-gone, give-up';
const expired = 'failed: provider.link-expired, retry';
const ourBug = (reason: string): string => `failed: provider.rejected, give-up ${reason}`;
const rejected = (reason: string): string => `failed: provider.rejected, retry-later ${reason}`;

const tooMany = 'Too many requests. Method=GetBlob, PublisherId=00000000-0000-0000-0000-000000000000';
const tooOften = 'Too many frequent subscription start requests. Please retry again after 8m 46s.';
const stackTrace =
  'Microsoft.Office.Compliance.Audit.DataServiceException: Tenant c0a10000-0000-4000-8000-00000000c001 does not exist.\r\n   at Microsoft.Office.Compliance.Audit.API.StartController.Start()';
const sentenceForACode =
  'StartSubscription [TenantId=c0a10000-0000-4000-8000-00000000c001,ContentType=Audit.General,ApplicationId=1,PublisherId=2] failed. Exception';

describe('Management API: one row for every row of the fact sheet', () => {
  test.each<[string, number, unknown, string, Record<string, string>?]>([
    // Section 6 and 3: throttling in all its shapes.
    ['AF429 under 403', 403, envelope('AF429', tooMany), 'throttled unsaid'],
    ['AF429 under 429', 429, envelope('AF429', tooMany), 'throttled unsaid'],
    ['AF429 under 200', 200, envelope('AF429', tooMany), 'throttled unsaid'],
    ['AF429 with a header', 429, envelope('AF429', tooMany), 'throttled 30000', { 'retry-after': '30' }],
    ['"429" under 403, spelled out', 403, envelope('429', tooOften), 'throttled 526000'],
    ['"429" with hours', 403, envelope('429', 'Please retry again after 1h 2m 3s.'), 'throttled 3723000'],
    ['"429" with seconds only', 403, envelope('429', 'Please retry again after 46s.'), 'throttled 46000'],
    ['"429" with minutes only', 403, envelope('429', 'Please retry again after 9m.'), 'throttled 540000'],
    ['"429" without a time', 403, envelope('429', 'Too many frequent subscription start requests.'), 'throttled unsaid'],
    ['429 as a number', 403, { error: { code: 429, message: tooOften } }, 'throttled 526000'],
    ['a bare 429', 429, '', 'throttled unsaid'],
    ['HTML under 429', 429, html, 'throttled unsaid', { 'retry-after': 'x' }],
    // Section 7, row by row.
    ['401 of another shape', 401, { Message: 'Authorization has been denied for this request.' }, unauthorized],
    ['401 without a body', 401, '', unauthorized],
    ['401 with HTML', 401, html, unauthorized],
    ['AF10001 under 401', 401, envelope('AF10001', 'The permission set () sent in the request does not include the expected permission.'), refused],
    ['AF10001 under 403', 403, envelope('AF10001', 'The permission set (ActivityReports.Read) sent in the request does not include it.'), refused],
    ['AF20001', 400, envelope('AF20001', 'Missing parameter: contentType.'), ourBug('parameter-missing')],
    ['AF20002', 400, envelope('AF20002', 'Invalid parameter type: startTime.'), ourBug('parameter-type')],
    ['AF20003', 400, envelope('AF20003', 'Expiration provided is in the past.'), ourBug('webhook')],
    ['AF20010', 400, envelope('AF20010', 'The tenant ID in the URL does not match the token.'), ourBug('tenant-differs-from-token')],
    ['AF20011', 400, envelope('AF20011', 'The specified tenant does not exist in the system.'), auditingOff],
    ['AF20012', 400, envelope('AF20012', 'The specified tenant is incorrectly configured.'), auditingOff],
    ['AF20013', 400, envelope('AF20013', 'The tenant ID in the URL is not a valid GUID.'), ourBug('tenant-not-a-guid')],
    ['AF20020', 400, envelope('AF20020', 'The specified content type is not valid.'), ourBug('content-type')],
    ['AF20021', 400, envelope('AF20021', 'The webhook endpoint could not be validated.'), ourBug('webhook')],
    ['AF20022 under 400', 400, envelope('AF20022', 'No subscription found for the specified content type.'), off],
    ['AF20022 under 404', 404, envelope('AF20022', 'No subscription found for the specified content type.'), off],
    ['AF20023', 400, envelope('AF20023', 'The subscription was disabled.'), off],
    ['AF20024', 400, envelope('AF20024', 'The subscription is already enabled. No property change.'), ourBug('already-enabled')],
    ['AF20030', 400, envelope('AF20030', 'Start time and end time must both be specified.'), rejected('window-refused')],
    ['AF20055', 400, envelope('AF20055', 'Start time and end time must both be specified.'), rejected('window-refused')],
    ['AF20031', 400, envelope('AF20031', 'Invalid nextPage Input: abc.'), expired],
    ['AF20050', 404, envelope('AF20050', 'The specified content does not exist.'), gone],
    ['AF20051', 400, envelope('AF20051', 'Content requested has already expired. Content older than 7 days cannot be retrieved.'), gone],
    ['AF20052', 400, envelope('AF20052', 'Content ID in the URL is invalid.'), gone],
    ['AF20053', 400, envelope('AF20053', 'Only one language may be present in the Accept-Language header.'), ourBug('language')],
    ['AF20054', 400, envelope('AF20054', 'Invalid syntax in Accept-Language header.'), ourBug('language')],
    ['AF50000', 500, envelope('AF50000', 'An internal error occurred. Retry the request.'), unavailable],
    ['AF50005 under 503', 503, envelope('AF50005', 'The backend did not answer in time.'), unavailable],
    ['AF50006 under 408', 408, envelope('AF50006', 'The backend did not answer in time.'), unavailable],
    ['AF50000 under 400', 400, envelope('AF50000', 'An internal error occurred. Retry the request.'), unavailable],
    ['auditing off, code in words', 400, envelope(sentenceForACode, stackTrace), auditingOff],
    ['a code nobody knows', 400, envelope('AF20099', 'Something new has been invented here.'), rejected('request')],
    // What is not of the API itself.
    ['500 without a code', 500, '', unavailable],
    ['503 with Retry-After', 503, '', 'transient after 7000: provider.unavailable, retry-later', { 'retry-after': '7' }],
    ['408 without a code', 408, html, unavailable],
    ['HTML under 403', 403, html, malformed],
    ['HTML under 404', 404, html, malformed],
    ['403 without a known code', 403, envelope('Forbidden', 'Nothing more is said about it.'), refused],
    ['404 without a known code', 404, { Message: 'No HTTP resource was found that matches.' }, rejected('not-found')],
    ['a redirect', 302, html, malformed],
    ['a redirect with a code', 302, envelope('AF20031', 'It has moved elsewhere.'), malformed],
    // Success, and what only looks like it.
    ['a listing', 200, '[]', 'ok'],
    ['a started subscription', 200, '{"contentType":"Audit.SharePoint","status":"enabled","webhook":null}', 'ok'],
    ['an empty answer to stop', 200, '', 'ok'],
    ['half a blob', 200, '[{"Id":"1"},{"Id', malformed],
    ['a sign-in page', 200, html, malformed],
    ['a failure inside a 200', 200, envelope('AF50000', 'An internal error occurred. Retry the request.'), unavailable],
    ['an unknown failure inside a 200', 200, envelope('New', 'Something new has been invented.'), unavailable],
  ])('%s', (_, status, body, verdict, headers) => {
    expect(says(status, body, headers)).toBe(verdict);
  }); // prettier-ignore
});

describe('facts', () => {
  const factsOf = (status: number, body: unknown, headers?: Record<string, string>) => {
    const verdict = judgeManagement(answer(status, body, headers));
    return verdict.kind === 'failed' && verdict.error instanceof AppError ? verdict.error.facts : {};
  };
  test('say how far back the API remembers, by the date of the answer', () => {
    const body = envelope('AF20055', 'x');
    expect(factsOf(400, body)['remembersFrom']).toBe(Date.parse('2026-09-28T08:30:02Z'));
    expect(factsOf(400, body, { date: '' })).not.toHaveProperty('remembersFrom');
  });
  test('carry a code, but never a sentence that stands where a code belongs', () => {
    expect(factsOf(400, envelope('AF20023', 'x'))).toMatchObject({ code: 'AF20023', status: 400 });
    expect(factsOf(400, envelope(sentenceForACode, stackTrace))).toMatchObject({ code: 'other' });
  });
});
