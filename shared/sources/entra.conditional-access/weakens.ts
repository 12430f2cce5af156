import type { Difference } from '../_kit/difference.ts';
import { fields, list, word } from '../_kit/reading.ts';
import type { PolicyRecord } from './schema.ts';

type OfValue = Extract<Difference, { from: unknown }>;
type OfList = Extract<Difference, { came: unknown }>;

/** Whether a difference lets somebody through whom the policy stopped, or may. */
export const weakens = (change: Difference, record: PolicyRecord): boolean =>
  'from' in change ? weakensByValue(change) : weakensByList(change, record);

function weakensByValue({ path, from, to }: OfValue): boolean {
  if (path === 'state') return from === 'enabled';
  // `AND` asks for every control, `OR` for any one.
  if (path === 'grantControls.operator') return word(to)?.toUpperCase() !== 'AND';
  if (path.startsWith('grantControls.authenticationStrength')) return to === null || to === '';
  if (path.startsWith('sessionControls.')) return path.endsWith('.isEnabled') && from === true;
  if (!path.startsWith('conditions.')) return false;
  // Kinds of guests, risks of agents and flows stand in one text, separated by commas.
  const [was, is] = [partsOf(from), partsOf(to)];
  const hasLost = was.some(part => !is.includes(part));
  if (path.includes('.exclude')) return is.some(part => !was.includes(part));
  if (path.includes('.include')) return hasLost && path.endsWith('.guestOrExternalUserTypes');
  // A condition more, or one that is met less often: the policy counts for less. Without it, it counts always.
  return was.length === 0 || (hasLost && is.length > 0 && isText.test(path));
}

const isText = /(RiskLevels|\.transferMethods)$/;
const partsOf = (value: unknown): string[] => word(value)?.split(',') ?? [];

function weakensByList({ path, came, went }: OfList, record: PolicyRecord): boolean {
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (name.startsWith('exclude')) return came.length > 0;
  const isAnyOf = word(fields(record.grantControls)?.['operator'])?.toUpperCase() !== 'AND';
  // One more way to satisfy the policy, where any one does.
  if (name === 'builtInControls' && isAnyOf && came.some(control => control !== 'block')) return true;
  if (isCondition.test(path)) {
    const now = listAt(record, path);
    // Without any it counts always.
    if (now.length === 0 || now.some(item => /^all$/i.test(word(item) ?? ''))) return false;
    return went.length > 0 || came.length === now.length;
  }
  const asks = name.startsWith('include') || path.startsWith('grantControls.') || name === 'clientAppTypes';
  return asks && went.length > 0;
}

/** What a policy needs not have, and counts for less with. */
const isCondition = /^conditions\.(\w+RiskLevels|platforms\.includePlatforms|locations\.includeLocations)$/;

function listAt(record: PolicyRecord, path: string): readonly unknown[] {
  let value: unknown = record;
  for (const name of path.split('.')) value = fields(value)?.[name];
  return list(value);
}
