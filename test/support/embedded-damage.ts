import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What can go wrong with the disk under a data folder. */
export function embeddedDamage(folder: string): {
  breakAccessLog(): Promise<void>;
  changeRaw(): Promise<void>;
} {
  return {
    async breakAccessLog() {
      const database = new DatabaseSync(join(folder, 'holdfast.db'));
      database.exec(
        `CREATE TRIGGER broken BEFORE INSERT ON access_log BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END`,
      );
      database.close();
    },
    async changeRaw() {
      const entries = await readdir(join(folder, 'raw'), { recursive: true, withFileTypes: true });
      for (const entry of entries.filter(one => one.isFile())) {
        const path = join(entry.parentPath, entry.name);
        const bytes = await readFile(path);
        bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 0xff;
        await chmod(path, 0o600);
        await writeFile(path, bytes);
      }
    },
  };
}
