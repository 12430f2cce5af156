import { instant } from '../shared/kernel/time.ts';
import type { FacetField, SearchRequest } from '../shared/model/query.ts';
import { translateSearch } from '../shared/query/translate.ts';
import { benchDays, benchStart } from './search-events.ts';

const day = 86_400_000;
const end = benchStart + benchDays * day;

/** What an analyst's screen asks for with every search. */
const facets: readonly FacetField[] = [
  'source', 'category', 'operation', 'outcome', 'severity', 'actor', 'ip', 'country', 'sender', 'recipient', 'status',
]; // prettier-ignore

export interface MixedQuery {
  readonly name: string;
  readonly q: string;
  readonly over?: Partial<SearchRequest>;
  /** Only the largest tenant's events; otherwise all three tenants'. */
  readonly oneTenant?: boolean;
}

/** Twenty-eight questions from the broadest to the narrowest, each with eleven facets and a bar per day. */
export const searchMix: readonly MixedQuery[] = [
  { name: 'everything', q: '*' },
  { name: 'everything of one tenant', q: '*', oneTenant: true },
  { name: 'everything, the oldest first', q: '*', over: { order: 'oldest' } },
  { name: 'everything of one day', q: '*', over: { window: days(20, 21) } },
  {
    name: 'everything of one hour, bar per minute',
    q: '*',
    over: { window: days(20.4, 20.44), interval: 60_000 },
  },
  { name: 'a word in every event of a tenant', q: 'contoso' },
  { name: 'a word in a third', q: 'delivered', oneTenant: true },
  { name: 'a word in some', q: 'invoice' },
  { name: 'a rare word', q: '4711' },
  { name: 'a word nobody wrote', q: 'xylophone' },
  { name: 'a file', q: 'invoice-budget-1234.docx' },
  { name: 'two broad words', q: 'invoice budget' },
  { name: 'three broad words', q: 'invoice budget report', oneTenant: true },
  { name: 'a phrase', q: '"global administrator"' },
  { name: 'a person', q: 'actor:oskar.lind@contoso.example' },
  { name: 'a person, all spellings', q: 'oskar lind', oneTenant: true },
  { name: 'one or the other', q: 'operation:(FileDeleted OR AnonymousLinkCreated OR SharingSet)' },
  { name: 'all but two', q: '-status:delivered -outcome:success' },
  { name: 'a network', q: 'ip:203.0.113.0/24' },
  { name: 'a broad network', q: 'ip:198.51.100.0/22' },
  { name: 'an IPv6 network', q: 'ip:2001:db8:40::/42', oneTenant: true },
  { name: 'the beginning of a word', q: 'inv*' },
  { name: 'the beginning of a keyword', q: 'operation:File*' },
  { name: 'the beginning of a device', q: 'device:laptop-0*' },
  { name: 'severe', q: 'severity:>=medium' },
  { name: 'failures of a person outside', q: 'outcome:failure sender:partner12.example' },
  { name: 'present, and not', q: 'userAgent:* -device:*' },
  { name: 'quarantined last week', q: 'status:quarantined', over: { window: days(23, 30) } },
  { name: 'a message', q: 'messageId:<00*' },
  { name: 'admins abroad at night', q: 'actorKind:admin country:US -outcome:success' },
];

function days(from: number, to: number): SearchRequest['window'] {
  return { from: instant(benchStart + from * day), to: instant(benchStart + to * day) };
}

/** The request as the API would make it. */
export function requestFor(query: MixedQuery): SearchRequest {
  const { node, window } = translateSearch({ q: query.q }, instant(end));
  return {
    node, window, order: 'newest', limit: 50, after: null, facets, facetLimit: 10, interval: day, ...query.over,
  }; // prettier-ignore
}
