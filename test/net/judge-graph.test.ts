import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { judgeGraph } from '../../shared/sources/_kit/judge-graph.ts';
import { answer, envelope, html, inShort } from './judging.ts';

const says = (status: number, body: unknown, headers?: Record<string, string>): string =>
  inShort(judgeGraph, answer(status, body, headers));

const refused = 'unauthorized: provider.refused, pause-source permission-missing';
const licence = 'failed: provider.licence-missing, pause-source licence-missing';
const noProduct = 'failed: provider.not-provisioned, pause-source product-missing';
const unavailable = 'transient: provider.unavailable, retry-later';
const malformed = 'transient: provider.malformed, retry-later';
const expired = 'failed: provider.link-expired, retry';
const rejected = (reason: string): string => `failed: provider.rejected, retry-later ${reason}`;

const traceService = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373';

describe('Graph: one row for every row of the fact sheets', () => {
  test.each<[string, number, unknown, string, Record<string, string>?]>([
    // Section 5: signals of throttling.
    ['429 with seconds', 429, envelope('TooManyRequests', 'Please retry again later.'), 'throttled 10000', { 'retry-after': '10' }],
    ['429 with a fraction', 429, envelope('TooManyRequests', 'Please retry again later.'), 'throttled 3000', { 'retry-after': '2.128' }],
    ['429 with a date', 429, envelope('TooManyRequests', 'x'), 'throttled 58000', { 'retry-after': 'Mon, 05 Oct 2026 08:16:00 GMT' }],
    ['429 with nonsense', 429, envelope('TooManyRequests', 'x'), 'throttled unsaid', { 'retry-after': 'soon' }],
    ['429 with a negative', 429, envelope('TooManyRequests', 'x'), 'throttled unsaid', { 'retry-after': '-5' }],
    ['429 of the reports family', 429, envelope('UnknownError', 'This request is throttled. Please try again after the value (in seconds) specified in the Retry-After header.\r\nCorrelationId: 1'), 'throttled unsaid'],
    ['429, older text', 429, envelope('UnknownError', 'This request is throttled. Please try again after some time. CorrelationId: 1'), 'throttled unsaid'],
    ['429 with two words', 429, 'Too Many Requests', 'throttled unsaid'],
    ['429 of message trace', 429, envelope('TooManyRequests', 'Your recent queries have surpassed the permitted limit, please try again later.'), 'throttled 120000', { 'retry-after': '120' }],
    ['429 over all tenants', 429, envelope('TooManyRequests', 'x'), 'throttled 4000 wide', { 'retry-after': '4', 'x-ms-throttle-scope': 'Application/ReadWrite/1/2' }],
    ['429 of one tenant', 429, envelope('TooManyRequests', 'x'), 'throttled 4000', { 'retry-after': '4', 'x-ms-throttle-scope': 'Tenant_Application/ReadWrite/1/2' }],
    ['500 of Intune that means 429', 500, envelope('InternalServerError', 'Rate limit reached because of too many requests to query broker. Please retry after sometime.'), 'throttled unsaid'],
    // Section 6: statuses.
    ['401', 401, envelope('InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.'), 'unauthorized: provider.unauthorized, pause-source'],
    ['401, bad signature', 401, envelope('InvalidAuthenticationToken', 'Signature is invalid.'), 'unauthorized: provider.unauthorized, pause-source'],
    ['401 without a body', 401, '', 'unauthorized: provider.unauthorized, pause-source'],
    ['404', 404, envelope('UnknownError', 'The resource could not be found.'), rejected('not-found')],
    ['409', 409, envelope('Conflict', 'Another writer came first.'), unavailable],
    ['412', 412, envelope('PreconditionFailed', 'The precondition failed.'), unavailable],
    ['423', 423, envelope('Locked', 'The resource is locked now.'), unavailable],
    ['408', 408, envelope('RequestTimeout', 'The request took too long.'), unavailable],
    ['500', 500, envelope('InternalServerError', 'An error occurred inside.'), unavailable],
    ['502', 502, html, unavailable],
    ['503 with Retry-After', 503, envelope('ServiceUnavailable', 'The service is busy now.'), 'transient after 20000: provider.unavailable, retry-later', { 'retry-after': '20' }],
    ['504', 504, envelope('GatewayTimeout', 'The gateway gave up.'), unavailable],
    ['509', 509, envelope('BandwidthLimitExceeded', 'Too much at once.'), unavailable],
    ['HTML under 403', 403, html, malformed],
    ['HTML under 400', 400, html, malformed],
    ['HTML under 404', 404, html, malformed],
    ['nothing under 403', 403, '', malformed],
    ['empty UnknownError under 403', 403, envelope('UnknownError', ''), unavailable],
    ['empty UnknownError under 400', 400, envelope('UnknownError', ''), unavailable],
    ['a redirect', 302, envelope('Moved', 'It has moved elsewhere.'), malformed],
    ['a redirect without a body', 307, '', malformed],
    // Section 6: missing permissions and licences.
    ['reports permission, older', 403, envelope('Authentication_MSGraphPermissionMissing', 'Calling principal does not have required MSGraph permissions AuditLog.Read.All'), refused],
    ['reports permission, newer', 403, envelope('Authentication_MSGraphPermissionMissing', 'The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API.'), refused],
    ['reports permission, 2019', 403, envelope('Authentication_ApplicationHasNoReadAuditLogDataAccess', 'No access to audit log data.'), refused],
    ['licence check that could not be made', 403, envelope('Authentication_ApplicationHasNoDirectoryReadAccess', 'Failed to do premium license check'), refused],
    ['reports licence', 403, envelope('Authentication_RequestFromNonPremiumTenantOrB2CTenant', "Tenant is not a B2C tenant and doesn't have premium license"), licence],
    ['reports licence, older text', 403, envelope('Authentication_RequestFromNonPremiumTenantOrB2CTenant', "Neither tenant is B2C or tenant doesn't have premium license"), licence],
    ['directory permission', 403, envelope('Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'), refused],
    ['PIM permission', 403, envelope('UnknownError', '{"errorCode":"PermissionScopeNotGranted"}'), refused],
    ['PIM licence', 400, envelope('AadPremiumLicenseRequired', 'The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.'), licence],
    ['Conditional Access permission', 403, envelope('AccessDenied', 'You cannot perform the requested operation, required scopes are missing in the token.'), refused],
    ['Conditional Access permission, other code', 403, envelope('Forbidden', 'You cannot perform the requested operation, required scopes are missing in the token.'), refused],
    ['Intune permission', 403, envelope('Forbidden', '{\r\n  "_version": 3,\r\n  "Message": "Application is not authorized to perform this operation."}'), refused],
    ['no Intune', 400, envelope('BadRequest', 'Request not applicable to target tenant.'), noProduct],
    ['alerts permission', 403, envelope('Forbidden', 'Missing application roles. API required roles: SecurityAlert.Read.All, application roles: .'), refused],
    ['no Defender', 401, envelope('Unauthorized', 'Unauthorized request - Account is not provisioned.'), noProduct],
    ['Defender asleep', 401, envelope('Unauthorized', 'Unauthorized. reason of failure: Account mode is inactive'), noProduct],
    ['message trace permission', 403, envelope('UnknownCode', 'The application role is missing.'), refused],
    ['no service principal for message trace', 401, envelope('Unauthorized', `The service principal for ${traceService} is not in the tenant.`), 'failed: provider.not-provisioned, pause-source service-principal-missing'],
    // Directory audits and sign-ins.
    ['older than the memory', 400, envelope('BadRequest', "Specified argument was out of the range of valid values. (Parameter 'Minimum allowed time for activityDateTime is 9/5/2026 12:00:00 AM')"), rejected('older-than-memory')],
    ['bad filter', 400, envelope('BadRequest', 'Invalid filter clause'), rejected('invalid-filter')],
    ['$skip', 400, envelope('BadRequest', "Query option 'Skip' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings."), rejected('option-not-allowed')],
    ['a beta property in v1.0', 400, envelope('BadRequest', "Could not find a property named 'signInEventTypes' on type 'microsoft.graph.signIn'"), rejected('unknown-property')],
    ['a dead skip token', 400, envelope('BadRequest', 'Invalid Skip Token, skip token is null'), expired],
    ['a dead skip token, in one word', 400, envelope('BadRequest', 'The skiptoken is not valid any more.'), expired],
    ['gone', 410, envelope('ResyncRequired', 'The token is too old to go on.'), expired],
    // Message trace.
    ['one bound', 400, envelope('BadRequest', 'EndDate is required when a StartDate is entered.'), rejected('one-bound-only')],
    ['eleven days', 400, envelope('BadRequest', "|System.ArgumentException|The interval between StartDate and EndDate can't be longer than 10 days."), rejected('window-too-wide')],
    ['91 days ago', 400, envelope('BadRequest', "Invalid StartDate value. The StartDate can't be older than 90 days from today."), rejected('older-than-memory')],
    ['$top 5001', 400, envelope('BadRequest', 'ResultSize is invalid'), rejected('page-too-large')],
    ['any other 400', 400, envelope('Request_UnsupportedQuery', 'Unsupported query was sent.'), rejected('request')],
    // Success, and what only looks like it.
    ['a page', 200, '{"@odata.context":"x","value":[]}', 'ok'],
    ['a page with a byte order mark and spaces', 200, '\ufeff \r\n{"value":[]}\n ', 'ok'],
    ['an array', 200, '[]', 'ok'],
    ['created', 201, '{"id":"1"}', 'ok'],
    ['no content', 204, '', 'ok'],
    ['accepted without a body', 202, '', 'ok'],
    ['nothing at all', 200, '', malformed],
    ['a sign-in page', 200, html, malformed],
    ['half a page', 200, '{"value":[{"id":"1"},{"id', malformed],
    ['one brace', 200, '{', malformed],
    ['only spaces', 200, '   ', malformed],
    ['a failure inside a 200', 200, envelope('generalException', 'Something went wrong inside.'), unavailable],
    ['a failure behind annotations', 200, { '@odata.context': 'x', ...(envelope('generalException', 'Something went wrong.') as object) }, unavailable],
    ['a throttle inside a 200', 200, envelope('TooManyRequests', 'Please retry again later.'), 'throttled unsaid'],
    ['a record that has an error of its own', 200, '{"value":[{"error":{"code":5}}]}', 'ok'],
    ['an object whose error is null', 200, '{"error":null,"value":[]}', 'ok'],
  ])('%s', (_, status, body, verdict, headers) => {
    expect(says(status, body, headers)).toBe(verdict);
  }); // prettier-ignore
});

const factsOf = (status: number, body: unknown, headers?: Record<string, string>) => {
  const verdict = judgeGraph(answer(status, body, headers));
  const error = verdict.kind === 'failed' || verdict.kind === 'unauthorized' ? verdict.error : null;
  return error instanceof AppError ? error.facts : {};
};

describe('facts', () => {
  test('carry the code, the status and the request id', () => {
    expect(factsOf(403, envelope('AccessDenied', 'no scopes'))).toEqual({
      api: 'graph',
      status: 403,
      code: 'AccessDenied',
      requestId: '5a1c9f00-0000-4000-8000-000000000001',
      reason: 'permission-missing',
    });
  });
  test('take the request id from the body where no header has it, and none that is free text', () => {
    const bare = answer(403, envelope('AccessDenied', 'no'), { 'request-id': '' });
    const verdict = judgeGraph({ ...bare, headers: { date: 'x' } });
    expect(verdict).toMatchObject({
      error: { facts: { requestId: '5a1c9f00-0000-4000-8000-000000000001' } },
    });
    expect(factsOf(403, envelope('AccessDenied', 'no'), { 'request-id': 'a b<script>' })).not.toHaveProperty(
      'requestId',
    );
  });
  test('never carry a code that is a sentence', () => {
    const code = 'Call of mira.holt@contoso.example [TenantId=1] failed';
    expect(factsOf(400, envelope(code, 'no'))).toMatchObject({ code: 'other' });
  });
  test.each([
    ['9/5/2026 12:00:00 AM', '2026-09-05T00:00:00.000Z'],
    ['12/31/2025 12:30:05 PM', '2025-12-31T12:30:05.000Z'],
    ['1/2/2026 11:59:59 PM', '2026-01-02T23:59:59.000Z'],
  ])('say where the memory begins: %s', (text, iso) => {
    const message = `(Parameter 'Minimum allowed time for activityDateTime is ${text}')`;
    expect(factsOf(400, envelope('BadRequest', message))['remembersFrom']).toBe(Date.parse(iso));
  });
  test('say where the memory of message traces begins: a midnight, by the date of the answer', () => {
    const body = envelope('BadRequest', "The StartDate can't be older than 90 days from today.");
    expect(factsOf(400, body)['remembersFrom']).toBe(Date.parse('2026-07-07T00:00:00Z'));
    expect(factsOf(400, body, { date: 'yesterday' })).not.toHaveProperty('remembersFrom');
  });
  test('leave it out where the text cannot be read', () => {
    const facts = factsOf(400, envelope('BadRequest', 'Minimum allowed time for x is lately'));
    expect(facts['reason']).toBe('older-than-memory');
    expect(facts).not.toHaveProperty('remembersFrom');
  });
});

test('whatever comes is judged, and only a 2xx that can be JSON is good', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 200, max: 599 }),
      fc.oneof(fc.json(), fc.string(), fc.constant(html)),
      (status, body) => {
        const verdict = judgeGraph(answer(status, body));
        if (verdict.kind !== 'ok') return true;
        expect(status).toBeLessThan(300);
        return body === '' ? status !== 200 : /^[{[]/.test(body.trim());
      },
    ),
    { numRuns: 2_000 },
  );
});
