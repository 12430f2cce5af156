import { remembered } from '../../kernel/remembered.ts';
import type { Entity, EntityKind } from '../../model/event.ts';
import { bareAddress, isAddress } from '../_kit/address.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, firstWord, list, word, type Fields } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';
import { isGuid } from './identity-claims.ts';

// `FlowDetailsUrl`, `ArtifactName`, `CaseId` …: how services nobody has mapped name what they acted on.
const wellKnown =
  /^(Agent|Artifact|Campaign|Capacity|Case|Channel|Community|Connector|Dashboard|Dataflow|Dataset|Device|Document|Domain|Entity|Environment|File|Flow|Folder|Form|Gateway|Goal|Group|Item|Label|List|Machine|Meeting|Model|Object|Page|Plan|Policy|Project|Query|Report|Resource|Role|Roster|Rule|Search|Simulation|Site|Submission|Table|Tab|Task|Team|Template|Video|Workbook|Workspace)(Display)?(Name|Title|Details?Url|Url|URL|Id|ID|Guid)?$|^(Search)?QueryText$|^DataType$/;
const ending = /(?:Display)?(?:(Name|Title)|(?:Details?)?(?:Url|URL|Id|ID|Guid))$/;
/** What names the act, the one who did it or with what, and never what it was done to. */
const notThings =
  /^$|organization|tenant|correlation|session|request|transaction|trace|inter-?system|intra-?system|context|^(actor|client|logon|system|aad|azuread|user|licen[cs]e|service|server|browser|process|product|network|yammer|scenario|activity|operation|event|version|workload|publisher|token|application|app(?!ro)|target|assigned|submitter)/i;

interface FieldName {
  /** `Flow` of `FlowDetailsUrl`. */
  readonly stem: string;
  readonly says: 'name' | 'id';
  readonly isWellKnown: boolean;
}

const mostKnown = 2_000;

const readName = remembered(mostKnown, (field): FieldName | null => {
  const isWellKnown = wellKnown.test(field);
  const [end = '', name] = ending.exec(field) ?? [];
  const stem = field.slice(0, field.length - end.length);
  const isThing = isWellKnown || (end !== '' && !notThings.test(stem));
  return isThing ? { stem, says: end === '' || name !== undefined ? 'name' : 'id', isWellKnown } : null;
});

const kinds: readonly (readonly [RegExp, EntityKind])[] = [
  [/^(Device|Machine|CloudPc)/i, 'device'], [/^Agent/, 'application'], [/^(Document|File|Folder)/, 'file'],
  [/^RoleGroup|^Role/, 'role'], [/^Group/, 'group'], [/^Team/, 'team'], [/Policy$|Rule$/, 'policy'],
  [/^Site/, 'site'], [/^Domain/, 'domain'],
]; // prettier-ignore
/** More would be most of an event. */
const most = 5;

/**
 * What a record names whose service nobody has mapped: by the fields services use for it everywhere, else by any
 * `…Name`, `…Url` or `…Id`, else by those of the objects it holds.
 */
export function thingsNamed(record: Fields): Entity[] {
  const known = thingsIn(record, true);
  if (known.length > 0) return known;
  const any = thingsIn(record, false);
  if (any.length > 0) return any;
  for (const [field, value] of Object.entries(record)) {
    if (notThings.test(field) || typeof value !== 'object') continue;
    const inside = pairs(value) ?? fields(value) ?? fields(list(value)[0]);
    const found = inside === null ? [] : thingsIn(inside, false);
    if (found.length > 0) return found;
    const thing = inside === null ? null : plainThing(inside);
    if (thing !== null) return [thing];
  }
  // Nothing else is named, and the operation goes by another field.
  const name = record['Operation'] === undefined ? null : word(record['Name']);
  return name === null ? [] : [entity('other', { name })].filter(one => one !== null);
}

/** A list of names and values as the object it stands for: a parameter's name is not what was acted on. */
function pairs(value: unknown): Fields | null {
  const first = fields(list(value)[0]);
  return first?.['Name'] === undefined || !('Value' in first)
    ? null
    : Object.fromEntries(
        list(value).map(pair => [word(fields(pair)?.['Name']) ?? '', fields(pair)?.['Value']]),
      );
}

/** `{ ID, Name }` alone: what an object of its own holds needs no longer names. */
function plainThing(inside: Fields): Entity | null {
  const name = firstWord(inside['Name'], inside['DisplayName'], inside['Title']);
  return name === null
    ? null
    : entity('other', { id: firstWord(inside['Id'], inside['ID'], inside['Guid']), name });
}

function thingsIn(record: Fields, onlyWellKnown: boolean): Entity[] {
  const things = new Map<string, { id: string | null; name: string | null }>();
  for (const [field, value] of Object.entries(record)) {
    const read = readName(field);
    const said = read === null || (onlyWellKnown && !read.isWellKnown) ? null : word(value);
    if (read === null || said === null || said.startsWith('{')) continue;
    const thing = things.get(read.stem) ?? { id: null, name: null };
    thing[read.says] ??= said;
    things.set(read.stem, thing);
  }
  const found: Entity[] = [];
  for (const [stem, thing] of [...things].slice(0, most)) {
    addEntity(found, entity(kinds.find(([pattern]) => pattern.test(stem))?.[1] ?? 'other', thing));
  }
  return found;
}

const person =
  /^(Target|Assigned|Affected|Added|Removed|Member|Invited|Owner|Assignee)(Yammer)?(Users?)?(Upn|UPN|Email|EmailAddress|Name|PrincipalName|Ids?)?$|^SharedWith$/;
const isPerson = remembered(mostKnown, field => person.test(field));

/** `MemberUpn`, `TargetUser`, `MemberIds` …: whom it was done to. */
export function addPeopleNamed(found: Entity[], { record }: AuditFacts): void {
  for (const field of Object.keys(record)) {
    if (!isPerson(field)) continue;
    const value = unpacked((record as Fields)[field]);
    for (const entry of Array.isArray(value)
      ? (value as readonly unknown[])
      : (word(value)?.split(/[;,]/) ?? [])) {
      const said = word(entry);
      const bare = said === null ? '' : bareAddress(said);
      if (isAddress(bare)) addEntity(found, entity('user', { address: bare }));
      else if (isGuid(bare) || (field.endsWith('UserId') && bare !== ''))
        addEntity(found, entity('user', { id: bare }));
    }
  }
}
