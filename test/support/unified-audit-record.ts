import type { NormalizedEvent } from '../../shared/model/event.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';
import { readEvent } from './read-event.ts';

/** An object id, told apart by its first digits. */
export const id = (last: number): string => `0000000${last}-1111-4222-8333-444455556666`;

/** What every record of the unified audit log has. */
export const base = {
  Id: '1',
  CreationTime: '2026-11-03T10:11:12',
  UserId: 'mira@contoso.example',
  UserType: 0,
};

/** The event of a record of which only the rest is given. */
export const audit = (record: object): NormalizedEvent =>
  readEvent(m365UnifiedAudit, { ...base, ...record }).event;

/** Each target of it as `kind id 'name' (address)`, without what is not known. */
export const said = (record: object): string[] =>
  audit(record).targets.map(({ kind, id, name, address }) => {
    const known = [id, name === null ? null : `'${name}'`, address === null ? null : `(${address})`];
    return [kind, ...known.filter(part => part !== null)].join(' ');
  });
