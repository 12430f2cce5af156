import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, asAppError } from '../../kernel/errors.ts';
import { isoInstant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventStore } from '../../ports/event-store.ts';
import { damagedDatabase } from './database-error.ts';
import { fileErrorCode } from './file-error.ts';
import { indexAdvice } from './fts-schema.ts';
import { openSearchIndex, type EmbeddedSearchIndex } from './fts-search-index.ts';

export interface ProjectedIndexOptions {
  readonly folder: string;
  /** What the index is made from. */
  readonly events: EventStore;
  readonly clock: Clock;
  /** Hears of damage when it is found. */
  readonly onDamage: (error: AppError) => void;
}

/**
 * The search index beside the store it is made from. Nothing in it is the only copy, so nothing that is wrong with it
 * keeps the stores from opening. A damaged file is set aside, and an empty index takes its place; whatever else is in
 * the way is tried again with each call. Until the index has met the end of the store's changes, searches are refused:
 * they would find less, and not say so.
 */
export async function openProjectedIndex(options: ProjectedIndexOptions): Promise<EmbeddedSearchIndex> {
  const { folder, events, clock, onDamage } = options;
  let opened: EmbeddedSearchIndex | null = null;
  let isSetAside = false;
  let isBehind = true;

  function index(): EmbeddedSearchIndex {
    opened ??= openOrAnew();
    return opened;
  }

  function openOrAnew(): EmbeddedSearchIndex {
    try {
      return openWhole(folder, onDamage);
    } catch (thrown) {
      const error = asAppError(thrown);
      // Once: on a disk that fails at once again, each try would leave another file.
      if (error.code !== 'store.corrupt' || isSetAside) throw error;
      const kept = `${indexAdvice.name}.damaged-${isoInstant(clock.now()).replaceAll(':', '-')}`;
      setAside(folder, kept, error);
      isSetAside = true;
      onDamage(madeAnew(kept, error));
      return openWhole(folder, onDamage);
    }
  }

  /** Once it has all there is, it lacks no more than what was stored just now. */
  async function look(): Promise<void> {
    if (!isBehind) return;
    const position = await index().position();
    try {
      isBehind = (await events.changes(null, position, 1)).changes.length > 0;
    } catch (thrown) {
      // Ahead of a store that was put back: it is about to be cleared.
      if (asAppError(thrown).code !== 'continuation.invalid') throw thrown;
    }
  }

  async function demandWhole(): Promise<void> {
    await index().demandWhole();
    await look();
    if (isBehind) throw behind();
  }

  // Damage is told of before anybody searches. Whatever else is wrong, whoever needs the index is told.
  await look().catch(() => undefined);
  return {
    put: async events => index().put(events),
    remove: async ids => index().remove(ids),
    async search(scopes, request) {
      await demandWhole();
      return index().search(scopes, request);
    },
    position: async () => index().position(),
    async setPosition(position) {
      await index().setPosition(position);
      await look();
    },
    clear: async () => index().clear(),
    demandWhole,
    close: () => opened?.close(),
  };
}

function openWhole(folder: string, onDamage: ProjectedIndexOptions['onDamage']): EmbeddedSearchIndex {
  const index = openSearchIndex(folder, onDamage);
  if (!index.isDamaged()) return index;
  index.close();
  throw damagedDatabase(indexAdvice);
}

/** Renames the file and what SQLite keeps beside it: nothing is deleted that somebody may want to examine. */
function setAside(folder: string, kept: string, damage: AppError): void {
  // The file itself last: cut off in between, it is found damaged again, and no log of its own meets the new one.
  for (const suffix of ['-wal', '-shm', '']) {
    try {
      renameSync(join(folder, `${indexAdvice.name}${suffix}`), join(folder, `${kept}${suffix}`));
    } catch (thrown) {
      // What to do by hand then, is what the damage itself says.
      if (suffix === '' || fileErrorCode(thrown) !== 'ENOENT') throw damage;
    }
  }
}

const madeAnew = (kept: string, cause: AppError): AppError =>
  new AppError(
    'store.corrupt',
    'give-up',
    `The file ${indexAdvice.name} is damaged. It is kept as ${kept}, and the index is being made anew from the store; searches are refused until it has everything. See to the disk, then delete the kept file.`,
    { cause },
  );

const behind = (): AppError =>
  new AppError(
    'index.unavailable',
    'retry-later',
    'The search index is being made from the store and has not got everything yet: a search would find too little. Ask again in a while; collecting goes on.',
  );
