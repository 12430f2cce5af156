import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contentIdOf, contentTypes, expiryOf, isContentType, type ContentType } from './content-id.ts';
import { feedsOf } from './graph-feeds.ts';
import { givenAccount, mimecastTimeIn, siemTypeOf } from './mimecast/given-account.ts';
import { mimecastDays } from './mimecast/invented-account.ts';
import { contentTypeOf, memberOf } from './record-content-type.ts';
import { fileReader, isBlank, linesOf, valueOf, type Line } from './record-lines.ts';
import { timeInRecord } from './record-time.ts';
import type { Order, Range } from './slots.ts';
import { signInFeedOf } from './sign-in-feed.ts';
import { stateListOf, stateSources, type StateList } from './state.ts';
import { graphFeeds, mimecastLogs, siemTypes } from './world.ts';
import type {
  GraphFeed, MimecastLog, SiemType, SimBlob, SimMimecast, SimRecord, SimTenant,
} from './world.ts'; // prettier-ignore

export const corpusId = 'c0590000-0000-4000-8000-00000000c0de';
const servedSources = [
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
type Served = string;

export interface RecordsFolder {
  readonly tenant: SimTenant;
  /** Records served, by source; only sources that have a folder. */
  readonly served: Readonly<Partial<Record<Served, number>>>;
  readonly refused: {
    readonly count: number;
    /** The first hundred: path under the folder, and line from 1. */
    readonly first: readonly { readonly file: string; readonly line: number }[];
  };
  /** Source folders that the simulator has no front end for. */
  readonly unserved: readonly string[];
}

/** Where one record lies. A million of these fit in memory; a million records need not. */
interface Place {
  readonly time: number;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}
type Read = (place: Place) => string;

interface Index {
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

const day = 86_400_000;
const hour = 3_600_000;
const blobSize = 50;
const contentDays = 6;
const mostReported = 100;

/**
 * `folder/<source id>/*.ndjson` as a tenant named Corpus: every line is a record and is served with exactly its
 * bytes, line end apart. Files are read once, line by line, for an index of places; records are read when asked
 * for. A record whose time cannot be read, or is later than `now`, sits an hour before `now`, where it is met; so does
 * one of Mimecast's that is older than its log goes back.
 */
export function recordsTenant(folder: string, now: number): RecordsFolder {
  if (!existsSync(folder))
    throw new Error(`There is no folder ${folder}. Give --records a folder that holds <source id>/*.ndjson.`);
  const folders = readdirSync(folder, { withFileTypes: true }).filter(entry => !entry.isFile()).map(entry => entry.name).sort(); // prettier-ignore
  const sources = servedSources.filter(source => folders.includes(source));
  const paths: string[] = [];
  const index = emptyIndex();
  for (const source of sources) {
    for (const name of ndjsonIn(join(folder, source))) {
      const path = join(folder, source, name);
      indexFile(index, source, path, paths.push(path) - 1, `${source}/${name}`, now);
    }
  }
  for (const places of [index.directory, index.traces, ...index.graph.values()]) {
    places.sort((a, b) => a.time - b.time);
  }
  for (const log of mimecastLogs) index.logs[log].sort((a, b) => a.time - b.time);
  const readAt = fileReader(paths);
  const read: Read = place => readAt(place.file, place.offset, place.length);
  return {
    tenant: tenantFrom(index, sources, read, now),
    served: Object.fromEntries(sources.map(source => [source, countOf(index, source)])),
    refused: index.refused,
    unserved: folders.filter(
      name => !servedSources.some(source => source === name) && ndjsonIn(join(folder, name)).length > 0,
    ),
  };
}

const emptyBy = <Name extends string>(names: readonly Name[]): Record<Name, Place[]> =>
  Object.fromEntries(names.map((name): [Name, Place[]] => [name, []])) as Record<Name, Place[]>;

const logOf = (source: Served): MimecastLog | null =>
  mimecastLogs.find(log => source === `mimecast.${log}`) ?? null;

function countOf(index: Index, source: Served): number {
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

const emptyIndex = (): Index => ({
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

const ndjsonIn = (path: string): readonly string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter(entry => !entry.isDirectory() && entry.name.endsWith('.ndjson'))
    .map(entry => entry.name)
    .sort();

function indexFile(
  index: Index,
  source: Served,
  path: string,
  file: number,
  label: string,
  now: number,
): void {
  for (const line of linesOf(path)) {
    if (isBlank(line)) continue;
    const value = valueOf(line);
    if (value === undefined) {
      index.refused.count += 1;
      if (index.refused.first.length < mostReported)
        index.refused.first.push({ file: label, line: line.number });
    } else indexRecord(index, source, value, line, file, now);
  }
}

function indexRecord(
  index: Index,
  source: Served,
  value: unknown,
  line: Line,
  file: number,
  now: number,
): void {
  const log = logOf(source);
  const found = typeof value !== 'object' || value === null ? null : log === null ? timeInRecord(source, value) : mimecastTimeIn(log, value, now); // prettier-ignore
  const time = found !== null && found <= now ? found : now - hour;
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
function feedFor(index: Index, source: Served, value: unknown): Place[] | undefined {
  const feed = source === 'entra.sign-ins' ? signInFeedOf(value) : feedsOf(source)[0];
  return feed === undefined ? undefined : index.graph.get(feed);
}

function countDomain(domains: Map<string, number>, address: unknown): void {
  if (typeof address !== 'string' || !address.includes('@')) return;
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  if (domain !== '') domains.set(domain, (domains.get(domain) ?? 0) + 1);
}

function tenantFrom(index: Index, sources: readonly Served[], read: Read, now: number): SimTenant {
  const blobs = Object.fromEntries(
    contentTypes.map(type => [type, blobsOf(type, index.content[type], read, now)]),
  );
  const frequent = [...index.domains].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  const graphSpan = (source: Served, least: number): number =>
    Math.max(...feedsOf(source).map(feed => daysBack(index.graph.get(feed) ?? [], now, least)));
  const spans: Readonly<Record<string, number>> = {
    'entra.sign-ins': graphSpan('entra.sign-ins', 30),
    'intune.audit-events': graphSpan('intune.audit-events', 365),
    'defender.alerts': graphSpan('defender.alerts', 180),
    'defender.incidents': graphSpan('defender.incidents', 180),
    'entra.directory-audits': daysBack(index.directory, now, 30),
    'exchange.message-trace': daysBack(index.traces, now, 90),
    ...Object.fromEntries(mimecastLogs.map(log => [`mimecast.${log}`, mimecastDays[log]])),
  };
  return {
    id: corpusId,
    name: 'Corpus',
    domains: frequent.length === 0 ? ['corpus.example'] : frequent.slice(0, 3).map(([domain]) => domain),
    users: [],
    sources,
    remembersDays: source => (source in stateSources ? 0 : (spans[source] ?? 7)),
    state: list => index.state.filter(one => one.list === list).map(one => read(one.place)),
    directoryAudits: (range, asOf, order) => recordsIn(index.directory, read, range, asOf, order),
    messageTraces: (range, asOf, order) => recordsIn(index.traces, read, range, asOf, order),
    graphRecords: (feed, range, asOf, order) =>
      recordsIn(index.graph.get(feed) ?? [], read, range, asOf, order),
    blobs: (contentType, range, asOf) =>
      (blobs[contentType] ?? []).filter(blob => {
        const created = blob.contentCreated;
        return created >= range.from && created < range.to && blob.visibleAt <= asOf;
      }),
    blob: (contentType, contentId) => {
      if (!isContentType(contentType)) return null;
      return blobs[contentType]?.find(blob => blob.contentId === contentId) ?? null;
    },
    mimecast: accountFrom(index, sources, read, now),
  };
}

function accountFrom(
  { logs, siem }: Index,
  sources: readonly Served[],
  read: Read,
  now: number,
): SimMimecast | null {
  if (!sources.some(source => source.startsWith('mimecast.'))) return null;
  const recordsOf = (
    places: readonly Place[],
    range: Range,
    asOf: number,
    order: Order,
  ): Iterable<SimRecord> => recordsIn(places, read, range, asOf, order);
  return givenAccount({ logs, siem, read, now, recordsIn: recordsOf });
}

/** Enough for the oldest record, and a month more, for a simulator that stays up. */
function daysBack(places: readonly Place[], now: number, least: number): number {
  const oldest = places[0];
  return oldest === undefined ? least : Math.max(least, Math.ceil((now - oldest.time) / day) + 30);
}

function* recordsIn(
  places: readonly Place[],
  read: Read,
  range: Range,
  asOf: number,
  order: Order,
): Generator<SimRecord> {
  const from = firstAtOrAfter(places, range.from);
  const to = firstAtOrAfter(places, Math.min(range.to, asOf + 1));
  for (let n = 0; n < to - from; n += 1) {
    const place = places[order === 'asc' ? from + n : to - 1 - n];
    if (place !== undefined) yield { time: place.time, visibleAt: place.time, json: () => read(place) };
  }
}

function firstAtOrAfter(places: readonly Place[], time: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle]?.time ?? time) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The records of a content type in the files' order, fifty to a blob, made at even steps over the last six days. */
function blobsOf(
  contentType: ContentType,
  places: readonly Place[],
  read: Read,
  now: number,
): readonly SimBlob[] {
  const count = Math.ceil(places.length / blobSize);
  return Array.from({ length: count }, (_, n) => {
    const contentCreated = Math.floor(now - contentDays * day + ((n + 0.5) / count) * contentDays * day);
    return {
      contentId: contentIdOf(contentType, contentCreated, n, Math.floor(n / 1_000) % 1_000),
      contentCreated,
      contentExpiration: expiryOf(contentCreated),
      visibleAt: contentCreated,
      records: () => places.slice(n * blobSize, (n + 1) * blobSize).map(read),
    };
  });
}
