import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSearchIndex } from '../../shared/adapters/embedded/fts-search-index.ts';
import { indexAdvice, indexMigrations } from '../../shared/adapters/embedded/fts-schema.ts';
import { openDatabase } from '../../shared/adapters/embedded/open-database.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('an index of the first version is emptied and forgets its place, so that every event gets its tokens', async () => {
  const folder = await tempFolder();
  const old = openDatabase({
    ...indexAdvice,
    file: join(folder, 'index.db'),
    synchronous: 'NORMAL',
    migrations: indexMigrations.slice(0, 1),
  });
  old.prepare("INSERT INTO about (name, value) VALUES ('position', '41')").run();
  old.close();
  const index = openSearchIndex(folder);
  expect(await index.position()).toBeNull();
  index.close();
});
