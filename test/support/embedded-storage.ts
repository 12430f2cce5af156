import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../shared/adapters/embedded/open-database.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import type { Fresh } from '../contracts/contract.ts';

/** A store of holdfast.db in a folder of its own; every handle has a connection of its own. */
export const freshSqlite =
  <Port>(store: (database: Database) => Port): Fresh<Port> =>
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-'));
    const databases: Database[] = [];
    return {
      async open() {
        const database = openHoldfastDatabase(folder);
        databases.push(database);
        return store(database);
      },
      async dispose() {
        for (const database of databases) database.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };

/** An adapter that keeps things in a folder. */
export const freshFolder =
  <Port>(open: (folder: string) => Promise<Port>): Fresh<Port> =>
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-'));
    return {
      open: () => open(folder),
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  };
