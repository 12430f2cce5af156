import { AppError } from '../../kernel/errors.ts';
import { accessEntrySchema, type AccessLog } from '../../ports/access-log.ts';
import { newestFirst } from './newest-first.ts';
import type { Database } from './open-database.ts';
import { documentKind } from './sealed-document.ts';
import { demandTenant } from './tenant-numbers.ts';

const entryKind = documentKind(accessEntrySchema, 'An access-log entry');

/** Who asked for what, in SQLite. Triggers refuse any change of a row. */
export function sqliteAccessLog(database: Database): AccessLog {
  const insert = database.prepare('INSERT INTO access_log VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  return {
    async append(scope, entries) {
      for (const entry of entries) demandTenant(scope.tenantId, entry.tenant);
      database.write(() => {
        for (const entry of entries) {
          const { seal, doc } = entryKind.write(entry);
          if (insert.run(scope.tenantId, entry.id, entry.at, seal, doc).changes === 1) continue;
          throw new AppError(
            'conflict',
            'give-up',
            'The access log already has an entry with this id. It was not changed.',
          );
        }
      });
    },
    async list(scopes, after, limit) {
      const query = { table: 'access_log', kind: entryKind, scopes, equal: {}, after, limit } as const;
      const { values, next } = newestFirst(database, query);
      return { entries: values, next };
    },
  };
}
