import { openBenchRig } from './bench-rig.ts';
import { cpuSeconds, type Figures } from './figures.ts';
import { measureFloor } from './ingest-floor.ts';

/**
 * Ingest end to end: HTTP, archive, read, store, seal, index, over all streams whose records are about 1.2 kB;
 * against the floor: parse, hash and compress the same pages and insert the same columns and words, with nothing
 * of the product in between (ingest-floor.ts).
 */
export async function benchIngest(events = 600_000): Promise<Figures> {
  const rig = await openBenchRig(events);
  try {
    // Traces are a third of the size; the target is stated for audit records.
    const targets = rig.targets.filter(target => target.ref.source !== 'exchange.message-trace');
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
      name: 'ingest end to end',
      figures: {
        records: seen,
        'bytes per record': Math.round(bytes / seen),
        'events per CPU-second': Math.round(rate),
        'floor, events per CPU-second': Math.round(floorRate),
        'of the floor': Number((rate / floorRate).toFixed(2)),
      },
      targets: { 'events per CPU-second': { atLeast: 12_000 }, 'of the floor': { atLeast: 0.6 } },
    };
  } finally {
    await rig.close();
  }
}
