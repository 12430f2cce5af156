import { z } from 'zod';
import { hours, minus } from '../../kernel/time.ts';
import { replyLease, type IdempotencyStore } from '../../ports/idempotency-store.ts';
import type { Database } from './open-database.ts';
import { damaged } from './sealed-document.ts';

const keptFor = hours(24);
const replySchema = z.strictObject({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
type KeptRow = { fingerprint: string; reply: string | null };

/** Replies kept by Idempotency-Key, in SQLite. */
export function sqliteIdempotencyStore(database: Database): IdempotencyStore {
  const dropOld = database.prepare('DELETE FROM remembered_replies WHERE begun_at <= ?');
  const insert = database.prepare(
    'INSERT INTO remembered_replies (key, fingerprint, begun_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const select = database.prepare<KeptRow>('SELECT fingerprint, reply FROM remembered_replies WHERE key = ?');
  const takeOver = database.prepare(
    'UPDATE remembered_replies SET begun_at = ?1 WHERE key = ?2 AND reply IS NULL AND begun_at <= ?3',
  );
  const unfinished = 'key = ? AND begun_at = ? AND reply IS NULL';
  const finish = database.prepare(`UPDATE remembered_replies SET reply = ? WHERE ${unfinished}`);
  const abandon = database.prepare(`DELETE FROM remembered_replies WHERE ${unfinished}`);
  return {
    async begin(key, fingerprint, now) {
      return database.write(() => {
        dropOld.run(minus(now, keptFor));
        if (insert.run(key, fingerprint, now).changes === 1) return { is: 'new' };
        const kept = select.get(key);
        if (kept?.fingerprint !== fingerprint) return { is: 'different' };
        if (takeOver.run(now, key, minus(now, replyLease)).changes === 1) return { is: 'new' };
        return { is: 'repeat', reply: kept.reply === null ? null : readReply(kept.reply) };
      });
    },
    async finish({ key, at }, reply) {
      finish.run(JSON.stringify(reply), key, at);
    },
    async abandon({ key, at }) {
      abandon.run(key, at);
    },
  };
}

function readReply(text: string): z.infer<typeof replySchema> {
  try {
    return replySchema.parse(JSON.parse(text));
  } catch {
    throw damaged('A kept reply');
  }
}
