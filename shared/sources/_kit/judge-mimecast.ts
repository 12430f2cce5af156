import type { ErrorCode, ErrorFacts, Recovery } from '../../kernel/errors.ts';
import { httpDate, retryAfterMs } from '../../kernel/retry-after.ts';
import type { HttpReply, Judge, Verdict } from '../../ports/http-client.ts';
import { failureIn, mayHoldFailure, type MimecastFailure } from './mimecast-failures.ts';
import { looksLikeJson, memorySlack, notTheProvider, providerError, transient } from './provider-errors.ts';

/**
 * What an answer of the Mimecast API 2.0 means. A 200 is no success while its `fail` holds something; codes come
 * first, because the same one arrives under several statuses, then `meta.status`, then the HTTP status.
 */
export const judgeMimecast: Judge = reply => {
  const fine = reply.status >= 200 && reply.status < 300;
  if (fine && looksLikeJson(reply.bytes) && !mayHoldFailure(reply.bytes)) return { kind: 'ok' };
  // Mimecast redirects nobody: a gateway does.
  if (reply.status >= 300 && reply.status < 400) return notTheProvider('mimecast', reply);
  const failure = failureIn(reply);
  if (fine && failure === null) {
    return looksLikeJson(reply.bytes) ? { kind: 'ok' } : notTheProvider('mimecast', reply);
  }
  const status = fine ? (failure?.innerStatus ?? reply.status) : reply.status;
  if (status === 429 || isThrottle(failure)) return throttled(reply);
  const known = failure === null ? null : judgeCode(reply, failure, status);
  if (known !== null) return known;
  if (status >= 500 || status === 408) return transient('mimecast', reply, failure);
  if (status === 401) return unauthorized(reply, failure, refusedToken);
  if (status === 418) return failed(reply, failure, oldKey);
  if (failure === null) return notTheProvider('mimecast', reply);
  if (status === 403) return unauthorized(reply, failure, roleLacks);
  if (status === 404) return failed(reply, failure, notLicensed);
  // A failure inside a 200 with a code nobody knows: only one that is not to be tried again counts as refused.
  if (status < 300 && failure.retryable !== false) return transient('mimecast', reply, failure);
  return failed(reply, failure, refusedRequest);
};

const isThrottle = (failure: MimecastFailure | null): boolean =>
  failure !== null &&
  (/throttl|rate.?limit|quota|too.?many/i.test(failure.code) ||
    /over throttling limit|too many requests|rate limit/i.test(failure.message));

/**
 * How long a throttle lasts. `X-RateLimit-Reset` is documented as milliseconds to wait, and seen as seconds or
 * milliseconds since 1970: its size tells which. Null where the answer does not say.
 */
function throttled(reply: HttpReply): Verdict {
  const afterMs = retryAfterMs(reply.headers) ?? resetMs(reply.headers);
  return { kind: 'throttled', afterMs, wide: false };
}

const longestReset = 15 * 60_000;

function resetMs(headers: HttpReply['headers']): number | null {
  const written = headers['x-ratelimit-reset']?.trim() ?? '';
  if (!/^\d{1,15}(\.\d+)?$/.test(written)) return null;
  const value = Number(written);
  if (value <= 1e9) return Math.min(Math.ceil(value), longestReset);
  const now = httpDate(headers['date']);
  if (now === null) return null;
  const until = value > 1e12 ? value : value * 1_000;
  return Math.min(Math.max(until - now, 0), longestReset);
}

interface Meaning {
  readonly code: ErrorCode;
  readonly recovery: Recovery;
  readonly message: string;
  readonly facts?: ErrorFacts;
}

const refusedToken: Meaning = {
  code: 'provider.unauthorized',
  recovery: 'pause-source',
  message:
    'Mimecast refuses even a fresh token. Check client id and secret of the API application, and that it is enabled.',
};

const oldKey: Meaning = {
  code: 'provider.unauthorized',
  recovery: 'pause-source',
  message:
    'Mimecast answers as its retired API 1.0 does. Create an API 2.0 application in the administration console and use its client id and secret.',
  facts: { reason: 'api-1' },
};

const productLacks: Meaning = {
  code: 'provider.refused',
  recovery: 'pause-source',
  message:
    'The API application lacks the product this log belongs to. Add the product to the application in the Mimecast administration console.',
  facts: { reason: 'product-missing' },
};

const roleLacks: Meaning = {
  code: 'provider.refused',
  recovery: 'pause-source',
  message:
    'The role of the API application lacks a permission for this log. Have a Mimecast administrator add it; the readiness page names it.',
  facts: { reason: 'permission-missing' },
};

const wrongRegion: Meaning = {
  code: 'provider.not-provisioned',
  recovery: 'pause-source',
  message:
    'The Mimecast account lives in another region than the address that is asked. Set the address of its own region, or the global one.',
  facts: { reason: 'wrong-region' },
};

const noAccount: Meaning = {
  code: 'provider.not-provisioned',
  recovery: 'pause-source',
  message:
    'Mimecast knows no active account for this API application. Check with Mimecast that the account is set up and not suspended.',
  facts: { reason: 'account-missing' },
};

const notLicensed: Meaning = {
  code: 'provider.licence-missing',
  recovery: 'pause-source',
  message:
    'Mimecast has no such log for this account: its licence does not include it. Switch the source off for this tenant, or have the product added.',
  facts: { reason: 'licence-missing' },
};

const deadToken: Meaning = {
  code: 'provider.link-expired',
  recovery: 'retry',
  message: 'Mimecast no longer knows where paging stood. The window is read again from its beginning.',
};

const refusedRequest: Meaning = {
  code: 'provider.rejected',
  recovery: 'retry-later',
  message:
    'Mimecast does not accept the request as it is asked. It is tried again; if it stays so, report it with the code.',
  facts: { reason: 'request' },
};

type Rule = readonly [code: RegExp, as: Meaning, renews?: true];

// Few codes are documented; the words in them say what they are about. The first rule that fits decides.
const rules: readonly Rule[] = [
  [/^err_xdk_(binding|app|developer)_?\w*expired/i, oldKey],
  [/app_forbidden|product_(missing|not|forbidden)/i, productLacks, true],
  [/region|wrong_grid|data_?cent/i, wrongRegion],
  [/licen[cs]e|package|not_subscribed|feature/i, notLicensed],
  [/(account|customer|tenant)_?\w*(not_found|unknown|disabled|suspended|inactive|missing|not_provisioned|not_active)|not_provisioned/i, noAccount],
  [/forbidden|permission|access_denied|insufficient/i, roleLacks, true],
  [/unauthori[sz]ed|invalid_(client|signature)|(access|bearer|auth\w*)_token/i, refusedToken, true],
]; // prettier-ignore

function judgeCode(reply: HttpReply, failure: MimecastFailure, status: number): Verdict | null {
  const { code } = failure;
  const rule = rules.find(([pattern]) => pattern.test(code));
  if (rule !== undefined) {
    const [, as, renews] = rule;
    return renews === true ? unauthorized(reply, failure, as) : failed(reply, failure, as);
  }
  // On a 401 it is the bearer's token that is meant.
  if (status !== 401 && /token|cursor|pagination/i.test(code)) return failed(reply, failure, deadToken);
  const days = daysRemembered(code);
  return days === null ? null : failed(reply, failure, tooOld(reply, days));
}

/** `err_track_and_trace_invalid_start_date`: days that log goes back; NaN where the sheet names none, and it is found out by asking. */
function daysRemembered(code: string): number | null {
  if (!/(start|from)_?(date|time)|date_?range|too_?old/i.test(code)) return null;
  if (/track/i.test(code)) return 30;
  return /audit/i.test(code) ? 60 : Number.NaN;
}

function tooOld(reply: HttpReply, days: number): Meaning {
  const now = httpDate(reply.headers['date']);
  const known = now !== null && !Number.isNaN(days);
  return {
    code: 'provider.rejected',
    recovery: 'retry-later',
    message: 'This lies further back than Mimecast remembers. It is recorded as a gap.',
    facts: {
      reason: 'older-than-memory',
      ...(known ? { remembersFrom: now - days * 86_400_000 + memorySlack } : {}),
    },
  };
}

/** The token may be older than what was granted since: it is renewed once before this counts. */
const unauthorized = (reply: HttpReply, failure: MimecastFailure | null, as: Meaning): Verdict => ({
  kind: 'unauthorized',
  error: providerError('mimecast', reply, failure, as),
});

const failed = (reply: HttpReply, failure: MimecastFailure | null, as: Meaning): Verdict => ({
  kind: 'failed',
  error: providerError('mimecast', reply, failure, as),
});
