import { AppError } from '../../kernel/errors.ts';
import { isEventId } from '../../kernel/hash.ts';
import { isoInstant, type Instant } from '../../kernel/time.ts';
import type { NewEvent } from '../../model/event.ts';
import type { ChangedRecords } from '../../ports/event-store.ts';
import { storedForm } from '../../model/stored-form.ts';
import { demandEventSize } from '../documents/demand-event-size.ts';
import type { CosmosContainer, Step } from './cosmos-gateway.ts';
import { fits, markOf, packsOf, sizeOf } from './event-commit.ts';
import { dayOf, packRowsWith, rowsOf, termOf, type PackItem, type Revision } from './event-pack.ts';
import { readSteadily, volumesOf, type HeldHead, type VolumeHead, type Volumes } from './event-volumes.ts';
import { inSlices } from './in-slices.ts';
import { monotonicMicroseconds } from './monotonic-microseconds.ts';
import { inTurns, lost, tryAgain } from './try-again.ts';

export interface Upserted {
  readonly inserted: number;
  readonly replaced: number;
  readonly unchanged: number;
  /** Of known ids, of records that none of their revisions was made from, where such are not stored. */
  readonly changed: readonly NewEvent[];
}

type WriteEvents = (
  tenantId: string,
  events: readonly NewEvent[],
  at: Instant,
  others: ChangedRecords,
) => Promise<Upserted>;

/** Stores events of one tenant: each call looks, decides, and commits under the tag of what it looked at. */
export function eventWriter(items: CosmosContainer, volumes: Volumes, volumeBytes: number): WriteEvents {
  const turn = inTurns();
  const store: WriteEvents = async (tenantId, events, at, others) => {
    const outcome = await tryAgain('a tenant’s events', tries =>
      commitOnce({ items, volumes, volumeBytes, tenantId, at, others }, events, tries > 0),
    );
    if (outcome !== 'too large') return outcome;
    if (events.length === 1) {
      throw new AppError('bug', 'give-up', 'An event is larger than an item of Cosmos DB may be.');
    }
    const [first = [], second = []] = inSlices(events, Math.ceil(events.length / 2));
    return sum(await store(tenantId, first, at, others), await store(tenantId, second, at, others));
  };
  return (tenantId, events, at, others) => {
    for (const event of events) demandStorable(event);
    if (events.length === 0) {
      return Promise.resolve({ inserted: 0, replaced: 0, unchanged: 0, changed: [] });
    }
    return turn(tenantId, () => store(tenantId, events, at, others));
  };
}

interface Writing {
  readonly items: CosmosContainer;
  readonly volumes: Volumes;
  readonly volumeBytes: number;
  readonly tenantId: string;
  readonly at: Instant;
  readonly others: ChangedRecords;
}

async function commitOnce(
  by: Writing,
  events: readonly NewEvent[],
  fresh: boolean,
): Promise<Upserted | typeof lost | 'too large'> {
  const held = await by.volumes.open(by.tenantId, fresh);
  if (held.head.bytes >= by.volumeBytes) {
    await by.volumes.turnOver(held);
    return lost;
  }
  // After the head: whoever stores anything from here on changes its tag.
  const known = await knownRecords(by, held, events);
  const { revisions, counts } = decide(events, known, isoInstant(by.at), by.others);
  if (revisions.length === 0) return counts;
  const commit = held.head.commit + 1;
  const packs = await packsOf(revisions, held.head, commit);
  const bytes = sizeOf(packs);
  if (!fits(packs)) return 'too large';
  const head = nextHead(held.head, packs, bytes, commit, counts.inserted);
  const steps: Step[] = [
    held.etag === null ? { do: 'create', item: head } : { do: 'replace', item: head, ifMatch: held.etag },
    { do: 'create', item: markOf(head, packs, revisions) },
    ...packs.map(item => ({ do: 'create' as const, item })),
  ];
  try {
    const outcome = await by.items.batch([by.tenantId, head.volume], steps);
    if (outcome.ok) {
      by.volumes.seen({ head, etag: outcome.etags[0] ?? null });
      return counts;
    }
  } catch (thrown) {
    // It may have been stored and only the answer be lost: what this process remembers of the head is no use now.
    by.volumes.forget(by.tenantId);
    throw thrown;
  }
  by.volumes.forget(by.tenantId);
  return lost;
}

/** A question may have 512 kB with all that goes with it: some 39,000 of them. */
const termsPerQuery = 20_000;

interface Known {
  revision: number;
  readonly hashes: Set<string>;
}

/** The stored revisions of these events' ids. */
async function knownRecords(
  by: Writing,
  { head, etag }: HeldHead,
  events: readonly NewEvent[],
): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  if (etag === null) return known;
  const places = new Map<string, Set<string>>();
  const wanted = new Set(events.map(event => event.id as string));
  for (const day of new Set([...wanted].map(dayOf))) {
    for (const volume of volumesOf(head, day)) places.set(volume, (places.get(volume) ?? new Set()).add(day));
  }
  const terms = [...new Set([...wanted].map(termOf))];
  // The tag of the open volume is what the write goes under: only older ones may change unnoticed.
  const packs = await readSteadily(by.volumes, by.tenantId, [...places.keys()], head.volume, () =>
    Promise.all(
      [...places].flatMap(([volume, days]) =>
        inSlices(terms, termsPerQuery).map(some =>
          packRowsWith(by.items, by.tenantId, volume, [...days], some),
        ),
      ),
    ),
  );
  for (const pack of packs.flat()) {
    for (const row of await rowsOf(pack)) {
      if (!wanted.has(row.id)) continue;
      const one = known.get(row.id) ?? { revision: 0, hashes: new Set() };
      one.revision = Math.max(one.revision, row.revision);
      one.hashes.add(row.hash);
      known.set(row.id, one);
    }
  }
  return known;
}

/** Which events are new, which are further revisions and which are there already: as if stored one by one. */
function decide(
  events: readonly NewEvent[],
  known: Map<string, Known>,
  ingestedAt: string,
  others: ChangedRecords,
): { revisions: readonly Omit<Revision, 'place'>[]; counts: Upserted } {
  const revisions: Omit<Revision, 'place'>[] = [];
  const changed: NewEvent[] = [];
  let inserted = 0;
  for (const event of events) {
    const one = known.get(event.id) ?? { revision: 0, hashes: new Set() };
    if (one.hashes.has(event.recordHash)) continue;
    if (one.revision > 0 && others === 'given back') {
      changed.push(event);
      continue;
    }
    one.revision += 1;
    one.hashes.add(event.recordHash);
    known.set(event.id, one);
    if (one.revision === 1) inserted += 1;
    revisions.push({
      event: storedForm(event, { ingestedAt, revision: one.revision }),
      hash: event.recordHash,
    });
  }
  const replaced = revisions.length - inserted;
  const unchanged = events.length - revisions.length - changed.length;
  return { revisions, counts: { inserted, replaced, unchanged, changed } };
}

function nextHead(
  head: VolumeHead,
  packs: readonly PackItem[],
  bytes: number,
  commit: number,
  inserted: number,
): VolumeHead {
  const days = [...head.days, ...packs.map(pack => pack.day)].sort();
  return {
    ...head,
    commit,
    ticket: Math.max(monotonicMicroseconds(), head.ticket + 1),
    events: head.events + inserted,
    revisions: head.revisions + packs.reduce((sumSoFar, pack) => sumSoFar + pack.count, 0),
    bytes: head.bytes + bytes,
    days: [days[0] ?? '', days.at(-1) ?? ''],
  };
}

function demandStorable(event: NewEvent): void {
  // Hexadecimal that does not parse would make two records look like one.
  if (!/^[0-9a-f]{64}$/.test(event.recordHash)) {
    throw new AppError('bug', 'give-up', 'An event came with a record hash that is none.');
  }
  if (!isEventId(event.id)) throw new AppError('bug', 'give-up', 'An event came with an id that is none.');
  demandEventSize(event);
}

const sum = (a: Upserted, b: Upserted): Upserted => ({
  inserted: a.inserted + b.inserted,
  replaced: a.replaced + b.replaced,
  unchanged: a.unchanged + b.unchanged,
  changed: [...a.changed, ...b.changed],
});
