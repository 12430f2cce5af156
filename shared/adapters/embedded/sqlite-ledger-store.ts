import { AppError } from '../../kernel/errors.ts';
import {
  appendLeaf,
  emptyRoot,
  frontierNodes,
  leafHash,
  rootOfFrontier,
  type Frontier,
  type NodeRef,
} from '../../evidence/merkle.ts';
import type { LedgerHead } from '../../model/ledger.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { Database } from './open-database.ts';
import { noTenant, tenantNumbers } from './tenant-numbers.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Each tenant's Merkle log in SQLite: entries, the hashes of complete subtrees, and the head. An append is
 * one transaction that no other process can interleave with; triggers refuse any change of what is there.
 */
export function sqliteLedgerStore(database: Database): LedgerStore {
  const tenants = tenantNumbers(database);
  const tenantOf = (scope: TenantScope): number => tenants.find(scope.tenantId) ?? noTenant;
  const nodes = nodeReader(database);
  const selectHead = database.prepare<{ size: number; root: Bytes }>(
    'SELECT size, root FROM ledger_heads WHERE tenant = ?',
  );
  const setHead = database.prepare(
    'INSERT INTO ledger_heads VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, root = excluded.root',
  );
  const addEntry = database.prepare('INSERT INTO ledger_entries VALUES (?, ?, ?)');
  const addNode = database.prepare('INSERT INTO ledger_nodes VALUES (?, ?, ?, ?)');
  const selectEntries = database.prepare<{ number: number; entry: Bytes; hash: Bytes | null }>(
    `SELECT e.number, e.entry, n.hash FROM ledger_entries e
     LEFT JOIN ledger_nodes n ON n.tenant = e.tenant AND n.level = 0 AND n.number = e.number
     WHERE e.tenant = ? AND e.number >= ? AND e.number < ? ORDER BY e.number`,
  );

  function head(tenant: number): { size: number; root: Uint8Array } {
    return selectHead.get(tenant) ?? { size: 0, root: emptyRoot() };
  }

  /** The right edge as stored, checked against the head: nothing is appended to a log that does not add up. */
  function frontier(tenant: number): Frontier {
    const { size, root } = head(tenant);
    const edge = { size, peaks: nodes(tenant, size, frontierNodes(size)) };
    if (Buffer.compare(rootOfFrontier(edge), root) !== 0) throw corrupt();
    return edge;
  }

  function append(tenant: number, entries: readonly Uint8Array[]): { index: number; head: LedgerHead } {
    let edge = frontier(tenant);
    const index = edge.size;
    for (const entry of entries) {
      const next = appendLeaf(edge, leafHash(entry));
      addEntry.run(tenant, edge.size, entry);
      for (const node of next.nodes) addNode.run(tenant, node.level, node.index, node.hash);
      edge = next.frontier;
    }
    const root = rootOfFrontier(edge);
    if (entries.length > 0) setHead.run(tenant, edge.size, root);
    return { index, head: { size: edge.size, root: Buffer.from(root).toString('hex') } };
  }

  return {
    async append(scope, entries) {
      const tenant = tenants.give(scope.tenantId);
      return database.write(() => append(tenant, entries));
    },
    async read(scope, from, limit) {
      return database.read(() => {
        const tenant = tenantOf(scope);
        const to = Math.min(from + limit, head(tenant).size);
        const rows = selectEntries.all(tenant, from, to);
        const whole = rows.every(
          (row, i) =>
            row.number === from + i &&
            row.hash !== null &&
            Buffer.compare(leafHash(row.entry), row.hash) === 0,
        );
        if (!whole || rows.length !== Math.max(0, to - from)) throw corrupt();
        return rows.map(row => row.entry);
      });
    },
    async head(scope) {
      const { size, root } = head(tenantOf(scope));
      return { size, root: Buffer.from(root).toString('hex') };
    },
    async nodes(scope, wanted) {
      const tenant = tenantOf(scope);
      return database.read(() => nodes(tenant, head(tenant).size, wanted));
    },
  };
}

function nodeReader(
  database: Database,
): (tenant: number, size: number, wanted: readonly NodeRef[]) => Uint8Array[] {
  const select = database.prepare<{ hash: Bytes }>(
    'SELECT hash FROM ledger_nodes WHERE tenant = ? AND level = ? AND number = ?',
  );
  return (tenant, size, wanted) =>
    wanted.map(({ level, index }) => {
      if ((index + 1) * 2 ** level > size) {
        throw new AppError('bug', 'give-up', 'A subtree was asked for that the log has not completed.', {
          facts: { level, index, size },
        });
      }
      const row = select.get(tenant, level, index);
      if (row?.hash.length !== 32) throw corrupt();
      return row.hash;
    });
}

const corrupt = (): AppError =>
  new AppError(
    'ledger.corrupt',
    'give-up',
    'The ledger in holdfast.db does not add up: an entry or a hash is missing or was changed. Keep this file as it is for examination, and restore holdfast.db from a backup.',
  );
