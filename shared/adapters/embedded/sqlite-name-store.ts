import { instant } from '../../kernel/time.ts';
import { entityKinds } from '../../model/event.ts';
import type { NameStore } from '../../ports/name-store.ts';
import type { Database } from './open-database.ts';

type NameRow = { id: string; kind: string; name: string | null; address: string | null; at: number };
type WantRow = { id: string; event: string };

/** Names for object ids and the events that wait for them, in SQLite. */
export function sqliteNameStore(database: Database): NameStore {
  const position = database.prepare<{ position: string }>(
    'SELECT position FROM name_positions WHERE tenant = ?',
  );
  const move = database.prepare(
    'INSERT INTO name_positions VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position',
  );
  const want = database.prepare('INSERT INTO name_wants VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const unasked = database.prepare<{ id: string }>(
    `SELECT DISTINCT w.id FROM name_wants w LEFT JOIN names n ON n.tenant = w.tenant AND n.id = w.id
     WHERE w.tenant = ? AND (n.id IS NULL OR (n.name IS NULL AND n.at < ?) OR (n.name IS NOT NULL AND n.at < ?))
     ORDER BY w.id LIMIT ?`,
  );
  const learn = database.prepare(
    `INSERT INTO names VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET at = max(at, ?6),
       kind = CASE WHEN ?4 IS NULL AND name IS NOT NULL THEN kind ELSE ?3 END,
       name = coalesce(?4, name),
       address = CASE WHEN ?4 IS NULL AND name IS NOT NULL THEN address ELSE ?5 END`,
  );
  const known = database.prepare<NameRow>(
    `SELECT id, kind, name, address, at FROM names
     WHERE tenant = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id`,
  );
  const ready = database.prepare<WantRow>(
    `SELECT w.id, w.event FROM name_wants w JOIN names n ON n.tenant = w.tenant AND n.id = w.id
     WHERE w.tenant = ? AND n.name IS NOT NULL ORDER BY w.event, w.id LIMIT ?`,
  );
  const settle = database.prepare('DELETE FROM name_wants WHERE tenant = ? AND id = ? AND event = ?');
  const forget = database.prepare(
    `DELETE FROM name_wants WHERE tenant = ?1
       AND (id, event) IN (SELECT id, event FROM name_wants WHERE tenant = ?1 AND at < ?2 LIMIT ?3)`,
  );
  return {
    async position(scope) {
      return position.get(scope.tenantId)?.position ?? null;
    },
    async want(scope, wanted, next, at) {
      database.write(() => {
        for (const { id, event } of wanted) want.run(scope.tenantId, id, event, at);
        move.run(scope.tenantId, next);
      });
    },
    async unasked(scope, before, limit) {
      return unasked.all(scope.tenantId, before.absent, before.named, limit).map(row => row.id);
    },
    async learn(scope, names) {
      database.write(() => {
        for (const { id, kind, name, address, at } of names) {
          learn.run(scope.tenantId, id, kind, name, address, at);
        }
      });
    },
    async known(scope, ids) {
      return known.all(scope.tenantId, JSON.stringify(ids)).map(row => ({
        ...row,
        kind: entityKinds.find(kind => kind === row.kind) ?? 'other',
        at: instant(row.at),
      }));
    },
    async ready(scope, limit) {
      return ready.all(scope.tenantId, limit).map(({ id, event }) => ({ id, event }));
    },
    async settle(scope, wanted) {
      database.write(() => {
        for (const { id, event } of wanted) settle.run(scope.tenantId, id, event);
      });
    },
    async forget(scope, before, limit) {
      return forget.run(scope.tenantId, before, limit).changes;
    },
  };
}
