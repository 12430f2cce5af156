import type { PullTarget } from '../shared/pipeline/pull-types.ts';
import { openBenchRig } from './bench-rig.ts';
import { cpuSeconds, type Figures } from './figures.ts';
import { measureFloor } from './ingest-floor.ts';
import { measureStages } from './ingest-stages.ts';

/**
 * Ingest: all streams whose records are about 1.2 kB are pulled, and then the stages (archive, normalize, store, index)
 * gone through once more over the pages that came, alone (ingest-stages.ts); against the floor: parse, hash and
 * compress the same pages and insert the same columns and words, with nothing of the product in between
 * (ingest-floor.ts). The pull as a whole is told beside it: HTTP, windows, cursors and the ledger are in it, what
 * compiles our JavaScript (four seconds of a process's life), and what it costs that the provider runs on the same machine.
 */
export const benchIngest = (): Promise<Figures> =>
  // The target is stated for audit records.
  measureIngest('ingest end to end', 2_000_000, ({ ref }) => audits.includes(ref.source), 0.6);

const audits: readonly string[] = ['entra.directory-audits', 'm365.unified-audit'];

/** The same over every source there is, each with as many records as the invented tenants have of it. */
export const benchIngestMix = (): Promise<Figures> =>
  measureIngest('ingest over the mix of all sources', 1_000_000, () => true);

async function measureIngest(
  name: string,
  events: number,
  isMeasured: (target: PullTarget) => boolean,
  ofTheFloor?: number,
): Promise<Figures> {
  const rig = await openBenchRig(events);
  try {
    const targets = rig.targets.filter(isMeasured);
    const before = cpuSeconds();
    let seen = 0;
    let bytes = 0;
    for (const target of targets) {
      const done = await rig.ingest(target);
      seen += done.seen;
      bytes += done.bytes;
    }
    const pulled = cpuSeconds() - before;
    const { records, archive, store, index } = await measureStages(rig);
    const floor = await measureFloor(rig);
    const rate = records / (archive + store + index);
    const floorRate = floor.records / floor.seconds;
    const each = (seconds: number): number => Number(((seconds / records) * 1_000_000).toFixed(1));
    return {
      name,
      figures: {
        sources: new Set(targets.map(({ ref }) => ref.source)).size,
        records: seen,
        'bytes per record': Math.round(bytes / seen),
        'archive, microseconds a record': each(archive),
        'normalize and store': each(store),
        index: each(index),
        'events per CPU-second': Math.round(rate),
        'floor, events per CPU-second': Math.round(floorRate),
        'of the floor': Number((rate / floorRate).toFixed(2)),
        'the pull as a whole, events per CPU-second': Math.round(seen / pulled),
      },
      targets: {
        'events per CPU-second': { atLeast: 12_000 },
        ...(ofTheFloor === undefined ? {} : { 'of the floor': { atLeast: ofTheFloor } }),
      },
    };
  } finally {
    await rig.close();
  }
}
