import { remembered } from '../../kernel/remembered.ts';
import type { Entity } from '../../model/event.ts';
import { bareAddress } from '../_kit/address.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, firstWord, list, word, type Fields } from '../_kit/reading.ts';
import { userIdOf } from './actor.ts';
import type { AuditFacts } from './audit-facts.ts';
import { isGuid } from './identity-claims.ts';
import { isReadByName } from './unpacked-record.ts';

/** Names that say that somebody was acted on, whatever stands there. */
const named =
  /^(Target|Assigned|Affected|Added|Removed|Member|Invited|Invitee|Owner|Assignee)(Yammer)?(Users?|Members?|Actor)?(Upn|UPN|Email|EmailAddress|Name|PrincipalName|Ids?)?$|^SharedWith$|^Invitees$|^UserIds$/;
const isNameOfPerson = /(User|Member|Owner|Assignee)(Display)?Name$/;
/** Those of whoever did it, made it or sent it. */
const notWhom =
  /^User_?(Id|Key|Name|Upn|PrincipalName)$|^ObjectId$|^(actor|creat|author|modif|last|updat|initiat|submit|request|logon|caller|client|sender|from|p[12]sender|reply|return|organi[sz]|approver$|on_?behalf)|by(user)?(id|name|email|upn)?$/i;
/** An address of a person: `19:…@thread.v2`, `<…@…>` and `app@sharepoint` are written alike. */
const address = /^[^@\s:<>/|]+@[^@\s:<>/|]+\.[a-z]{2,}$/i;

type Says = 'person' | 'maybe' | 'nobody';
const saysOf = remembered(2_000, (field): Says => {
  if (named.test(field)) return 'person';
  return notWhom.test(field) || isReadByName(field) ? 'nobody' : 'maybe';
});
const most = 100;

/**
 * `MemberUpn`, `AffectedMembers`, `TargetUser` …: whom it was done to, as an address, an id or an object; and any other
 * person whose address a record names. Alerts hold JSON of their own, whose senders are nobody's targets.
 */
export function addPeopleNamed(found: Entity[], { record, family }: AuditFacts): void {
  addPeopleIn(found, record, bareAddress(userIdOf(record) ?? '').toLowerCase(), family !== 'alert');
}

function addPeopleIn(found: Entity[], record: Fields, actor: string, goesDown: boolean): void {
  for (const [field, value] of Object.entries(record)) {
    if (typeof value !== 'string' && typeof value !== 'object') {
      if (field.endsWith('UserId')) addPerson(found, field, value, actor);
      continue;
    }
    const says = saysOf(field);
    if (says === 'nobody' || (says === 'maybe' && typeof value === 'string' && !value.includes('@')))
      continue;
    const held = unpacked(value);
    const known = fields(held);
    const isPerson = personIn(known) !== null;
    const inside = goesDown && !isPerson ? (pairs(held) ?? known) : null;
    if (inside !== null && says !== 'person') addPeopleIn(found, inside, actor, false);
    else for (const entry of entriesOf(held)) addPerson(found, field, entry, actor);
  }
}

const entriesOf = (held: unknown): readonly unknown[] =>
  fields(held) !== null
    ? [held]
    : Array.isArray(held)
      ? held.slice(0, most)
      : (word(held)?.split(/[;,]/) ?? []);

/** `[{ Name, Value }]` as the object it stands for. */
export function pairs(value: unknown): Fields | null {
  const first = fields(list(value)[0]);
  return first?.['Name'] === undefined || !('Value' in first)
    ? null
    : Object.fromEntries(
        list(value).map(pair => [word(fields(pair)?.['Name']) ?? '', fields(pair)?.['Value']]),
      );
}

function addPerson(found: Entity[], field: string, entry: unknown, actor: string): void {
  const says = saysOf(field);
  if (says === 'nobody') return;
  const said = word(entry);
  if (said === null) {
    const known = fields(entry);
    const whom = says === 'person' && known !== null ? someone(known, null) : null;
    return addEntity(found, personIn(known) ?? whom);
  }
  const bare = said.startsWith('<') ? said : bareAddress(said);
  if (address.test(bare)) {
    if (says === 'person' || bare.toLowerCase() !== actor)
      addEntity(found, entity('user', { address: bare }));
  } else if (says === 'maybe') return;
  else if (isGuid(bare) || field.endsWith('UserId')) addEntity(found, entity('user', { id: bare }));
  else if (isNameOfPerson.test(field)) addEntity(found, entity('user', { name: said }));
}

/** An object with an address is a person; without one a field's name has to say so. */
export function personIn(known: Fields | null): Entity | null {
  const said = firstWord(
    known?.['UPN'], known?.['Upn'], known?.['UserPrincipalName'], known?.['Email'], known?.['EmailAddress'],
    known?.['RecipientEmail'],
  ); // prettier-ignore
  return known === null || said === null ? null : someone(known, said);
}

const someone = (known: Fields, said: string | null): Entity | null =>
  entity('user', {
    id: firstWord(known['Id'], known['ID'], known['ObjectId'], known['UserId'], known['UserObjectId']),
    name: firstWord(known['DisplayName'], known['Name'], known['RecipientName']),
    address: said,
  });
