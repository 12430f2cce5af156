import { AppError } from '../../kernel/errors.ts';
import type { EventStore } from '../../ports/event-store.ts';
import type { Database } from './open-database.ts';
import { openDocument } from './sealed-document.ts';
import { entryName, quarantineEntries, storedEntry } from '../documents/quarantine-entries.ts';
import { sealOf } from '../documents/sealed-document.ts';

type Row = { number: number; seal: number; doc: string };

/** The records that could not be read, each once, however often it was met, in the order they came. */
export function sqliteQuarantine(
  database: Database,
): Pick<EventStore, 'quarantine' | 'quarantined' | 'release'> {
  const insert = database.prepare(
    `INSERT INTO quarantine (tenant, source, stream, record_hash, seal, doc) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const remove = database.prepare(
    'DELETE FROM quarantine WHERE tenant = ? AND source = ? AND stream = ? AND record_hash = ?',
  );
  const select = database.prepare<Row>(
    'SELECT number, seal, doc FROM quarantine WHERE tenant = ? AND number > ? ORDER BY number LIMIT ?',
  );
  return {
    async quarantine(scope, records) {
      database.write(() => {
        for (const entry of quarantineEntries(records)) {
          const doc = JSON.stringify(entry);
          insert.run(scope.tenantId, entry.source, entry.stream, entryName(entry), sealOf(doc), doc);
        }
      });
    },
    async release(scope, records) {
      database.write(() => {
        for (const entry of records) remove.run(scope.tenantId, entry.source, entry.stream, entryName(entry));
      });
    },
    async quarantined(scope, after, limit) {
      if (after !== null && !/^\d{1,15}$/.test(after)) {
        throw new AppError(
          'continuation.invalid',
          'give-up',
          'This page of the quarantine does not exist. Start over.',
        );
      }
      const rows = select.all(scope.tenantId, Number(after ?? 0), limit + 1);
      const page = rows.slice(0, limit);
      return {
        records: page.map(row => storedEntry(openDocument(row, 'A quarantined record'))),
        next: rows.length > limit ? String(page.at(-1)?.number ?? 0) : null,
      };
    },
  };
}
