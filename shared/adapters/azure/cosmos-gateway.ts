import {
  BulkOperationType,
  CosmosClient,
  type Container,
  type JSONObject,
  type OperationInput,
} from '@azure/cosmos';
import type { TokenCredential } from '@azure/identity';
import { AppError } from '../../kernel/errors.ts';
import type { ContainerName } from './containers.ts';
import { asCosmosError } from './cosmos-error.ts';
import { queryPlans } from './query-plans.ts';
import { serviceStatus } from './service-status.ts';

/** A stored item: our fields, and the tag that a conditional write names. */
export type Item = Readonly<Record<string, unknown>> & { readonly id: string };
export interface Tagged<T> {
  readonly item: T;
  readonly etag: string;
}

/** The values of a container's partition key paths, in their order. */
export type Partition = readonly string[];

/** A step of a transactional batch: all happen, or none. */
export type Step =
  | { readonly do: 'create'; readonly item: Item }
  | { readonly do: 'upsert'; readonly item: Item }
  | { readonly do: 'replace'; readonly item: Item; readonly ifMatch: string }
  | { readonly do: 'delete'; readonly id: string };

export interface Query {
  readonly text: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Absent: over every partition. */
  readonly partition?: Partition;
  /** No more than so many items are fetched; absent: all. */
  readonly most?: number;
}

/** What the stores know of Cosmos DB. What a caller branches on is answered; everything else throws an AppError. */
export interface CosmosContainer {
  read<T extends Item>(partition: Partition, id: string): Promise<Tagged<T> | null>;
  /** Null: an item with this id is there already. */
  create(partition: Partition, item: Item): Promise<{ etag: string } | null>;
  upsert(partition: Partition, item: Item): Promise<{ etag: string }>;
  /** Null: the item is gone, or is not the one the tag names. */
  replace(partition: Partition, item: Item, ifMatch: string): Promise<{ etag: string } | null>;
  /** False: the item is gone, or is not the one the tag names. */
  remove(partition: Partition, id: string, ifMatch?: string): Promise<boolean>;
  /** The tags of what was written, null for deletions; or the first step that failed and how, and nothing happened. */
  batch(partition: Partition, steps: readonly Step[]): Promise<BatchOutcome>;
  query<T>(query: Query): Promise<readonly T[]>;
  /** The container as the service has it. */
  definition(): Promise<StoredDefinition>;
}
export interface StoredDefinition {
  readonly partitionKey: readonly string[];
  readonly indexed: readonly string[];
  readonly composites: readonly (readonly { readonly path: string; readonly order: string }[])[];
}
export type BatchOutcome =
  | { readonly ok: true; readonly etags: readonly (string | null)[] }
  | { readonly ok: false; readonly step: number; readonly why: 'exists' | 'gone' | 'changed' };

export interface CosmosGateway {
  container(name: ContainerName): CosmosContainer;
  /** The account's default consistency: the stores need `Strong`. Null where the account does not say. */
  consistency(): Promise<string | null>;
  close(): void;
}

export interface CosmosOptions {
  /** `https://<account>.documents.azure.com`, or an emulator's address. */
  readonly endpoint: string;
  readonly database: string;
  readonly credential: TokenCredential | { readonly key: string };
  /** Waits the SDK itself spends on 429 before the call fails. */
  readonly patience?: { readonly attempts: number; readonly seconds: number };
}

/** What a batch may hold at most (service limits). */
export const batchLimit = { steps: 100, bytes: 2_000_000 } as const;

/** The only file that talks to Cosmos DB’s SDK. */
export function cosmosGateway(options: CosmosOptions): CosmosGateway {
  const { attempts, seconds } = options.patience ?? { attempts: 9, seconds: 20 };
  const settings = {
    endpoint: options.endpoint,
    ...('key' in options.credential
      ? { key: options.credential.key }
      : { aadCredentials: options.credential }),
    connectionPolicy: {
      // An emulator names itself by another address than the one it was reached by.
      enableEndpointDiscovery: !isLoopback(options.endpoint),
      retryOptions: {
        maxRetryAttemptCount: attempts,
        fixedRetryIntervalInMilliseconds: 0,
        maxWaitTimeInSeconds: seconds,
      },
    },
    // Not among the SDK's declared options. Should it go, the idle questions come back, and nothing else.
    plugins: [{ on: 'request', plugin: queryPlans() }],
  };
  const client = new CosmosClient(settings);
  const database = client.database(options.database);
  return {
    container: name => containerDoor(database.container(name)),
    async consistency() {
      const { resource } = await guarded(() => client.getDatabaseAccount());
      return resource?.consistencyPolicy ?? null;
    },
    close: () => client.dispose(),
  };
}

function containerDoor(container: Container): CosmosContainer {
  return {
    async read<T extends Item>(partition: Partition, id: string) {
      const reply = await answered(() => container.item(id, [...partition]).read<T>(), [404]);
      if (reply === null) return null;
      if (reply.statusCode === 404 || reply.resource === undefined) return demandContainer(reply.substatus);
      return { item: reply.resource, etag: reply.etag };
    },
    async create(partition, item) {
      demandKey(partition);
      const reply = await answered(() => container.items.create(item), [409]);
      return reply === null ? null : { etag: reply.etag };
    },
    async upsert(partition, item) {
      demandKey(partition);
      const { etag } = await guarded(() => container.items.upsert(item));
      return { etag };
    },
    async replace(partition, item, ifMatch) {
      const accessCondition = { type: 'IfMatch', condition: ifMatch };
      const place = container.item(item.id, [...partition]);
      const reply = await answered(() => place.replace(item, { accessCondition }), [404, 412]);
      return reply === null ? null : { etag: reply.etag };
    },
    async remove(partition, id, ifMatch) {
      const condition =
        ifMatch === undefined ? {} : { accessCondition: { type: 'IfMatch', condition: ifMatch } };
      const outdated = ifMatch === undefined ? [404] : [404, 412];
      return (await answered(() => container.item(id, [...partition]).delete(condition), outdated)) !== null;
    },
    batch: (partition, steps) => runBatch(container, partition, steps),
    query: query => runQuery(container, query),
    async definition() {
      const { resource } = await guarded(() => container.read());
      const policy = resource?.indexingPolicy;
      return {
        partitionKey: resource?.partitionKey?.paths ?? [],
        indexed: (policy?.includedPaths ?? []).flatMap(one => one.path ?? []),
        composites: (policy?.compositeIndexes ?? []).map(paths =>
          paths.map(({ path, order }) => ({ path, order })),
        ),
      };
    },
  };
}

async function runBatch(
  container: Container,
  partition: Partition,
  steps: readonly Step[],
): Promise<BatchOutcome> {
  // The SDK's own refusal has no status, and would look like an outage.
  if (steps.length > batchLimit.steps) {
    throw new AppError('bug', 'give-up', 'More steps than a batch of Cosmos DB takes. Write them in parts.', {
      facts: { steps: steps.length },
    });
  }
  const reply = await guarded(() => container.items.batch(steps.map(operation), [...partition]));
  const results = reply.result ?? [];
  // The step that failed says why; the others say 424.
  const failed = results.findIndex(one => one.statusCode >= 400 && one.statusCode !== 424);
  if (results.length === steps.length && results.every(one => one.statusCode < 400)) {
    return { ok: true, etags: results.map(one => one.eTag ?? null) };
  }
  const status = results[failed]?.statusCode;
  // Steps that only hang on another, or too few of them, are no success.
  if (status === 409) return { ok: false, step: failed, why: 'exists' };
  if (status === 404) return { ok: false, step: failed, why: 'gone' };
  if (status === 412) return { ok: false, step: failed, why: 'changed' };
  throw asCosmosError({ statusCode: status ?? 500 });
}

function operation(step: Step): OperationInput {
  switch (step.do) {
    case 'create':
      return { operationType: BulkOperationType.Create, resourceBody: body(step.item) };
    case 'upsert':
      return { operationType: BulkOperationType.Upsert, resourceBody: body(step.item) };
    case 'replace':
      return {
        operationType: BulkOperationType.Replace,
        id: step.item.id,
        resourceBody: body(step.item),
        ifMatch: step.ifMatch,
      };
    case 'delete':
      return { operationType: BulkOperationType.Delete, id: step.id };
  }
}

// The SDK wants JSON values only, and our items are nothing else.
const body = (item: Item): JSONObject & { id: string } => item as JSONObject & { id: string };

async function runQuery<T>(container: Container, query: Query): Promise<readonly T[]> {
  const { text, parameters = {}, partition, most = Infinity } = query;
  const specification = {
    query: text,
    parameters: Object.entries(parameters).map(([name, value]) => ({
      name: `@${name}`,
      value: value as string,
    })),
  };
  const pages = container.items.query<T>(specification, {
    ...(partition === undefined ? {} : { partitionKey: [...partition] }),
    maxItemCount: Math.min(most, 1_000),
  });
  const found: T[] = [];
  await guarded(async () => {
    while (found.length < most && pages.hasMoreResults())
      found.push(...((await pages.fetchNext()).resources ?? []));
  });
  return found.slice(0, most);
}

const isLoopback = (endpoint: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);

function demandKey(partition: Partition): void {
  if (partition.length === 0) throw new TypeError('an item lies in a partition');
}

/** The service says 404 also where the container itself is gone: that must never pass for an absent item. */
function demandContainer(substatus: unknown): null {
  if (Number(substatus) === 1003) throw asCosmosError({ statusCode: 404 });
  return null;
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw asCosmosError(thrown);
  }
}

/** Null where the service answered with one of these. */
async function answered<T>(call: () => Promise<T>, statuses: readonly number[]): Promise<T | null> {
  try {
    return await call();
  } catch (thrown) {
    const { status } = serviceStatus(thrown);
    if (status !== null && statuses.includes(status)) {
      return demandContainer(
        status === 404 ? (Reflect.get(Object(thrown), 'substatus') as unknown) : undefined,
      );
    }
    throw asCosmosError(thrown);
  }
}
