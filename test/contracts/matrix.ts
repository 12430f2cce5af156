/** Which files implement the port there, and which test runs its contract over them. */
interface Runs {
  readonly adapters: readonly string[];
  readonly by: string;
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

const comesWithAzure = (what: string): NotRun => ({ what, notRun: 'comes with the Azure profile' });
const embedded = (name: string, by = 'contracts/contracts.test.ts'): Runs => ({
  adapters: [`shared/adapters/embedded/${name}.ts`],
  by: `test/${by}`,
});
const net = (name: string, by: string): Runs => ({
  adapters: [`shared/adapters/net/${name}.ts`],
  by: `test/${by}`,
});

const cosmos = {
  emulator: comesWithAzure('@vercel/cosmosdb-server'),
  wire: comesWithAzure('429, paging and continuation as Cosmos DB answers them'),
  live: comesWithAzure('Cosmos DB'),
};
const nowhereElse = { emulator: null, wire: null, live: null };

/**
 * What is run where. A file under shared/adapters that implements a port and is not here fails the build
 * (matrix.test.ts); what is not run is printed at the end of every run, with the reason.
 */
export const matrix: readonly MatrixRow[] = [
  {
    port: 'RawArchive',
    embedded: embedded('file-raw-archive'),
    emulator: comesWithAzure('Azurite: create-only, listing, hashes'),
    wire: comesWithAzure('throttling, cut bodies, refusals of retention and legal hold'),
    live: comesWithAzure('Blob Storage: retention lock, legal hold'),
  },
  {
    port: 'JobQueue',
    embedded: embedded('sqlite-job-queue'),
    emulator: comesWithAzure('Azurite'),
    wire: null,
    live: null,
  },
  { port: 'EventStore', embedded: embedded('sqlite-event-store'), ...cosmos },
  { port: 'CursorStore', embedded: embedded('sqlite-cursor-store'), ...cosmos },
  { port: 'TenantRegistry', embedded: embedded('sqlite-tenant-registry'), ...cosmos },
  { port: 'LedgerStore', embedded: embedded('sqlite-ledger-store'), ...cosmos },
  { port: 'RunLog', embedded: embedded('sqlite-run-log'), ...cosmos },
  { port: 'OperationStore', embedded: embedded('sqlite-operation-store'), ...cosmos },
  { port: 'AccessLog', embedded: embedded('sqlite-access-log'), ...cosmos },
  { port: 'ThrottleMemory', embedded: embedded('sqlite-throttle-memory'), ...cosmos },
  { port: 'IdempotencyStore', embedded: embedded('sqlite-idempotency-store'), ...cosmos },
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
    wire: comesWithAzure('Key Vault 403, 404, 429'),
    live: comesWithAzure('Key Vault'),
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

/** What ran, in a line, and a line for each thing that did not. */
export function matrixLines(): readonly string[] {
  const cells = matrix.flatMap(row => places.map(place => ({ port: row.port, place, cell: row[place] })));
  const ran = cells.flatMap(({ port, place, cell }) =>
    cell !== null && 'by' in cell ? [`${port} (${place})`] : [],
  );
  const reasons = new Map<string, string[]>();
  for (const { port, cell } of cells) {
    if (cell === null || 'by' in cell) continue;
    const line = `${cell.what}: ${cell.notRun}`;
    reasons.set(line, [...(reasons.get(line) ?? []), port]);
  }
  const notRun = [...reasons].map(([line, ports]) => `not run: contract of ${ports.join(', ')} on ${line}`);
  return [`contracts run: ${ran.join(', ')}`, ...notRun];
}
