import { parseArgs } from 'node:util';
import { printFigures, type Figures } from './figures.ts';
import { benchAzureRequests } from './azure-requests.ts';
import { benchIngest, benchIngestMix } from './ingest.ts';
import { benchMemory } from './memory.ts';
import { benchSearch } from './search.ts';
import { benchStart } from './start.ts';

// `npm run bench [-- start ingest ingest-mix search memory azure] [-- --json]`
const benches: Readonly<Record<string, () => Promise<Figures>>> = {
  start: benchStart,
  ingest: benchIngest,
  'ingest-mix': benchIngestMix,
  search: benchSearch,
  memory: benchMemory,
  azure: benchAzureRequests,
};

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter(name => benches[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(
    `There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.\n`,
  );
  process.exit(2);
}
const found: Figures[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const figures = await bench();
  found.push(figures);
  if (values.json !== true) process.stdout.write(`${printFigures(figures)}\n\n`);
}
if (values.json === true) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
