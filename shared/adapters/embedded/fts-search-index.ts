import { join } from 'node:path';
import type { SearchIndex } from '../../ports/search-index.ts';
import { openDictionary } from './fts-dictionary.ts';
import { indexWriter } from './fts-put.ts';
import { openIndexReader } from './fts-reader.ts';
import { indexAdvice, indexMigrations } from './fts-schema.ts';
import { searchIndex } from './fts-search.ts';
import { openDatabase } from './open-database.ts';

/**
 * The search index of the embedded profile, in `<folder>/index.db`: rows and postings in SQLite's FTS5, both
 * in the order of time. Everything in it is made from the store's events and can be made again.
 *
 * Up to 10,000 matches all figures are exact. Beyond, total, facets and histogram are estimated from an even
 * sample of one event in 64, and say so.
 * @throws AppError `store.corrupt` for a damaged file, with the way to build it anew.
 */
export function openSearchIndex(folder: string): SearchIndex & { close(): void } {
  const file = join(folder, 'index.db');
  const db = openDatabase({
    ...indexAdvice,
    file,
    // What the last commits held is in the store as well, and the position tells what to fetch again.
    synchronous: 'NORMAL',
    migrations: indexMigrations,
  });
  const reader = openIndexReader(file);
  const dictionary = openDictionary(db);
  const writer = indexWriter(db, dictionary);
  const soon = <T>(work: () => T): Promise<T> => Promise.resolve().then(work);

  return {
    put: events => soon(() => writer.put(events)),
    remove: ids => soon(() => writer.remove(ids)),
    search: (scopes, request) => soon(() => searchIndex(reader, dictionary, scopes, request)),
    position: () => soon(() => writer.position()),
    setPosition: position => soon(() => writer.setPosition(position)),
    clear: () => soon(() => writer.clear()),
    close() {
      reader.close();
      db.close();
    },
  };
}
