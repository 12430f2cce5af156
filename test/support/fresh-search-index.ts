import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openSearchIndex } from '../../shared/adapters/embedded/fts-search-index.ts';
import type { SearchIndex } from '../../shared/ports/search-index.ts';
import type { Fresh } from '../contracts/contract.ts';

type Opened = ReturnType<typeof openSearchIndex>;

/** An index.db in a folder of its own; every handle has connections of its own. */
export const freshSearchIndex =
  (parent: string): Fresh<SearchIndex> =>
  async () => {
    const folder = await mkdtemp(join(parent, 'holdfast-'));
    const handles: Opened[] = [];
    const closeAll = (): void => {
      for (const handle of handles.splice(0)) handle.close();
    };
    return {
      async open() {
        const handle = openSearchIndex(folder);
        handles.push(handle);
        return handle;
      },
      async damage() {
        // Closed, so that everything is in the one file and none of it in anybody's memory.
        closeAll();
        await spoilPages(join(folder, 'index.db'));
      },
      async dispose() {
        closeAll();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };

/** Overwrites the beginning of every page of the file's later half: rows and postings, not the schema. */
export async function spoilPages(file: string): Promise<void> {
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  try {
    for (let at = Math.ceil(size / 16_384) * 8_192; at < size; at += 8_192)
      await handle.write(Buffer.alloc(64, 0xa5), 0, 64, at);
  } finally {
    await handle.close();
  }
}
