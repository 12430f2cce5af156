import type { StoredEvent } from '../../model/event.ts';
import { groupedFields, noCode } from './fts-codes.ts';
import type { Coded, Dictionary } from './fts-dictionary.ts';

/** What events with the same values in all of `groupedFields` have in common. */
export interface Group {
  /** In the order of `groupedFields`; null where there is no value. */
  readonly members: readonly (Coded | null)[];
  readonly codes: string;
  /** Each followed by a space. */
  readonly tokens: string;
  /** The bits of the fields with a value: they are the lowest of a shape. */
  readonly shape: number;
}

/** The group of an event. */
export type Groups = (event: StoredEvent) => Group;

export const isBlank = (value: string | null | undefined): value is null | undefined | '' =>
  value === null || value === undefined || value === '' || value.trim() === '';

const remembered = 1_024;
const absent = groupedFields.map(noCode);

/** Groups met lately are kept: putting a dozen codes and tokens together is a good part of making a row. */
export function openGroups(dictionary: Dictionary): Groups {
  const recent = Array.from({ length: remembered }, (): Group | undefined => undefined);
  const members = groupedFields.map((): Coded | null => null);
  return event => {
    const values = valuesOf(event);
    let hash = 0;
    for (let n = 0; n < groupedFields.length; n++) {
      const value = values[n];
      const field = groupedFields[n];
      const member = field === undefined || isBlank(value) ? null : dictionary.coded(field, value);
      members[n] = member;
      hash =
        (Math.imul(hash, 31) + (member === null ? 0 : member.code.charCodeAt(member.code.length - 1))) | 0;
    }
    const place = (hash ^ (hash >>> 10)) & (remembered - 1);
    const known = recent[place];
    if (known !== undefined && isSame(known.members, members)) return known;
    return (recent[place] = groupFrom([...members]));
  };
}

/** In the order of `groupedFields`. */
function valuesOf(event: StoredEvent): readonly (string | null | undefined)[] {
  const { actor, client, mail } = event;
  return [
    event.tenant, event.source, event.stream, event.category, event.operation, event.outcome, event.severity, actor?.kind,
    mail?.direction, mail?.status, client?.country, client?.app,
  ]; // prettier-ignore
}

function isSame(a: readonly (Coded | null)[], b: readonly (Coded | null)[]): boolean {
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false;
  return true;
}

function groupFrom(members: readonly (Coded | null)[]): Group {
  let shape = 0;
  members.forEach((member, n) => {
    if (member !== null) shape |= 1 << n;
  });
  return {
    members,
    codes: members.map((member, n) => member?.code ?? absent[n]).join(''),
    tokens: members.map(member => (member === null ? '' : `${member.token} `)).join(''),
    shape,
  };
}
