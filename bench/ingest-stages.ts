import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../shared/adapters/embedded/open-embedded.ts';
import { freeBytes } from '../shared/kernel/free-bytes.ts';
import { equalCount } from '../shared/pipeline/equal-count.ts';
import { projectIndex } from '../shared/pipeline/project-index.ts';
import type { PullDeps } from '../shared/pipeline/pull-types.ts';
import { archivePages, storePages } from '../shared/pipeline/store-pages.ts';
import { indexPause, type BenchRig } from './bench-rig.ts';
import { cpuSeconds } from './figures.ts';
import { keptPages, type KeptPage } from './kept-pages.ts';

/** CPU-seconds of each stage; garbage collection and whatever else the process does meanwhile are in it. */
export interface StagesSpent {
  records: number;
  archive: number;
  /** Records read, made into events, and stored. */
  store: number;
  index: number;
}
type Stage = 'archive' | 'store' | 'index';

/**
 * The stages of ingest (archive, normalize, store, index) over the pages a pull has brought, once more into an empty
 * data folder: by the pipeline's own functions, in its own batches, and with the index as far behind. Nothing else runs
 * on the machine then, as while the floor is measured; what brings pages (HTTP, windows, cursors, the ledger) is not in.
 */
export async function measureStages(rig: BenchRig): Promise<StagesSpent> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-stages-'));
  const profile = await openEmbedded({ folder, environment: {}, clock: rig.deps.clock });
  try {
    return await overPages({ ...rig.deps, ...profile }, profile, keptPages(rig));
  } finally {
    await profile.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function overPages(
  deps: PullDeps,
  { events, index }: BenchRig['profile'],
  pages: AsyncIterable<KeptPage>,
): Promise<StagesSpent> {
  const spent: StagesSpent = { records: 0, archive: 0, store: 0, index: 0 };
  const timed = async <T>(stage: Stage, work: () => Promise<T>): Promise<T> => {
    const before = cpuSeconds();
    const result = await work();
    spent[stage] += cpuSeconds() - before;
    return result;
  };
  const follow = (): Promise<unknown> => timed('index', () => projectIndex(events, index));
  let looked = performance.now();
  for await (const { target, prefix, bytes } of batchesOf(pages, deps)) {
    const brought = bytes.map(one => ({ ...page, bytes: one }));
    const archived = await timed('archive', () => archivePages(deps, target, prefix, brought));
    const equal = target.source.countsEqual === true ? equalCount() : null;
    const stored = await timed('store', () => storePages(deps, target, archived, 0, equal));
    if (stored.failure !== null) throw stored.failure.thrown;
    spent.records += stored.counts.seen;
    bytes.forEach(freeBytes);
    if (performance.now() - looked < indexPause) continue;
    await follow();
    looked = performance.now();
  }
  await follow();
  return spent;
}

const page = { contentType: 'application/json', resume: null, holds: 'records', name: null } as const;

interface Batch extends Pick<KeptPage, 'target' | 'prefix'> {
  readonly bytes: Uint8Array[];
}

/** Pages of one window together, as many as the product takes at once. */
async function* batchesOf(pages: AsyncIterable<KeptPage>, { batch: full }: PullDeps): AsyncGenerator<Batch> {
  let batch: Batch | null = null;
  let size = 0;
  for await (const { target, prefix, bytes } of pages) {
    const isFull = batch !== null && (batch.bytes.length >= full.pages || size >= full.bytes);
    if (batch !== null && (isFull || batch.target !== target || batch.prefix !== prefix)) {
      yield batch;
      batch = null;
    }
    if (batch === null) {
      batch = { target, prefix, bytes: [] };
      size = 0;
    }
    batch.bytes.push(bytes);
    size += bytes.length;
  }
  if (batch !== null) yield batch;
}
