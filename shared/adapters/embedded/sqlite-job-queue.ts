import { hours, plus } from '../../kernel/time.ts';
import { jobSchema, type Job, type JobQueue } from '../../ports/job-queue.ts';
import type { Database } from './open-database.ts';
import { damaged } from './sealed-document.ts';

/** A job that is to wait longer was put off, or taken, while the clock was ahead. Leases and waits are of minutes. */
const longestWait = hours(2);

/**
 * Jobs in SQLite. A taken job stays in the table, hidden until its lease ends. Whatever was asked for first goes
 * first once it may: a job put off for a moment, for a quota's sake, does not wait behind all that came after it.
 * The id handed out names the attempt too: a worker whose lease ended and whose job somebody else took can no longer touch it.
 */
export function sqliteJobQueue(database: Database): JobQueue {
  const waits = database.prepare(
    'SELECT 1 FROM jobs WHERE key = ? AND buried IS NULL AND (leased = 0 OR visible_at <= ?)',
  );
  const insert = database.prepare(
    'INSERT INTO jobs (key, visible_at, attempt, leased, doc) VALUES (?, ?, 0, 0, ?)',
  );
  const takeNext = database.prepare<{ id: number; attempt: number; doc: string }>(
    `UPDATE jobs SET leased = 1, attempt = attempt + 1, visible_at = ?2
     WHERE id = (SELECT id FROM jobs WHERE buried IS NULL AND (visible_at <= ?1 OR visible_at > ?1 + ${longestWait}) ORDER BY id LIMIT 1)
     RETURNING id, attempt, doc`,
  );
  const mine = 'id = ? AND attempt = ? AND leased = 1 AND buried IS NULL';
  const remove = database.prepare(`DELETE FROM jobs WHERE ${mine}`);
  const putOff = database.prepare(`UPDATE jobs SET visible_at = ?, leased = 0 WHERE ${mine}`);
  const setBuried = database.prepare(`UPDATE jobs SET buried = ? WHERE ${mine}`);
  const listBuried = database.prepare<{ id: number; attempt: number; doc: string; buried: string }>(
    'SELECT id, attempt, doc, buried FROM jobs WHERE buried IS NOT NULL ORDER BY id LIMIT ?',
  );
  const countJobs = database.prepare<{ waiting: number; buried: number }>(
    'SELECT count(*) FILTER (WHERE buried IS NULL) AS waiting, count(buried) AS buried FROM jobs',
  );

  return {
    async enqueue(job, { now, delay, key }) {
      database.write(() => {
        if (key !== undefined && waits.get(key, now) !== undefined) return;
        insert.run(key ?? null, delay === undefined ? now : plus(now, delay), JSON.stringify(job));
      });
    },
    async take(now, lease) {
      const row = database.write(() => takeNext.get(now, plus(now, lease)));
      return row === undefined ? null : { id: writeId(row), job: readJob(row.doc), attempt: row.attempt };
    },
    async ack(id) {
      remove.run(...readId(id));
    },
    async delay(id, until) {
      putOff.run(until, ...readId(id));
    },
    async bury(id, reason) {
      setBuried.run(reason, ...readId(id));
    },
    async buried(limit) {
      return listBuried.all(limit).map(row => ({
        id: writeId(row),
        job: readJob(row.doc),
        reason: row.buried,
      }));
    },
    async depth() {
      const { waiting, buried } = countJobs.get() ?? { waiting: 0, buried: 0 };
      return { waiting, buried };
    },
  };
}

const writeId = (row: { id: number; attempt: number }): string => `${row.id}.${row.attempt}`;

/** What is not an id of ours names no row. */
function readId(text: string): [number, number] {
  const [, id, attempt] = /^(\d{1,15})\.(\d{1,9})$/.exec(text) ?? [];
  return [Number(id ?? -1), Number(attempt ?? -1)];
}

function readJob(doc: string): Job {
  try {
    return jobSchema.parse(JSON.parse(doc));
  } catch {
    throw damaged('A job');
  }
}
