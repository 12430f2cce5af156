import { days, hours, minutes, type Instant, type Window } from '../../shared/kernel/time.ts';
import { policyFor } from '../../shared/pipeline/policy-for.ts';
import type { RawPointer } from '../../shared/model/event.ts';
import type { TenantScope } from '../../shared/model/scope.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { rhythmBounds } from '../../shared/pipeline/rhythm.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { feedsOf } from '../../simulator/world/graph-feeds.ts';
import {
  mimecastLogs,
  siemTypes,
  type GraphVersion,
  type SimRecord,
  type SimTenant,
} from '../../simulator/world/world.ts';

/** A record as its provider has it, and what tells it from others: its id, or all it says. */
interface Known {
  readonly name: string;
  readonly time: number;
  readonly visibleAt: number;
  readonly goneAt: number;
  json(asOf: number): string;
}

/** An event as it is stored: what its record is known by, what its revisions say, oldest first, and when each was stored. */
interface StoredThing {
  readonly name: string;
  readonly texts: readonly string[];
  readonly at: readonly number[];
}
/** What is stored of a stream, by event. */
export type Stored = ReadonlyMap<string, StoredThing>;

export interface Differences {
  /** How many records had to be there. */
  readonly expected: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly strange: readonly string[];
  /** There, but in none of the forms that were shown long enough. */
  readonly stale: readonly string[];
}

const day = days(1);
/** Longer than any record is late; with the day itself shorter than any provider's memory. */
const shownWithin = 5.5 * day;

/** All a window source's or feed's provider ever showed of a stream with times in the span. */
function* everShown(sim: SimTenant, { ref }: PullTarget, span: Window, now: number): Generator<Known> {
  for (let from: number = span.from; from < span.to; from += day) {
    const range = { from, to: Math.min(from + day, span.to) };
    yield* shownIn(sim, ref.source, ref.stream, range, Math.min(range.to + shownWithin, now));
  }
}

type Range = { readonly from: number; readonly to: number };

function* shownIn(
  sim: SimTenant,
  source: string,
  stream: string,
  range: Range,
  asOf: number,
): Generator<Known> {
  const feed = feedsOf(source).find(name => name.split('.')[0] !== 'signIns' || name === `signIns.${stream}`);
  const log = mimecastLogs.find(name => source === `mimecast.${name}`);
  if (source === 'm365.unified-audit') {
    for (const blob of sim.blobs(stream, range, asOf)) {
      const { contentCreated: time, visibleAt } = blob;
      for (const text of blob.records(asOf)) yield plain(nameIn(text, 'Id'), time, visibleAt, text);
    }
  } else if (source === 'mimecast.siem') {
    const type = siemTypes.find(name => name.replaceAll(' ', '-') === stream);
    if (type === undefined) return;
    for (const file of sim.mimecast?.batches(type, range) ?? [])
      for (const line of file.lines()) yield plain(line, file.listedAt, file.listedAt, line);
  } else if (log !== undefined) {
    const named = log === 'audit-events' || log === 'message-tracking';
    for (const one of sim.mimecast?.records(log, range, asOf, 'asc') ?? [])
      yield known(one, text => (named ? nameIn(text, 'id') : text));
  } else if (feed !== undefined) {
    // As the source asks by default.
    const version = stream === 'interactive' ? 'v1.0' : undefined;
    for (const one of sim.graphRecords(feed, range, asOf, 'asc'))
      yield known(one, text => nameIn(text, 'id'), version);
  } else if (source === 'exchange.message-trace') {
    for (const one of sim.messageTraces(range, asOf, 'asc')) yield known(one, traceName);
  } else if (source === 'entra.directory-audits') {
    for (const one of sim.directoryAudits(range, asOf, 'asc')) yield known(one, text => nameIn(text, 'id'));
  } else throw new RangeError(`nothing is known of ${source}`);
}

const plain = (name: string, time: number, visibleAt: number, text: string): Known => ({
  name, time, visibleAt, goneAt: Number.POSITIVE_INFINITY, json: () => text,
}); // prettier-ignore
function known(record: SimRecord, nameOf: (text: string) => string, version?: GraphVersion): Known {
  const { time, visibleAt, goneAt = Number.POSITIVE_INFINITY } = record;
  return {
    name: nameOf(record.json(visibleAt)),
    time,
    visibleAt,
    goneAt,
    json: asOf => record.json(asOf, version),
  };
}

const traceName = (text: string): string =>
  `${nameIn(text, 'id')} ${nameIn(text, 'recipientAddress').toLowerCase()}`;
function nameIn(text: string, field: string): string {
  const value: unknown = JSON.parse(text);
  const name: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : null;
  if (typeof name !== 'string') throw new Error(`a record without ${field}`);
  return name;
}

/** By what a stored record is known in `everShown`. */
export function nameOfStored({ ref }: PullTarget, text: string): string {
  if (ref.source === 'm365.unified-audit') return nameIn(text, 'Id');
  if (ref.source === 'exchange.message-trace') return traceName(text);
  const bare = ref.source.startsWith('mimecast.') && !/audit-events|message-tracking/.test(ref.source);
  return bare ? text : nameIn(text, 'id');
}

/**
 * The last moment at which a record of that time was certainly asked for: with the lag of its first reading, and at the
 * age of every re-read that is behind it; of those before a gap, if that was before the gap. Null where nothing is
 * certain yet.
 */
function lastAsked(target: PullTarget, time: number, { now, tick, gaps }: Asked): number | null {
  if (target.source.pull.kind !== 'window') return time + hours(1) + tick < now ? time : null;
  const policy = policyFor(target);
  const patience = rhythmBounds(policy).slowest + tick + minutes(2);
  const end = Math.min(now, ...gaps.map(({ from }) => from).filter(from => from > time));
  let at: number | null = now - time > policy.lag + patience ? time + policy.lag : null;
  for (const age of policy.rereads) {
    if (end - time > age * 1.625 + policy.lag + patience) at = time + age;
  }
  return at;
}

interface Asked {
  readonly now: Instant;
  /** How long a stream that is due may wait for its turn. */
  readonly tick: number;
  readonly covered: readonly Window[];
  readonly gaps: readonly Window[];
}

/** What is stored under one name. */
interface Found {
  readonly texts: Set<string>;
  /** What the newest revision of each of its events says. */
  readonly newest: Set<string>;
  events: number;
}

/** What the world has under one name. */
interface Had {
  count: number;
  /** The forms of the records that still stand. */
  readonly standing: Set<string>;
  /** Whether one that stands must be there. */
  certain: boolean;
}

/** Compares what is stored of a stream with all its provider showed in the spans that count as covered. */
export function compareWithWorld(sim: SimTenant, target: PullTarget, stored: Stored, at: Asked): Differences {
  const found = byName(stored);
  const world = new Map<string, Had>();
  const lost = new Set<string>();
  const stale = new Set<string>();
  let expected = 0;
  for (const one of at.covered.flatMap(span => [...everShown(sim, target, span, at.now)])) {
    const had = world.get(one.name) ?? { count: 0, standing: new Set<string>(), certain: false };
    world.set(one.name, had);
    had.count += 1;
    const asked = lastAsked(target, one.time, at);
    const stands = one.goneAt > at.now;
    if (stands) had.standing.add(one.json(at.now));
    if (asked === null || one.visibleAt > asked || one.goneAt <= asked) continue;
    expected += 1;
    const forms = [one.json(asked), one.json(at.now)];
    if (stands) had.standing.add(one.json(asked));
    had.certain ||= stands;
    const texts = found.get(one.name)?.texts;
    if (texts === undefined) lost.add(`${one.name} of ${new Date(one.time).toISOString()}`);
    else if (!forms.some(form => texts.has(form))) stale.add(`${one.name} never said ${forms[0] ?? ''}`);
  }
  const doubled: string[] = [];
  const strange: string[] = [];
  for (const [name, { events, newest }] of found) {
    const had = world.get(name);
    if (had === undefined) strange.push(name);
    else if (events !== (target.source.countsEqual === true ? had.count : 1))
      doubled.push(`${events} of ${had.count}: ${name}`);
    else if (had.certain && ![...newest].every(text => had.standing.has(text)))
      stale.add(`${name} says ${[...newest].join()}`);
  }
  return { expected, lost: [...lost], doubled, strange, stale: [...stale] };
}

function byName(stored: Stored): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  for (const { name, texts } of stored.values()) {
    const one = found.get(name) ?? { texts: new Set<string>(), newest: new Set<string>(), events: 0 };
    for (const text of texts) one.texts.add(text);
    one.newest.add(texts.at(-1) ?? '');
    one.events += 1;
    found.set(name, one);
  }
  return found;
}

/** Everything stored of some streams of one tenant, by stream (`source stream`), each record read from the archive. */
export async function storedStreams(
  profile: Profile,
  targets: readonly PullTarget[],
): Promise<ReadonlyMap<string, Stored>> {
  const all = new Map(targets.map(target => [streamName(target), target]));
  const streams = new Map(targets.map(target => [streamName(target), new Map<string, StoredThing>()]));
  const scope = targets[0]?.scope;
  if (scope === undefined) return streams;
  const pages = archivedPages(profile, scope);
  for (let after: string | null = null, more = true; more;) {
    const some = await profile.events.changes([scope], after, 1_000);
    for (const { event } of some.changes) {
      const name = `${event.source} ${event.stream}`;
      const target = all.get(name);
      if (target === undefined) continue;
      const bytes = target.source.recordBytes(await pages(event.raw), event.raw.index);
      const text = Buffer.from(bytes).toString();
      const before = streams.get(name)?.get(event.id);
      streams.get(name)?.set(event.id, {
        name: nameOfStored(target, text),
        texts: [...(before?.texts ?? []), text],
        at: [...(before?.at ?? []), Date.parse(event.ingestedAt)],
      });
    }
    ({ next: after, more } = some);
  }
  return streams;
}

/** Pages of the archive, the last ones kept at hand: the records of a page are stored one after the other. */
function archivedPages(
  { archive }: Pick<Profile, 'archive'>,
  scope: TenantScope,
): (raw: RawPointer) => Promise<Uint8Array> {
  const kept = new Map<string, { readonly bytes: Uint8Array; readonly sha256: string }>();
  return async ({ key, sha256 }) => {
    const page = kept.get(key) ?? (await archive.get(scope, key));
    if (page === null || page.sha256 !== sha256) throw new Error(`${key} is not in the archive as it was`);
    kept.set(key, page);
    if (kept.size > 200) kept.delete(kept.keys().next().value ?? '');
    return page.bytes;
  };
}

export const streamName = ({ ref }: Pick<PullTarget, 'ref'>): string => `${ref.source} ${ref.stream}`;
