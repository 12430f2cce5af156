import type { Entity, EntityKind } from '../../model/event.ts';
import { addEntity, entity } from './entity.ts';
import { unpacked } from './json-in-string.ts';
import { fields, firstWord } from './reading.ts';

const named: readonly (readonly [EntityKind, id: string | null, name: string])[] = [
  ['role', 'Role.ObjectID', 'Role.DisplayName'],
  ['group', 'Group.ObjectID', 'Group.DisplayName'],
  ['application', 'ServicePrincipal.ObjectID', 'ServicePrincipal.DisplayName'],
  ['application', 'Application.ObjectID', 'Application.DisplayName'],
  ['device', 'Device.ObjectID', 'Device.DisplayName'],
  ['other', 'AdministrativeUnit.ObjectID', 'AdministrativeUnit.DisplayName'],
  ['role', null, 'AppRole.Value'],
  ['role', null, 'DelegatedPermissionGrant.Scope'],
];

/** How a log spells the fields of a change. */
export interface ChangeFields {
  readonly name: string;
  readonly newValue: string;
  readonly oldValue: string;
}

/**
 * Adds what changes of Entra name: who got which role or joined which group stands only there, as JSON inside a string;
 * on the new side when it was given, on the old when it was taken away.
 */
export function addNamedByChanges(found: Entity[], list: readonly unknown[], spelled: ChangeFields): void {
  if (list.length === 0) return;
  const changes = list.map(fields);
  const valueOf = (name: string): string | null => {
    const change = changes.find(one => one?.[spelled.name] === name);
    return firstWord(unpacked(change?.[spelled.newValue]), unpacked(change?.[spelled.oldValue]));
  };
  for (const [kind, id, name] of named) {
    addEntity(found, entity(kind, { id: id === null ? null : valueOf(id), name: valueOf(name) }));
  }
}

// `[] => [[Id: …, ConsentType: AllPrincipals, Scope:  Mail.Read offline_access, CreatedDateTime: …]]`: before the arrow
// what had been consented to, behind it what is now.
const scope = /\bScope:\s*([^,;\]]+)/g;

/** What a consent gave an application, as it stands in a sentence of its own; several scopes are one text. */
export function consentedScopes(list: readonly unknown[], spelled: ChangeFields): string[] {
  return list.flatMap(item => {
    const change = fields(item);
    if (change?.[spelled.name] !== 'ConsentAction.Permissions') return [];
    const said = firstWord(unpacked(change[spelled.newValue])) ?? '';
    const given = said.slice(said.lastIndexOf('=>') + 1);
    return [...given.matchAll(scope)].flatMap(([, scopes]) => firstWord(scopes) ?? []);
  });
}
