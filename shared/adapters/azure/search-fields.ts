import { facetFields, queryFields, type FacetField, type QueryField } from '../../model/query.ts';

/** Keywords that can be asked for by their beginning. The tenant's are compared with the caller's scopes instead. */
export const beginningFields = [
  'source', 'stream', 'operation', 'ip', 'country', 'app', 'device', 'status', 'messageId', 'correlationId', 'id',
] as const satisfies readonly QueryField[]; // prettier-ignore
export type BeginningField = (typeof beginningFields)[number];
export const hasBeginnings = (field: QueryField): field is BeginningField =>
  beginningFields.some(one => one === field);

/** Fields of words; `further` is what only a bare word looks through. */
export const wordFields = [
  'actor', 'target', 'sender', 'recipient', 'subject', 'userAgent', 'summary', 'further',
] as const satisfies readonly (QueryField | 'further')[]; // prettier-ignore
export type WordField = (typeof wordFields)[number];

/** Facet fields whose values people spell with capitals or accents; the rest are lower case by themselves. */
export const spelledFields = [
  'stream', 'operation', 'actor', 'country', 'app', 'device', 'sender', 'recipient', 'status',
] as const satisfies readonly FacetField[]; // prettier-ignore
export type SpelledField = (typeof spelledFields)[number];
export const isSpelled = (field: FacetField): field is SpelledField =>
  spelledFields.some(one => one === field);

/** Keywords compared whole, as tokens under the field's own name; recipients are several. */
export const tokenFields = [
  ...facetFields, 'messageId', 'correlationId', 'id',
] as const satisfies readonly QueryField[]; // prettier-ignore
export type TokenField = (typeof tokenFields)[number];

/** Fields an event may have no value for, as far as a query can tell. */
export const optionalFields = (Object.keys(queryFields) as QueryField[]).filter(
  field => field !== 'time' && field !== 'tenant' && field !== 'id',
);

/** The index's names of what belongs to a field beside its tokens. */
export const beginningsOf = (field: BeginningField): string => `${field}Begins`;
export const wordsOf = (field: WordField): string => `${field}Words`;
export const spellingOf = (field: SpelledField): string => `${field}Text`;

/** An IPv6 address as three numbers, each exact in a double: 12, 12 and 8 hexadecimal digits. */
export const ipv6Fields = ['ip6a', 'ip6b', 'ip6c'] as const;
export const ipv6Parts = (hex: string): readonly [number, number, number] => [
  Number.parseInt(hex.slice(0, 12), 16),
  Number.parseInt(hex.slice(12, 24), 16),
  Number.parseInt(hex.slice(24), 16),
];
