import { sampleSize } from './cases-to-meet.ts';

/** Which files implement the port there, and which test runs its contract over them. */
interface Runs {
  readonly adapters: readonly string[];
  readonly by: string;
  /** What answered instead of the service. */
  readonly on?: string;
}
interface NotRun {
  readonly what: string;
  readonly notRun: string;
}
/** Null: there is nothing to run there, now or later. */
type Cell = Runs | NotRun | null;

/** One port and where its contract runs: in this process, on an emulator, on a fake of the wire, in the cloud. */
export interface MatrixRow {
  readonly port: string;
  readonly embedded: Cell;
  readonly emulator: Cell;
  readonly wire: Cell;
  readonly live: Cell;
}

export const places = ['embedded', 'emulator', 'wire', 'live'] as const;

const live = (what: string): NotRun => ({ what, notRun: 'needs an account of one’s own' });
const azure = (name: string, on: string): Runs => ({
  adapters: [`shared/adapters/azure/${name}.ts`],
  by: 'test/contracts/azure.test.ts',
  on,
});
const embedded = (name: string, by = 'contracts/contracts.test.ts'): Runs => ({
  adapters: [`shared/adapters/embedded/${name}.ts`],
  by: `test/${by}`,
});
const net = (name: string, by: string): Runs => ({
  adapters: [`shared/adapters/net/${name}.ts`],
  by: `test/${by}`,
});

// The door adds what that server lacks: whole batches, limits, keys that match, refusals of unindexed orders.
const cosmosServer = '@vercel/cosmosdb-server behind our door';
const cosmos = (name: string): Pick<MatrixRow, 'emulator' | 'wire' | 'live'> => ({
  emulator: azure(name, cosmosServer),
  wire: null,
  live: live('Cosmos DB'),
});
const nowhereElse = { emulator: null, wire: null, live: null };

/**
 * What is run where. A file under shared/adapters that implements a port and is not here fails the build
 * (matrix.test.ts); what is not run is printed at the end of every run, with the reason.
 */
export const matrix: readonly MatrixRow[] = [
  {
    port: 'RawArchive',
    embedded: embedded('file-raw-archive'),
    emulator: azure('blob-raw-archive', 'Azurite, without retention and legal holds'),
    wire: azure(
      'blob-raw-archive',
      'Azurite behind our door, which keeps versions, retention and legal holds',
    ),
    live: live('Blob Storage: retention lock, legal hold, versions'),
  },
  {
    port: 'JobQueue',
    embedded: embedded('sqlite-job-queue'),
    emulator: azure('storage-job-queue', `Azurite under a clock of ours, and ${cosmosServer}`),
    wire: null,
    live: live('Queue Storage'),
  },
  {
    port: 'EventStore',
    embedded: embedded('sqlite-event-store'),
    ...cosmos('cosmos-event-store'),
    wire: azure(
      'cosmos-event-store',
      'the same in answers of two items, and over volumes that are soon full',
    ),
  },
  { port: 'CursorStore', embedded: embedded('sqlite-cursor-store'), ...cosmos('cosmos-cursor-store') },
  {
    port: 'TenantRegistry',
    embedded: embedded('sqlite-tenant-registry'),
    ...cosmos('cosmos-tenant-registry'),
  },
  { port: 'LedgerStore', embedded: embedded('sqlite-ledger-store'), ...cosmos('cosmos-ledger-store') },
  { port: 'RunLog', embedded: embedded('sqlite-run-log'), ...cosmos('cosmos-run-log') },
  {
    port: 'OperationStore',
    embedded: embedded('sqlite-operation-store'),
    ...cosmos('cosmos-operation-store'),
  },
  { port: 'AccessLog', embedded: embedded('sqlite-access-log'), ...cosmos('cosmos-access-log') },
  {
    port: 'ThrottleMemory',
    embedded: embedded('sqlite-throttle-memory'),
    ...cosmos('cosmos-throttle-memory'),
  },
  {
    port: 'IdempotencyStore',
    embedded: embedded('sqlite-idempotency-store'),
    ...cosmos('cosmos-idempotency-store'),
  },
  { port: 'NameStore', embedded: embedded('sqlite-name-store'), ...cosmos('cosmos-name-store') },
  {
    port: 'SearchIndex',
    embedded: embedded('fts-search-index'),
    emulator: null,
    wire: {
      adapters: ['shared/adapters/azure/search-index.ts'],
      by: 'test/contracts/ai-search.test.ts',
    },
    live: {
      what: 'AI Search',
      notRun: 'needs a service of one’s own; the adapter has met only a fake of ours',
    },
  },
  {
    port: 'SecretStore',
    embedded: embedded('environment-secret-store'),
    emulator: null,
    wire: azure('key-vault-secret-store', 'our Key Vault fake'),
    live: live('Key Vault'),
  },
  {
    port: 'CheckpointSigner',
    embedded: embedded('local-checkpoint-signer'),
    emulator: null,
    wire: azure('key-vault-checkpoint-signer', 'our Key Vault fake'),
    live: live('Key Vault'),
  },
  {
    port: 'HttpClient',
    ...nowhereElse,
    embedded: null,
    wire: net('provider-http', 'contracts/http-client.test.ts'),
  },
  {
    port: 'Authenticator',
    embedded: null,
    emulator: null,
    wire: net('entra-token-check', 'api/entra-token-check.test.ts'),
    live: { what: 'Entra', notRun: 'needs a tenant of one’s own' },
  },
  { port: 'Clock', ...nowhereElse, embedded: embedded('system-clock', 'embedded/system-clock.test.ts') },
  { port: 'Telemetry', ...nowhereElse, embedded: net('console-telemetry', 'net/console-telemetry.test.ts') },
];

const saboteurs = [
  'saboteurs: each of the embedded adapters’ meets every case of its suite (test/contracts/saboteurs.test.ts)',
  `saboteurs: each of the Azure adapters’ and of AI Search’s meets the cases that must find it and ${sampleSize} others`,
  'crashes: on the embedded profile every effect of three streams, snapshots and feeds; on the Azure profile every effect of one stream, every third of two others, of a snapshot and of a feed',
];

/** What ran, in a line, and a line for each thing that did not. */
export function matrixLines(): readonly string[] {
  const cells = matrix.flatMap(row => places.map(place => ({ port: row.port, place, cell: row[place] })));
  const ran = cells.flatMap(({ port, place, cell }) =>
    cell !== null && 'by' in cell && cell.on === undefined ? [`${port} (${place})`] : [],
  );
  const stands = new Map<string, string[]>();
  for (const { port, cell } of cells) {
    if (cell === null || !('by' in cell) || cell.on === undefined) continue;
    stands.set(cell.on, [...(stands.get(cell.on) ?? []), port]);
  }
  const ranOn = [...stands].map(
    ([on, ports]) => `contracts run over Azure’s SDKs: ${ports.join(', ')}, on ${on}`,
  );
  const reasons = new Map<string, string[]>();
  for (const { port, cell } of cells) {
    if (cell === null || 'by' in cell) continue;
    const line = `${cell.what}: ${cell.notRun}`;
    reasons.set(line, [...(reasons.get(line) ?? []), port]);
  }
  const notRun = [...reasons].map(([line, ports]) => `not run: contract of ${ports.join(', ')} on ${line}`);
  return [`contracts run: ${ran.join(', ')}`, ...ranOn, ...saboteurs, ...notRun];
}
