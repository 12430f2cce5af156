import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import type { StoredEvent } from '../shared/model/event.ts';
import { openBenchRig, type BenchRig } from './bench-rig.ts';
import type { Figures } from './figures.ts';

/** CPU of this process (all threads), seconds. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/**
 * Ingest end to end: HTTP, archive, read, store, seal, index, over all streams whose records are about 1.2 kB;
 * against the floor: parse, hash and compress the same pages and insert the same columns and words into bare
 * tables, with nothing of the product in between.
 */
export async function benchIngest(events = 600_000): Promise<Figures> {
  const rig = await openBenchRig(events);
  try {
    // Traces are a third of the size; the target is stated for audit records.
    const targets = rig.targets.filter(target => target.ref.source !== 'exchange.message-trace');
    const before = cpuSeconds();
    let seen = 0;
    let bytes = 0;
    for (const target of targets) {
      const done = await rig.ingest(target);
      seen += done.seen;
      bytes += done.bytes;
    }
    const spent = cpuSeconds() - before;
    const floor = await measureFloor(rig);
    const rate = seen / spent;
    const floorRate = floor.records / floor.seconds;
    return {
      name: 'ingest end to end',
      figures: {
        records: seen,
        'bytes per record': Math.round(bytes / seen),
        'events per CPU-second': Math.round(rate),
        'floor, events per CPU-second': Math.round(floorRate),
        'of the floor': Number((rate / floorRate).toFixed(2)),
      },
      targets: { 'events per CPU-second': { atLeast: 12_000 }, 'of the floor': { atLeast: 0.6 } },
    };
  } finally {
    await rig.close();
  }
}

interface Page {
  /** Null where an earlier step had it. */
  readonly bytes: Uint8Array | null;
  readonly events: readonly StoredEvent[];
}

/** The floor over pages as they were archived, in steps so that memory stays bounded. */
async function measureFloor(rig: BenchRig): Promise<{ records: number; seconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-floor-'));
  const database = new DatabaseSync(join(folder, 'floor.db'));
  database.exec(floorTables);
  let records = 0;
  let seconds = 0;
  try {
    for await (const pages of pagesInSteps(rig)) {
      const rows = pages.flatMap(page => page.events.map(rowOf)).sort((a, b) => a.order - b.order);
      const before = cpuSeconds();
      for (const { bytes } of pages) {
        if (bytes === null) continue;
        JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
        hash('sha256', bytes, 'hex');
        zstdCompressSync(bytes);
      }
      insertBare(database, rows, records);
      seconds += cpuSeconds() - before;
      records += rows.length;
    }
    return { records, seconds };
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const columns = 14;
const floorTables = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE events (position INTEGER PRIMARY KEY, id TEXT NOT NULL, hash BLOB NOT NULL, doc TEXT NOT NULL);
  CREATE UNIQUE INDEX by_id ON events (id);
  CREATE TABLE ev (${Array.from({ length: columns }, (_, n) => `c${n}`).join(', ')});
  CREATE VIRTUAL TABLE words USING fts5 (text, content = '');
`;

interface Row {
  readonly order: number;
  readonly id: string;
  readonly hash: Uint8Array;
  readonly doc: string;
  readonly values: readonly (string | null)[];
  readonly words: string;
}

function rowOf(event: StoredEvent): Row {
  const { actor, client, mail } = event;
  const values = [
    event.tenant, event.source, event.stream, event.category, event.operation, event.outcome, event.severity,
    actor?.address ?? null, actor?.kind ?? null, client?.ip ?? null, client?.country ?? null, client?.app ?? null,
    mail?.sender ?? null, event.time,
  ]; // prettier-ignore
  const words = [
    event.summary, event.operation, event.category, actor?.name, actor?.address, client?.ip, client?.userAgent,
    client?.app, ...event.targets.flatMap(target => [target.name, target.address]), mail?.subject,
  ]; // prettier-ignore
  return {
    order: Date.parse(event.time),
    id: event.id,
    hash: Buffer.from(event.raw.sha256, 'hex'),
    doc: JSON.stringify(event),
    values,
    words: words.flatMap(word => word ?? []).join(' '),
  };
}

function insertBare(database: DatabaseSync, rows: readonly Row[], from: number): void {
  const store = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?)');
  const index = database.prepare(`INSERT INTO ev VALUES (${'?, '.repeat(columns - 1)}?)`);
  const words = database.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)');
  database.exec('BEGIN');
  for (const [at, row] of rows.entries()) {
    const position = from + at + 1;
    store.run(position, row.id, row.hash, row.doc);
    index.run(...row.values);
    words.run(position, row.words);
  }
  database.exec('COMMIT');
}

async function* pagesInSteps(rig: BenchRig): AsyncGenerator<Page[]> {
  // A page whose events fall into two steps is parsed, hashed and compressed in the first.
  const done = new Set<string>();
  for (let after: string | null = null; ;) {
    const { changes, next } = await rig.profile.events.changes(null, after, 4_000);
    if (changes.length === 0 || next === null) return;
    after = next;
    const byKey = new Map<string, StoredEvent[]>();
    for (const { event } of changes) {
      const key = `${event.tenant} ${event.raw.key}`;
      byKey.set(key, [...(byKey.get(key) ?? []), event]);
    }
    const pages: Page[] = [];
    for (const [key, events] of byKey) {
      const [first] = events;
      const scope = rig.targets.find(target => target.tenant.id === first?.tenant)?.scope;
      if (first === undefined || scope === undefined) continue;
      const object = done.has(key) ? null : await rig.profile.archive.get(scope, first.raw.key);
      done.add(key);
      pages.push({ bytes: object?.bytes ?? null, events });
    }
    yield pages;
  }
}
