import type { ErrorCode, ErrorFacts, Recovery } from '../../kernel/errors.ts';
import { httpDate, retryAfterMs } from '../../kernel/retry-after.ts';
import type { HttpReply, Judge, Verdict } from '../../ports/http-client.ts';
import {
  holdsError,
  looksLikeJson,
  notTheProvider,
  providerError,
  readProblem,
  transient,
  type ProviderProblem,
} from './provider-errors.ts';

/**
 * What an answer of Microsoft Graph means: by status and `error.code`, and by `message` only in the cases the
 * fact sheet names, where the services behind Graph give different things the same code.
 */
export const judgeGraph: Judge = reply => {
  const { status } = reply;
  if (status >= 200 && status < 300) return judgeSuccess(reply);
  // Graph redirects nobody: a gateway does.
  if (status < 400) return notTheProvider('graph', reply);
  const problem = readProblem(reply);
  if (status === 429) return throttled(reply);
  if (status >= 500 || passing.has(status)) return judgeFault(reply, problem);
  if (status === 401) return judgeUnauthorized(reply, problem);
  if (problem === null) return notTheProvider('graph', reply);
  // An empty UnknownError comes and goes by itself, under any status.
  if (problem.code === 'UnknownError' && problem.message === '') return transient('graph', reply, problem);
  if (status === 403) return judgeRefusal(reply, problem);
  return judgeRejection(reply, problem);
};

/** Another writer was there first, or something is locked, or the request took too long: later it works. */
const passing = new Set([408, 409, 412, 423]);

function judgeSuccess(reply: HttpReply): Verdict {
  if (reply.bytes.length === 0 && reply.status !== 200) return { kind: 'ok' };
  if (!looksLikeJson(reply.bytes)) return notTheProvider('graph', reply);
  if (!holdsError(reply.bytes)) return { kind: 'ok' };
  const problem = readProblem(reply);
  return problem?.code === 'TooManyRequests' ? throttled(reply) : transient('graph', reply, problem);
}

/** The reporting service sends its 429 as `UnknownError` and often without `Retry-After`: the status is all there is. */
function throttled(reply: HttpReply): Verdict {
  // `Scope/Limit/AppId/TenantId`: `Application` alone is our app over all tenants.
  const scope = reply.headers['x-ms-throttle-scope']?.split('/')[0];
  return { kind: 'throttled', afterMs: retryAfterMs(reply.headers), wide: scope === 'Application' };
}

function judgeFault(reply: HttpReply, problem: ProviderProblem | null): Verdict {
  // Intune says "slow down" with a 500.
  const throttle = problem?.message.includes('Rate limit reached because of too many requests') === true;
  return throttle ? throttled(reply) : transient('graph', reply, problem);
}

/** Microsoft's own "Transport Data Platform", without which message traces answer 401. */
const traceService = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373';

function judgeUnauthorized(reply: HttpReply, problem: ProviderProblem | null): Verdict {
  const says = (text: string): boolean => problem?.message.includes(text) === true;
  if (says(traceService)) {
    return failed(reply, problem, {
      code: 'provider.not-provisioned',
      recovery: 'pause-source',
      message: `Message traces need Microsoft's own service principal for app ${traceService} in the tenant. Have an admin create it; it takes up to a few hours.`,
      facts: { reason: 'service-principal-missing' },
    });
  }
  if (says('Account is not provisioned') || says('Account mode is inactive')) {
    return failed(reply, problem, {
      code: 'provider.not-provisioned',
      recovery: 'pause-source',
      message:
        'The tenant has no active Defender product. Switch this source off, or on again once it has one.',
      facts: { reason: 'product-missing' },
    });
  }
  return {
    kind: 'unauthorized',
    error: providerError('graph', reply, problem, {
      code: 'provider.unauthorized',
      recovery: 'pause-source',
      message:
        'Graph refuses even a fresh token. Check the app registration, its credential and the tenant id.',
    }),
  };
}

/** A licence check that is known to fail nine times in ten for a while: the pipeline asks several times. */
const licences: ReadonlyMap<string, string> = new Map([
  ['Authentication_RequestFromNonPremiumTenantOrB2CTenant', 'Entra ID P1 or P2'],
  // Of Privileged Identity Management, for which P1 is not enough.
  ['AadPremiumLicenseRequired', 'Entra ID P2 or Governance'],
]);

function judgeRefusal(reply: HttpReply, problem: ProviderProblem): Verdict {
  if (licences.has(problem.code)) return licenceMissing(reply, problem);
  // The token may be older than the consent: a role granted since is only in a new one.
  return {
    kind: 'unauthorized',
    error: providerError('graph', reply, problem, {
      code: 'provider.refused',
      recovery: 'pause-source',
      message:
        'The app lacks a permission for this in the tenant. Have an admin of the tenant grant it; the readiness page names it.',
      facts: { reason: 'permission-missing' },
    }),
  };
}

const licenceMissing = (reply: HttpReply, problem: ProviderProblem): Verdict =>
  failed(reply, problem, {
    code: 'provider.licence-missing',
    recovery: 'pause-source',
    message: `The tenant lacks the licence for this (${licences.get(problem.code) ?? 'Entra ID P1 or P2'}). Assign it, or switch the source off for this tenant.`,
    facts: { reason: 'licence-missing' },
  });

function judgeRejection(reply: HttpReply, problem: ProviderProblem): Verdict {
  const { code, message } = problem;
  if (licences.has(code)) return licenceMissing(reply, problem);
  if (message.includes('Request not applicable to target tenant')) {
    return failed(reply, problem, {
      code: 'provider.not-provisioned',
      recovery: 'pause-source',
      message:
        'The tenant does not have the service this source reads. Switch the source off for this tenant.',
      facts: { reason: 'product-missing' },
    });
  }
  if (reply.status === 410 || /skip ?token/i.test(message)) {
    return failed(reply, problem, {
      code: 'provider.link-expired',
      recovery: 'retry',
      message: 'The link to the next page has died. The window is read again from its beginning.',
    });
  }
  const forgotten = forgottenBefore(reply, message);
  if (forgotten !== null) {
    return failed(reply, problem, {
      code: 'provider.rejected',
      recovery: 'retry-later',
      message: 'This lies further back than the provider remembers. It is recorded as a gap.',
      facts: { reason: 'older-than-memory', ...forgotten },
    });
  }
  return failed(reply, problem, {
    code: 'provider.rejected',
    recovery: 'retry-later',
    message:
      'Graph does not accept the request as it is asked. It is tried again; if it stays so, report it with the request id.',
    facts: {
      reason:
        reasons.find(([text]) => message.includes(text))?.[1] ??
        (reply.status === 404 ? 'not-found' : 'request'),
    },
  });
}

/** What the fact sheets say these texts mean. */
const reasons: readonly (readonly [string, string])[] = [
  ['EndDate is required when a StartDate is entered', 'one-bound-only'],
  ["The interval between StartDate and EndDate can't be longer", 'window-too-wide'],
  ['ResultSize is invalid', 'page-too-large'],
  ['Invalid filter clause', 'invalid-filter'],
  ['is not allowed. To allow it', 'option-not-allowed'],
  ['Could not find a property named', 'unknown-property'],
];

const day = 86_400_000;

/**
 * Where the provider's memory begins, if that is what it complains about: `remembersFrom`, milliseconds since
 * the epoch, left out where the text cannot be read. Null when it complains about something else.
 */
function forgottenBefore(reply: HttpReply, message: string): ErrorFacts | null {
  // "(Parameter 'Minimum allowed time for activityDateTime is 9/5/2026 12:00:00 AM')": a midnight, UTC, US style.
  if (message.includes('Minimum allowed time for')) {
    const floor = /(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) (AM|PM)/.exec(message);
    return floor === null ? {} : { remembersFrom: usTime(floor) };
  }
  // "The StartDate can't be older than 90 days from today": counted in whole UTC days.
  const age = /StartDate can't be older than (\d{1,4}) days/.exec(message);
  if (age === null) return null;
  const now = httpDate(reply.headers['date']);
  return now === null ? {} : { remembersFrom: now - (now % day) - Number(age[1]) * day };
}

function usTime(m: RegExpExecArray): number {
  const hour = (Number(m[4]) % 12) + (m[7] === 'PM' ? 12 : 0);
  return Date.UTC(Number(m[3]), Number(m[1]) - 1, Number(m[2]), hour, Number(m[5]), Number(m[6]));
}

const failed = (
  reply: HttpReply,
  problem: ProviderProblem | null,
  as: { code: ErrorCode; recovery: Recovery; message: string; facts?: ErrorFacts },
): Verdict => ({ kind: 'failed', error: providerError('graph', reply, problem, as) });
