import { openBenchRig } from './bench-rig.ts';

const began = performance.now();
const rig = await openBenchRig(Number(process.argv[2] ?? '1000000'));
let seen = 0;
for (const target of rig.targets) seen += (await rig.ingest(target)).seen;
// Kibibytes on Linux and macOS alike, as Node reports it.
const peak = process.resourceUsage().maxRSS;
process.send?.({ seen, peak, seconds: (performance.now() - began) / 1_000 });
await rig.close();
process.disconnect();
