import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, EntityKind } from '../../model/event.ts';
import { isAddress } from '../_kit/address.ts';
import { addNamedByChanges, consentedScopes } from '../_kit/directory-changes.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, firstWord, list, word, type Fields } from '../_kit/reading.ts';
import type { DirectoryAudit } from './schema.ts';

/** `additionalDetails`, by lower-case key. */
export type Details = ReadonlyMap<string, unknown>;

/** What was acted on, and what the changes to it name. */
export function targetsOf(record: DirectoryAudit, details: Details, operation: string): Entity[] {
  const found: Entity[] = [];
  const invited = word(details.get('inviteduseremailaddress'));
  for (const target of [
    ...listOrOne(unpacked(record.targetResources)),
    ...listOrOne(unpacked(record.targetResource)),
  ]) {
    const resource = fields(unpacked(target));
    if (resource === null) continue;
    addEntity(found, targetOf(resource, invited));
    const changes = list(unpacked(resource['modifiedProperties']));
    addNamedByChanges(found, changes, changeFields);
    for (const name of consentedScopes(changes, changeFields)) addEntity(found, entity('role', { name }));
  }
  const [first] = found;
  // What is done to a domain names it, and seldom says that it is one.
  if (first?.kind === 'other' && first.name?.includes('.') === true && ofDomain.test(operation))
    found[0] = { ...first, kind: 'domain' };
  addEntity(found, entity('role', { name: firstWord(details.get('rolename'), details.get('role')) }));
  if (found.length === 0) {
    addEntity(found, entity('user', { address: invited }));
    addEntity(found, entity('other', { id: firstWord(details.get('scope'), details.get('targetid')) }));
  }
  return found;
}

const ofDomain = /\bdomain\b/i;

/** Who cuts lists apart leaves the only element without its list. */
const listOrOne = (value: unknown): readonly unknown[] => (fields(value) === null ? list(value) : [value]);

/** `Type` is how two documentation pages spell it; older answers say it only in `@odata.type`. */
function targetOf(resource: Fields, invited: string | null): Entity | null {
  const said = firstWord(resource['type'], resource['Type'], resource['@odata.type']) ?? '';
  const id = word(resource['id']);
  const principal = asItWas(word(resource['userPrincipalName']), id);
  const kind = kindOf(said.slice(said.lastIndexOf('.') + 1), principal, word(resource['groupType']));
  const name = word(resource['displayName']);
  // A guest who accepted an invitation is told in a sentence.
  const [, invitee = null, mail = null] = redeemed.exec(name ?? '') ?? [];
  if (invitee !== null) return entity('guest', { id, name: mail, address: invitee });
  const spelled = principal ?? (kind === 'user' || kind === 'guest' ? invited : null);
  const address = spelled ?? (name !== null && kind !== 'domain' && isAddress(name) ? name : null);
  return entity(kind, { id, name, address });
}

/** Who deletes a user puts its id before its name, without the dashes, so that the name is free again. */
function asItWas(principal: string | null, id: string | null): string | null {
  if (principal === null || id === null || !principal.startsWith(id.slice(0, 8))) return principal;
  if (id.length !== 36 || principal.length <= 32) return principal;
  return principal.startsWith(id.replaceAll('-', '')) ? principal.slice(32) : principal;
}

const redeemed = /^UPN: ([^\s,]+@[^\s,]+), Email: ([^\s,]+)/;

const kinds = wordTable<EntityKind>({
  user: 'user', group: 'group', role: 'role', application: 'application', serviceprincipal: 'application', app: 'application',
  policy: 'policy', device: 'device', domain: 'domain', directory: 'other', other: 'other', request: 'other',
  agentidentity: 'application', agentidentityblueprint: 'application', agentidentityblueprintprincipal: 'application',
}); // prettier-ignore

function kindOf(type: string, principal: string | null, groupType: string | null): EntityKind {
  const kind = kinds[type.toLowerCase().replace(/^targetresource/, '')];
  if (kind === 'user' || (kind === undefined && principal !== null)) {
    return /#ext#/i.test(principal ?? '') ? 'guest' : 'user';
  }
  return kind ?? (groupType === null ? 'other' : 'group');
}

const changeFields = { name: 'displayName', newValue: 'newValue', oldValue: 'oldValue' };
