import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import type { QuarantineEntry } from '../../model/event.ts';
import type { EventStore } from '../../ports/event-store.ts';
import { batchLimit, type CosmosGateway, type Item } from './cosmos-gateway.ts';
import { inSlices } from './in-slices.ts';
import { monotonicMicroseconds } from './monotonic-microseconds.ts';
import { damagedItem } from './stored-document.ts';
import { entryName, quarantineEntries, storedEntry } from '../documents/quarantine-entries.ts';
import { sealOf, type SealedDocument } from '../documents/sealed-document.ts';
import { lost, tryAgain } from './try-again.ts';

type RecordItem = Item & SealedDocument & { readonly place: string };

const placeDigits = 20;
const recordsPerBatch = 90;

/** The records that could not be read, each once, however often it was met, in the order they came. */
export function cosmosQuarantine(cosmos: CosmosGateway): Pick<
  EventStore,
  'quarantine' | 'quarantined' | 'release'
> & {
  count(tenantId: string): Promise<number>;
} {
  const items = cosmos.container('quarantine');

  async function known(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await items.query<Item>({
      text: 'SELECT c.id FROM c WHERE c.tenantId = @tenant AND ARRAY_CONTAINS(@ids, c.id)',
      parameters: { tenant, ids },
      partition: [tenant],
    });
    return new Set(found.map(one => one.id));
  }

  async function keep(tenantId: string, records: readonly QuarantineEntry[]): Promise<void | typeof lost> {
    const there = await known(tenantId, records.map(idOf));
    const fresh = new Map(records.filter(one => !there.has(idOf(one))).map(one => [idOf(one), one]));
    if (fresh.size === 0) return;
    const steps = [...fresh].map(([id, record]) => {
      const doc = JSON.stringify(record);
      const place = String(monotonicMicroseconds()).padStart(placeDigits, '0');
      return { do: 'create' as const, item: { id, tenantId, place, doc, seal: sealOf(doc) } };
    });
    // Another worker met one of them in the meantime: look again.
    if (!(await items.batch([tenantId], steps)).ok) return lost;
  }

  async function letOut(tenantId: string, ids: readonly string[]): Promise<void | typeof lost> {
    const there = await known(tenantId, ids);
    if (there.size === 0) return;
    const steps = [...there].map(id => ({ do: 'delete' as const, id }));
    // Another worker let one of them out in the meantime: look again.
    if (!(await items.batch([tenantId], steps)).ok) return lost;
  }

  return {
    async quarantine(scope, records) {
      // The first pointer to an entry stays: later ones of the same call are dropped here.
      const entries = quarantineEntries(records);
      const first = new Map([...entries].reverse().map(one => [idOf(one), one]));
      const unique = entries.filter(one => first.get(idOf(one)) === one);
      for (const slice of inSlices(unique, Math.min(recordsPerBatch, batchLimit.steps))) {
        await tryAgain('the quarantine', () => keep(scope.tenantId, slice));
      }
    },
    async quarantined(scope, after, limit) {
      if (after !== null && !(after.length === placeDigits && /^\d+$/.test(after))) {
        throw new AppError(
          'continuation.invalid',
          'give-up',
          'This page of the quarantine does not exist. Start over.',
        );
      }
      const found = await items.query<RecordItem>({
        text: 'SELECT * FROM c WHERE c.tenantId = @tenant AND c.place > @after ORDER BY c.place',
        parameters: { tenant: scope.tenantId, after: after ?? '' },
        partition: [scope.tenantId],
        most: limit + 1,
      });
      const page = found.slice(0, limit);
      return {
        records: page.map(readRecord),
        next: found.length > limit ? (page.at(-1)?.place ?? null) : null,
      };
    },
    async release(scope, records) {
      for (const slice of inSlices([...new Set(records.map(idOf))], recordsPerBatch)) {
        await tryAgain('the quarantine', () => letOut(scope.tenantId, slice));
      }
    },
    async count(tenant) {
      const [count = 0] = await items.query<number>({
        text: 'SELECT VALUE COUNT(1) FROM c WHERE c.tenantId = @tenant',
        parameters: { tenant },
        partition: [tenant],
      });
      return count;
    },
  };
}

const idOf = (entry: Pick<QuarantineEntry, 'source' | 'stream' | 'recordHash' | 'nth'>): string =>
  sha256(JSON.stringify([entry.source, entry.stream, entryName(entry)]));

function readRecord(item: RecordItem): QuarantineEntry {
  if (sealOf(item.doc) !== item.seal) throw damagedItem('A quarantined record');
  return storedEntry(JSON.parse(item.doc));
}
