import { pureFolders } from './impure-words.ts';
import type { Import } from './list-imports.ts';
import type { Finding } from './source-tree.ts';

/** What the files of one place may import: other places, and packages. Their own place is always allowed. */
export interface Place {
  /** The longest prefix decides. */
  readonly prefix: string;
  readonly places: readonly string[] | 'anything';
  readonly packages: readonly string[] | 'anything';
}

const core = ['shared/kernel/', 'shared/model/'] as const;
const ports = [...core, 'shared/ports/'] as const;
const host = [
  ...ports,
  'shared/app/',
  'shared/api/',
  'shared/pipeline/',
  // Where log lines go is the host's own business.
  'shared/adapters/net/console-telemetry.ts',
  'shared/adapters/net/counter-registry.ts',
  // Lines are written before the stores are open, and with them a clock.
  'shared/adapters/embedded/system-clock.ts',
] as const;

/**
 * The import column of ARCHITECTURE.md, as data. A line that grows here is a decision: say why beside it.
 */
export const table: readonly Place[] = [
  { prefix: 'functions/', places: ['shared/host/', 'shared/app/'], packages: ['@azure/functions'] },
  { prefix: 'shared/kernel/', places: [], packages: ['node:crypto', 'node:util', 'canonicalize'] },
  { prefix: 'shared/model/', places: ['shared/kernel/'], packages: ['zod'] },
  { prefix: 'shared/ports/', places: core, packages: ['zod'] },
  // A source sees the kit and itself; never a neighbour (checked by `sourceNeighbours`).
  // Files come compressed, and raw keeps them as they came: reading one begins with unpacking it.
  {
    prefix: 'shared/sources/',
    places: [...core, 'shared/ports/http-client.ts'],
    packages: ['zod', 'node:zlib'],
  },
  // What an operator says of the sources' events: it stands on the kit, and no source knows of it.
  { prefix: 'shared/mappings/', places: [...core, 'shared/sources/_kit/'], packages: ['yaml'] },
  {
    prefix: 'shared/pipeline/',
    // Heads of ledgers are signed there: what a checkpoint is, is evidence's arithmetic.
    places: [...ports, 'shared/evidence/', 'shared/mappings/', 'shared/sources/'],
    packages: ['zod'],
  },
  { prefix: 'shared/query/', places: core, packages: [] },
  // The compiled schema is data of its own; no zod, and nothing of any source.
  { prefix: 'shared/ocsf/', places: core, packages: [] },
  { prefix: 'shared/evidence/', places: core, packages: ['node:crypto'] },
  { prefix: 'shared/mail/', places: ports, packages: ['zod'] },
  { prefix: 'shared/export/', places: ports, packages: ['zod'] },
  { prefix: 'shared/authz/', places: core, packages: ['zod'] },
  {
    prefix: 'shared/api/',
    // The sources' declarations are data the API shows; the authenticator is handed in as a function.
    places: [
      ...ports,
      'shared/authz/',
      'shared/evidence/',
      'shared/mappings/',
      'shared/ocsf/',
      'shared/pipeline/',
      'shared/query/',
      'shared/sources/',
    ],
    packages: ['zod', 'node:crypto'],
  },
  // What a stored document looks like and how it is checked is one thing on both profiles.
  { prefix: 'shared/adapters/documents/', places: ports, packages: ['zod', 'node:zlib'] },
  // Each adapter compiles the query's tree itself and keeps the ledger's tree by evidence's arithmetic.
  {
    prefix: 'shared/adapters/embedded/',
    places: [...ports, 'shared/adapters/documents/', 'shared/query/', 'shared/evidence/'],
    packages: 'anything',
  },
  {
    prefix: 'shared/adapters/azure/',
    places: [...ports, 'shared/adapters/documents/', 'shared/query/', 'shared/evidence/'],
    packages: 'anything',
  },
  { prefix: 'shared/adapters/net/', places: [...ports, 'shared/authz/'], packages: 'anything' },
  { prefix: 'shared/app/', places: ['shared/', 'package.json'], packages: ['zod'] },
  // A host runs the pipeline's verbs: on triggers in Azure, on a loop here.
  { prefix: 'shared/host/', places: host, packages: 'anything' },
  // The demo is the product and the simulator side by side, in one command.
  {
    prefix: 'shared/host/start.ts',
    places: [...host, 'shared/host/', 'simulator/'],
    packages: 'anything',
  },
  { prefix: 'simulator/', places: ['shared/kernel/'], packages: ['jose', 'zod'] },
  {
    prefix: 'cli/',
    places: [
      ...core,
      'shared/api/client.ts',
      'shared/api/contract/',
      'shared/evidence/',
      'shared/mappings/',
      // The same file as the product's, found in the same place.
      'shared/app/mapping-file.ts',
      'shared/ocsf/',
      'shared/sources/',
      // What the pipeline makes of one record is what `normalize` must print.
      'shared/pipeline/read-records.ts',
      'shared/pipeline/equal-count.ts',
    ],
    packages: ['commander', 'zod'],
  },
  { prefix: 'web/', places: ['shared/api/client.ts', 'shared/api/contract/'], packages: 'anything' },
  { prefix: 'tools/', places: 'anything', packages: 'anything' },
  { prefix: 'test/', places: 'anything', packages: 'anything' },
  { prefix: 'bench/', places: 'anything', packages: 'anything' },
  { prefix: 'vitest.config.ts', places: 'anything', packages: 'anything' },
];

// The shell around the product may use Node as it is; the pure folders may not.
const mayUseNode = [
  'shared/adapters/',
  'shared/app/',
  'shared/host/',
  'simulator/',
  'cli/',
  'tools/',
  'test/',
  'bench/',
];

/** Vendors' packages, and the only places that may name them. */
export const vendors: ReadonlyMap<RegExp, readonly string[]> = new Map([
  [/^@azure\/functions$/, ['functions/', 'shared/host/']],
  [/^@azure\/(?!functions$)/, ['shared/adapters/azure/', 'shared/adapters/net/']],
  [/^@microsoft\//, ['shared/adapters/net/']],
  [/^node:sqlite$/, ['shared/adapters/embedded/', 'bench/']],
  [/^jose$/, ['shared/adapters/net/', 'simulator/']],
  [/^commander$/, ['cli/', 'tools/']],
]);

const placeOf = (path: string): Place | undefined =>
  table.filter(place => path.startsWith(place.prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0];

const within = (path: string, places: readonly string[]): boolean =>
  places.some(prefix => path.startsWith(prefix));

/** Imports that cross a boundary. */
export function crossings(imports: readonly Import[]): Finding[] {
  return imports.flatMap(one => {
    const says = [
      placeSays(one),
      vendorSays(one),
      profilesSay(one),
      sourcesSay(one),
      scopeSays(one),
      diceSay(one),
    ];
    return says.flatMap(text => (text === null ? [] : [{ path: one.from, line: one.line, says: text }]));
  });
}

function placeSays(one: Import): string | null {
  const place = placeOf(one.from);
  if (place === undefined) return 'stands in no place of the table in test/house/boundaries.ts';
  if (one.specifier === null) return place.packages === 'anything' ? null : 'imports something computed';
  if (one.file !== null) {
    if (place.places === 'anything' || one.file.startsWith(place.prefix)) return null;
    // An exception for one file is part of the folder it stands in.
    if (placeOf(one.file) === place || within(one.file, place.places)) return null;
    return `may not import ${one.file}`;
  }
  if (place.packages === 'anything' || place.packages.includes(one.specifier)) return null;
  if (one.specifier.startsWith('node:') && within(one.from, mayUseNode)) return null;
  return `may not import the package ${one.specifier}`;
}

function vendorSays(one: Import): string | null {
  if (one.specifier === null || one.file !== null) return null;
  for (const [pattern, places] of vendors) {
    if (pattern.test(one.specifier) && !within(one.from, [...places, 'test/'])) {
      return `names the vendor package ${one.specifier}, which belongs to ${places.join(' and ')}`;
    }
  }
  return null;
}

const profileOf = (path: string | null): string | null =>
  /^shared\/adapters\/(embedded|azure)\//.exec(path ?? '')?.[1] ?? null;

function profilesSay(one: Import): string | null {
  const here = profileOf(one.from);
  const there = profileOf(one.file);
  return here !== null && there !== null && here !== there ? `reaches from ${here} into ${there}` : null;
}

const sourceOf = (path: string | null): string | null =>
  /^shared\/sources\/((?!_kit\/)[^/]+)\//.exec(path ?? '')?.[1] ?? null;

function sourcesSay(one: Import): string | null {
  const there = sourceOf(one.file);
  const here = sourceOf(one.from);
  if (there === null || !one.from.startsWith('shared/sources/')) return null;
  if (here === there || one.from === 'shared/sources/index.generated.ts') return null;
  return `reaches into the source ${there}: what two sources share belongs in sources/_kit`;
}

function scopeSays(one: Import): string | null {
  if (one.file !== 'shared/model/scope.ts') return null;
  const takesMaker = one.values.includes('mintTenantScope') || one.values.includes('*');
  if (!takesMaker || within(one.from, ['shared/authz/', 'test/', 'bench/'])) return null;
  return 'takes mintTenantScope: only authz decides who may touch a tenant';
}

/** Of node:crypto, what answers the same for the same arguments. */
const repeatable = new Set([
  'hash', 'createHash', 'createHmac', 'timingSafeEqual',
  // Ed25519 signs without dice: the same key and text give the same signature.
  'createPrivateKey', 'createPublicKey', 'sign', 'verify', 'KeyObject',
]); // prettier-ignore

function diceSay(one: Import): string | null {
  if (one.specifier !== 'node:crypto' || !within(one.from, pureFolders)) return null;
  const dice = one.values.filter(name => !repeatable.has(name));
  return dice.length === 0 ? null : `takes ${dice.join(', ')} from node:crypto: a pure folder throws no dice`;
}
