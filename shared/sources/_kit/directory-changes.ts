import type { Entity, EntityKind } from '../../model/event.ts';
import { addEntity, entity } from './entity.ts';
import { unpacked } from './json-in-string.ts';
import { fields, firstWord, word, type Fields } from './reading.ts';

/** What names one thing: the changes that hold its id, its name and its address. */
interface Named {
  readonly kind: EntityKind;
  readonly id?: string;
  readonly name?: string;
  readonly address?: string;
}

const named: readonly Named[] = [
  { kind: 'role', id: 'Role.ObjectID', name: 'Role.DisplayName' },
  { kind: 'group', id: 'Group.ObjectID', name: 'Group.DisplayName' },
  { kind: 'application', id: 'ServicePrincipal.ObjectID', name: 'ServicePrincipal.DisplayName' },
  { kind: 'application', id: 'Application.ObjectID', name: 'Application.DisplayName' },
  { kind: 'device', id: 'Device.ObjectID', name: 'Device.DisplayName' },
  { kind: 'other', id: 'AdministrativeUnit.ObjectID', name: 'AdministrativeUnit.DisplayName' },
  { kind: 'role', name: 'AppRole.Value' },
  { kind: 'role', name: 'DelegatedPermissionGrant.Scope' },
  { kind: 'user', id: 'User.ObjectID', address: 'User.UPN' },
  // Of settings between tenants: the other one.
  { kind: 'other', id: 'tenantId' },
];
const wanted: ReadonlySet<unknown> = new Set(
  named.flatMap(({ id, name, address }) => [id, name, address].filter(part => part !== undefined)),
);

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
  const values = new Map<unknown, string | null>();
  for (const item of list) {
    const change = fields(item);
    const name = change?.[spelled.name];
    if (change === null || !wanted.has(name) || values.has(name)) continue;
    const read = name === 'DelegatedPermissionGrant.Scope' ? scopesIn : valueIn;
    values.set(name, read(change, spelled));
  }
  if (values.size === 0) return;
  const valueOf = (name: string | undefined): string | null => values.get(name) ?? null;
  for (const { kind, id, name, address } of named) {
    addEntity(found, entity(kind, { id: valueOf(id), name: valueOf(name), address: valueOf(address) }));
  }
}

const valueIn = (change: Fields, spelled: ChangeFields): string | null =>
  firstWord(unpacked(change[spelled.newValue]), unpacked(change[spelled.oldValue]));

/** Of a grant that was there before both sides tell all of it: what came, or what went, is what was done. */
function scopesIn(change: Fields, spelled: ChangeFields): string | null {
  const [was, is] = [word(unpacked(change[spelled.oldValue])), word(unpacked(change[spelled.newValue]))];
  if (was === null || is === null) return is ?? was;
  const [old, now] = [was.split(/\s+/), is.split(/\s+/)];
  const came = now.filter(scope => !old.includes(scope));
  const told = came.length > 0 ? came : old.filter(scope => !now.includes(scope));
  return told.length === 0 ? is : told.join(' ');
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
