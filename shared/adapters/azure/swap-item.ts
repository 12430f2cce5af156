import type { Swap } from '../../ports/cursor-store.ts';
import type { CosmosContainer, Item, Partition } from './cosmos-gateway.ts';
import type { SealedDocument, DocumentKind } from '../documents/sealed-document.ts';

export type DocumentItem = Item & SealedDocument;

/** The document under an id, with its tag as the revision. */
export async function loadItem<T>(
  container: CosmosContainer,
  kind: DocumentKind<T>,
  partition: Partition,
  id: string,
): Promise<{ value: T; rev: string } | null> {
  const found = await container.read<DocumentItem>(partition, id);
  return found === null ? null : { value: kind.read(found.item), rev: found.etag };
}

/** Creates where `expected` is null, otherwise changes that very revision; the service compares the tag. */
export async function swapItem<T>(
  container: CosmosContainer,
  kind: DocumentKind<T>,
  partition: Partition,
  expected: string | null,
  item: DocumentItem,
): Promise<Swap<T>> {
  const written =
    expected === null
      ? await container.create(partition, item)
      : await container.replace(partition, item, expected);
  if (written !== null) return { ok: true, rev: written.etag };
  return { ok: false, current: await loadItem(container, kind, partition, item.id) };
}
