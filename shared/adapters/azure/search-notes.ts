import { randomUUID } from 'node:crypto';
import type { SearchDocument } from './search-document.ts';
import type { SearchGateway } from './search-gateway.ts';
import { writeAll, type Pause } from './search-write.ts';

/** What the index says about itself, in documents of its own beside the events. */
interface Notes {
  /** Named anew whenever the index is made: what was noted of an index that is gone does not count. */
  readonly epoch: string;
  readonly position: string | null;
  /** Counts the positions noted in this epoch. */
  readonly number: number;
}

// The SDK makes a date or a number of some texts; behind a prefix it leaves them alone.
const prefix = 'is:';
const seconds = 1_000;
// What is written can be searched for after a second or so; ten are given before going on without it.
const visibleWithin = 10 * seconds;
const look = 250;

const positionKey = (epoch: string): string => `position_${epoch}`;

/** Begins a fresh index's epoch, and waits until it can be read. */
export async function beginEpoch(gateway: SearchGateway, pause: Pause): Promise<void> {
  const epoch = randomUUID();
  const document: SearchDocument = { key: 'epoch', note: 'epoch', noted: prefix + epoch };
  await writeAll(gateway, [{ kind: 'upload', document }], pause);
  for (let waited = 0; waited < visibleWithin; waited += look) {
    if ((await readNotes(gateway)).epoch === epoch) return;
    await pause(look);
  }
}

async function readNotes(gateway: SearchGateway): Promise<Notes> {
  const { documents } = await gateway.search({
    filter: 'note ne null',
    orderBy: [],
    select: ['key', 'noted', 'noteNumber'],
    top: 100,
    facets: [],
  });
  const find = (key: string): Readonly<Record<string, unknown>> | undefined =>
    documents.find(one => one['key'] === key);
  const text = (note: Readonly<Record<string, unknown>> | undefined): string | null => {
    const noted = note?.['noted'];
    return typeof noted === 'string' ? noted.slice(prefix.length) : null;
  };
  const epoch = text(find('epoch')) ?? '';
  const held = find(positionKey(epoch));
  return { epoch, position: text(held), number: Number(held?.['noteNumber'] ?? 0) };
}

/** Where the index stands in the store's feed, as one handle sees it. */
export interface PositionKeeper {
  position(): Promise<string | null>;
  setPosition(position: string): Promise<void>;
}

/**
 * Keeps the position in the index. What was just written may not be readable yet, so the handle remembers what it
 * set; and it sets only for the epoch it last read, so that a position reached before somebody emptied the index
 * does not pass for one of the new index.
 */
export function positionKeeper(gateway: SearchGateway, pause: Pause): PositionKeeper {
  let known: Notes | null = null;

  async function read(): Promise<Notes> {
    const found = await readNotes(gateway);
    if (known === null || known.epoch !== found.epoch || known.number <= found.number) known = found;
    return known;
  }

  return {
    position: async () => (await read()).position,
    async setPosition(position) {
      const { epoch, number } = known ?? (await read());
      const document: SearchDocument = {
        key: positionKey(epoch),
        note: 'position',
        noted: prefix + position,
        noteNumber: number + 1,
      };
      await writeAll(gateway, [{ kind: 'upload', document }], pause);
      known = { epoch, position, number: number + 1 };
    },
  };
}
