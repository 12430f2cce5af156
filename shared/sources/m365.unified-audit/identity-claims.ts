import { wordTable } from '../../kernel/word-table.ts';
import type { EntityKind } from '../../model/event.ts';
import { isAddress } from '../_kit/address.ts';
import { fields, integer, list, word } from '../_kit/reading.ts';

/** What `Actor[]` or `Target[]` say together of one person or thing. */
export interface IdentityClaims {
  readonly kind: EntityKind | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly address: string | null;
}

const kinds = wordTable<EntityKind>({
  user: 'user', serviceprincipal: 'application', application: 'application', group: 'group', role: 'role',
  policy: 'policy', device: 'device', domain: 'domain', directory: 'other', company: 'other', contact: 'other',
  administrativeunit: 'other',
}); // prettier-ignore

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const prefixed = /^([A-Za-z]+)_(.+)$/;
export const isGuid = (text: string): boolean => guid.test(text);
/** One with something behind it, as services make their own of one of another's, or a long number of another kind. */
export const isOpaque = (text: string): boolean =>
  /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}[\w-]*$|^[0-9a-f]{20,}$/i.test(text);

/** IdentityType: 0 claim, 1 name, 2 other (ids, `User_<id>`, `User`), 3 PUID, 4 SPN, 5 UPN. */
export function identityClaims(value: unknown): IdentityClaims {
  let kind: EntityKind | null = null;
  let [id, guessedId, name, address, principal]: (string | null)[] = [null, null, null, null, null];
  for (const entry of list(value)) {
    const pair = fields(entry);
    const said = word(pair?.['ID']);
    if (said === null) continue;
    const type = integer(pair?.['Type']);
    const [, prefix = '', rest = null] = prefixed.exec(said) ?? [];
    if (type === 5) address ??= said;
    else if (type === 1) name ??= said;
    else if (type === 4) principal ??= isGuid(said.slice(0, 36)) ? null : said;
    else if (type === 3) guessedId ??= said;
    else if (kinds[prefix.toLowerCase()] !== undefined) {
      kind ??= kinds[prefix.toLowerCase()] ?? null;
      id ??= rest;
    } else if (kinds[said.toLowerCase()] !== undefined) kind ??= kinds[said.toLowerCase()] ?? null;
    else if (isAddress(said)) address ??= said;
    else if (type === 0) guessedId = said;
    else guessedId ??= said;
  }
  return { kind, id: id ?? guessedId ?? null, name: name ?? principal ?? null, address: address ?? null };
}
