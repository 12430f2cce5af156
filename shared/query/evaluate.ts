import { inNetwork, parseIp, parseNetwork, parseOctets, printIp } from '../kernel/ip-address.ts';
import type { Instant } from '../kernel/time.ts';
import type { StoredEvent } from '../model/event.ts';
import { queryFields, type QueryField, type QueryNode } from '../model/query.ts';
import { inRange } from './comparison.ts';
import {
  facetValuesOf,
  furtherText, identifierLength, textFields, valuesOf, wholeFields, wholeIdentifiers,
} from './field-values.ts'; // prettier-ignore
import { isMailAddress, keyword, words } from './fold.ts';
import { timeSpan } from './time-text.ts';

/**
 * Whether an event is what a query asks for: the meaning of the query language, written for reading rather
 * than for speed. Every index is tested against it.
 *
 * - Text is folded before it is compared: NFKD, lower case, marks dropped. Words are runs of letters and
 *   digits; a GUID is one word. Words count by their first 100 characters, keywords by their first 256.
 * - `field:value` on a `keyword` field compares the whole value; with `*` its beginning. An IP address is
 *   compared in its shortest spelling.
 * - On a `words` or `address` field the value's words must follow one another inside one of the field's
 *   values; with `*` the last may be the beginning of a word.
 * - A whole mail address is compared whole on actor, sender and recipient, with what their facets count:
 *   `sender:lind@contoso.example` does not find `oskar.lind@contoso.example`.
 * - A bare word or phrase looks so through actor, target, sender, recipient, subject, user agent and summary,
 *   and through operation, reason, app, operating system and city. It also finds a whole device or status and,
 *   from 16 characters on, a whole message or correlation id, as the field itself would; and an ip, whole or
 *   by whole octets (`198.51.*`).
 * - A field with several values (targets, recipients) matches when one of them does; so `-field:x` asks that
 *   none does. `field:*` asks for a value that is not blank.
 * - Ranges: see `inRange`. Times named by a text are spans: `time:2026-10-05` is that day in UTC, and
 *   `time:<=2026-10-05` includes it.
 *
 * @param asOf what `now` means.
 */
export function matches(node: QueryNode, event: StoredEvent, asOf: Instant): boolean {
  switch (node.kind) {
    case 'all':
      return true;
    case 'and':
      return node.of.every(member => matches(member, event, asOf));
    case 'or':
      return node.of.some(member => matches(member, event, asOf));
    case 'not':
      return !matches(node.of, event, asOf);
    case 'present':
      return valuesOf(event, node.field).length > 0;
    case 'range':
      return valuesOf(event, node.field).some(value => inRange(node, value, asOf));
    case 'cidr':
      return valuesOf(event, 'ip').some(value => isInside(value, node.network));
    case 'match':
      return node.field === null
        ? matchesAnything(node.value, node.prefix, event)
        : matchesField(node.field, node.value, node.prefix, event, asOf);
  }
}

/** A keyword of the field in the one spelling it is compared by. */
export function comparable(field: QueryField, text: string): string {
  const address = field === 'ip' ? parseIp(text.trim()) : null;
  return address === null ? keyword(text) : printIp(address);
}

/** Fields on which a whole mail address is one value. */
export const comparesAddresses = (field: QueryField): field is 'actor' | 'sender' | 'recipient' =>
  field === 'actor' || field === 'sender' || field === 'recipient';

function matchesField(
  field: QueryField,
  value: string,
  prefix: boolean,
  event: StoredEvent,
  asOf: Instant,
): boolean {
  const values = valuesOf(event, field);
  if (queryFields[field] === 'time') {
    const span = timeSpan(value, asOf);
    return span !== null && values.some(at => Date.parse(at) >= span.from && Date.parse(at) < span.to);
  }
  if (comparesAddresses(field) && !prefix && isMailAddress(value)) {
    return facetValuesOf(event, field).some(held => keyword(held) === keyword(value));
  }
  if (queryFields[field] !== 'keyword') return values.some(text => holdsWords(text, words(value), prefix));
  const asked = prefix ? keyword(value) : comparable(field, value);
  if (asked === '') return false;
  return values.some(text => {
    const held = comparable(field, text);
    return prefix ? held.startsWith(asked) : held === asked;
  });
}

function matchesAnything(value: string, prefix: boolean, event: StoredEvent): boolean {
  const asked = words(value);
  const texts = [...textFields.flatMap(field => valuesOf(event, field)), ...furtherText(event)];
  if (texts.some(text => holdsWords(text, asked, prefix))) return true;
  const whole = value.length < identifierLength ? wholeFields : [...wholeFields, ...wholeIdentifiers];
  if (
    prefix
      ? valuesOf(event, 'ip').some(ip => hasOctets(ip, value))
      : matchesField('ip', value, false, event, noClock)
  ) {
    return true;
  }
  return whole.some(field => matchesField(field, value, prefix, event, noClock));
}

// A query's only clock is for time fields, and none of those a bare word looks through is one.
const noClock = 0 as Instant;

function hasOctets(ip: string, beginning: string): boolean {
  const octets = parseOctets(beginning.trim());
  const address = parseIp(ip.trim());
  return octets !== null && address?.family === 4 && address.hex.startsWith(octets);
}

function holdsWords(text: string, asked: readonly string[], prefix: boolean): boolean {
  if (asked.length === 0) return false;
  const held = words(text);
  const last = asked.length - 1;
  const fits = (at: number): boolean =>
    asked.every((word, n) => {
      const other = held[at + n];
      return n === last && prefix ? other?.startsWith(word) === true : other === word;
    });
  return held.some((_, at) => fits(at));
}

function isInside(value: string, text: string): boolean {
  const network = parseNetwork(text);
  const address = parseIp(value.trim());
  return network !== null && address !== null && inNetwork(address, network);
}
