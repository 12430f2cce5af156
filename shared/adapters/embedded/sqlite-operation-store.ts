import { operationSchema, type Operation } from '../../model/run.ts';
import type { OperationStore } from '../../ports/operation-store.ts';
import { newestFirst } from './newest-first.ts';
import type { Database } from './open-database.ts';
import { documentKind } from './sealed-document.ts';
import { demandTenant } from './tenant-numbers.ts';

const operations = documentKind(operationSchema, 'An operation');
type OperationRow = { rev: number; seal: number; doc: string };

/** Long work callers started, in SQLite. */
export function sqliteOperationStore(database: Database): OperationStore {
  const select = database.prepare<OperationRow>(
    'SELECT rev, seal, doc FROM operations WHERE tenant = ? AND id = ?',
  );
  const create = database.prepare('INSERT INTO operations VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO NOTHING');
  const change = database.prepare(
    `UPDATE operations SET rev = rev + 1, at = ?, seal = ?, doc = ?
     WHERE tenant = ? AND id = ? AND CAST(rev AS TEXT) = ?`,
  );
  return {
    async get(scope, id) {
      const row = select.get(scope.tenantId, id);
      return row === undefined ? null : readRow(row);
    },
    async list(scopes, after, limit) {
      const query = { table: 'operations', kind: operations, scopes, equal: {}, after, limit } as const;
      const { values, next } = newestFirst(database, query);
      return { operations: values, next };
    },
    async swap(scope, expected, value) {
      demandTenant(scope.tenantId, value.tenant);
      const { seal, doc } = operations.write(value);
      return database.write(() => {
        const { changes } =
          expected === null
            ? create.run(scope.tenantId, value.id, value.createdAt, seal, doc)
            : change.run(value.createdAt, seal, doc, scope.tenantId, value.id, expected);
        if (changes === 1) return { ok: true, rev: String(expected === null ? 1 : Number(expected) + 1) };
        const row = select.get(scope.tenantId, value.id);
        return { ok: false, current: row === undefined ? null : readRow(row) };
      });
    },
  };
}

const readRow = (row: OperationRow): { value: Operation; rev: string } => ({
  value: operations.read(row),
  rev: String(row.rev),
});
