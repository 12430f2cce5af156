import { leafHash, type TreeNode } from '../../evidence/merkle.ts';
import type { Item } from './cosmos-gateway.ts';

/**
 * What one append adds to a log: its entries, and the hashes of every subtree they complete. They lie in one item,
 * so that an append is two items whatever it holds, and the subtree that leaf n completes is found with leaf n.
 */
export interface EntriesItem extends Item {
  readonly tenantId: string;
  readonly first: number;
  readonly last: number;
  /** Base64: per entry its length in four bytes, most significant first, and its bytes. */
  readonly entries: string;
  /** Base64: per entry its leaf hash and the hashes of the subtrees it completes, upwards. */
  readonly nodes: string;
}

const hashLength = 32;

export const entriesId = (first: number): string => `entries-${String(first).padStart(12, '0')}`;

export function packEntries(
  tenantId: string,
  first: number,
  entries: readonly Uint8Array[],
  nodes: readonly TreeNode[],
): EntriesItem {
  const parts = entries.flatMap(entry => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(entry.length);
    return [length, entry];
  });
  return {
    id: entriesId(first),
    tenantId,
    first,
    last: first + entries.length - 1,
    entries: Buffer.concat(parts).toString('base64'),
    nodes: Buffer.concat(nodes.map(node => node.hash)).toString('base64'),
  };
}

/** The entries, each checked against its leaf hash; null when the item is not what was written. */
export function unpackEntries(item: EntriesItem): readonly Uint8Array[] | null {
  const bytes = Buffer.from(item.entries, 'base64');
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return null;
    const length = bytes.readUInt32BE(at);
    if (at + 4 + length > bytes.length) return null;
    const entry = Uint8Array.from(bytes.subarray(at + 4, at + 4 + length));
    const leaf = nodeIn(item, 0, item.first + entries.length);
    if (leaf === null || Buffer.compare(leaf, leafHash(entry)) !== 0) return null;
    entries.push(entry);
    at += 4 + length;
  }
  return entries.length === item.last - item.first + 1 ? entries : null;
}

/** The leaf that completes a subtree: its last one. */
export const completedBy = (level: number, index: number): number => (index + 1) * 2 ** level - 1;

/** The hash of the subtree of this level that `leaf` completes; null when the item does not have it. */
export function nodeIn(item: EntriesItem, level: number, leaf: number): Uint8Array | null {
  if (leaf < item.first || leaf > item.last) return null;
  let skipped = level;
  for (let before = item.first; before < leaf; before += 1) skipped += completions(before);
  const bytes = Buffer.from(item.nodes, 'base64');
  const hash = bytes.subarray(skipped * hashLength, (skipped + 1) * hashLength);
  return level < completions(leaf) && hash.length === hashLength ? Uint8Array.from(hash) : null;
}

/** How many subtrees a leaf completes, itself included: one more for every trailing one bit of its index. */
function completions(leaf: number): number {
  let count = 1;
  for (let rest = leaf; rest % 2 === 1; rest = (rest - 1) / 2) count += 1;
  return count;
}
