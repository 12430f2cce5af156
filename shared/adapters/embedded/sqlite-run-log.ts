import { runSchema } from '../../model/run.ts';
import type { RunLog } from '../../ports/run-log.ts';
import { newestFirst } from './newest-first.ts';
import type { Database } from './open-database.ts';
import { documentKind } from './sealed-document.ts';
import { demandTenant } from './tenant-numbers.ts';

const runs = documentKind(runSchema, 'A run');

/** The pull history in SQLite. */
export function sqliteRunLog(database: Database): RunLog {
  const put = database.prepare(
    `INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET at = excluded.at, source = excluded.source, status = excluded.status,
       seal = excluded.seal, doc = excluded.doc`,
  );
  const select = database.prepare<{ seal: number; doc: string }>(
    'SELECT seal, doc FROM runs WHERE tenant = ? AND id = ?',
  );
  return {
    async put(scope, ...told) {
      for (const run of told) demandTenant(scope.tenantId, run.tenant);
      for (const run of told) {
        const { seal, doc } = runs.write(run);
        put.run(scope.tenantId, run.id, run.startedAt, run.source, run.status, seal, doc);
      }
    },
    async get(scope, id) {
      const row = select.get(scope.tenantId, id);
      return row === undefined ? null : runs.read(row);
    },
    async list(scopes, filter, after, limit) {
      const { values, next } = newestFirst(database, {
        table: 'runs',
        kind: runs,
        scopes,
        equal: { source: filter.source, status: filter.status },
        after,
        limit,
      });
      return { runs: values, next };
    },
  };
}
