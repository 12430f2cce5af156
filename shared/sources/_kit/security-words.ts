import { wordTable } from '../../kernel/word-table.ts';
import type { Outcome, Severity } from '../../model/event.ts';
import { readProviderTime } from './provider-time.ts';
import { firstWord, word } from './reading.ts';

/** The first that says something. Microsoft ends some titles with a space of no width: nobody who searches types it. */
export const titleOf = (...values: readonly unknown[]): string | null =>
  firstWord(...values.map(value => word(value)?.replace(/[\u200b-\u200f\u2060\ufeff]+$/, '')));

const severities = wordTable<Severity>({
  informational: 'informational',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
});

/** Graph itself knows no critical; who forwards its alerts may. One whose severity nobody can read deserves a look: medium. */
export const severityOfWord = (value: unknown): Severity =>
  severities[word(value)?.toLowerCase() ?? ''] ?? 'medium';

const closed = /^resolved$/i;
const failed = /^(failed|innerfailure|terminated)/i;
const halfDone = /^partially/i;
const done = /^(successfullyremediated|benign)$/i;

/**
 * What became of an alert or incident: success once it is resolved, or remediated by itself; failure or partial when
 * an automatic investigation ended so; unknown while it is open. The reason has the words.
 */
export function outcomeOfStatus(
  its: { status: unknown; classification: unknown; determination: unknown },
  investigations: readonly unknown[],
): { outcome: Outcome; reason: string | null } {
  const words = [its.status, its.classification, its.determination]
    .map(spoken)
    .filter(found => found !== null);
  const reason = words.length === 0 ? null : words.join(', ');
  if (closed.test(word(its.status) ?? '')) return { outcome: 'success', reason };
  const states = investigations.map(state => word(state) ?? '');
  const ended = states.find(state => failed.test(state)) ?? states.find(state => halfDone.test(state));
  if (ended !== undefined) {
    const outcome: Outcome = failed.test(ended) ? 'failure' : 'partial';
    return { outcome, reason: [...words, `investigation ${ended}`].join(', ') };
  }
  return { outcome: states.some(state => done.test(state)) ? 'success' : 'unknown', reason };
}

/**
 * `NotAvailable` is how one of the older APIs spells nothing, `unknownFutureValue` how Graph spells a word that is newer
 * than its answer may hold.
 */
export const spoken = (value: unknown): string | null => {
  const found = word(value);
  return found === null || /^(notavailable|unknownfuturevalue)$/i.test(found) ? null : found;
};

/** OCSF findings: 1 create, 2 update, 3 close. */
export function findingActivity(status: unknown, created: unknown, updated: unknown): number {
  if (/^(resolved|redirected)$/i.test(word(status) ?? '')) return 3;
  const first = readProviderTime(word(created));
  return first === (readProviderTime(firstWord(updated)) ?? first) ? 1 : 2;
}
