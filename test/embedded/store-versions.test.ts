import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase, type Database } from '../../shared/adapters/embedded/open-database.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { holdfastMigrations } from '../../shared/adapters/embedded/schema.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { sealOf } from '../../shared/adapters/documents/sealed-document.ts';
import type { EventId } from '../../shared/kernel/hash.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent, StoredEvent } from '../../shared/model/event.ts';
import type { SourceId, TenantId } from '../../shared/model/ids.ts';
import { storedForm } from '../../shared/model/stored-form.ts';
import { feedOf } from '../contracts/event-feed.cases.ts';
import { contoso, fabrikam, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { wholeHistory } from '../support/whole-history.ts';

/** What released programs made of holdfast.db before the index of ids held them packed. */
const before = holdfastMigrations.slice(0, 2);
const at = instant(Date.UTC(2026, 9, 5, 12));
const exchange = 'exchange.message-trace' as SourceId;
const tenants: readonly TenantId[] = [contoso, fabrikam];
const sources: readonly SourceId[] = [source, exchange];

const changing = (body: string): NewEvent => sampleEvent('changing', { body, summary: body });
const unlike = sampleEvent('unlike', { id: '20261004-not-of-the-usual-form' as EventId });
// As long as the usual form, and all of its signs but one: what packs ids must leave them as they are.
const capital = sampleEvent('capital', { id: `20261003-${'A'.repeat(40)}` as EventId });
const early = ['2026-10-01T00:00:00.000Z', '2026-10-03T23:59:59.999Z'].map((time, i) =>
  sampleEvent(`early ${i}`, { time }),
);
const trace = sampleEvent('trace', { time: '2026-10-01T08:00:00.000Z', source: exchange });
const shared = sampleEvent('shared');
const theirs = { ...shared, tenant: fabrikam, summary: 'theirs' };
/** In the order stored, `gap` where expiry left one. */
const written: readonly (NewEvent | 'gap')[] = [
  changing('one'), shared, unlike, 'gap', ...early, theirs, changing('two'), trace, capital,
  sampleEvent('x', { tenant: fabrikam }), changing('three'), 'gap',
]; // prettier-ignore

const openAs = (folder: string, migrations: readonly string[]): Database =>
  openDatabase({
    file: join(folder, 'holdfast.db'),
    name: 'holdfast.db',
    mend: 'none',
    synchronous: 'NORMAL',
    migrations,
  });

interface Kept {
  readonly position: number;
  readonly event: StoredEvent;
}

/** A closed holdfast.db of the version before, its rows as that version wrote them, and what is in it. */
async function oldFolder(more?: (database: Database) => void): Promise<{ folder: string; kept: Kept[] }> {
  const folder = await tempFolder();
  const database = openAs(folder, before);
  for (const tenant of tenants)
    database.prepare('INSERT INTO tenant_numbers (tenant) VALUES (?)').run(tenant);
  for (const name of sources) database.prepare('INSERT INTO source_numbers (source) VALUES (?)').run(name);
  const kept: Kept[] = [];
  for (const [i, event] of written.entries()) {
    if (event === 'gap') continue;
    const number = tenants.indexOf(event.tenant) + 1;
    const same = kept.filter(one => one.event.id === event.id && one.event.tenant === event.tenant);
    const revision = same.length + 1;
    const stored = storedForm(event, { ingestedAt: '2026-10-05T12:00:00.000Z', revision });
    const doc = JSON.stringify(stored);
    const hash = Buffer.from(event.recordHash, 'hex');
    const [from, time] = [sources.indexOf(event.source) + 1, Date.parse(event.time)];
    database.prepare('INSERT INTO revisions VALUES (?, ?, ?, ?)').run(i + 1, number, sealOf(doc), doc);
    database
      .prepare('INSERT INTO event_versions VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(number, event.id, revision, i + 1, from, time, hash);
    database
      .prepare(
        `INSERT INTO event_counts VALUES (?1, ?2, 1)
         ON CONFLICT DO UPDATE SET events = events + ?2, revisions = revisions + 1`,
      )
      .run(number, revision === 1 ? 1 : 0);
    kept.push({ position: i + 1, event: JSON.parse(doc) as StoredEvent });
  }
  database.prepare('UPDATE feed_position SET last = ?').run(written.length);
  more?.(database);
  database.close();
  return { folder, kept };
}

function opened(folder: string) {
  const database = openHoldfastDatabase(folder);
  onTestFinished(() => database.close());
  return { database, store: sqliteEventStore(database) };
}

const hers = (kept: readonly Kept[], tenant: TenantId): Kept[] =>
  kept.filter(one => one.event.tenant === tenant);

/** Everything there is to read is what `kept` says. */
async function expectKept(folder: string, kept: readonly Kept[]): Promise<void> {
  const database = openHoldfastDatabase(folder);
  const store = sqliteEventStore(database);
  const placed = (one: { position: string | number; event: StoredEvent }): Kept => ({
    position: Number(one.position),
    event: one.event,
  });
  expect((await feedOf(store, null, 5)).map(placed)).toEqual(kept);
  for (const tenant of tenants) {
    const own = hers(kept, tenant);
    expect((await feedOf(store, [scopeOf(tenant)], 5)).map(placed)).toEqual(own);
    const byId = Map.groupBy(own, one => one.event.id);
    for (const [id, revisions] of byId) {
      const history = revisions.map(one => one.event);
      expect(await wholeHistory(store, scopeOf(tenant), id, 2)).toEqual(history);
      expect(await store.get(scopeOf(tenant), id)).toEqual(history.at(-1));
    }
    const counts = { events: byId.size, revisions: own.length, quarantined: 0 };
    expect(await store.counts(scopeOf(tenant))).toEqual(counts);
  }
  expect({ ...database.prepare('PRAGMA integrity_check').get() }).toEqual({ integrity_check: 'ok' });
  database.close();
}

/** Every row of the event store and the tables themselves, as they lie there. */
function asItLies(folder: string) {
  const database = openAs(folder, holdfastMigrations);
  const all = (sql: string): unknown[] => database.prepare(sql).all();
  const lies = {
    tables: all('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name'),
    version: all('PRAGMA user_version'),
    revisions: all('SELECT * FROM revisions ORDER BY position'),
    versions: all('SELECT * FROM event_versions ORDER BY tenant, id, revision'),
    counts: all('SELECT * FROM event_counts ORDER BY tenant'),
  };
  database.close();
  return lies;
}

test('a store of the version before has every event, history, position and count; opened again, the same', async () => {
  const { folder, kept } = await oldFolder();
  await expectKept(folder, kept);
  const once = asItLies(folder);
  // The feed of a tenant reads by this index, and without it is only slow.
  expect(once.tables).toContainEqual(expect.objectContaining({ type: 'index', name: 'revisions_by_tenant' }));
  await expectKept(folder, kept);
  expect(asItLies(folder)).toEqual(once);
});

test('its records are known by their hashes: the same is unchanged, a changed one the next revision', async () => {
  const { folder } = await oldFolder();
  const { store } = opened(folder);
  for (const tenant of tenants) {
    const again = written.filter(event => event !== 'gap' && event.tenant === tenant) as NewEvent[];
    const counts = { inserted: 0, replaced: 0, unchanged: again.length };
    expect(await store.upsert(scopeOf(tenant), again, at)).toEqual(counts);
  }
  const changed = [changing('four'), { ...unlike, recordHash: theirs.recordHash }, capital];
  const ours = scopeOf(contoso);
  expect(await store.upsert(ours, changed, at)).toEqual({ inserted: 0, replaced: 2, unchanged: 1 });
  expect((await wholeHistory(store, ours, changing('').id)).map(one => [one.revision, one.summary])).toEqual([
    [1, 'one'], [2, 'two'], [3, 'three'], [4, 'four'],
  ]); // prettier-ignore
  expect((await store.get(ours, unlike.id))?.revision).toBe(2);
  expect(await store.upsert(ours, [sampleEvent('new')], at)).toEqual({
    inserted: 1,
    replaced: 0,
    unchanged: 0,
  });
  const after = String(written.length).padStart(16, '0');
  const later = (await store.changes(null, after, 10)).changes.map(one => [
    Number(one.position),
    one.event.id,
  ]);
  const ids = [changing('').id, unlike.id, sampleEvent('new').id];
  expect(later).toEqual(ids.map((id, i) => [written.length + 1 + i, id]));
  expect(await store.counts(ours)).toEqual({ events: 8, revisions: 12, quarantined: 0 });
});

test('its events expire by source and time', async () => {
  const { folder, kept } = await oldFolder();
  const { store, database } = opened(folder);
  const fourth = instant(Date.UTC(2026, 9, 4));
  const ours = scopeOf(contoso);
  expect(await store.expire(ours, source, fourth)).toEqual({ removed: 2 });
  const gone = new Set(early.map(event => event.id));
  const left = kept.filter(one => !gone.has(one.event.id));
  await expectKept(folder, left);
  expect(await store.expire(ours, exchange, fourth)).toEqual({ removed: 1 });
  // The tenants have an event of the same id: only one of the two goes.
  expect(await store.expire(ours, source, instant(Date.UTC(2027, 0, 1)))).toEqual({ removed: 4 });
  await expectKept(folder, hers(kept, fabrikam));
  expect(database.prepare('SELECT * FROM event_versions WHERE tenant = 1').all()).toEqual([]);
});

test('a revision that its index of ids does not have is kept where it is', async () => {
  const { folder, kept } = await oldFolder(database =>
    database.prepare('DELETE FROM event_versions WHERE id = ?').run(trace.id),
  );
  const { store } = opened(folder);
  const feed = (await feedOf(store, [scopeOf(contoso)])).map(one => one.event);
  expect(feed).toEqual(hers(kept, contoso).map(one => one.event));
  expect(await store.get(scopeOf(contoso), trace.id)).toBeNull();
});

test('a document that is gone is damage after as before, not an id nobody had', async () => {
  const { folder } = await oldFolder(database =>
    database.prepare('DELETE FROM revisions WHERE doc LIKE ?').run(`%"${trace.id}"%`),
  );
  const { store } = opened(folder);
  await expect(store.get(scopeOf(contoso), trace.id)).rejects.toMatchObject({ code: 'store.corrupt' });
  await expect(store.upsert(scopeOf(contoso), [trace], at)).rejects.toMatchObject({ code: 'store.corrupt' });
});

test('stopped halfway it is the store it was, and the next opening does all of it', async () => {
  const { folder, kept } = await oldFolder();
  const rows = (): unknown[] => {
    const database = openAs(folder, before);
    const all = ['sqlite_schema', 'revisions', 'event_versions', 'source_numbers'].map(table =>
      database.prepare(`SELECT * FROM ${table}`).all(),
    );
    database.close();
    return all;
  };
  const whole = rows();
  expect(() => openAs(folder, [...holdfastMigrations.slice(0, 3), 'DROP TABLE nothing'])).toThrow(
    expect.objectContaining({ code: 'bug' }),
  );
  expect(rows()).toEqual(whole);
  await expectKept(folder, kept);
});
