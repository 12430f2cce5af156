import { instant } from '../../kernel/time.ts';
import type { ThrottleMemory } from '../../ports/throttle-memory.ts';
import type { Database } from './open-database.ts';

/** Throttles that every worker of the machine sees. */
export function sqliteThrottleMemory(database: Database): ThrottleMemory {
  const latest = database.prepare<{ until: number | null }>(
    'SELECT max(until) AS until FROM throttles WHERE key IN (SELECT value FROM json_each(?))',
  );
  const keepLater = database.prepare(
    'INSERT INTO throttles VALUES (?, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until)',
  );
  return {
    async until(keys) {
      const until = latest.get(JSON.stringify(keys))?.until ?? null;
      return until === null ? null : instant(until);
    },
    async remember(key, until) {
      keepLater.run(key, until);
    },
  };
}
