import {
  appendLeaf,
  emptyRoot,
  leafHash,
  rootOfFrontier,
  type Frontier,
  type NodeRef,
  type TreeNode,
} from '../../evidence/merkle.ts';
import { AppError } from '../../kernel/errors.ts';
import type { LedgerHead } from '../../model/ledger.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import { batchLimit, type CosmosGateway, type Item, type Step, type Tagged } from './cosmos-gateway.ts';
import { inSlices } from './in-slices.ts';
import { completedBy, nodeIn, packEntries, unpackEntries, type EntriesItem } from './ledger-entries.ts';
import { inTurns, lost, tryAgain } from './try-again.ts';

interface HeadItem extends Item {
  readonly tenantId: string;
  readonly size: number;
  readonly root: string;
  /** Base64, the largest subtree first. */
  readonly peaks: readonly string[];
}

const headId = 'head';
/** Leaves looked for in one question. */
const leavesPerQuery = 50;

/**
 * Each tenant's Merkle log in Cosmos DB. An append is one transactional batch on the tenant's partition: the head
 * under its tag, and one item with the entries. Of two appenders one loses the tag, reads the new head and appends
 * behind the other: one log, each entry once.
 */
export function cosmosLedgerStore(cosmos: CosmosGateway): LedgerStore {
  const items = cosmos.container('ledger');
  const turn = inTurns();
  /** Heads as this process last wrote them; the tag tells whether they still hold. */
  const seen = new Map<string, Tagged<HeadItem>>();

  async function headOf(scope: TenantScope): Promise<Tagged<HeadItem> | null> {
    const found = await items.read<HeadItem>([scope.tenantId], headId);
    if (found !== null) frontierOf(found.item);
    return found;
  }

  async function append(
    scope: TenantScope,
    entries: readonly Uint8Array[],
    fresh: boolean,
  ): Promise<{ index: number; head: LedgerHead } | typeof lost> {
    const head = (fresh ? undefined : seen.get(scope.tenantId)) ?? (await headOf(scope));
    let edge: Frontier = head === null ? { size: 0, peaks: [] } : frontierOf(head.item);
    const index = edge.size;
    if (entries.length === 0) return { index, head: shown(head) };
    const nodes: TreeNode[] = [];
    for (const entry of entries) {
      const next = appendLeaf(edge, leafHash(entry));
      nodes.push(...next.nodes);
      edge = next.frontier;
    }
    const item: HeadItem = {
      id: headId,
      tenantId: scope.tenantId,
      size: edge.size,
      root: hex(rootOfFrontier(edge)),
      peaks: edge.peaks.map(peak => Buffer.from(peak).toString('base64')),
    };
    const packed = packEntries(scope.tenantId, index, entries, nodes);
    if (packed.entries.length + packed.nodes.length > batchLimit.bytes * 0.9) throw tooLarge(entries.length);
    const first: Step = head === null ? { do: 'create', item } : { do: 'replace', item, ifMatch: head.etag };
    // Forgotten until it is known what became of the write.
    seen.delete(scope.tenantId);
    const outcome = await items.batch([scope.tenantId], [first, { do: 'create', item: packed }]);
    if (outcome.ok) {
      const [etag] = outcome.etags;
      if (etag !== null && etag !== undefined) seen.set(scope.tenantId, { item, etag });
      return { index, head: { size: item.size, root: item.root } };
    }
    // Under the right tag the entries' place must be free: an item there is one the head does not know.
    if (outcome.step === 1) throw corrupt();
    return lost;
  }

  async function holding(scope: TenantScope, leaves: readonly number[]): Promise<readonly EntriesItem[]> {
    const found: EntriesItem[] = [];
    for (const slice of inSlices(leaves, leavesPerQuery)) {
      const any = slice.map((_, i) => `(c.first <= @leaf${i} AND c.last >= @leaf${i})`).join(' OR ');
      const parameters = Object.fromEntries(slice.map((leaf, i) => [`leaf${i}`, leaf]));
      found.push(
        ...(await items.query<EntriesItem>({
          text: `SELECT * FROM c WHERE c.tenantId = @tenant AND (${any})`,
          parameters: { tenant: scope.tenantId, ...parameters },
          partition: [scope.tenantId],
        })),
      );
    }
    return found;
  }

  return {
    append: (scope, entries) =>
      turn(scope.tenantId, () =>
        tryAgain('a tenant’s ledger', tries => append(scope, entries, tries > 0 || entries.length === 0)),
      ),
    async read(scope, from, limit) {
      const to = Math.min(from + limit, (await headOf(scope))?.item.size ?? 0);
      if (to <= from) return [];
      const found = await items.query<EntriesItem>({
        text: 'SELECT * FROM c WHERE c.tenantId = @tenant AND c.last >= @from AND c.first < @to ORDER BY c.first',
        parameters: { tenant: scope.tenantId, from, to },
        partition: [scope.tenantId],
      });
      return joined(found, from, to);
    },
    async head(scope) {
      return shown(await headOf(scope));
    },
    async nodes(scope, wanted) {
      const size = (await headOf(scope))?.item.size ?? 0;
      for (const node of wanted) demandComplete(node, size);
      const leaves = wanted.map(({ level, index }) => completedBy(level, index));
      const found = await holding(scope, [...new Set(leaves)]);
      return wanted.map(({ level }, i) => {
        const leaf = leaves[i] ?? -1;
        const item = found.find(one => one.first <= leaf && leaf <= one.last);
        const hash = item === undefined ? null : nodeIn(item, level, leaf);
        if (hash === null) throw corrupt();
        return hash;
      });
    },
  };
}

/** The entries [from, to) out of the items that hold them; every one must be there, and whole. */
function joined(items: readonly EntriesItem[], from: number, to: number): readonly Uint8Array[] {
  const all: Uint8Array[] = [];
  let next = items[0]?.first ?? -1;
  for (const item of items) {
    const entries = item.first === next ? unpackEntries(item) : null;
    if (entries === null) throw corrupt();
    for (const [i, entry] of entries.entries()) {
      if (item.first + i >= from && item.first + i < to) all.push(entry);
    }
    next = item.last + 1;
  }
  if (all.length !== to - from) throw corrupt();
  return all;
}

/** The right edge as stored, checked against the head: nothing is built on a log that does not add up. */
function frontierOf(head: HeadItem): Frontier {
  const edge = { size: head.size, peaks: head.peaks.map(peak => Buffer.from(peak, 'base64')) };
  if (hex(rootOfFrontier(edge)) !== head.root) throw corrupt();
  return edge;
}

const shown = (head: Tagged<HeadItem> | null): LedgerHead =>
  head === null ? { size: 0, root: hex(emptyRoot()) } : { size: head.item.size, root: head.item.root };

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function demandComplete({ level, index }: NodeRef, size: number): void {
  if ((index + 1) * 2 ** level <= size) return;
  throw new AppError('bug', 'give-up', 'A subtree was asked for that the log has not completed.', {
    facts: { level, index, size },
  });
}

const tooLarge = (entries: number): AppError =>
  new AppError('bug', 'give-up', 'More entries than fit one append of the ledger. Append them in parts.', {
    facts: { entries },
  });

const corrupt = (): AppError =>
  new AppError(
    'ledger.corrupt',
    'give-up',
    'The ledger in Cosmos DB does not add up: an entry or a hash is missing or was changed. Keep the container as it is for examination, and restore the account to an earlier point in time.',
  );
