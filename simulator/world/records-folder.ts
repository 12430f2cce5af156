import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { contentIdOf, contentTypes, expiryOf, isContentType, type ContentType } from './content-id.ts';
import { feedsOf } from './graph-feeds.ts';
import { givenAccount } from './mimecast/given-account.ts';
import { mimecastDays } from './mimecast/invented-account.ts';
import { fileReader, isBlank, linesOf, valueOf } from './record-lines.ts';
import type { Order, Range } from './slots.ts';
import { stateSources } from './state.ts';
import { mimecastLogs } from './world.ts';
import type { SimBlob, SimMimecast, SimRecord, SimTenant } from './world.ts';

import {
  countOf,
  emptyIndex,
  indexRecord,
  servedSources,
  type Index,
  type Place,
  type Read,
} from './records-index.ts';

export const corpusId = 'c0590000-0000-4000-8000-00000000c0de';
export interface RecordsFolder {
  readonly tenant: SimTenant;
  /** Records served, by source; only sources that have a folder. */
  readonly served: Readonly<Partial<Record<string, number>>>;
  readonly refused: {
    readonly count: number;
    /** The first hundred: path under the folder, and line from 1. */
    readonly first: readonly { readonly file: string; readonly line: number }[];
  };
  /**
   * What lies in the folder and is passed over: folders that are no source's, what is no `*.ndjson` file in those
   * that are, and `*.ndjson` files, or files named as a source, where a source's folder should be.
   */
  readonly unserved: readonly string[];
}

const day = 86_400_000;
const blobSize = 50;
const contentDays = 6;
const mostReported = 100;
/** Bytes. A provider whose answer were longer than a client takes could never be asked for what follows it. */
const longestRecord = 32 * 1024 * 1024;

/**
 * `folder/<source id>/*.ndjson` as a tenant named Corpus: every line is a record and is served with exactly its
 * bytes, line end apart. Files are read once, line by line, for an index of places; records are read when asked
 * for. A record whose time cannot be read, or is later than `now`, sits an hour before `now`, where it is met; so does
 * one of Mimecast's that is older than its log goes back.
 */
export function recordsTenant(folder: string, now: number): RecordsFolder {
  if (!existsSync(folder))
    throw new Error(`There is no folder ${folder}. Give --records a folder that holds <source id>/*.ndjson.`);
  const names = readdirSync(folder).sort();
  const folders = names.filter(name => kindOf(join(folder, name)) === 'folder');
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
    unserved: [
      ...folders.filter(name => !servedSources.includes(name) && ndjsonIn(join(folder, name)).length > 0),
      ...names.filter(name => !folders.includes(name) && (servedSources.includes(name) || isNdjson(name))),
      ...sources.flatMap(source => othersIn(join(folder, source)).map(name => `${source}/${name}`)),
    ],
  };
}

const isNdjson = (name: string): boolean => name.endsWith('.ndjson');

/** What a name leads to, links followed. A pipe is no file: reading one waits for ever for somebody to write. */
function kindOf(path: string): 'folder' | 'file' | 'other' {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true ? 'folder' : found?.isFile() === true ? 'file' : 'other';
}

const ndjsonIn = (path: string): readonly string[] =>
  readdirSync(path)
    .filter(name => isNdjson(name) && isReadable(join(path, name)))
    .sort();

/** A link that leads nowhere is not passed over: what it should lead to would be missed. */
const isReadable = (path: string): boolean => statSync(path).isFile();

/** Folders too, where something lies in them: records one level deeper are not read. */
const othersIn = (path: string): readonly string[] =>
  readdirSync(path)
    .filter(name => !name.startsWith('.'))
    .filter(name => {
      const kind = kindOf(join(path, name));
      return kind === 'folder'
        ? readdirSync(join(path, name)).length > 0
        : kind === 'other' || !isNdjson(name);
    })
    .sort();

function indexFile(
  index: Index,
  source: string,
  path: string,
  file: number,
  label: string,
  now: number,
): void {
  for (const line of linesOf(path)) {
    if (isBlank(line)) continue;
    const value = line.bytes.length > longestRecord ? undefined : valueOf(line);
    if (value === undefined) {
      index.refused.count += 1;
      if (index.refused.first.length < mostReported)
        index.refused.first.push({ file: label, line: line.number });
    } else indexRecord(index, source, value, line, file, now);
  }
}

function tenantFrom(index: Index, sources: readonly string[], read: Read, now: number): SimTenant {
  const blobs = Object.fromEntries(
    contentTypes.map(type => [type, blobsOf(type, index.content[type], read, now)]),
  );
  const frequent = [...index.domains].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  const graphSpan = (source: string, least: number): number =>
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
  sources: readonly string[],
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
