import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, asAppError } from '../../kernel/errors.ts';
import { isTenantId } from '../../model/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Profile } from '../../ports/profile.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { environmentSecretStore } from './environment-secret-store.ts';
import { asArchiveError, fileErrorCode } from './file-error.ts';
import { openFileRawArchive } from './file-raw-archive.ts';
import { localCheckpointSigner } from './local-checkpoint-signer.ts';
import { openDatabase, type Database } from './open-database.ts';
import { openProjectedIndex } from './projected-index.ts';
import { holdfastMigrations } from './schema.ts';
import { sqliteAccessLog } from './sqlite-access-log.ts';
import { sqliteCursorStore } from './sqlite-cursor-store.ts';
import { sqliteEventStore } from './sqlite-event-store.ts';
import { sqliteIdempotencyStore } from './sqlite-idempotency-store.ts';
import { sqliteJobQueue } from './sqlite-job-queue.ts';
import { sqliteLedgerStore } from './sqlite-ledger-store.ts';
import { sqliteNameStore } from './sqlite-name-store.ts';
import { sqliteOperationStore } from './sqlite-operation-store.ts';
import { sqliteRunLog } from './sqlite-run-log.ts';
import { sqliteTenantRegistry } from './sqlite-tenant-registry.ts';
import { sqliteThrottleMemory } from './sqlite-throttle-memory.ts';

export interface OpenEmbeddedOptions {
  /** The data folder: holdfast.db, index.db, raw/, secrets.json, checkpoint.key. Made if it is not there. */
  readonly folder: string;
  /** Where HOLDFAST_SECRET_… variables are. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The file that HOLDFAST_SECRETS names, in place of the folder's secrets.json; none where empty. */
  readonly secretsFile?: string;
  /** Told of damage when it is found, not when somebody asks. */
  readonly telemetry?: Pick<Telemetry, 'error'> | undefined;
}

/**
 * Opens the stores of one machine. Several processes may have the same folder open.
 * @throws AppError `store.*` when holdfast.db is damaged or the folder cannot be used. What is wrong with the index, whoever
 *   uses the index is told.
 */
export async function openEmbedded(options: OpenEmbeddedOptions): Promise<Profile> {
  const { folder, environment, clock, secretsFile = '' } = options;
  const raw = join(folder, 'raw');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await demandBoth(folder, raw);
  } catch (thrown) {
    throw asArchiveError(thrown);
  }
  const archive = await openFileRawArchive({ folder: raw, clock });
  const damageTo = (name: string) => (error: AppError) =>
    options.telemetry?.error('database.damaged', error, { database: name });
  const database = openHoldfastDatabase(folder, damageTo('holdfast.db'));
  try {
    const stores = storesOver(database);
    const onDamage = damageTo('index.db');
    const index = await openProjectedIndex({ folder, events: stores.events, clock, onDamage });
    const named = { file: secretsFile, setting: 'HOLDFAST_SECRETS' };
    const file = secretsFile === '' ? { file: join(folder, 'secrets.json') } : named;
    const secrets = environmentSecretStore({ environment, ...file });
    const signer = localCheckpointSigner(folder);
    return {
      archive,
      index,
      secrets,
      signer,
      ...stores,
      check: () => checkEach({ archive, index, secrets, signer, database }),
      batch,
      async close() {
        index.close();
        database.close();
      },
    };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Memory is what is short: some thousand records, less than one page of a large source. */
const batch = { pages: 64, bytes: 2_000_000 };

/** `<folder>/holdfast.db` with our tables. */
export function openHoldfastDatabase(folder: string, onDamage?: (error: AppError) => void): Database {
  try {
    return openDatabase({ ...holdfastDatabase, file: join(folder, 'holdfast.db'), onDamage });
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code === 'store.corrupt') onDamage?.(error);
    throw error;
  }
}

const holdfastDatabase = {
  name: 'holdfast.db',
  mend: 'Stop Holdfast, keep the file for examination, and restore it from a backup.',
  synchronous: 'FULL',
  migrations: holdfastMigrations,
  // By these everything else is found, and counts as known or new.
  watched: [
      'tenant_numbers', 'feed_position', 'event_counts', 'cursors', 'tenants', 'jobs', 'ledger_heads',
      'operations',
    ], // prettier-ignore
} as const;

const storesOver = (database: Database) => ({
  events: sqliteEventStore(database),
  cursors: sqliteCursorStore(database),
  tenants: sqliteTenantRegistry(database),
  queue: sqliteJobQueue(database),
  ledger: sqliteLedgerStore(database),
  runs: sqliteRunLog(database),
  operations: sqliteOperationStore(database),
  access: sqliteAccessLog(database),
  throttles: sqliteThrottleMemory(database),
  names: sqliteNameStore(database),
  idempotency: sqliteIdempotencyStore(database),
});

/** The table whose first row shows that a store answers. */
const tableOf = {
  events: 'revisions',
  cursors: 'cursors',
  tenants: 'tenants',
  queue: 'jobs',
  ledger: 'ledger_heads',
  runs: 'runs',
  operations: 'operations',
  access: 'access_log',
  throttles: 'throttles',
  names: 'names',
  idempotency: 'remembered_replies',
} as const satisfies Record<keyof ReturnType<typeof storesOver>, string>;

async function checkEach(parts: {
  readonly archive: { check(): Promise<void> };
  readonly index: { demandWhole(): Promise<void>; position(): Promise<string | null> };
  readonly secrets: { check(): Promise<void> };
  readonly signer: { publicKey(): Promise<unknown> };
  readonly database: Database;
}): Promise<Record<string, string | null>> {
  const answers: Record<string, string | null> = {};
  const check = async (name: string, harmlessRead: () => unknown): Promise<void> => {
    try {
      await harmlessRead();
      answers[name] = null;
    } catch (thrown) {
      answers[name] = asAppError(thrown).message;
    }
  };
  await check('archive', () => parts.archive.check());
  await check('index', async () => {
    await parts.index.demandWhole();
    await parts.index.position();
  });
  await check('secrets', () => parts.secrets.check());
  await check('signer', () => parts.signer.publicKey());
  for (const [name, table] of Object.entries(tableOf)) {
    await check(name, () => parts.database.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get());
  }
  return answers;
}

/**
 * A missing or emptied database beside an archive with objects in it is a loss, not a first start: opened
 * anew, every cursor and event would be gone without a word. So is a database beside no archive at all, which is made
 * before it: what is pulled from then on would hide that the evidence of everything earlier is gone.
 */
async function demandBoth(folder: string, raw: string): Promise<void> {
  const names = await namesIn(raw);
  if ((await sizeOf(join(folder, 'holdfast.db'))) > 0) {
    if (names !== null) return;
    throw new AppError(
      'store.corrupt',
      'give-up',
      'The archive, the folder raw/, is missing, but holdfast.db is not. Restore raw/ from a backup; to start anew, move holdfast.db away first.',
    );
  }
  if (names === null || !names.some(isTenantId)) return;
  throw new AppError(
    'store.corrupt',
    'give-up',
    'holdfast.db is missing or empty, but the archive in raw/ is not. Restore holdfast.db from a backup; to start anew, move the folder raw/ away first.',
  );
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (thrown) {
    if (fileErrorCode(thrown) === 'ENOENT') return 0;
    throw thrown;
  }
}

/** Null where there is no such folder. */
async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (fileErrorCode(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}
