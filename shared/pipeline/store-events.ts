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
  let counts = { ...stored, replaced: 0 };
  if (changed.length === 0) return counts;
  const values = valuesReader(deps.archive, scope, sourceOf);
  for (let rest = changed; rest.length > 0;) {
    // Of several versions in one call each is compared with the one before.
    const { firsts, others } = onePerId(rest);
    counts = sum(counts, await storeChanged(deps, scope, values, firsts));
    rest = others;
  }
  return counts;
}

/** At most one event of each id. */
async function storeChanged(
  { events: store, clock }: StoringDeps,
  scope: TenantScope,
  values: ValuesOf,
  events: readonly NewEvent[],
): Promise<StoredCounts> {
  const differing: NewEvent[] = [];
  const inBytes = new Map<string, NewEvent>();
  const inValues: NewEvent[] = [];
  for (const event of events) {
    const hash = await values(event);
    // What has no hash but of its values is compared by now.
    if (hash === null || hash === event.recordHash) differing.push(event);
    else {
      inBytes.set(event.id, event);
      inValues.push({ ...event, recordHash: hash });
    }
  }
  // Versions before this one kept the hash of the values.
  const { inserted, unchanged, changed } = await store.insert(scope, inValues, clock.now());
  const newest = await store.getMany(
    scope,
    changed.map(({ id }) => id),
  );
  const known = new Map(newest.map(event => [event.id as string, event]));
  let same = unchanged;
  for (const { id, recordHash: hash } of changed) {
    const stored = known.get(id);
    const event = inBytes.get(id);
    if (stored !== undefined && (await saidBefore(store, scope, values, stored, hash))) same += 1;
    else if (event !== undefined) differing.push(event);
  }
  const kept = await store.upsert(scope, differing, clock.now());
  return sum(kept, { inserted, replaced: 0, unchanged: same });
}

/** Whether a revision was made from a record of these values: the newest, as nearly always, or one before it. */
async function saidBefore(
  store: EventStore,
  scope: TenantScope,
  values: ValuesOf,
  newest: StoredEvent,
  hash: Sha256,
): Promise<boolean> {
  if ((await values(newest)) === hash) return true;
  for (let after = 0, more = newest.revision > 1; more;) {
    const page = await store.history(scope, newest.id, after, historyPage);
    for (const event of page.revisions) {
      if (event.revision !== newest.revision && (await values(event)) === hash) return true;
    }
    after = page.revisions.at(-1)?.revision ?? after;
    more = page.more && page.revisions.length > 0;
  }
  return false;
}

const historyPage = 100;

function onePerId(events: readonly NewEvent[]): { firsts: readonly NewEvent[]; others: readonly NewEvent[] } {
  const firsts = new Map<string, NewEvent>();
  const others: NewEvent[] = [];
  for (const event of events) {
    if (firsts.has(event.id)) others.push(event);
    else firsts.set(event.id, event);
  }
  return { firsts: [...firsts.values()], others };
}

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
