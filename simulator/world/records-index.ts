import type { ContentType } from './content-id.ts';
import { feedsOf } from './graph-feeds.ts';
import { mimecastTimeIn, siemTypeOf } from './mimecast/given-account.ts';
import { contentTypeOf, memberOf } from './record-content-type.ts';
import type { Line } from './record-lines.ts';
import { timeInRecord } from './record-time.ts';
import { signInFeedOf } from './sign-in-feed.ts';
import { stateListOf, stateSources, type StateList } from './state.ts';
import { graphFeeds, mimecastLogs, siemTypes } from './world.ts';
import type { GraphFeed, MimecastLog, SiemType } from './world.ts';

export const servedSources = [
  'entra.directory-audits',
  'exchange.message-trace',
  'm365.unified-audit',
  'entra.sign-ins',
  'intune.audit-events',
  'defender.alerts',
  'defender.incidents',
  ...Object.keys(stateSources),
  ...mimecastLogs.map(log => `mimecast.${log}` as const),
  'mimecast.siem',
];

/** Where one record lies. A million of these fit in memory; a million records need not. */
export interface Place {
  readonly time: number;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}
export type Read = (place: Place) => string;

export interface Index {
  readonly directory: Place[];
  readonly traces: Place[];
  readonly content: Record<ContentType, Place[]>;
  /** Records that tell how things are. */
  readonly state: { readonly list: StateList; readonly place: Place }[];
  readonly logs: Record<MimecastLog, Place[]>;
  readonly siem: Record<SiemType, Place[]>;
  readonly graph: ReadonlyMap<GraphFeed, Place[]>;
  readonly domains: Map<string, number>;
  readonly refused: { count: number; first: { file: string; line: number }[] };
}

const hour = 3_600_000;
const day = 24 * hour;
/**
 * Message traces are asked for by ten days at a time and sixty times in five minutes: to reach one trace of ten years
 * ago takes half an hour of empty answers. One older than this is served as if it were new.
 */
const traceDays = 500;

const emptyBy = <Name extends string>(names: readonly Name[]): Record<Name, Place[]> =>
  Object.fromEntries(names.map((name): [Name, Place[]] => [name, []])) as Record<Name, Place[]>;

export const logOf = (source: string): MimecastLog | null =>
  mimecastLogs.find(log => source === `mimecast.${log}`) ?? null;

export function countOf(index: Index, source: string): number {
  const sum = (lists: readonly (readonly Place[])[]): number =>
    lists.reduce((total, list) => total + list.length, 0);
  if (source === 'entra.directory-audits') return index.directory.length;
  if (source === 'exchange.message-trace') return index.traces.length;
  if (source === 'm365.unified-audit') return sum(Object.values(index.content));
  const lists = Object.values(stateSources[source] ?? {}).flat();
  if (lists.length > 0) return index.state.filter(({ list }) => lists.includes(list)).length;
  const feeds = feedsOf(source);
  if (feeds.length > 0) return sum(feeds.map(feed => index.graph.get(feed) ?? []));
  const log = logOf(source);
  return log === null ? sum(Object.values(index.siem)) : index.logs[log].length;
}

export const emptyIndex = (): Index => ({
  directory: [],
  traces: [],
  content: {
    'Audit.AzureActiveDirectory': [],
    'Audit.Exchange': [],
    'Audit.SharePoint': [],
    'Audit.General': [],
    'DLP.All': [],
  },
  state: [],
  logs: emptyBy(mimecastLogs),
  siem: emptyBy(siemTypes),
  graph: new Map(graphFeeds.map((feed): [GraphFeed, Place[]] => [feed, []])),
  domains: new Map(),
  refused: { count: 0, first: [] },
});

export function indexRecord(
  index: Index,
  source: string,
  value: unknown,
  line: Line,
  file: number,
  now: number,
): void {
  const log = logOf(source);
  const found = typeof value !== 'object' || value === null ? null : log === null ? timeInRecord(source, value) : mimecastTimeIn(log, value, now); // prettier-ignore
  const oldest = source === 'exchange.message-trace' ? now - traceDays * day : -Infinity;
  const time = found !== null && found <= now && found >= oldest ? found : now - hour;
  const place: Place = { time, file, offset: line.offset, length: line.bytes.length };
  if (source in stateSources) {
    index.state.push({ list: stateListOf(source, value), place });
    countDomain(index.domains, memberOf(value, 'userprincipalname'));
  } else if (source === 'm365.unified-audit') index.content[contentTypeOf(value)].push(place);
  else if (source === 'entra.directory-audits') index.directory.push(place);
  else if (source === 'mimecast.siem') index.siem[siemTypeOf(value)].push(place);
  else if (log !== null) index.logs[log].push(place);
  else if (source !== 'exchange.message-trace') feedFor(index, source, value)?.push(place);
  else {
    index.traces.push(place);
    for (const name of ['recipientaddress', 'senderaddress'])
      countDomain(index.domains, memberOf(value, name));
  }
}

/** Where a record of the lists of Graph belongs: a sign-in shows by its fields which of the four it is of. */
function feedFor(index: Index, source: string, value: unknown): Place[] | undefined {
  const feed = source === 'entra.sign-ins' ? signInFeedOf(value) : feedsOf(source)[0];
  return feed === undefined ? undefined : index.graph.get(feed);
}

function countDomain(domains: Map<string, number>, address: unknown): void {
  if (typeof address !== 'string' || !address.includes('@')) return;
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  if (domain !== '') domains.set(domain, (domains.get(domain) ?? 0) + 1);
}
