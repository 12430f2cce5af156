import type { PullTarget } from '../shared/pipeline/pull-types.ts';
import { openBenchRig } from './bench-rig.ts';
import { cpuSeconds, type Figures } from './figures.ts';
import { measureFloor } from './ingest-floor.ts';

/**
 * Ingest end to end: HTTP, archive, read, store, seal, index, over all streams whose records are about 1.2 kB;
 * against the floor: parse, hash and compress the same pages and insert the same columns and words, with nothing
 * of the product in between (ingest-floor.ts). Over a million records: what compiles our JavaScript takes four seconds
 * of a process's life, which over a seventh of them would be a fifth of each.
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
    const spent = cpuSeconds() - before;
    const floor = await measureFloor(rig);
    const rate = seen / spent;
    const floorRate = floor.records / floor.seconds;
    return {
      name,
      figures: {
        sources: new Set(targets.map(({ ref }) => ref.source)).size,
        records: seen,
        'bytes per record': Math.round(bytes / seen),
        'events per CPU-second': Math.round(rate),
        'floor, events per CPU-second': Math.round(floorRate),
        'of the floor': Number((rate / floorRate).toFixed(2)),
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
