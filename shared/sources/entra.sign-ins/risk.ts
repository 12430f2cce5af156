import { wordTable } from '../../kernel/word-table.ts';
import type { Outcome, Severity } from '../../model/event.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { flag, list, word } from '../_kit/reading.ts';
import type { SignInKind } from './config.ts';
import { isOfApplication } from './kind.ts';
import type { SignIn } from './schema.ts';

const levels = wordTable<Severity>({ low: 'low', medium: 'medium', high: 'high' });
const order: readonly (Severity | undefined)[] = ['informational', 'low', 'medium', 'high', 'critical'];
const worse = (a: Severity, b: Severity | undefined): Severity =>
  order.indexOf(b) > order.indexOf(a) ? (b ?? a) : a;

/** What was detected; tables write the name of the field otherwise. */
const detectionsOf = (record: SignIn): string[] =>
  list(unpacked(record.riskEventTypes_v2 ?? record.riskEventTypes_V2)).flatMap(type => word(type) ?? []);

/**
 * A level of risk in the provider's word, where there is one. Applications' sign-ins say `low` where nothing was found:
 * without a state, and without a detection.
 */
function levelOf(record: SignIn, kind: SignInKind, value: unknown): string | undefined {
  const level = word(value)?.toLowerCase() ?? '';
  if (levels[level] === undefined) return undefined;
  const isFound = word(record.riskState) !== null || detectionsOf(record).length > 0;
  return level === 'low' && isOfApplication(kind) && !isFound ? undefined : level;
}

/** Somebody looked at the risk and found nothing. */
const isSettled = (state: string | undefined): boolean => state === 'dismissed' || state === 'confirmedsafe';

export function severityOf(
  record: SignIn,
  kind: SignInKind,
  outcome: Outcome,
  reason: string | null,
): Severity {
  // The person was asked for a second factor of a sign-in of somebody else's, and said so.
  const isFraud = outcome === 'failure' && /fraud/i.test(reason ?? '');
  const isOdd = outcome === 'failure' || flag(record.flaggedForReview) === true;
  const least: Severity = isFraud ? 'medium' : isOdd ? 'low' : 'informational';
  const state = word(record.riskState)?.toLowerCase();
  if (state === 'confirmedcompromised') return 'high';
  if (isSettled(state)) return least;
  const risk = [record.riskLevelDuringSignIn, record.riskLevelAggregated]
    .map(level => levels[levelOf(record, kind, level) ?? ''])
    .reduce<Severity>(worse, least);
  // Without a P2 licence the level is hidden, and only the state tells.
  return state === 'atrisk' ? worse(risk, 'medium') : risk;
}

/** Why a sign-in is graver than others: what was found at once, what was found later, or what people made of it. */
export function riskOf(record: SignIn, kind: SignInKind): string {
  const state = word(record.riskState)?.toLowerCase() ?? '';
  const types = detectionsOf(record);
  const of = types.length === 0 ? '' : ` (${types.slice(0, 3).join(', ')})`;
  const level = levelOf(record, kind, record.riskLevelDuringSignIn);
  if (level !== undefined) return `, ${level} risk${of}`;
  if (state === 'confirmedcompromised') return ', confirmed compromised';
  if (isSettled(state)) return '';
  const later = levelOf(record, kind, record.riskLevelAggregated);
  if (later !== undefined) return `, ${later} risk found later${of}`;
  return state === 'atrisk' ? `, at risk${of}` : '';
}
