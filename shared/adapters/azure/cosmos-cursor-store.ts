import { sha256 } from '../../kernel/hash.ts';
import { cursorSchema } from '../../model/cursor.ts';
import type { StreamRef } from '../../model/ids.ts';
import type { CursorStore } from '../../ports/cursor-store.ts';
import { batchLimit, type CosmosGateway, type Item } from './cosmos-gateway.ts';
import { inSlices } from './in-slices.ts';
import { storedKind } from './stored-document.ts';
import { loadItem, swapItem } from './swap-item.ts';

const cursors = storedKind(cursorSchema, 'A cursor', 'cursor.corrupt');
/** Ids of one question: its text and parameters stay far below the service's limit. */
const idsPerQuery = 1_000;

/** Where each stream stands, in Cosmos DB: one item per stream, swapped by its tag. */
export function cosmosCursorStore(cosmos: CosmosGateway): CursorStore {
  const items = cosmos.container('cursors');
  const names = cosmos.container('read-names');

  /** Which of these names were read. */
  async function known(partition: readonly string[], ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const slice of inSlices(ids, idsPerQuery)) {
      const rows = await names.query<Item>({
        text: 'SELECT c.id FROM c WHERE c.tenantId = @tenant AND c.stream = @stream AND ARRAY_CONTAINS(@ids, c.id)',
        parameters: { tenant: partition[0], stream: partition[1], ids: slice },
        partition,
      });
      for (const { id } of rows) found.add(id);
    }
    return found;
  }

  return {
    load: (scope, ref) => loadItem(items, cursors, [scope.tenantId], streamKey(ref)),
    async swap(scope, ref, expected, value) {
      const item = { id: streamKey(ref), tenantId: scope.tenantId, ...cursors.write(value) };
      return swapItem(items, cursors, [scope.tenantId], expected, item);
    },
    async markRead(scope, ref, marked, at) {
      const partition = [scope.tenantId, streamKey(ref)];
      const ids = [...new Set(marked)].map(name => nameId(ref, name));
      for (const slice of inSlices(ids, batchLimit.steps)) {
        const steps = slice.map(id => ({
          do: 'upsert' as const,
          item: { id, tenantId: scope.tenantId, stream: streamKey(ref), at },
        }));
        await names.batch(partition, steps);
      }
    },
    async unread(scope, ref, asked) {
      const unique = [...new Set(asked)];
      if (unique.length === 0) return [];
      const found = await known(
        [scope.tenantId, streamKey(ref)],
        unique.map(name => nameId(ref, name)),
      );
      return unique.filter(name => !found.has(nameId(ref, name)));
    },
    async forgetRead(scope, ref, before) {
      const partition = [scope.tenantId, streamKey(ref)];
      const old = await names.query<Item>({
        text: 'SELECT c.id FROM c WHERE c.tenantId = @tenant AND c.stream = @stream AND c.at < @before',
        parameters: { tenant: partition[0], stream: partition[1], before },
        partition,
      });
      for (const slice of inSlices(old, batchLimit.steps)) {
        const gone = await names.batch(
          partition,
          slice.map(({ id }) => ({ do: 'delete' as const, id })),
        );
        // Somebody else is forgetting the same names: what is left over goes the next time.
        if (!gone.ok) return;
      }
    },
  };
}

/** Stream names have no character an id may not have, and `|` stands in neither part. */
const streamKey = (ref: StreamRef): string => `${ref.source}|${ref.stream}`;
/** Providers' names may be URLs: an id takes neither slashes nor their length. */
const nameId = (ref: StreamRef, name: string): string => sha256(`${streamKey(ref)}|${name}`);
