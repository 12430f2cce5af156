import { z } from 'zod';
import { hours, minus } from '../../kernel/time.ts';
import type { IdempotencyStore } from '../../ports/idempotency-store.ts';
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
  const finish = database.prepare('UPDATE remembered_replies SET reply = ? WHERE key = ? AND reply IS NULL');
  const abandon = database.prepare('DELETE FROM remembered_replies WHERE key = ? AND reply IS NULL');
  return {
    async begin(key, fingerprint, now) {
      return database.write(() => {
        dropOld.run(minus(now, keptFor));
        if (insert.run(key, fingerprint, now).changes === 1) return { is: 'new' };
        const kept = select.get(key);
        if (kept?.fingerprint !== fingerprint) return { is: 'different' };
        return { is: 'repeat', reply: kept.reply === null ? null : readReply(kept.reply) };
      });
    },
    async finish(key, reply) {
      finish.run(JSON.stringify(reply), key);
    },
    async abandon(key) {
      abandon.run(key);
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
