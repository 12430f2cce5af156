import { AppError } from '../kernel/errors.ts';
import type { Sha256 } from '../kernel/hash.ts';
import type { NewEvent, RawPointer, StoredEvent } from '../model/event.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { RawArchive } from '../ports/raw-archive.ts';
import type { Source } from '../sources/_kit/source.ts';
import type { Records } from '../sources/_kit/split-json.ts';
import { recordHash } from './record-hash.ts';

interface StoringDeps {
  readonly archive: RawArchive;
  readonly events: EventStore;
  readonly clock: Clock;
}

export interface StoredCounts {
  readonly inserted: number;
  readonly replaced: number;
  readonly unchanged: number;
}

/**
 * Stores events whose pages are archived. Where an id is known and its record came in other bytes, both are read from
 * raw first: a provider that merely writes fields in another order, or a letter by its number, has changed nothing.
 * What cannot be read any more is not known to say the same. Repeatable.
 */
export async function storeEvents(
  deps: StoringDeps,
  scope: TenantScope,
  sourceOf: (id: string) => Source | undefined,
  events: Iterable<NewEvent>,
): Promise<StoredCounts> {
  const { changed, ...stored } = await deps.events.insert(scope, events, deps.clock.now());
  const counts = { ...stored, replaced: 0 };
  if (changed.length === 0) return counts;
  return sum(counts, await storeChanged(deps, scope, valuesReader(deps.archive, scope, sourceOf), changed));
}

/** The same of events of known ids, whose records came in bytes that are not stored. */
async function storeChanged(
  { events: store, clock }: StoringDeps,
  scope: TenantScope,
  values: ValuesOf,
  changed: readonly NewEvent[],
): Promise<StoredCounts> {
  const versions: NewEvent[] = [];
  const byValues = new Map<string, NewEvent>();
  const inValues: NewEvent[] = [];
  for (const event of changed) {
    const hash = await values(event);
    // What has no hash but of its values is compared by now.
    if (hash === null || hash === event.recordHash) versions.push(event);
    else {
      byValues.set(`${event.id} ${hash}`, event);
      inValues.push({ ...event, recordHash: hash });
    }
  }
  // Events stored before their bytes were hashed are known by the hash of their values.
  const { changed: others, inserted, unchanged } = await store.insert(scope, inValues, clock.now());
  const newest = await store.getMany(scope, [...new Set(others.map(({ id }) => id))]);
  const saidBefore = memoryOf(store, scope, values, newest);
  let same = unchanged;
  for (const other of others) {
    const { id, recordHash: hash } = other;
    if (await saidBefore(id, hash)) same += 1;
    else versions.push(byValues.get(`${id} ${hash}`) ?? other);
  }
  const kept = await store.upsert(scope, versions, clock.now());
  return sum(kept, { inserted, replaced: 0, unchanged: same });
}

/** Whether a revision of that id, or what was asked about before, was made from a record of these values. */
function memoryOf(
  store: EventStore,
  scope: TenantScope,
  values: ValuesOf,
  newest: readonly StoredEvent[],
): (id: string, hash: Sha256) => Promise<boolean> {
  const stored = new Map<string, StoredEvent>(newest.map(event => [event.id, event]));
  const said = new Map<string, Said>();
  const ofNewest = async (id: string): Promise<Said> => {
    const last = stored.get(id);
    const hashes = new Set(last === undefined ? [] : [await values(last)]);
    return { hashes, whole: last === undefined || last.revision === 1 };
  };
  const ofAll = async (id: string, { hashes }: Said): Promise<Said> => {
    for (let after = 0, more = true; more;) {
      const page = await store.history(scope, id, after, revisionsAtOnce);
      for (const event of page.revisions) hashes.add(await values(event));
      after = page.revisions.at(-1)?.revision ?? after;
      more = page.more && page.revisions.length > 0;
    }
    return { hashes, whole: true };
  };
  return async (id, hash) => {
    let known = said.get(id) ?? (await ofNewest(id));
    // It is nearly always the newest, or there is no other. A history is read once for all records of its id.
    if (!known.whole && !known.hashes.has(hash)) known = await ofAll(id, known);
    said.set(id, known);
    if (known.hashes.has(hash)) return true;
    known.hashes.add(hash);
    return false;
  };
}

/** What the revisions of an id said. */
interface Said {
  readonly hashes: Set<Sha256 | null>;
  /** Whether it is of all of them, and not of the newest alone. */
  readonly whole: boolean;
}

const revisionsAtOnce = 100;

/** The hash of the values of the record an event was made from; null where it cannot be read. */
type ValuesOf = (event: { readonly source: string; readonly raw: RawPointer }) => Promise<Sha256 | null>;

/** Pages kept at hand: neighbours come from the same few. */
const keptPages = 3;

function valuesReader(
  archive: RawArchive,
  scope: TenantScope,
  sourceOf: (id: string) => Source | undefined,
): ValuesOf {
  const pages = new Map<string, Records | null>();
  const pageOf = async (source: Source, key: string): Promise<Records | null> => {
    const known = pages.get(key);
    if (known !== undefined) return known;
    const object = await archive.get(scope, key);
    const page = object === null ? null : source.split(object.bytes);
    const oldest = pages.size < keptPages ? undefined : pages.keys().next().value;
    if (oldest !== undefined) pages.delete(oldest);
    pages.set(key, page);
    return page;
  };
  return async ({ source: id, raw }) => {
    const source = sourceOf(id);
    if (source === undefined) return null;
    try {
      const page = await pageOf(source, raw.key);
      const [record] = page?.slice(raw.index, raw.index + 1) ?? [];
      return record === undefined ? null : recordHash(record);
    } catch (thrown) {
      if (isUnreadable(thrown)) return null;
      throw thrown;
    }
  };
}

const isUnreadable = (thrown: unknown): boolean =>
  thrown instanceof AppError && (thrown.code === 'archive.corrupt' || thrown.code === 'provider.malformed');

const sum = (a: StoredCounts, b: StoredCounts): StoredCounts => ({
  inserted: a.inserted + b.inserted,
  replaced: a.replaced + b.replaced,
  unchanged: a.unchanged + b.unchanged,
});
