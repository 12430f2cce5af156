import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../shared/adapters/embedded/open-database.ts';
import { holdfastMigrations } from '../../shared/adapters/embedded/schema.ts';
import { sqliteThrottleMemory } from '../../shared/adapters/embedded/sqlite-throttle-memory.ts';
import type { ThrottleMemory } from '../../shared/ports/throttle-memory.ts';
import { fastFolder } from './fast-folder.ts';

/** The embedded profile's throttle memory, over a database that is gone with the test. */
export function rememberedThrottles(): ThrottleMemory {
  const folder = mkdtempSync(join(fastFolder, 'holdfast-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return sqliteThrottleMemory(
    openDatabase({
      file: join(folder, 'throttles.db'),
      name: 'throttles',
      mend: 'Run the test again.',
      synchronous: 'NORMAL',
      migrations: holdfastMigrations,
    }),
  );
}
