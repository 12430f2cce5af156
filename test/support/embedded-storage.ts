import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../shared/adapters/embedded/open-database.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import type { Fresh } from '../contracts/contract.ts';

// Every table whose documents carry a seal. A digit becomes another digit: the document stays good JSON.
const sealed = ['revisions', 'quarantine', 'cursors', 'tenants', 'runs', 'operations', 'access_log'];
const changedByHand = `
  DROP TRIGGER access_log_fixed; DROP TRIGGER ledger_entries_fixed;
  UPDATE ledger_entries SET entry = zeroblob(length(entry));
  ${sealed.map(table => `UPDATE ${table} SET doc = replace(doc, '2026', '2027');`).join('\n')}
`;

/** A store of holdfast.db in a folder of its own; every handle has a connection of its own. */
export const freshSqlite =
  <Port>(store: (database: Database) => Port, parent = tmpdir()): Fresh<Port> =>
  async () => {
    const folder = await mkdtemp(join(parent, 'holdfast-'));
    const databases: Database[] = [];
    const connect = (): Database => {
      const database = openHoldfastDatabase(folder);
      databases.push(database);
      return database;
    };
    return {
      open: async () => store(connect()),
      damage: async () => connect().exec(changedByHand),
      async dispose() {
        for (const database of databases) database.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };

/** An adapter that keeps things in a folder. Damage changes the last byte of every file. */
export const freshFolder =
  <Port>(open: (folder: string) => Promise<Port>, parent = tmpdir()): Fresh<Port> =>
  async () => {
    const folder = await mkdtemp(join(parent, 'holdfast-'));
    return {
      open: () => open(folder),
      async damage() {
        for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
          if (entry.isFile()) await changeLastByte(join(entry.parentPath, entry.name));
        }
      },
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  };

async function changeLastByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await chmod(file, 0o600);
  await writeFile(file, bytes);
}
