import type { ErrorCode, ErrorFacts, Recovery } from '../../kernel/errors.ts';
import { httpDate, retryAfterMs } from '../../kernel/retry-after.ts';
import { wordTable } from '../../kernel/word-table.ts';
import type { HttpReply, Judge, Verdict } from '../../ports/http-client.ts';
import {
  holdsError,
  looksLikeJson,
  notTheProvider,
  providerError,
  readProblem,
  transient,
  type ProviderProblem,
  memorySlack,
} from './provider-errors.ts';

/**
 * What an answer of the Office 365 Management Activity API means. Here the `AF…` code decides and the status
 * comes second: throttling is a 403 or a 429, a missing permission a 401, an ended subscription a 400.
 */
export const judgeManagement: Judge = reply => {
  const { status } = reply;
  const fine = status >= 200 && status < 300;
  if (fine && looksLikeJson(reply.bytes) && !holdsError(reply.bytes)) return { kind: 'ok' };
  // Stopping a subscription answers 200 with nothing.
  if (fine && reply.bytes.length === 0) return { kind: 'ok' };
  // The API redirects nobody: a gateway does.
  if (status >= 300 && status < 400) return notTheProvider('management', reply);
  const problem = readProblem(reply);
  const byCode = problem === null ? null : judgeCode(reply, problem);
  if (byCode !== null) return byCode;
  if (status === 429) return { kind: 'throttled', afterMs: retryAfterMs(reply.headers), wide: false };
  if (status >= 500 || status === 408) return transient('management', reply, problem);
  if (status === 401) return unauthorized(reply, problem);
  if (problem === null) return notTheProvider('management', reply);
  // A failure inside a 200 with a code nobody knows.
  if (fine) return transient('management', reply, problem);
  if (status === 403) return refused(reply, problem);
  return rejected(reply, problem, status === 404 ? 'not-found' : 'request');
};

function judgeCode(reply: HttpReply, problem: ProviderProblem): Verdict | null {
  const { code } = problem;
  if (code === 'AF429' || code === '429') {
    const afterMs = retryAfterMs(reply.headers) ?? spelledOut(problem.message);
    return { kind: 'throttled', afterMs, wide: false };
  }
  // Unified auditing is off: the code is a sentence, the message has a stack trace.
  if (/Tenant \S+ does not exist/.test(problem.message)) {
    return failed(reply, problem, notProvisioned);
  }
  if (!/^AF\d{5}$/.test(code)) return null;
  if (code.startsWith('AF5')) return transient('management', reply, problem);
  if (code === 'AF10001') return refused(reply, problem);
  if (windowCodes.has(code)) return failed(reply, problem, windowRefused(reply));
  const known = byCode[code];
  return known === undefined ? rejected(reply, problem, 'request') : failed(reply, problem, known);
}

interface Meaning {
  readonly code: ErrorCode;
  readonly recovery: Recovery;
  readonly message: string;
  readonly facts?: ErrorFacts;
}

const notProvisioned: Meaning = {
  code: 'provider.not-provisioned',
  recovery: 'pause-source',
  message:
    "The tenant's unified audit log is off or not ready. Have an admin turn auditing on; it takes up to an hour.",
  facts: { reason: 'auditing-off' },
};

const subscriptionOff: Meaning = {
  code: 'provider.subscription-off',
  recovery: 'retry-later',
  message:
    'The subscription to this content type is not running. It is started once and read at the next run.',
};

const gone: Meaning = {
  code: 'provider.content-gone',
  recovery: 'give-up',
  message: 'The provider no longer has content it had listed. It is recorded as a gap.',
};

const ourBug = (reason: string): Meaning => ({
  code: 'provider.rejected',
  recovery: 'give-up',
  message: 'The Management API does not accept the request as it is asked. Report it with the code.',
  facts: { reason },
});

const byCode = wordTable<Meaning>({
  AF20001: ourBug('parameter-missing'),
  AF20002: ourBug('parameter-type'),
  AF20003: ourBug('webhook'),
  AF20010: ourBug('tenant-differs-from-token'),
  AF20011: notProvisioned,
  AF20012: notProvisioned,
  AF20013: ourBug('tenant-not-a-guid'),
  AF20020: ourBug('content-type'),
  AF20021: ourBug('webhook'),
  AF20022: subscriptionOff,
  AF20023: subscriptionOff,
  AF20024: {
    code: 'provider.rejected',
    recovery: 'give-up',
    message: 'This content type is subscribed already: there is nothing to start.',
    facts: { reason: 'already-enabled' },
  },
  AF20031: {
    code: 'provider.link-expired',
    recovery: 'retry',
    message: 'The link to the next page has died. The window is read again from its beginning.',
  },
  AF20050: gone,
  AF20051: gone,
  AF20052: gone,
  AF20053: ourBug('language'),
  AF20054: ourBug('language'),
});

const windowCodes = new Set(['AF20030', 'AF20055']);
const memory = 7 * 86_400_000 - memorySlack;

/**
 * One code for every broken rule of a window: both bounds or none, at most 24 h, at most 7 days back. Where the
 * answer is dated, `remembersFrom` says how far back that is: only a window that begins before it is too old.
 */
function windowRefused(reply: HttpReply): Meaning {
  const now = httpDate(reply.headers['date']);
  return {
    code: 'provider.rejected',
    recovery: 'retry-later',
    message: 'The Management API refuses this window: wider than a day, or further back than it remembers.',
    facts: { reason: 'window-refused', ...(now === null ? {} : { remembersFrom: now - memory }) },
  };
}

/** "Please retry again after 8m 46s." The only place where this API says how long. */
function spelledOut(message: string): number | null {
  const m = /retry again after (?:(\d{1,2})h ?)?(?:(\d{1,3})m ?)?(?:(\d{1,4})s)?/.exec(message);
  if (m === null) return null;
  const total = Number(m[1] ?? 0) * 3_600 + Number(m[2] ?? 0) * 60 + Number(m[3] ?? 0);
  return total === 0 ? null : total * 1_000;
}

function unauthorized(reply: HttpReply, problem: ProviderProblem | null): Verdict {
  return {
    kind: 'unauthorized',
    error: providerError('management', reply, problem, {
      code: 'provider.unauthorized',
      recovery: 'pause-source',
      message:
        'The Management API refuses even a fresh token. Check the app registration, its credential and the tenant id.',
    }),
  };
}

/** The token may be older than the consent: it is renewed once before this counts. */
function refused(reply: HttpReply, problem: ProviderProblem): Verdict {
  return {
    kind: 'unauthorized',
    error: providerError('management', reply, problem, {
      code: 'provider.refused',
      recovery: 'pause-source',
      message:
        'The app lacks ActivityFeed.Read in the tenant (ActivityFeed.ReadDlp for DLP content). Have an admin of the tenant grant it.',
      facts: { reason: 'permission-missing' },
    }),
  };
}

const rejected = (reply: HttpReply, problem: ProviderProblem, reason: string): Verdict =>
  failed(reply, problem, {
    code: 'provider.rejected',
    recovery: 'retry-later',
    message:
      'The Management API does not accept the request as it is asked. It is tried again; if it stays so, report it with the code.',
    facts: { reason },
  });

const failed = (reply: HttpReply, problem: ProviderProblem, as: Meaning): Verdict => ({
  kind: 'failed',
  error: providerError('management', reply, problem, as),
});
