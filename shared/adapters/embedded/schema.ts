/**
 * The tables of holdfast.db; element n of the list takes version n to n + 1. A released element is never
 * edited: a change is a new element.
 *
 * `seal` columns hold a CRC-32 of the row's document (sealed-document.ts): SQLite has no checksum of its own
 * over a page's content, and a flipped bit inside a text would otherwise be read back as the truth.
 */
export const holdfastMigrations: readonly string[] = [
  `
  CREATE TABLE tenant_numbers (number INTEGER PRIMARY KEY, tenant TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE source_numbers (number INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE) STRICT;

  -- Every revision of every event, in the order stored. A position is never given twice, even after expiry:
  -- the last one given stands in feed_position, which has one row.
  CREATE TABLE revisions (
    position INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE INDEX revisions_by_tenant ON revisions (tenant, position);
  CREATE TABLE feed_position (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL) STRICT;
  INSERT INTO feed_position VALUES (1, 0);

  -- Finds the revisions of an id, and tells by hash what is already there. Ids begin with the day, so a
  -- window's inserts fall close together.
  CREATE TABLE event_versions (
    tenant INTEGER NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    source INTEGER NOT NULL,
    time INTEGER NOT NULL,
    record_hash BLOB NOT NULL,
    PRIMARY KEY (tenant, id, revision)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE event_counts (
    tenant INTEGER PRIMARY KEY,
    events INTEGER NOT NULL,
    revisions INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE quarantine (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    source TEXT NOT NULL,
    stream TEXT NOT NULL,
    record_hash TEXT NOT NULL,
    seal INTEGER NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (tenant, source, stream, record_hash)
  ) STRICT;
  CREATE INDEX quarantine_by_tenant ON quarantine (tenant, number);

  CREATE TABLE cursors (
    tenant TEXT NOT NULL,
    source TEXT NOT NULL,
    stream TEXT NOT NULL,
    rev INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (tenant, source, stream)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE read_names (
    tenant TEXT NOT NULL,
    source TEXT NOT NULL,
    stream TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, source, stream, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    rev INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- leased: somebody took it and its visible_at is the end of the lease.
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT,
    visible_at INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    leased INTEGER NOT NULL,
    buried TEXT,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE INDEX jobs_due ON jobs (visible_at, id) WHERE buried IS NULL;
  CREATE INDEX jobs_by_key ON jobs (key) WHERE buried IS NULL AND key IS NOT NULL;

  -- The Merkle log. Entries and nodes are written once; the triggers stop our own mistakes.
  CREATE TABLE ledger_heads (tenant INTEGER PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
  CREATE TABLE ledger_entries (
    tenant INTEGER NOT NULL,
    number INTEGER NOT NULL,
    entry BLOB NOT NULL,
    UNIQUE (tenant, number)
  ) STRICT;
  CREATE TABLE ledger_nodes (
    tenant INTEGER NOT NULL,
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (tenant, level, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'append-only'); END;
  CREATE TRIGGER ledger_entries_fixed BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'append-only'); END;
  CREATE TRIGGER ledger_nodes_stay BEFORE DELETE ON ledger_nodes BEGIN SELECT RAISE(ABORT, 'append-only'); END;
  CREATE TRIGGER ledger_nodes_fixed BEFORE UPDATE ON ledger_nodes BEGIN SELECT RAISE(ABORT, 'append-only'); END;

  CREATE TABLE runs (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    status TEXT NOT NULL,
    seal INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE INDEX runs_by_tenant ON runs (tenant, at, id);
  CREATE INDEX runs_by_time ON runs (at, id, tenant);

  CREATE TABLE operations (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    rev INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE INDEX operations_by_tenant ON operations (tenant, at, id);
  CREATE INDEX operations_by_time ON operations (at, id, tenant);

  CREATE TABLE access_log (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    seal INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE INDEX access_log_by_tenant ON access_log (tenant, at, id);
  CREATE INDEX access_log_by_time ON access_log (at, id, tenant);
  CREATE TRIGGER access_log_stays BEFORE DELETE ON access_log BEGIN SELECT RAISE(ABORT, 'append-only'); END;
  CREATE TRIGGER access_log_fixed BEFORE UPDATE ON access_log BEGIN SELECT RAISE(ABORT, 'append-only'); END;

  CREATE TABLE throttles (key TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE remembered_replies (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    reply TEXT
  ) STRICT;
  CREATE INDEX remembered_replies_by_age ON remembered_replies (begun_at);
  `,
  `
  -- Names for object ids, as a tenant's directory gave them, and the events that wait for one.
  CREATE TABLE names (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT,
    address TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE name_wants (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant, id, event)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE name_positions (tenant TEXT PRIMARY KEY, position TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- The index of ids is the one table whose rows come in no order: of a batch nearly every row falls on a page of its
  -- own, which is written as a whole. So its rows hold ids packed (packed-id.ts) and nothing but what finds a revision;
  -- the hash of the record it was made from is with the revision.
  CREATE TABLE hash_of (position INTEGER PRIMARY KEY, record_hash BLOB NOT NULL) STRICT;
  INSERT INTO hash_of SELECT position, record_hash FROM event_versions;
  CREATE TABLE hashed_revisions (
    position INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    -- Before the document: what lies behind a long one is read by way of all its pages.
    record_hash BLOB NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  INSERT INTO hashed_revisions
    SELECT position, tenant, seal, coalesce(record_hash, x''), doc
    FROM revisions LEFT JOIN hash_of USING (position) ORDER BY position;
  DROP TABLE hash_of;
  DROP TABLE revisions;
  ALTER TABLE hashed_revisions RENAME TO revisions;
  CREATE INDEX revisions_by_tenant ON revisions (tenant, position);

  CREATE TABLE packed_versions (
    tenant INTEGER NOT NULL,
    id ANY NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (tenant, id, revision)
  ) STRICT, WITHOUT ROWID;
  -- In the order they lie in, which packed ids keep: sorted anew, all of them would have to be held in memory.
  INSERT INTO packed_versions
    SELECT tenant, coalesce(iif(id GLOB '????????-*' AND length(id) = 49 AND lower(id) = id,
                                unhex(substr(id, 1, 8) || substr(id, 10)), NULL), id), revision, position
    FROM event_versions ORDER BY tenant, id, revision;
  DROP TABLE event_versions;
  ALTER TABLE packed_versions RENAME TO event_versions;
  DROP TABLE source_numbers;
  `,
  `
  -- What the events of one page have in common (event-document.ts). Events stored before have it in their own document.
  CREATE TABLE origins (number INTEGER PRIMARY KEY, seal INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
  `,
];
