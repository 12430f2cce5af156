import type { CosmosContainer, Item, Tagged } from './cosmos-gateway.ts';
import { lost, tryAgain } from './try-again.ts';

/**
 * The books of one volume of a tenant's events. A volume is one logical partition; a full one is closed, and the
 * next begins with a head made from it. Every write to a volume goes through its head's tag, so that of two
 * workers who looked at the same state only one can write.
 */
export interface VolumeHead extends Item {
  readonly kind: 'head';
  readonly tenantId: string;
  readonly volume: string;
  /** Counts commits of the tenant over all volumes. */
  readonly commit: number;
  /** When the last commit was made, in microseconds; only grows. */
  readonly ticket: number;
  readonly events: number;
  readonly revisions: number;
  /** Stored in this volume, roughly. */
  readonly bytes: number;
  /** Days of events in it, the first and the last; empty when it has none. */
  readonly days: readonly [first: string, last: string] | readonly [];
  readonly closed: boolean;
  /** The volumes before it. */
  readonly earlier: readonly { readonly volume: string; readonly first: string; readonly last: string }[];
  /** Per source, before which event time everything was removed from this volume. */
  readonly expired: Readonly<Record<string, number>>;
  /** Counts how often revisions in it took another place; absent: never. */
  readonly rebuilds?: number;
}

export const volumeName = (number: number): string => String(number).padStart(6, '0');
/** Ids are unique within the tenant, not only within the volume. */
export const headId = (volume: string): string => `head-${volume}`;

export const emptyHead = (tenantId: string): VolumeHead => ({
  id: headId(volumeName(0)),
  kind: 'head',
  tenantId,
  volume: volumeName(0),
  commit: 0,
  ticket: 0,
  events: 0,
  revisions: 0,
  bytes: 0,
  days: [],
  closed: false,
  earlier: [],
  expired: {},
});

/** A head as it is stored; `etag` is null for one that was never written. */
export interface HeldHead {
  readonly head: VolumeHead;
  readonly etag: string | null;
}

export interface Volumes {
  /** The open volume of a tenant, as last seen by this process where it may be: a write under its tag tells. */
  open(tenantId: string, fresh?: boolean): Promise<HeldHead>;
  /** A volume's own books, as they are now. */
  books(tenantId: string, volume: string): Promise<Tagged<VolumeHead> | null>;
  /** Every volume's books, the oldest first. */
  all(tenantId: string): Promise<readonly Tagged<VolumeHead>[]>;
  /** Closes a full volume and begins the next. */
  turnOver(held: HeldHead): Promise<void>;
  seen(held: HeldHead): void;
  forget(tenantId: string): void;
}

export function eventVolumes(items: CosmosContainer): Volumes {
  const known = new Map<string, HeldHead>();

  const books = (tenantId: string, volume: string): Promise<Tagged<VolumeHead> | null> =>
    items.read<VolumeHead>([tenantId, volume], headId(volume));

  async function find(tenantId: string): Promise<HeldHead> {
    let volume = known.get(tenantId)?.head.volume ?? volumeName(0);
    for (;;) {
      const found = await books(tenantId, volume);
      if (found === null) return { head: emptyHead(tenantId), etag: null };
      if (!found.item.closed) return { head: found.item, etag: found.etag };
      // Whoever closed it may have died before it began the next: then this worker does.
      const next = nextHead(found.item);
      await items.create([tenantId, next.volume], next);
      volume = next.volume;
    }
  }

  async function open(tenantId: string, fresh = false): Promise<HeldHead> {
    const seen = known.get(tenantId);
    if (seen !== undefined && !fresh) return seen;
    const held = await find(tenantId);
    known.set(tenantId, held);
    return held;
  }

  return {
    open,
    books,
    async all(tenantId) {
      const { head } = await open(tenantId, true);
      const names = [...head.earlier.map(one => one.volume), head.volume];
      const found = await Promise.all(names.map(volume => books(tenantId, volume)));
      return found.filter(one => one !== null);
    },
    async turnOver({ head, etag }) {
      if (etag !== null) {
        await items.replace([head.tenantId, head.volume], { ...head, closed: true }, etag);
      }
      known.delete(head.tenantId);
      await open(head.tenantId, true);
    },
    seen: held => void known.set(held.head.tenantId, held),
    forget: tenantId => void known.delete(tenantId),
  };
}

function nextHead(closed: VolumeHead): VolumeHead {
  const volume = volumeName(Number(closed.volume) + 1);
  const [first = '', last = ''] = closed.days;
  return {
    ...emptyHead(closed.tenantId),
    id: headId(volume),
    volume,
    commit: closed.commit,
    ticket: closed.ticket,
    earlier: [...closed.earlier, { volume: closed.volume, first, last }],
  };
}

/** The volumes that may hold events of a day. */
export const volumesOf = (head: VolumeHead, day: string): readonly string[] => [
  ...head.earlier.filter(one => one.first <= day && day <= one.last).map(one => one.volume),
  head.volume,
];

/**
 * Reads packs of several volumes so that no revision is missed. A query is no snapshot: while events are made anew a
 * revision leaves one pack for another, and a reader may come too late to the first and too early to the second. The
 * books say so afterwards, and then it reads again. `guarded`: a volume whose tag the caller's own write names.
 */
export async function readSteadily<T>(
  volumes: Volumes,
  tenantId: string,
  names: readonly string[],
  guarded: string | null,
  read: () => Promise<T>,
): Promise<T> {
  const watched = names.filter(name => name !== guarded);
  const rebuilds = async (): Promise<readonly number[]> =>
    Promise.all(watched.map(async name => (await volumes.books(tenantId, name))?.item.rebuilds ?? 0));
  return tryAgain('a tenant’s events', async () => {
    const before = await rebuilds();
    const found = await read();
    const after = watched.length === 0 ? [] : await rebuilds();
    return before.every((count, i) => count === after[i]) ? found : lost;
  });
}
