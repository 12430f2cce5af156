import { join } from 'node:path';
import type { AppError } from '../../kernel/errors.ts';
import type { SearchIndex } from '../../ports/search-index.ts';
import { asStoreError, damagedDatabase, isLogicError } from './database-error.ts';
import { openDictionary } from './fts-dictionary.ts';
import { indexWriter } from './fts-put.ts';
import { openIndexReader } from './fts-reader.ts';
import { indexAdvice, indexMigrations } from './fts-schema.ts';
import { searchIndex } from './fts-search.ts';
import { openDatabase, type Database } from './open-database.ts';
import { watchDatabase, type DatabaseWatch } from './watch-database.ts';

export interface EmbeddedSearchIndex extends SearchIndex, Pick<DatabaseWatch, 'demandWhole'> {
  close(): void;
}

/**
 * The search index of the embedded profile, in `<folder>/index.db`: rows and postings in SQLite's FTS5, both
 * in the order of time. Everything in it is made from the store's events and can be made again.
 *
 * Up to 10,000 matches all figures are exact. Beyond, total, facets and histogram are estimated from an even
 * sample of one event in 64, and say so.
 *
 * A damaged file refuses searches, with the way to build it anew, rather than finding less. `onDamage` hears of damage
 * that is found later; what was found at once, `isDamaged` tells.
 * @throws AppError `store.corrupt` for a file that cannot even be opened.
 */
export function openSearchIndex(
  folder: string,
  onDamage?: (error: AppError) => void,
): EmbeddedSearchIndex & Pick<DatabaseWatch, 'isDamaged'> {
  const file = join(folder, indexAdvice.name);
  let db: Database | null = null;
  try {
    db = openDatabase({
      ...indexAdvice,
      file,
      // What the last commits held is in the store as well, and the position tells what to fetch again.
      synchronous: 'NORMAL',
      migrations: indexMigrations,
    });
    return indexOver(db, file, onDamage);
  } catch (thrown) {
    db?.close();
    const error = asStoreError(thrown, indexAdvice);
    // FTS5 calls a table whose settings are gone a logic error. On a whole file no statement of ours is one.
    throw isLogicError(error) ? damagedDatabase(indexAdvice, { cause: thrown }) : error;
  }
}

function indexOver(
  db: Database,
  file: string,
  onDamage: ((error: AppError) => void) | undefined,
): ReturnType<typeof openSearchIndex> {
  const dictionary = openDictionary(db);
  const writer = indexWriter(db, dictionary);
  const reader = openIndexReader(file);
  const watch = watchDatabase({ file, advice: indexAdvice, onDamage });
  const soon = <T>(work: () => T): Promise<T> => Promise.resolve().then(work);

  return {
    put: events => soon(() => writer.put(events)),
    remove: ids => soon(() => writer.remove(ids)),
    async search(scopes, request) {
      await watch.demandWhole();
      return searchIndex(reader, dictionary, scopes, request);
    },
    isDamaged: () => watch.isDamaged(),
    demandWhole: () => watch.demandWhole(),
    position: () => soon(() => writer.position()),
    setPosition: position => soon(() => writer.setPosition(position)),
    clear: () => soon(() => writer.clear()),
    close() {
      watch.close();
      reader.close();
      db.close();
    },
  };
}
