import { remembered } from '../../kernel/remembered.ts';
import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, EntityKind } from '../../model/event.ts';
import { isAddress } from '../_kit/address.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, firstWord, list, word, type Fields } from '../_kit/reading.ts';
import { isGuid } from './identity-claims.ts';
import { pairs, personIn } from './targets-people.ts';

// `FlowDetailsUrl`, `ArtifactName`, `CaseId` …: how services nobody has mapped name what they acted on.
const wellKnown =
  /^(Agent|Approval|Artifact|Campaign|Capacity|Case|Channel|Community|Connector|Dashboard|Dataflow|Dataset|Device|Document|Domain|Entity|Environment|File|Flow|Folder|Form|Gateway|Goal|Group|Item|Label|List|Machine|Meeting|Model|Object|Page|Place|Plan|Plugin|Policy|Printer|Project|PromptBook|Query|Report|Resource|Role|Roster|Rule|Search|Simulation|Site|Submission|Table|Tab|Task|Team|Template|Tool|Training|Trigger|Video|Website|Workbook|Workspace)(Display|Qualified)?(Name|Title|Details?Url|Url|URL|Path|Id|ID|Guid)?$|^(Search)?QueryText$|^(DataType|EventTitle|(Entity|Indicator)Value)$/;
const ending =
  /(?:Display|Qualified)?(?:(Name|Title)|(?:Details?)?(?:Url|URL|Uri|URI|Path|Id|ID|Identifier|Guid))$/;
/** What names the act, the one who did it or with what, and never what it was done to. */
const notThings =
  /^$|organization|tenant|correlation|session|request|transaction|trace|inter-?system|intra-?system|context|^device(prop|info)|^(actor|client|logon|system|aad|azuread|user|licen[cs]e|service|server|browser|process|product|network|yammer|scenario|activity|operation|event|version|workload|publisher|token|application|app(?!ro)|target|assigned|submitter)/i;

interface FieldName {
  /** `Flow` of `FlowDetailsUrl`. */
  readonly stem: string;
  readonly says: 'name' | 'id';
  readonly isWellKnown: boolean;
}

// One service's machine is the device of the next, in one record; an agent goes by the name of its schema.
const sameThing = wordTable<string>({ Machine: 'Device', BotSchema: 'Bot' });

const mostKnown = 2_000;

const readName = remembered(mostKnown, (field): FieldName | null => {
  if (field === 'ObjectId') return null; // read by its form
  // `TargetAgentId` beside `AgentId`; the object of others is mostly a person.
  const isTarget = field.startsWith('Target') && field !== 'TargetObjectId' && wellKnown.test(field.slice(6));
  const isWellKnown = isTarget || wellKnown.test(field);
  const [end = '', name] = ending.exec(field) ?? [];
  const own = field.slice(0, field.length - end.length);
  const stem = sameThing[own] ?? own;
  const isThing = isWellKnown || (end !== '' && !notThings.test(stem));
  return isThing ? { stem, says: end === '' || name !== undefined ? 'name' : 'id', isWellKnown } : null;
});

const kinds: readonly (readonly [RegExp, EntityKind])[] = [
  [/^(Device|Machine|CloudPc)/i, 'device'], [/^(Agent|Bot$)/, 'application'], [/^(Document|File|Folder)/, 'file'],
  [/^RoleGroup|^Role/, 'role'], [/^Group/, 'group'], [/^Team/, 'team'], [/Policy$|Rule$/, 'policy'],
  [/^Site/, 'site'], [/^Domain/, 'domain'], [/^Mailbox/, 'mailbox'], [/Message$/, 'message'],
]; // prettier-ignore
/** What other things lie in: it alone does not say what was acted on. */
const holdsOthers = /^(Capacity|Environment|Gateway)$/;
/** What holds the things all the same, though it begins as what never names one. */
const holdsThings = /^Targets?[A-Z]|^(Operation|Activity)(Details|Parameters)$/;
/** More would be most of an event. */
const most = 5;

/**
 * What a record names whose service nobody has mapped: by the fields services use for it everywhere, else by any
 * `…Name`, `…Url` or `…Id`, else by those of the objects it holds.
 */
export function thingsNamed(record: Fields): Entity[] {
  const [first, ...more] = thingsByField(record);
  const title = firstWord(record['DisplayName'], record['Title']);
  if (first === undefined) return [entity('other', { name: title })].filter(one => one !== null);
  // Its id in a field of that name, its own name in one without.
  return [{ ...first, name: first.name ?? title }, ...more];
}

function thingsByField(record: Fields): Entity[] {
  const isKnown = thingsIn(record, name => name.isWellKnown && !holdsOthers.test(name.stem)).length > 0;
  const any = thingsIn(record, name => !isKnown || name.isWellKnown);
  if (any.length > 0) return any;
  for (const [field, value] of Object.entries(record)) {
    // What holds `TargetObjects` says so; of a field with one value it would say no more than that it is one.
    const held = notThings.test(field) && !holdsThings.test(field) ? null : unpacked(value);
    const inside = pairs(held) ?? fields(held) ?? fields(list(held)[0]);
    if (inside !== null && personIn(inside) !== null) continue;
    const found = inside === null ? [] : thingsIn(inside, () => true);
    if (found.length > 0) return found;
    const thing = inside === null ? null : plainThing(inside);
    if (thing !== null) return [thing];
  }
  // Nothing else is named, and the operation goes by another field.
  const name = record['Operation'] === undefined ? null : word(record['Name']);
  return name === null ? [] : [entity('other', { name })].filter(one => one !== null);
}

/** `{ ID, Name }` alone: what an object of its own holds needs no longer names. */
function plainThing(inside: Fields): Entity | null {
  const name = firstWord(inside['Name'], inside['DisplayName'], inside['Title']);
  return name === null
    ? null
    : entity('other', { id: firstWord(inside['Id'], inside['ID'], inside['Guid']), name });
}

function thingsIn(record: Fields, isAsked: (name: FieldName) => boolean): Entity[] {
  const things = new Map<string, { id: string | null; name: string | null }>();
  for (const [field, value] of Object.entries(record)) {
    const read = readName(field);
    const said = read === null || !isAsked(read) ? null : word(value);
    if (read === null || said === null || said.startsWith('{')) continue;
    // SharePoint writes a client's address where it knows no device.
    if (read.stem === 'Device' && parseIp(said) !== null) continue;
    const thing = things.get(read.stem) ?? { id: null, name: null };
    thing[read.says] ??= said;
    things.set(read.stem, thing);
  }
  const found: Entity[] = [];
  const targetsFirst = [...things].sort(([a], [b]) => Number(isTarget(b)) - Number(isTarget(a)));
  for (const [stem, thing] of targetsFirst.slice(0, most)) {
    const own = isTarget(stem) ? stem.slice(6) : stem;
    addEntity(found, thingOf(kinds.find(([pattern]) => pattern.test(own))?.[1] ?? 'other', thing));
  }
  return found;
}

const isTarget = (stem: string): boolean => /^Target[A-Z]/.test(stem);

/**
 * An id under a name is an id, unless there is another. A mailbox goes by its address; a message by what stands in its
 * headers, which some services escape as for a link.
 */
function thingOf(kind: EntityKind, given: { id: string | null; name: string | null }): Entity | null {
  const { name: said } = given;
  const isId = said !== null && isGuid(said) && (given.id ?? said) === said;
  const thing = isId ? { id: said, name: null } : given;
  const { id, name } = thing;
  if (kind === 'mailbox' && id !== null && isAddress(id)) return entity(kind, { name, address: id });
  const escaped = kind === 'message' ? /^%3C(.+)%40(.+)%3E$/i.exec(id ?? '') : null;
  return entity(kind, escaped === null ? thing : { id: `<${escaped[1]}@${escaped[2]}>`, name });
}
