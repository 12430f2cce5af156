/**
 * The Cosmos DB containers, as data: what the infrastructure creates, what is compared at start, and what the
 * tests make in their emulator are this one list. A container that exists is never changed by the product.
 */
export interface ContainerSpec {
  readonly name: ContainerName;
  /** One path, or several of a hierarchical key (MultiHash, version 2). */
  readonly partitionKey: readonly string[];
  /** Everything else is excluded: an index nobody queries costs request units with every write. */
  readonly indexed: readonly string[];
  /** For ORDER BY over more than one path, and for a filter and an order at once. */
  readonly composites: readonly (readonly { path: string; order: 'ascending' | 'descending' }[])[];
  /** Seconds; -1 lets items bring their own; null switches expiry off. */
  readonly defaultTtl: number | null;
  /** What it is for, in a sentence: the infrastructure's comment. */
  readonly about: string;
}

export const containerNames = [
  'events', 'feed', 'quarantine', 'cursors', 'read-names', 'tenants', 'ledger', 'runs', 'operations', 'access-log',
  'throttles', 'names', 'replies', 'jobs',
] as const; // prettier-ignore
export type ContainerName = (typeof containerNames)[number];

const newestFirst = (...equal: readonly string[]): ContainerSpec['composites'][number] => [
  ...equal.map(path => ({ path, order: 'descending' as const })),
  { path: '/place', order: 'descending' },
];

const spec = (
  name: ContainerName,
  partitionKey: readonly string[],
  about: string,
  more: Partial<Pick<ContainerSpec, 'indexed' | 'composites' | 'defaultTtl'>> = {},
): ContainerSpec => ({
  name,
  partitionKey,
  about,
  indexed: [],
  composites: [],
  defaultTtl: null,
  ...more,
});

/** Every container, in the order they are created. */
export const containers: readonly ContainerSpec[] = [
  spec('events', ['/tenantId', '/volume'], 'Packs of events, and each volume’s books.', {
    indexed: ['/kind/?', '/day/?', '/source/?', '/terms/[]/?'],
  }),
  spec('feed', ['/volume'], 'The order in which packs were stored, over all tenants.', {
    indexed: ['/last/?', '/tenantId/?'],
    composites: [
      [
        { path: '/tenantId', order: 'ascending' },
        { path: '/last', order: 'ascending' },
      ],
    ],
  }),
  spec('quarantine', ['/tenantId'], 'Records that could not be read.', { indexed: ['/place/?'] }),
  spec('cursors', ['/tenantId'], 'Where each stream stands.'),
  spec('read-names', ['/tenantId', '/stream'], 'Names of provider objects that are stored.', {
    indexed: ['/at/?'],
  }),
  spec('tenants', ['/kind'], 'The customers and their connections.'),
  spec('ledger', ['/tenantId'], 'Each tenant’s Merkle log.', { indexed: ['/first/?', '/last/?'] }),
  spec('runs', ['/tenantId'], 'The history of pulls.', {
    indexed: ['/tenantId/?', '/place/?', '/source/?', '/status/?'],
    composites: [
      newestFirst('/source'),
      newestFirst('/status'),
      newestFirst('/source', '/status'),
      newestFirst('/tenantId'),
    ],
  }),
  spec('operations', ['/tenantId'], 'Long work that callers started.', {
    indexed: ['/tenantId/?', '/place/?'],
    composites: [newestFirst('/tenantId')],
  }),
  spec('access-log', ['/tenantId'], 'Who asked for what.', {
    indexed: ['/tenantId/?', '/place/?'],
    composites: [newestFirst('/tenantId')],
  }),
  spec('throttles', ['/kind'], 'Until when which provider wants to be left alone.', { defaultTtl: -1 }),
  spec('names', ['/tenantId'], 'Names of object ids, and the events that wait for them.', {
    indexed: ['/kind/?', '/object/?', '/state/?', '/wanted/?', '/at/?', '/place/?'],
  }),
  // A day and an hour: expiry only tidies up, the store itself decides what is too old.
  spec('replies', ['/id'], 'Replies kept by Idempotency-Key.', { defaultTtl: 90_000 }),
  spec('jobs', ['/kind'], 'Keys of waiting jobs, and jobs that were buried.', { indexed: ['/place/?'] }),
];

/** A container as the service's API takes it. */
export function containerDefinition(of: ContainerSpec): {
  readonly id: string;
  readonly partitionKey: {
    readonly paths: string[];
    readonly kind: 'Hash' | 'MultiHash';
    readonly version: 2;
  };
  readonly indexingPolicy: {
    readonly indexingMode: 'consistent';
    readonly automatic: true;
    readonly includedPaths: { path: string }[];
    readonly excludedPaths: { path: string }[];
    readonly compositeIndexes: { path: string; order: 'ascending' | 'descending' }[][];
  };
  readonly defaultTtl?: number;
} {
  return {
    id: of.name,
    partitionKey: {
      paths: [...of.partitionKey],
      kind: of.partitionKey.length > 1 ? 'MultiHash' : 'Hash',
      version: 2,
    },
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: of.indexed.map(path => ({ path })),
      excludedPaths: [{ path: '/*' }],
      compositeIndexes: of.composites.map(paths => paths.map(one => ({ ...one }))),
    },
    ...(of.defaultTtl === null ? {} : { defaultTtl: of.defaultTtl }),
  };
}
