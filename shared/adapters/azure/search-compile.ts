import { AppError } from '../../kernel/errors.ts';
import { parseOctets } from '../../kernel/ip-address.ts';
import type { Instant } from '../../kernel/time.ts';
import { closedValues, queryFields, type QueryField, type QueryNode } from '../../model/query.ts';
import { inRange, timeRange } from '../../query/comparison.ts';
import { comparable, comparesAddresses } from '../../query/evaluate.ts';
import { identifierLength, wholeFields, wholeIdentifiers } from '../../query/field-values.ts';
import { isMailAddress, keyword, words } from '../../query/fold.ts';
import { isRelativeTime, timeSpan } from '../../query/time-text.ts';
import { addressesIn, addressesOfNetwork, ipv4Between } from './search-addresses.ts';
import { comparedToken } from './search-document.ts';
import {
  beginningsOf, hasBeginnings, wordFields, wordsOf, type BeginningField, type WordField,
} from './search-fields.ts'; // prettier-ignore
import {
  all, any, between, equals, holds, matchesPhrase, not, oneOf, ordered, type Filter,
} from './search-filter.ts'; // prettier-ignore
import { beginningsAfter, termsBeginning, tokenOf } from './search-token.ts';

type RangeNode = Extract<QueryNode, { kind: 'range' }>;

/**
 * A query as a `$filter`. Its times must be absolute.
 * @param tenants those of the caller's scopes, in their form for comparison: a clause about tenants is decided
 * among them, and never reaches beyond.
 */
export function compileQuery(node: QueryNode, tenants: readonly string[]): Filter {
  switch (node.kind) {
    case 'all':
      return 'always';
    case 'and':
      return all(node.of.map(member => compileQuery(member, tenants)));
    case 'or':
      return any(node.of.map(member => compileQuery(member, tenants)));
    case 'not':
      return not(compileQuery(node.of, tenants));
    case 'present':
      return isPresent(node.field);
    case 'cidr':
      return addressesOfNetwork(node.network);
    case 'range':
      return inRangeOf(node, tenants);
    case 'match':
      return node.field === null
        ? anywhere(node.value, node.prefix)
        : inField(node.field, node.value, node.prefix, tenants);
  }
}

// Only relative times ask what `now` is, and those are refused.
const noClock = 0 as Instant;

/** Every event has these: the store's schema says so. */
const alwaysThere: readonly QueryField[] = ['time', 'tenant', 'id'];

const isPresent = (field: QueryField): Filter =>
  alwaysThere.includes(field) ? 'always' : holds('has', field);

function inField(field: QueryField, value: string, prefix: boolean, tenants: readonly string[]): Filter {
  if (field === 'time') {
    const span = timeSpan(absolute(value), noClock);
    return span === null ? 'never' : inTime(span);
  }
  if (comparesAddresses(field) && !prefix && isMailAddress(value)) return isWhole(field, value);
  if (isWordField(field)) return wordsIn([wordsOf(field)], value, prefix);
  if (!prefix) return comparable(field, value) === '' ? 'never' : isWhole(field, value, tenants);
  const asked = keyword(value);
  return asked === '' ? 'never' : begins(field, asked, tenants);
}

const isWordField = (field: QueryField): field is Exclude<WordField, 'further'> =>
  queryFields[field] === 'words' || queryFields[field] === 'address';

/** A whole value, as the field compares it. */
function isWhole(field: QueryField, value: string, tenants: readonly string[] = []): Filter {
  if (field === 'tenant') return amongTenants(tenants, one => one === keyword(value));
  const token = comparedToken(field, value);
  return field === 'recipient' ? holds(field, token) : equals(field, token);
}

/** A value's beginning, in the form for comparison. */
function begins(field: QueryField, asked: string, tenants: readonly string[]): Filter {
  if (field === 'tenant') return amongTenants(tenants, one => one.startsWith(asked));
  // A prefix or a range of them is a list of values.
  const closed = closedValues[field];
  if (closed !== undefined) return amongValues(field, closed, one => keyword(one).startsWith(asked));
  return hasBeginnings(field) ? beginsWith([field], asked) : 'never';
}

const beginsWith = (fields: readonly BeginningField[], asked: string): Filter =>
  matchesPhrase(fields.map(beginningsOf), [termsBeginning(tokenOf(asked))]);

const amongTenants = (tenants: readonly string[], fits: (tenant: string) => boolean): Filter =>
  oneOf('tenant', tenants.filter(fits).map(tokenOf));

const amongValues = (
  field: QueryField,
  values: readonly string[],
  fits: (value: string) => boolean,
): Filter =>
  oneOf(
    field,
    values.filter(fits).map(value => comparedToken(field, value)),
  );

function wordsIn(fields: readonly string[], value: string, prefix: boolean): Filter {
  const asked = words(value);
  if (asked.length === 0) return 'never';
  const last = asked.length - 1;
  return matchesPhrase(fields, [asked.map((word, n) => (n === last && prefix ? word : `${word}.`))]);
}

/** A bare word or phrase: see `matches` in shared/query/evaluate.ts for where it looks. */
function anywhere(value: string, prefix: boolean): Filter {
  const whole = [...wholeFields, ...(value.length < identifierLength ? [] : wholeIdentifiers)];
  const asked = keyword(value);
  const octets = prefix ? parseOctets(value.trim()) : null;
  return any([
    wordsIn(wordFields.map(wordsOf), value, prefix),
    ...(asked === '' || !prefix ? [] : [beginsWith(whole, asked)]),
    ...(asked === '' || prefix ? [] : [...whole, 'ip' as const].map(field => isWhole(field, value))),
    octets === null ? 'never' : ipv4Between(octets.padEnd(8, '0'), octets.padEnd(8, 'f')),
  ]);
}

function inRangeOf(node: RangeNode, tenants: readonly string[]): Filter {
  const { field } = node;
  if (field === 'time') {
    const bound = (text: string | null): string | null => (text === null ? null : absolute(text));
    const span = timeRange({ ...node, from: bound(node.from), to: bound(node.to) }, noClock);
    return span === null ? 'never' : inTime(span);
  }
  if (field === 'ip') return addressesIn(node);
  if (field === 'tenant') return amongTenants(tenants, one => inRange(node, one, noClock));
  const closed = closedValues[field];
  if (closed !== undefined) return amongValues(field, closed, one => inRange(node, one, noClock));
  return hasBeginnings(field) ? keywordsIn(node, field) : 'never';
}

/** The service compares no strings by order: greater values are those with one of a list of beginnings. */
function keywordsIn(node: RangeNode, field: BeginningField): Filter {
  const from = node.from === null ? null : keyword(node.from);
  const to = node.to === null ? null : keyword(node.to);
  const token = (bound: string): string => tokenOf(bound);
  const after = (bound: string): Filter =>
    matchesPhrase([beginningsOf(field)], beginningsAfter(token(bound)).map(termsBeginning));
  const atOrAfter = (bound: string): Filter => any([equals(field, token(bound)), after(bound)]);
  return all([
    isPresent(field),
    from === null ? 'always' : node.includeFrom ? atOrAfter(from) : after(from),
    to === null ? 'always' : not(node.includeTo ? after(to) : atOrAfter(to)),
  ]);
}

/** Event time from `from` to before `to`, in milliseconds; infinite where it is open. */
export function inTime(span: { readonly from: number; readonly to: number }): Filter {
  if (Number.isFinite(span.from) && span.to === span.from + 1)
    return between(['at'], [span.from], [span.from]);
  return all([
    Number.isFinite(span.from) ? ordered(['at'], [span.from], 'ge') : 'always',
    Number.isFinite(span.to) ? ordered(['at'], [span.to], 'lt') : 'always',
  ]);
}

/** A relative time would mean another span on every page of one answer. */
function absolute(text: string): string {
  if (isRelativeTime(text)) {
    throw new AppError(
      'bug',
      'give-up',
      'A relative time reached the index. Resolve times before searching.',
    );
  }
  return text;
}
