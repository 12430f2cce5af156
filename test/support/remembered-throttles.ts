import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../shared/adapters/embedded/open-database.ts';
import { holdfastMigrations } from '../../shared/adapters/embedded/schema.ts';
import { sqliteThrottleMemory } from '../../shared/adapters/embedded/sqlite-throttle-memory.ts';
import type { ThrottleMemory } from '../../shared/ports/throttle-memory.ts';

/** The embedded profile's throttle memory, over a database that is gone with the test. */
export const rememberedThrottles = (): ThrottleMemory =>
  sqliteThrottleMemory(
    openDatabase({
      file: join(mkdtempSync(join(tmpdir(), 'holdfast-')), 'throttles.db'),
      name: 'throttles',
      mend: 'Run the test again.',
      synchronous: 'NORMAL',
      migrations: holdfastMigrations,
    }),
  );
