import type { StoredEvent } from '../../model/event.ts';
import { groupedFields, noCode } from './fts-codes.ts';
import type { Dictionary } from './fts-dictionary.ts';

/** What events with the same values in all of `groupedFields` have in common. */
export interface Group {
  readonly codes: string;
  /** Each followed by a space. */
  readonly tokens: string;
  /** The bits of the fields with a value: they are the lowest of a shape. */
  readonly shape: number;
}

export interface Groups {
  of(event: StoredEvent): Group;
  /** Forgets what it remembers, whenever the dictionary does: numbers may have been taken back. */
  forget(): void;
}

export const isBlank = (value: string | null | undefined): value is null | undefined | '' =>
  value === null || value === undefined || value === '' || value.trim() === '';

const remembered = 1_024;
const absent = groupedFields.map(noCode);

interface Met {
  readonly values: readonly (string | null | undefined)[];
  readonly group: Group;
}

/**
 * Groups met lately are kept, at a place that operation and application decide: putting a dozen codes and tokens
 * together is a good part of making a row, and even looking each of them up is.
 */
export function openGroups(dictionary: Dictionary): Groups {
  const recent = Array.from({ length: remembered }, (): Met | undefined => undefined);
  return {
    of(event) {
      const values = valuesOf(event);
      const place = placeOf(event, event.client?.app ?? '');
      const known = recent[place];
      if (known !== undefined && isSame(known.values, values)) return known.group;
      const group = groupFrom(dictionary, values);
      recent[place] = { values, group };
      return group;
    },
    forget: () => void recent.fill(undefined),
  };
}

function placeOf({ operation, outcome, severity, actor }: StoredEvent, app: string): number {
  let hash = operation.length * 31 + app.length;
  for (let at = 0; at < operation.length && at < 24; at++) hash = (hash * 31 + operation.charCodeAt(at)) | 0;
  for (let at = app.length - 1; at >= 0 && at > app.length - 4; at--)
    hash = (hash * 31 + app.charCodeAt(at)) | 0;
  // What else varies within an operation varies by a word or two; their lengths tell most of them apart.
  hash += outcome.length * 7 + severity.length * 61 + (actor?.kind.length ?? 0) * 211;
  return (hash ^ (hash >>> 10)) & (remembered - 1);
}

/** In the order of `groupedFields`. */
function valuesOf(event: StoredEvent): readonly (string | null | undefined)[] {
  const { actor, client, mail } = event;
  return [
    event.tenant, event.source, event.stream, event.category, event.operation, event.outcome, event.severity, actor?.kind,
    mail?.direction, mail?.status, client?.country, client?.app,
  ]; // prettier-ignore
}

function isSame(a: Met['values'], b: Met['values']): boolean {
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false;
  return true;
}

function groupFrom(dictionary: Dictionary, values: Met['values']): Group {
  let codes = '';
  let tokens = '';
  let shape = 0;
  groupedFields.forEach((field, n) => {
    const value = values[n];
    if (isBlank(value)) {
      codes += absent[n];
      return;
    }
    const coded = dictionary.coded(field, value);
    codes += coded.code;
    tokens += `${coded.token} `;
    shape |= 1 << n;
  });
  return { codes, tokens, shape };
}
