import type { Window } from '../kernel/time.ts';
import { categories, directions, entityKinds, outcomes, severities } from './event.ts';

/**
 * Fields of the query language.
 * `keyword`: the whole value, without regard to case; a trailing `*` asks for values that begin so.
 * `words`: the value's words in their order, without regard to case or accents; a trailing `*` on the last.
 * `address`: like `words`, over id, name and address of the people and things the field names; but a whole
 * mail address is compared whole (on actor, sender and recipient, with the value their facets count).
 */
export const queryFields = {
  tenant: 'keyword', source: 'keyword', stream: 'keyword', category: 'keyword', operation: 'keyword',
  outcome: 'keyword', severity: 'keyword', actor: 'address', actorKind: 'keyword', target: 'address', ip: 'keyword',
  country: 'keyword', app: 'keyword', device: 'keyword', userAgent: 'words', sender: 'address',
  recipient: 'address', subject: 'words', direction: 'keyword', status: 'keyword', messageId: 'keyword',
  correlationId: 'keyword', summary: 'words', id: 'keyword', time: 'time',
} as const satisfies Record<string, 'keyword' | 'words' | 'address' | 'time'>; // prettier-ignore
export type QueryField = keyof typeof queryFields;

/** Fields of which the model names every value, all in lower case. */
export const closedValues: Readonly<Partial<Record<QueryField, readonly string[]>>> = {
  category: categories,
  outcome: outcomes,
  severity: severities,
  actorKind: entityKinds,
  direction: directions,
};

/** Fields a facet may be asked for. */
export const facetFields = [
  'tenant', 'source', 'stream', 'category', 'operation', 'outcome', 'severity', 'actor', 'actorKind', 'ip', 'country',
  'app', 'device', 'sender', 'recipient', 'direction', 'status',
] as const satisfies readonly QueryField[]; // prettier-ignore
export type FacetField = (typeof facetFields)[number];

/** The meaning of a query string, independent of any backend. `field: null` searches every word of an event. */
export type QueryNode =
  | { readonly kind: 'all' }
  | { readonly kind: 'and'; readonly of: readonly QueryNode[] }
  | { readonly kind: 'or'; readonly of: readonly QueryNode[] }
  | { readonly kind: 'not'; readonly of: QueryNode }
  | {
      readonly kind: 'match';
      readonly field: QueryField | null;
      readonly value: string;
      readonly prefix: boolean;
    }
  | { readonly kind: 'present'; readonly field: QueryField }
  | {
      readonly kind: 'range';
      readonly field: QueryField;
      /** Null is open. */
      readonly from: string | null;
      readonly to: string | null;
      readonly includeFrom: boolean;
      readonly includeTo: boolean;
    }
  | { readonly kind: 'cidr'; readonly network: string };

export type SearchOrder = 'newest' | 'oldest';

/** What a search asks for. Everything but `node` bounds or shapes the answer. */
export interface SearchRequest {
  readonly node: QueryNode;
  /** Event time, half-open; null is unbounded. */
  readonly window: Window | null;
  readonly order: SearchOrder;
  /** At most 1,000. */
  readonly limit: number;
  /** Where the last page ended: its last hit's position as the index gave it. */
  readonly after: string | null;
  readonly facets: readonly FacetField[];
  /** Values per facet, most frequent first. */
  readonly facetLimit: number;
  /** Milliseconds per bar; null for no histogram. Bars begin at multiples of it since the epoch. */
  readonly interval: number | null;
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}
export interface Counted<T> {
  /** False: estimated from a sample, and labelled so wherever it is shown. */
  readonly exact: boolean;
  readonly values: T;
}
export interface SearchHit {
  readonly tenant: string;
  readonly id: string;
  /** What `after` is for a page that goes on behind this hit. */
  readonly place: string;
}
export interface SearchPage {
  readonly hits: readonly SearchHit[];
  /** The place of the last hit; null on the last page. */
  readonly next: string | null;
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly facets: Readonly<Partial<Record<FacetField, Counted<readonly FacetValue[]>>>>;
  readonly histogram: Counted<readonly { readonly from: number; readonly count: number }[]> | null;
}
