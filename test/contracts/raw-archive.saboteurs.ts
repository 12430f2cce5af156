import { AppError } from '../../shared/kernel/errors.ts';
import type { RawArchive, RawEntry } from '../../shared/ports/raw-archive.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import type { Saboteur } from './contract.ts';

const never = Number.MAX_SAFE_INTEGER;

export const rawArchiveSaboteurs: readonly Saboteur<RawArchive>[] = [
  {
    does: 'overwrites what is there',
    sabotage: () => archive => ({
      ...archive,
      async put(scope, object) {
        for (const hold of await archive.holds(scope, object.key))
          await archive.release(scope, object.key, hold);
        const old = await archive.get(scope, object.key);
        if (old !== null) await archive.remove(scope, object.key, old.retainUntil);
        return archive.put(scope, object);
      },
    }),
    fails: [
      'calls the same bytes again already there, and leaves the first as it is',
      'refuses other bytes under a key, and keeps the first',
    ],
  },
  {
    does: 'takes other bytes under a key for the ones it has',
    sabotage: () => archive => ({
      ...archive,
      async put(scope, object) {
        const old = await archive.get(scope, object.key);
        return old === null ? archive.put(scope, object) : { status: 'already-there', sha256: old.sha256 };
      },
    }),
    fails: ['refuses other bytes under a key, and keeps the first'],
  },
  {
    does: 'keeps the bytes as text',
    sabotage: () => archive => ({
      ...archive,
      async get(scope, key) {
        const object = await archive.get(scope, key);
        return object && { ...object, bytes: Buffer.from(Buffer.from(object.bytes).toString('utf8')) };
      },
    }),
    fails: ['gives every object back byte for byte, with what was said of it'],
  },
  {
    does: 'loses the last object of a listing',
    sabotage: () => archive => ({
      ...archive,
      async *list(scope, prefix) {
        let waiting: RawEntry | null = null;
        for await (const entry of archive.list(scope, prefix)) {
          if (waiting !== null) yield waiting;
          waiting = entry;
        }
      },
    }),
    fails: [
      'has an object for every other handle when put resolves',
      'lists everything under a prefix once, in key order',
      'keeps every object of many put side by side',
      'keeps and holds an object under the longest key',
    ],
  },
  {
    does: 'lists in the order of whole names, folders first',
    sabotage: () => archive => ({
      ...archive,
      async *list(scope, prefix) {
        const entries: RawEntry[] = [];
        for await (const entry of archive.list(scope, prefix)) entries.push(entry);
        const folders = (entry: RawEntry): string => entry.key.replaceAll('/', '\0');
        yield* entries.sort((a, b) => (folders(a) < folders(b) ? -1 : 1));
      },
    }),
    fails: ['lists everything under a prefix once, in key order'],
  },
  {
    does: 'asks the scope for nothing',
    sabotage: () => archive => {
      const anyone = scopeOf(contoso);
      return {
        put: (_scope, object) => archive.put(anyone, object),
        get: (_scope, key) => archive.get(anyone, key),
        list: (_scope, prefix) => archive.list(anyone, prefix),
        hold: (_scope, key, hold) => archive.hold(anyone, key, hold),
        release: (_scope, key, hold) => archive.release(anyone, key, hold),
        holds: (_scope, key) => archive.holds(anyone, key),
        remove: (_scope, key, now) => archive.remove(anyone, key, now),
      };
    },
    fails: ['keeps tenants apart'],
  },
  {
    does: 'removes what is held, once its retention is over',
    sabotage: () => archive => ({
      ...archive,
      async remove(scope, key, now) {
        const object = await archive.get(scope, key);
        if (object !== null && now >= object.retainUntil) {
          for (const hold of await archive.holds(scope, key)) await archive.release(scope, key, hold);
        }
        return archive.remove(scope, key, now);
      },
    }),
    fails: ['removes nothing that is held'],
  },
  {
    does: 'removes before retention ends',
    sabotage: () => archive => ({
      ...archive,
      remove: (scope, key) => archive.remove(scope, key, never as Parameters<RawArchive['remove']>[2]),
    }),
    fails: ['removes nothing before its retention ends'],
  },
  {
    does: 'answers null when reading fails',
    sabotage: () => archive => ({
      ...archive,
      get: (scope, key) =>
        archive.get(scope, key).catch((thrown: unknown) => {
          if (thrown instanceof AppError) return null;
          throw thrown;
        }),
    }),
    fails: ['refuses what is no key', 'never answers what is damaged as absent, whole or there already'],
  },
];
