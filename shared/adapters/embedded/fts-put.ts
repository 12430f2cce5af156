import { AppError } from '../../kernel/errors.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { Dictionary } from './fts-dictionary.ts';
import { openGroups } from './fts-groups.ts';
import { isSampled, rowId, slotBits, slotOf } from './fts-row-id.ts';
import { packId } from './packed-id.ts';
import { arrivalOf, indexRow, keptId, type Arrival, type IndexRow } from './fts-row.ts';
import { emptyIndex, tableOf, wordColumns, type Part } from './fts-schema.ts';
import type { Database, Statement, Row } from './open-database.ts';

export interface IndexWriter {
  put(events: readonly StoredEvent[]): void;
  remove(ids: readonly string[]): void;
  position(): string | null;
  setPosition(position: string): void;
  clear(): void;
}

/** A row that has its number, with its words still to be written. */
interface Placed {
  readonly number: bigint;
  readonly arrival: Arrival;
  readonly row: IndexRow;
}

/** Writes to the index. Every call is one transaction: a crash keeps all of it or nothing. */
export function indexWriter(db: Database, dictionary: Dictionary): IndexWriter {
  const whole = statementsOf(db, 'whole');
  const sample = statementsOf(db, 'sample');
  const find = db.prepare<{ number: string; revision: number }>(
    'SELECT CAST(rowid AS TEXT) AS number, revision FROM docs WHERE id = ?',
  );
  const lastIn = db.prepare<{ number: string | null }>(
    'SELECT CAST(max(rowid) AS TEXT) AS number FROM docs WHERE rowid >= ? AND rowid < ?',
  );

  const groups = openGroups(dictionary);
  const about = db.prepare<{ value: string }>('SELECT value FROM about WHERE name = ?');
  const setAbout = db.prepare('INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)');
  const version = db.prepare<{ data_version: number }>('PRAGMA data_version');
  let seenVersion = version.get()?.data_version;

  /** Takes a row out of every table. */
  function drop(number: bigint): void {
    whole.dropDoc.run(number);
    whole.dropWords.run(number);
    // Only one row in 64 has words in the sample; asking FTS5 to forget others would leave marks for nothing.
    if (sample.dropDoc.run(number).changes > 0) sample.dropWords.run(number);
  }

  /** The number under which a row is now in `docs`; null when the index has a later revision. */
  function place(arrival: Arrival, row: IndexRow): bigint | null {
    const first = rowId(arrival.ms, slotOf(arrival.bits, 0));
    if (insertDoc(whole, first, arrival, row)) return first;
    // Either the id is known or the number is taken by another event of the same millisecond.
    const known = find.get(keptId(arrival.event));
    if (known !== undefined) {
      // The same revision again may have been made anew since: what comes later holds.
      if (known.revision > arrival.event.revision) return null;
      drop(BigInt(known.number));
      if (insertDoc(whole, first, arrival, row)) return first;
    }
    for (let attempt = 1; attempt < 20; attempt++) {
      const next = rowId(arrival.ms, slotOf(arrival.bits, attempt));
      if (insertDoc(whole, next, arrival, row)) return next;
    }
    return placeLast(arrival, row);
  }

  /**
   * For the crowded millisecond: after the last that is taken there. Ten thousand events of one time stamp
   * are real (a bulk change logged to the second); beyond 16,384 the next millisecond lends its numbers, and
   * the order of those events is off by that much.
   */
  function placeLast(arrival: Arrival, row: IndexRow): bigint {
    for (let ms = arrival.ms; ms < arrival.ms + 1_000; ms++) {
      const from = rowId(ms, 0);
      const end = from + (1n << BigInt(slotBits));
      const taken = lastIn.get(from, end)?.number ?? null;
      const next = taken === null ? from : BigInt(taken) + 1n;
      if (next < end && insertDoc(whole, next, arrival, row)) return next;
    }
    throw new AppError(
      'index.unavailable',
      'give-up',
      'More than sixteen million events carry the same time. Check what a source puts into its events’ time.',
    );
  }

  function writeWords({ number, arrival, row }: Placed): void {
    insertWords(whole, number, row);
    if (!isSampled(arrival.bits)) return;
    insertDoc(sample, number, arrival, row);
    insertWords(sample, number, row);
  }

  /** Writes one row, or leaves its words for later where they are out of order. Answers the highest number so far. */
  function putOne(arrival: Arrival, last: bigint, behind: Placed[]): bigint {
    const row = indexRow(arrival, groups, dictionary);
    const number = place(arrival, row);
    if (number === null) return last;
    if (number < last) {
      behind.push({ number, arrival, row });
      return last;
    }
    writeWords({ number, arrival, row });
    return number;
  }

  function put(events: readonly StoredEvent[]): void {
    const arrivals = newestRevisions(events.map(arrivalOf));
    // SQLite appends, and FTS5 keeps filling one buffer, only while the numbers rise.
    if (!isRising(arrivals)) {
      arrivals.sort((a, b) => a.ms - b.ms || slotOf(a.bits, 0) - slotOf(b.bits, 0));
    }
    const behind: Placed[] = [];
    let last = -1n;
    // Row by row: rows kept for a second loop would outlive the young heap and cost a third more.
    for (const arrival of arrivals) last = putOne(arrival, last, behind);
    behind.sort((a, b) => (a.number < b.number ? -1 : 1)).forEach(writeWords);
  }

  function forget(): void {
    dictionary.forget();
    groups.forget();
  }

  /** All of `work` or nothing. */
  function writing(work: () => void): void {
    try {
      db.write(() => {
        // Another process may have given out numbers, or emptied the index, since we wrote.
        const found = version.get()?.data_version;
        if (found !== seenVersion) forget();
        seenVersion = found;
        work();
      });
    } catch (thrown) {
      // Numbers given out in a write that was rolled back were never given out.
      forget();
      throw thrown;
    }
  }

  return {
    put: events => writing(() => put(events)),
    remove: ids =>
      writing(() => {
        for (const id of ids) {
          const known = find.get(packId(id));
          if (known !== undefined) drop(BigInt(known.number));
        }
      }),
    position: () => about.get('position')?.value ?? null,
    setPosition: position => void setAbout.run('position', position),
    clear() {
      db.write(() => db.exec(emptyIndex));
      forget();
    },
  };
}

/** Of several revisions of one id in a batch, the highest; of one given twice, the later. */
function newestRevisions(arrivals: Arrival[]): Arrival[] {
  if (haveOwnBits(arrivals)) return arrivals;
  const byId = new Map<string, Arrival>();
  for (const arrival of arrivals) {
    const { id, revision } = arrival.event;
    const other = byId.get(id);
    if (other === undefined || other.event.revision <= revision) byId.set(id, arrival);
  }
  return [...byId.values()];
}

/** Ids of other bits are other ids: sorting numbers costs a tenth of a map of texts. */
function haveOwnBits(arrivals: readonly Arrival[]): boolean {
  const bits = new Uint32Array(arrivals.length);
  for (const [n, arrival] of arrivals.entries()) bits[n] = arrival.bits;
  bits.sort();
  return bits.every((one, n) => n === 0 || one !== bits[n - 1]);
}

const isRising = (arrivals: readonly Arrival[]): boolean =>
  arrivals.every((one, n) => n === 0 || one.ms > (arrivals[n - 1]?.ms ?? 0));

interface PartStatements {
  readonly insertDoc: Statement<Row>;
  readonly insertWords: Statement<Row>;
  readonly dropDoc: Statement<Row>;
  readonly dropWords: Statement<Row>;
}

function statementsOf(db: Database, part: Part): PartStatements {
  const { docs, words } = tableOf[part];
  const marks = wordColumns.map(() => '?').join(', ');
  return {
    insertDoc: db.prepare(`INSERT OR IGNORE INTO ${docs} (rowid, id, revision, codes) VALUES (?, ?, ?, ?)`),
    insertWords: db.prepare(`INSERT INTO ${words} (rowid, ${wordColumns.join(', ')}) VALUES (?, ${marks})`),
    dropDoc: db.prepare(`DELETE FROM ${docs} WHERE rowid = ?`),
    dropWords: db.prepare(`DELETE FROM ${words} WHERE rowid = ?`),
  };
}

const insertDoc = (part: PartStatements, number: bigint, arrival: Arrival, row: IndexRow): boolean =>
  part.insertDoc.run(number, keptId(arrival.event), arrival.event.revision, row.codes).changes > 0;

function insertWords(part: PartStatements, number: bigint, { words: w }: IndexRow): void {
  part.insertWords.run(
    number, w.keys, w.actor, w.target, w.sender, w.recipient, w.actor_sender, w.target_recipient, w.subject,
    w.user_agent, w.summary, w.further,
  ); // prettier-ignore
}
