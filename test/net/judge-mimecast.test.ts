import { describe, expect, test } from 'vitest';
import { judgeMimecast } from '../../shared/sources/_kit/judge-mimecast.ts';
import { answer, html, inShort } from './judging.ts';

const says = (status: number, body: unknown, headers?: Record<string, string>): string =>
  inShort(judgeMimecast, answer(status, body, headers));

const refused = 'unauthorized: provider.refused, pause-source permission-missing';
const noProduct = 'unauthorized: provider.refused, pause-source product-missing';
const unauthorized = 'unauthorized: provider.unauthorized, pause-source';
const unavailable = 'transient: provider.unavailable, retry-later';
const malformed = 'transient: provider.malformed, retry-later';
const expired = 'failed: provider.link-expired, retry';
const rejected = 'failed: provider.rejected, retry-later request';
const tooOld = 'failed: provider.rejected, retry-later older-than-memory';
const unlicensed = 'failed: provider.licence-missing, pause-source licence-missing';
const otherRegion = 'failed: provider.not-provisioned, pause-source wrong-region';
const noAccount = 'failed: provider.not-provisioned, pause-source account-missing';

const long = 'A sentence of the provider that must not get through';
const item = (code: string, retryable?: boolean) => ({
  code,
  message: long,
  ...(retryable === undefined ? {} : { retryable }),
});
/** The four shapes of the fact sheet. */
const keyed = (code: string, retryable = false, status = 200) => ({
  meta: { status },
  data: [],
  fail: [{ key: { start: '2025-01-01T00:00:00+0000' }, errors: [item(code, retryable)] }],
});
const nested = (code: string, status = 401) => ({
  meta: { status },
  data: [],
  fail: [{ errors: [item(code, false)] }],
});
const flat = (code: string) => ({ fail: [item(code)] });
const plain = (code: string) => ({ error: item(code) });

describe('Mimecast: one row for every row of the fact sheet', () => {
  test.each<[string, number, unknown, string, Record<string, string>?]>([
    ['a page', 200, { meta: { status: 200, pagination: { pageSize: 100 } }, data: [{ logs: [] }], fail: [] }, 'ok'],
    ['a page that says fail first', 200, { fail: [], meta: { status: 200 }, data: [] }, 'ok'],
    ['a page with fail null', 200, { meta: { status: 200 }, data: [], fail: null }, 'ok'],
    ['a SIEM listing', 200, { value: [], '@nextPage': 't', isCaughtUp: true }, 'ok'],
    ['a record that says fail', 200, { meta: { status: 200 }, data: [{ tagMap: { fail: ['x'] } }], fail: [] }, 'ok'],
    ['text that says fail', 200, { meta: { status: 200 }, data: [{ subject: '"fail":[1]' }], fail: [] }, 'ok'],
    // Section 2.1: every shape, under 200 and under its own status.
    ['shape A, start too old', 200, keyed('err_track_and_trace_invalid_start_date'), tooOld],
    ['shape A, unknown code', 200, keyed('err_something_new', true), unavailable],
    ['shape A, not to be tried again', 200, keyed('err_validation_blank'), rejected],
    ['shape A with records beside it', 200, { ...keyed('err_something_new', true), data: [{ logs: [{}] }] }, unavailable],
    ['shape B under 401', 401, nested('err_xdk_client_unauthorized'), unauthorized],
    ['shape B under 200', 200, nested('err_xdk_client_unauthorized'), unauthorized],
    ['shape B, invalid signature', 401, nested('err_xdk_invalid_signature'), unauthorized],
    ['shape C under 403', 403, flat('app_forbidden'), noProduct],
    ['shape C under 404', 404, flat('app_forbidden'), noProduct],
    ['shape C under 200', 200, flat('app_forbidden'), noProduct],
    ['shape D, dead SIEM token', 400, plain('err_audit_siem_invalid_token'), expired],
    ['shape D under 200', 200, plain('err_audit_siem_invalid_token'), expired],
    ['only meta.status', 200, { meta: { status: 503 }, data: [], fail: [] }, unavailable],
    ['only meta.status 401', 200, { meta: { status: 401 }, data: [], fail: [] }, unauthorized],
    ['fail of texts', 200, { meta: { status: 200 }, data: [], fail: [long] }, unavailable],
    // By status.
    ['400', 400, flat('err_validation_invalid'), rejected],
    ['400 about a page token', 400, keyed('err_pagination_invalid_page_token', false, 400), expired],
    ['400 about a date', 400, keyed('err_audit_start_date_out_of_range', false, 400), tooOld],
    ['400 about a date by the name other logs have for it', 400, keyed('err_validation_from_date', false, 400), tooOld],
    ['401 without a body', 401, '', unauthorized],
    ['401 with HTML', 401, html, unauthorized],
    ['401 of a dead bearer token', 401, { fail: [item('token_expired')] }, unauthorized],
    ['403 of a role', 403, nested('err_no_permission', 403), refused],
    ['403 of no known code', 403, flat('something'), refused],
    ['403 with HTML', 403, html, malformed],
    ['404 outside the licence', 404, flat('not_found'), unlicensed],
    ['404 of a gateway', 404, html, malformed],
    ['409', 409, flat('conflict'), rejected],
    ['418, the retired API', 418, nested('err_xdk_binding_expired', 418), 'failed: provider.unauthorized, pause-source api-1'],
    ['another region', 403, flat('err_account_wrong_region'), otherRegion],
    ['another region inside a 200', 200, keyed('err_region_mismatch'), otherRegion],
    ['an account nobody knows', 403, flat('err_account_not_found'), noAccount],
    ['an account that is suspended', 200, keyed('err_customer_account_suspended'), noAccount],
    ['a package that is not there', 403, flat('err_package_not_enabled'), unlicensed],
    ['500', 500, flat('err_server'), unavailable],
    ['502 with HTML', 502, html, unavailable],
    ['503 that says when', 503, '', 'transient after 2000: provider.unavailable, retry-later', { 'retry-after': '2' }],
    ['504', 504, '', unavailable],
    ['509', 509, '', unavailable],
    ['a redirect', 302, '', malformed],
    ['200 with HTML', 200, html, malformed],
    ['200 with nothing', 200, '', malformed],
    ['200 cut short', 200, '{"meta":{"status":200},"data":[{', malformed],
    // Section 2.2.
    ['429 with Retry-After', 429, '', 'throttled 30000', { 'retry-after': '30' }],
    ['429 with milliseconds', 429, flat('x'), 'throttled 12500', { 'x-ratelimit-reset': '12500' }],
    ['429 with seconds since 1970', 429, '', 'throttled 45000', { 'x-ratelimit-reset': '1791188147' }],
    ['429 with milliseconds since 1970', 429, '', 'throttled 45000', { 'x-ratelimit-reset': '1791188147000' }],
    ['429 with a reset long past', 429, '', 'throttled 0', { 'x-ratelimit-reset': '1500000000' }],
    ['429 with a reset far ahead', 429, '', 'throttled 900000', { 'x-ratelimit-reset': '1999999999' }],
    ['429 with nonsense', 429, '', 'throttled unsaid', { 'x-ratelimit-reset': 'soon' }],
    ['429 with both', 429, '', 'throttled 2000', { 'retry-after': '2', 'x-ratelimit-reset': '99999' }],
    ['429 with HTML', 429, html, 'throttled unsaid'],
    ['a throttle in `detail`', 400, { detail: 'Over throttling limit (10000/hour)' }, 'throttled unsaid'],
    ['a throttle inside a 200', 200, keyed('err_throttling_limit', true), 'throttled unsaid'],
    ['meta.status 429 inside a 200', 200, { meta: { status: 429 }, data: [], fail: [] }, 'throttled unsaid'],
  ])('%s', (_, status, body, expected, headers) => {
    expect(says(status, body, headers)).toBe(expected);
  }); // prettier-ignore

  test('says how far back message tracking goes, counted from the answer’s own date', () => {
    const verdict = judgeMimecast(answer(200, keyed('err_track_and_trace_invalid_start_date')));
    const thirtyDays = Date.parse('2026-10-05T08:30:02Z') - 30 * 86_400_000;
    expect(verdict).toMatchObject({ error: { facts: { remembersFrom: thirtyDays } } });
  });

  test('survives whatever `fail` may hold', () => {
    const odd = [null, 7, 'x', {}, [], { errors: null }, { errors: [7] }, { errors: [[]] }, { code: {} }];
    for (const one of odd) {
      expect(judgeMimecast(answer(200, { meta: null, data: 7, fail: [one] })).kind).not.toBe('ok');
    }
  });
});
