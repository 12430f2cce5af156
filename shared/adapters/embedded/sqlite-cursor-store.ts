import { cursorSchema, type Cursor } from '../../model/cursor.ts';
import type { CursorStore } from '../../ports/cursor-store.ts';
import type { Database } from './open-database.ts';
import { documentKind } from './sealed-document.ts';

const cursors = documentKind(cursorSchema, 'A cursor', 'cursor.corrupt');
type CursorRow = { rev: number; seal: number; doc: string };

/** Where each stream stands, in SQLite. A revision is a number that only grows. */
export function sqliteCursorStore(database: Database): CursorStore {
  const select = database.prepare<CursorRow>(
    'SELECT rev, seal, doc FROM cursors WHERE tenant = ? AND source = ? AND stream = ?',
  );
  const create = database.prepare('INSERT INTO cursors VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO NOTHING');
  const change = database.prepare(
    `UPDATE cursors SET rev = rev + 1, seal = ?, doc = ?
     WHERE tenant = ? AND source = ? AND stream = ? AND CAST(rev AS TEXT) = ?`,
  );
  const mark = database.prepare(
    'INSERT INTO read_names VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at',
  );
  const marked = database.prepare(
    'SELECT 1 FROM read_names WHERE tenant = ? AND source = ? AND stream = ? AND name = ?',
  );
  const forget = database.prepare(
    'DELETE FROM read_names WHERE tenant = ? AND source = ? AND stream = ? AND at < ?',
  );

  return {
    async load(scope, ref) {
      const row = select.get(scope.tenantId, ref.source, ref.stream);
      return row === undefined ? null : readCursor(row);
    },
    async swap(scope, ref, expected, value) {
      const { seal, doc } = cursors.write(value);
      const key = [scope.tenantId, ref.source, ref.stream];
      return database.write(() => {
        const { changes } =
          expected === null ? create.run(...key, seal, doc) : change.run(seal, doc, ...key, expected);
        if (changes === 1) return { ok: true, rev: String(expected === null ? 1 : Number(expected) + 1) };
        const row = select.get(...key);
        return { ok: false, current: row === undefined ? null : readCursor(row) };
      });
    },
    async markRead(scope, ref, names, at) {
      database.write(() => {
        for (const name of names) mark.run(scope.tenantId, ref.source, ref.stream, name, at);
      });
    },
    async unread(scope, ref, names) {
      return [...new Set(names)].filter(
        name => marked.get(scope.tenantId, ref.source, ref.stream, name) === undefined,
      );
    },
    async forgetRead(scope, ref, before) {
      forget.run(scope.tenantId, ref.source, ref.stream, before);
    },
  };
}

const readCursor = (row: CursorRow): { value: Cursor; rev: string } => ({
  value: cursors.read(row),
  rev: String(row.rev),
});
