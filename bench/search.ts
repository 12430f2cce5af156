import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSearchIndex } from '../shared/adapters/embedded/fts-search-index.ts';
import type { StoredEvent } from '../shared/model/event.ts';
import { mintTenantScope } from '../shared/model/scope.ts';
import type { SearchIndex } from '../shared/ports/search-index.ts';

import { printFigures, type Figures } from './figures.ts';
import { benchTenants, searchEvents } from './search-events.ts';
import { cpuMicroseconds, openFloor } from './search-floor.ts';
import { requestFor, searchMix, type MixedQuery } from './search-mix.ts';

export interface SearchBenchOptions {
  /** Kept, and used again when it holds an index already. Otherwise a temporary folder, removed at the end. */
  readonly folder?: string;
  readonly events?: number;
  readonly rounds?: number;
  /** A line for each query, as it is known. */
  readonly tell?: (line: string) => void;
}

// As many as the pipeline puts at a time.
const batch = 4_000;
/** So many events are also inserted bare: enough for FTS5 to begin merging, in a fraction of the time. */
const floorEvents = 200_000;

/**
 * First page, eleven facets and a histogram over a million events of three tenants: a mix of queries asked
 * one after the other, round after round, so that none finds its pages warm from the run before.
 */
export async function benchSearch(options: SearchBenchOptions = {}): Promise<Figures> {
  const { events = 1_000_000, rounds = 7, tell = () => undefined } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'holdfast-bench-')));
  await mkdir(folder, { recursive: true });
  const built = existsSync(join(folder, 'index.db'));
  const index = openSearchIndex(folder);
  try {
    const building = built ? {} : await build(index, folder, events);
    const times = await ask(index, rounds);
    const all = [...times.values()].flat();
    for (const [name, some] of times) {
      tell(`  ${name.padEnd(44)} median ${ms(quantile(some, 0.5))}   p95 ${ms(quantile(some, 0.95))}`);
    }
    return {
      name: `search over ${events.toLocaleString('en')} events, ${searchMix.length} queries`,
      figures: {
        ...building,
        'query median, ms': rounded(quantile(all, 0.5)),
        'query p95, ms': rounded(quantile(all, 0.95)),
        'slowest query (median of its runs), ms': rounded(
          Math.max(...[...times.values()].map(some => quantile(some, 0.5))),
        ),
      },
      targets: {
        'index, µs CPU per event': { atMost: 30 },
        'index, share of the floor': { atLeast: 0.6 },
        'query p95, ms': { atMost: 50 },
      },
    };
  } finally {
    index.close();
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function build(index: SearchIndex, folder: string, count: number): Promise<Record<string, number>> {
  const floor = openFloor(folder);
  let put = 0;
  let beside = { put: 0, floor: 0, events: 0 };
  let pending: StoredEvent[] = [];
  const flush = async (): Promise<void> => {
    const started = cpuMicroseconds();
    await index.put(pending);
    const spent = cpuMicroseconds() - started;
    put += spent;
    if (beside.events < floorEvents) {
      const { events } = beside;
      beside = {
        put: beside.put + spent,
        floor: beside.floor + floor.insert(pending),
        events: events + pending.length,
      };
    }
    pending = [];
  };
  for (const event of searchEvents(count)) {
    pending.push(event);
    if (pending.length === batch) await flush();
  }
  await flush();
  floor.close();
  for (const name of ['floor.db', 'floor-values.db']) await rm(join(folder, name), { force: true });
  return {
    'index, µs CPU per event': rounded(put / count),
    [`index, µs CPU per event, first ${floorEvents.toLocaleString('en')}`]: rounded(
      beside.put / beside.events,
    ),
    'floor (bare insert), µs CPU per event': rounded(beside.floor / beside.events),
    'index, share of the floor': rounded(beside.floor / beside.put),
  };
}

async function ask(index: SearchIndex, rounds: number): Promise<Map<string, number[]>> {
  const scopes = benchTenants.map(tenant => mintTenantScope(tenant, 'system:bench'));
  const deep = await deepPlace(index);
  const mix: readonly MixedQuery[] = [
    ...searchMix,
    { name: 'a page two thousand hits deep', q: 'contoso', over: { after: deep } },
  ];
  const times = new Map<string, number[]>(mix.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const query of mix) {
      const started = performance.now();
      await index.search(query.oneTenant === true ? scopes.slice(0, 1) : scopes, requestFor(query));
      // The first round is the one that compiles the code, ours and SQLite's statements.
      if (round > 0) times.get(query.name)?.push(performance.now() - started);
    }
  }
  return times;
}

/** Where the second page of a thousand hits ended. */
async function deepPlace(index: SearchIndex): Promise<string | null> {
  const scopes = benchTenants.map(tenant => mintTenantScope(tenant, 'system:bench'));
  const request = { ...requestFor({ name: '', q: 'contoso' }), facets: [], interval: null, limit: 1_000 };
  const first = await index.search(scopes, request);
  return (await index.search(scopes, { ...request, after: first.next })).next;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
const rounded = (value: number): number => Math.round(value * 100) / 100;
const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(9);

if (import.meta.main) {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, folder: { type: 'string' }, events: { type: 'string' } },
  });
  const told: string[] = [];
  const found = await benchSearch({
    ...(values.folder === undefined ? {} : { folder: values.folder }),
    ...(values.events === undefined ? {} : { events: Number(values.events) }),
    tell: line => told.push(line),
  });
  const text =
    values.json === true ? JSON.stringify(found, null, 2) : [...told, printFigures(found)].join('\n');
  process.stdout.write(`${text}\n`);
}
