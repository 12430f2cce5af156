import type { Database } from './open-database.ts';
import { packedLength, packId, type PackedId } from './packed-id.ts';
import { damaged } from './sealed-document.ts';

export interface Claimer {
  /**
   * Takes revision 1 of an id for `position` and answers 1; for an id that is known, the number its next revision would
   * have; null when this very record is already there.
   */
  first(id: string, hash: Buffer<ArrayBuffer>, position: number): number | null;
  /** Takes that next revision of the id last asked for. */
  next(revision: number, position: number): void;
}

/** Tells records that are new from those that are stored. For one write: what it remembers is true only within it. */
export function revisionClaimer(database: Database, tenant: number): Claimer {
  const insert = database.prepare(
    'INSERT INTO event_versions (tenant, id, revision, position) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  // LEFT JOIN: a revision whose document is gone must not make its record look like a changed one. Position 0 is none
  // (rebuild-events.ts).
  const compare = database.prepare<{ last: number | null; same: number | null; gone: number }>(
    `SELECT max(v.revision) AS last, max(r.record_hash = ?) AS same,
            count(nullif(v.position, 0)) - count(r.position) AS gone
     FROM event_versions v LEFT JOIN revisions r ON r.position = v.position AND r.tenant = v.tenant
     WHERE v.tenant = ? AND v.id = ?`,
  );
  const memory = versionMemory(database, tenant);
  const packed = new Uint8Array(packedLength);
  let key = packId('', packed);
  let known: Known | null = null;
  let record = '';
  // A page is nearly always all new or all known: what the last event was decides what is tried first.
  let expectKnown = false;
  return {
    first(id, hash, position) {
      key = packId(id, packed);
      known = memory.of(id, key);
      if (known !== null) {
        record = nameOf(hash);
        return known.hashes.has(record) ? null : known.last + 1;
      }
      if (!expectKnown && insert.run(tenant, key, 1, position).changes === 1) return 1;
      const { last, same, gone } = compare.get(hash, tenant, key) ?? { last: null, same: null, gone: 0 };
      if (gone > 0) throw damaged('The index of events');
      memory.met(id, last ?? 0);
      expectKnown = same === 1;
      if (expectKnown) return null;
      if (last === null) insert.run(tenant, key, 1, position);
      return (last ?? 0) + 1;
    },
    next(revision, position) {
      insert.run(tenant, key, revision, position);
      if (known === null) return;
      known.last = revision;
      known.hashes.add(record);
    },
  };
}

/** The versions of an id. */
interface Known {
  last: number;
  readonly hashes: Set<string>;
}

/** From so many revisions on, an id that comes more than once is remembered. */
const many = 16;
/** Where ids come by turns, those are remembered that have so many hashes together, some 5 MB; or one that has more. */
const mostHashes = 50_000;
const readAtOnce = 10_000;

/**
 * Remembers the versions of ids that have many and come again. A provider that gives thousands of records one id would
 * else have each compared with all that came before it, for minutes in which nothing else is done. An id that comes
 * once, or has a few versions as nearly all have, is never read into it.
 */
function versionMemory(database: Database, tenant: number) {
  const read = database.prepare<{ revision: number; hash: Uint8Array<ArrayBuffer> | null }>(
    `SELECT v.revision, r.record_hash AS hash
     FROM event_versions v LEFT JOIN revisions r ON r.position = v.position AND r.tenant = v.tenant
     WHERE v.revision > ? AND v.position > 0 AND v.tenant = ? AND v.id = ? ORDER BY v.revision LIMIT ${readAtOnce}`,
  );
  // Null for one that has come once.
  const versions = new Map<string, Known | null>();
  let held = 0;

  function load(key: PackedId): Known {
    const hashes = new Set<string>();
    for (let last = 0; ;) {
      const rows = read.all(last, tenant, key);
      for (const { hash } of rows) hashes.add(nameOf(hash));
      last = rows.at(-1)?.revision ?? last;
      if (rows.length < readAtOnce) return { last, hashes };
    }
  }

  return {
    /** It has so many revisions. */
    met(id: string, revisions: number): void {
      if (revisions >= many) versions.set(id, null);
    },
    of(id: string, key: PackedId): Known | null {
      if (versions.size === 0) return null;
      const known = versions.get(id);
      if (known !== null) return known ?? null;
      const found = load(key);
      held += found.hashes.size;
      if (held > mostHashes) {
        versions.clear();
        held = found.hashes.size;
      }
      versions.set(id, found);
      return found;
    },
  };
}

/** A hash as text, a character for each byte. */
function nameOf(hash: Uint8Array<ArrayBuffer> | null): string {
  if (hash === null) throw damaged('The index of events');
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
}
