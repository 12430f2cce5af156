import { inventWorld } from '../simulator/world/invent-world.ts';
import { startSimulator } from '../simulator/start-simulator.ts';

// The simulator of a benchmark, in a process of its own and without throttles: what is measured is the product.
const events = Number(process.argv[2] ?? '100000');
const world = inventWorld({ seed: 1, now: Date.now(), events });
const simulator = await startSimulator({ world, port: 0, throttling: false });
process.send?.({ ready: simulator.url, cards: simulator.control.tenants() });
process.on('disconnect', () => process.exit(0));
