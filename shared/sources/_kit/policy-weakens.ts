import { wordTable } from '../../kernel/word-table.ts';
import type { Difference } from './difference.ts';
import { fields, list, word, type Fields } from './reading.ts';

type OfValue = Extract<Difference, { from: unknown }>;
type OfList = Extract<Difference, { came: unknown }>;

/** Whether a difference lets somebody through whom the conditional access policy stopped, or may; `policy` is as it is now. */
export const weakens = (change: Difference, policy: Fields): boolean =>
  // Nobody passes who is stopped, whatever else was asked of them.
  change.path.startsWith('grantControls.') && blocks(policy)
    ? false
    : 'from' in change
      ? weakensByValue(change)
      : weakensByList(change, policy);

const controlsOf = (policy: Fields): readonly unknown[] =>
  list(fields(policy['grantControls'])?.['builtInControls']);
const blocks = (policy: Fields): boolean => controlsOf(policy).some(control => isWord(control, 'block'));

/** Logs write such words with a capital, or in capitals. */
const isWord = (value: unknown, known: string): boolean => word(value)?.toLowerCase() === known;

function weakensByValue({ path, from, to }: OfValue): boolean {
  if (path === 'state') return isWord(from, 'enabled');
  // `AND` asks for every control, `OR` for any one; without one before nothing was asked for.
  if (path === 'grantControls.operator') return from !== null && word(to)?.toUpperCase() !== 'AND';
  if (path.startsWith('grantControls.authenticationStrength')) return to === null || to === '';
  if (path.startsWith('sessionControls.')) {
    const lax = laxest[path.slice('sessionControls.'.length)];
    return lax === undefined
      ? path.endsWith('.isEnabled') && from === true
      : from !== null && isWord(to, lax);
  }
  if (!path.startsWith('conditions.')) return false;
  // Kinds of guests, risks of agents and flows stand in one text, separated by commas.
  const [was, is] = [partsOf(from), partsOf(to)];
  const hasLost = was.some(part => !is.includes(part));
  if (path.includes('.exclude')) return is.some(part => !was.includes(part));
  if (path.includes('.include')) return hasLost && path.endsWith('.guestOrExternalUserTypes');
  // A condition more, or one that is met less often: the policy counts for less. Without it, it counts always.
  return was.length === 0 || (hasLost && is.length > 0 && isText.test(path));
}

/** What a control of a session comes to when it asks for less. */
const laxest = wordTable<string>({
  'persistentBrowser.mode': 'always',
  'continuousAccessEvaluation.mode': 'disabled',
  'signInFrequency.frequencyInterval': 'timebased',
});

const isText = /(RiskLevels|\.transferMethods)$/;
const partsOf = (value: unknown): string[] => word(value)?.split(',') ?? [];

function weakensByList({ path, came, went }: OfList, policy: Fields): boolean {
  if (path.includes('.exclude')) return came.length > 0;
  const now = listAt(policy, path);
  if (path.startsWith('grantControls.')) return weakensControls({ path, came, went }, now, policy);
  const isForAll = now.some(item => /^all$/i.test(word(item) ?? ''));
  if (isCondition.test(path)) {
    // Without any it counts always.
    if (now.length === 0 || isForAll) return false;
    return went.length > 0 || came.length === now.length;
  }
  // `None` is nobody.
  const counts = /\.(include\w*|clientAppTypes)$/.test(path);
  return counts && !isForAll && went.some(item => word(item) !== null);
}

function weakensControls({ path, came, went }: OfList, now: readonly unknown[], policy: Fields): boolean {
  const held = fields(policy['grantControls']);
  const controls = controlsOf(policy);
  const isNew = went.length === 0 && came.length === now.length;
  // More combinations of methods satisfy the same strength.
  if (path.endsWith('.allowedCombinations')) return came.length > 0 && !isNew;
  const hasStrength = fields(held?.['authenticationStrength']) !== null;
  // A strength asks for the factor, and for which.
  const lost = went.filter(control => !isWord(control, 'mfa') || !hasStrength);
  if (word(held?.['operator'])?.toUpperCase() === 'AND') return lost.length > 0;
  // Where any one does, one more way is one more; one less is stricter, unless it was the last.
  if (path.endsWith('.builtInControls') && came.length > 0) return !isNew;
  return lost.length > 0 && !hasStrength && controls.length === 0 && list(held?.['termsOfUse']).length === 0;
}

/** What a policy needs not have, and counts for less with. */
const isCondition = /^conditions\.(\w+RiskLevels|platforms\.includePlatforms|locations\.includeLocations)$/;

function listAt(policy: Fields, path: string): readonly unknown[] {
  let value: unknown = policy;
  for (const name of path.split('.')) value = fields(value)?.[name];
  return list(value);
}
