import type { Outcome } from '../../model/event.ts';
import { flag, firstWord, integer, word } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';

export interface OutcomeAndReason {
  readonly outcome: Outcome;
  readonly reason: string | null;
}

/** What came of it, and the provider's word for that. */
export function outcomeOf(facts: AuditFacts): OutcomeAndReason {
  if (facts.family === 'logon' || /^UserLog(gedIn|inFailed)$/.test(facts.operation))
    return logonOutcome(facts);
  const { record } = facts;
  const status = word(record.ResultStatus) ?? flagWord(record.ResultStatus);
  const why = firstWord(record.ResultMessage, record.Reason);
  if (status !== null) return read(status, why);
  const success = flag(record.IsSuccess);
  if (success !== null) return { outcome: success ? 'success' : 'failure', reason: why };
  // The encrypted-message portal: 0 is success.
  const portal = integer(record.OperationStatus);
  if (portal !== null) return { outcome: portal === 0 ? 'success' : 'failure', reason: why };
  const result = firstWord(record.OperationStatus, facts.extended().get('resulttype'));
  return result === null ? withoutStatus(facts, why) : read(result, why);
}

/**
 * Sign-ins: ResultStatus tells of the HTTP exchange, not of the sign-in, and says `Success` for wrong passwords.
 * The operation and the error decide.
 */
function logonOutcome({ record, operation, extended }: AuditFacts): OutcomeAndReason {
  const error = firstWord(record.LogonError, extended().get('loginerror'));
  const code = [record.ErrorNumber, record.ErrorCode, record.LoginStatus]
    .map(integer)
    .find(n => n !== null && n !== 0);
  const status = word(record.ResultStatus);
  const said = status === null ? 'unknown' : outcomeOfWord(status);
  const failed = /fail/i.test(operation) || error !== null || said === 'failure';
  // A successful sign-in can carry the number of an interruption on its way (keep me signed in: 50140).
  if (failed || (code !== undefined && operation !== 'UserLoggedIn')) {
    return { outcome: 'failure', reason: error ?? code?.toString() ?? status };
  }
  const outcome = operation === 'UserLoggedIn' ? 'success' : said;
  return { outcome, reason: outcome === 'success' ? null : status };
}

function read(status: string, why: string | null): OutcomeAndReason {
  const outcome = outcomeOfWord(status);
  return { outcome, reason: why ?? (outcome === 'success' ? null : status) };
}

const flagWord = (value: unknown): string | null => (typeof value === 'boolean' ? String(value) : null);

function outcomeOfWord(status: string): Outcome {
  if (/^partial/i.test(status)) return 'partial';
  if (/^(succ|true|ok$|complete|pass|allow|0$)/i.test(status)) return 'success';
  return /^(fail|false|error|denied|block|reject|abort|time)/i.test(status) ? 'failure' : 'unknown';
}

/**
 * SharePoint, Teams and others write a record when a thing was done, and no status. What was prevented they name
 * so. A detection is a statement, not an act: nothing came of it yet.
 */
function withoutStatus({ family, operation }: AuditFacts, why: string | null): OutcomeAndReason {
  if (family === 'alert' || family === 'threat' || family === 'dlp' || family === 'other') {
    return { outcome: 'unknown', reason: why };
  }
  const prevented = /(denied|blocked|failed|failure|rejected)$/i.test(operation);
  return { outcome: prevented ? 'failure' : 'success', reason: why };
}
