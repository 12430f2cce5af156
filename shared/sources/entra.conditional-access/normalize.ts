import type { Entity, EntityKind, NormalizedEvent, Severity } from '../../model/event.ts';
import { differencesOf, tellDifferences, type Difference } from '../_kit/difference.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { fields, firstWord, flag, list, word, type Fields } from '../_kit/reading.ts';
import { weakens } from '../_kit/policy-weakens.ts';
import { changeTime, changeWord, isAnnotation } from '../_kit/snapshot-change.ts';
import type { About } from '../_kit/source.ts';
import { nameOf, shortened } from '../_kit/summary.ts';
import type { PolicyRecord } from './schema.ts';

type ChangeWord = ReturnType<typeof changeWord>;

/** mapping.md has every field, and why. */
export function normalizePolicy(record: PolicyRecord, about: About): NormalizedEvent {
  const became = changeWord(about);
  const time = changeTime(about, { added: record.createdDateTime, changed: record.modifiedDateTime });
  const isPlace = isNamedLocation(record);
  const thing: Entity = {
    kind: isPlace ? 'other' : 'policy',
    id: firstWord(record.id),
    name: firstWord(record.displayName),
    address: null,
  };
  const before = about.change?.before;
  const changes = became === 'changed' ? differencesOf(before, record, isAnnotation) : [];
  const told = tellDifferences(withoutTimes(changes), id => about.change?.names.get(id) ?? id);
  return {
    time,
    category: 'policy',
    operation: `${isPlace ? 'Named location' : 'Conditional access policy'} ${became}`,
    outcome: 'success',
    reason: reasonOf(became, told, record),
    severity: isPlace ? placeSeverity(became, changes, record) : policySeverity(became, changes, record),
    actor: null,
    targets: targetsOf(thing, changes, about),
    client: null,
    mail: null,
    correlationId: null,
    summary: shortened(sentence(thing, isPlace, became, told, record)),
    ocsf: { class: 3004, activity: activities[became] },
  };
}

const activities: Readonly<Record<ChangeWord, number>> = { found: 2, added: 1, changed: 3, removed: 4 };

/** For what changed: all of it, as far as an event takes text. Otherwise the state, in the provider's word. */
const reasonOf = (became: ChangeWord, told: string, record: PolicyRecord): string | null =>
  became === 'changed' && told !== '' ? told.slice(0, 4_096).toWellFormed() : word(record.state);

const isNamedLocation = (record: PolicyRecord): boolean =>
  word(record['@odata.type'])?.endsWith('NamedLocation') === true ||
  (record.conditions === undefined && (record.ipRanges ?? record.countriesAndRegions) !== undefined);

/** When somebody saved it is no part of what changed; alone it still says that somebody did. */
const withoutTimes = (changes: readonly Difference[]): Difference[] =>
  changes.filter(({ path }) => path !== 'modifiedDateTime' && path !== 'createdDateTime');

function policySeverity(became: ChangeWord, changes: readonly Difference[], record: PolicyRecord): Severity {
  if (became === 'found') return 'informational';
  if (became === 'removed') return word(record.state) === 'enabled' ? 'high' : 'medium';
  if (became === 'added') return 'medium';
  if (withoutTimes(changes).length === 0) return 'low';
  return changes.some(change => weakens(change, record)) ? 'high' : 'medium';
}

/** Who comes from a trusted place is asked for less. */
function placeSeverity(became: ChangeWord, changes: readonly Difference[], record: PolicyRecord): Severity {
  if (became === 'found') return 'informational';
  const grows = changes.some(
    one =>
      one.path === 'isTrusted' ||
      (one.path.startsWith('ipRanges') && ('came' in one ? one.came.length > 0 : one.to !== null)),
  );
  const isTrusted = flag(record.isTrusted) === true;
  if (became === 'changed') return isTrusted && grows ? 'high' : 'medium';
  return became === 'added' && isTrusted ? 'high' : 'medium';
}

// Which lists name what: whoever is excluded by a change is as much its target as the policy.
const listed: readonly (readonly [RegExp, EntityKind])[] = [
  [/\.(include|exclude)Users$/, 'user'],
  [/\.(include|exclude)Groups$/, 'group'],
  [/\.(include|exclude)Roles$/, 'role'],
  [/\.(include|exclude)(Applications|\w*ServicePrincipals)$/, 'application'],
];
const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function targetsOf(thing: Entity, changes: readonly Difference[], about: About): Entity[] {
  const found: Entity[] = [];
  addEntity(found, thing);
  for (const change of changes) {
    const kind = listed.find(([path]) => path.test(change.path))?.[1];
    if (kind === undefined || !('came' in change)) continue;
    for (const item of [...change.came, ...change.went]) {
      const id = word(item);
      if (id !== null && guid.test(id)) addEntity(found, entity(kind, { id, name: about.change?.names.get(id) ?? null })); // prettier-ignore
    }
  }
  return found;
}

function sentence(
  thing: Entity,
  isPlace: boolean,
  became: ChangeWord,
  told: string,
  record: PolicyRecord,
): string {
  const what = `${isPlace ? 'named location' : 'conditional access policy'} “${nameOf(thing)}”`;
  const state = isPlace ? placeOf(record) : word(record.state);
  const standing = state === null ? '' : ` (${state})`;
  if (became === 'found') return `There is the ${what}${standing}`;
  if (became !== 'changed') return `The ${what}${standing} was ${became}`;
  return `The ${what} ${told === '' ? 'was saved again; nothing else differs' : `changed: ${told}`}`;
}

/** `203.0.113.0/24`, or from where to where. */
function rangeOf(range: Fields | null): string | null {
  const [lower, upper] = [word(range?.['lowerAddress']), word(range?.['upperAddress'])];
  return word(range?.['cidrAddress']) ?? (lower === null || upper === null ? null : `${lower}–${upper}`);
}

function placeOf(record: PolicyRecord): string | null {
  const ranges = list(record.ipRanges).flatMap(range => rangeOf(fields(range)) ?? []);
  const countries = list(record.countriesAndRegions).flatMap(country => word(country) ?? []);
  const trusted = flag(record.isTrusted) === true ? ['trusted'] : [];
  const parts = [...trusted, ...ranges, ...countries];
  return parts.length === 0 ? null : parts.join(', ');
}
