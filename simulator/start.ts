import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseInstant } from '../shared/kernel/time.ts';
import { startSimulator } from './start-simulator.ts';
import { inventWorld } from './world/invent-world.ts';
import { recordsTenant } from './world/records-folder.ts';
import type { World } from './world/world.ts';

const usage = `Runs the provider simulator alone.

  --port N      where it listens on this machine (7072)
  --seed N      the same seed invents the same tenants (1)
  --events N    records over all tenants, about (25000)
  --tenants N   how many tenants; the first two are Contoso and Fabrikam (2)
  --records DIR serves DIR/<source-id>/*.ndjson unchanged, as one tenant more
  --born TIME   when the invented world begins to be live (now); keep it over restarts to keep the world

Started with a channel to its parent it sends { ready: url, notes } or { failed: sentence }, and ends with it.
`;

interface Flags {
  readonly port: number;
  readonly seed: number;
  readonly events: number | null;
  readonly tenants: number;
  readonly records: string | null;
  /** ms. */
  readonly born: number;
}

/** What a flag is for whoever typed it: under a parent the port is a setting. */
const calledBy = (flag: string): string =>
  flag === 'port' && process.connected ? 'SIMULATOR_PORT' : `--${flag}`;

/** The flags, or a sentence about what is wrong with them. */
function readFlags(args: readonly string[]): Flags | string {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '7072' },
        seed: { type: 'string', default: '1' },
        events: { type: 'string' },
        tenants: { type: 'string', default: '2' },
        records: { type: 'string' },
        born: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : 'The flags could not be read.';
  }
  if (values.help) return '';
  const { port, seed, events, tenants, records } = values;
  const born = values.born === undefined ? Date.now() : parseInstant(values.born);
  for (const [name, text] of Object.entries({ port, seed, events, tenants })) {
    if (text !== undefined && !/^\d{1,9}$/.test(text)) return `${calledBy(name)} must be a whole number.`;
  }
  if (Number(port) > 65_535) return `${calledBy('port')} must be at most 65535.`;
  if (Number(tenants) < 1) return '--tenants must be at least 1.';
  if (records !== undefined && statSync(records, { throwIfNoEntry: false })?.isDirectory() !== true)
    return `--records: there is no folder ${records}.`;
  if (born === null) return '--born must be a time such as 2026-10-05T12:00:00Z.';
  return {
    port: Number(port),
    seed: Number(seed),
    events: events === undefined ? null : Number(events),
    tenants: Number(tenants),
    records: records ?? null,
    born,
  };
}

const some = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** The invented tenants, and the given records as one more. Says what it could not serve. */
function worldOf({ seed, events, tenants, records, born }: Flags): { world: World; notes: string[] } {
  const invented = inventWorld({ seed, now: born, tenants, ...(events === null ? {} : { events }) });
  if (records === null) return { world: invented, notes: [] };
  const { tenant, served, refused, unserved } = recordsTenant(records, Date.now());
  const counts = Object.values(served).filter(count => count !== undefined);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const notes = [
    `${tenant.name} has ${some(total, 'record')} of ${some(counts.length, 'source')}, as they lie in ${records}`,
  ];
  if (refused.count > 0) {
    const places = refused.first.slice(0, 3).map(({ file, line }) => `${file}:${line}`);
    const more = refused.count > places.length ? ` and ${refused.count - places.length} more` : '';
    notes.push(
      `left out, because they are no JSON in UTF-8, or longer than 32 MB: ${places.join(', ')}${more}`,
    );
  }
  if (unserved.length > 0) {
    const more = unserved.length > 8 ? ` and ${unserved.length - 8} more` : '';
    notes.push(
      `not served, because it is no <source-id>/*.ndjson file: ${unserved.slice(0, 8).join(', ')}${more}`,
    );
  }
  return { world: { seed, tenants: [...invented.tenants, tenant] }, notes };
}

/** Ends this process with a sentence, which the parent says where there is one. */
function giveUp(code: number, sentence: string, more = ''): void {
  process.exitCode = code;
  if (process.connected) process.send?.({ failed: sentence }, hangUp);
  else process.stderr.write(`${sentence}\n${more}`);
}

function hangUp(): void {
  if (process.connected) process.disconnect();
}

/** What a person can mend; null for what is our own mistake. */
function sentenceFor(thrown: unknown, flags: Flags): string | null {
  if (!(thrown instanceof Error && 'code' in thrown)) return null;
  if (thrown.code === 'EADDRINUSE') {
    const way = process.connected ? 'with SIMULATOR_PORT' : 'with --port';
    return `Port ${flags.port} of the simulator is in use. Choose another ${way}.`;
  }
  if (!('path' in thrown) || flags.records === null) return null;
  return `--records: ${String(thrown.path)} cannot be read (${String(thrown.code)}). Take it out of the folder, or let this user read it.`;
}

async function run(flags: Flags): Promise<void> {
  const hasParent = process.connected;
  // Ctrl-C comes to the parent as well, whose runs want their last pages before it ends this process.
  if (hasParent) process.on('SIGINT', () => {});
  const { world, notes } = worldOf(flags);
  const simulator = await startSimulator({ world, port: flags.port });
  process.stdout.write(`The simulator is at ${simulator.url}\n`);
  process.stdout.write(
    `  tenants: ${world.tenants
      .map(({ name }) => name)
      .slice(0, 10)
      .join(', ')}\n`,
  );
  for (const note of notes) process.stdout.write(`  ${note}\n`);
  const stop = (): void => {
    hangUp();
    void simulator.close();
  };
  if (!hasParent) process.on('SIGINT', stop);
  process.once('SIGTERM', stop);
  // The parent is gone, maybe by kill -9: nobody is left to stop this one.
  process.once('disconnect', () => void simulator.close());
  // It may be gone already: a Ctrl-C while the world was invented. Unheard, the failure to tell it would end this
  // process with a stack trace over the words of the parent's.
  if (hasParent && !process.connected) stop();
  else process.send?.({ ready: simulator.url, notes }, () => {});
}

const flags = readFlags(process.argv.slice(2));
if (flags === '') process.stdout.write(usage);
else if (typeof flags === 'string') giveUp(2, flags, `\n${usage}`);
else {
  try {
    await run(flags);
  } catch (thrown) {
    const sentence = sentenceFor(thrown, flags);
    if (sentence === null) throw thrown;
    giveUp(1, sentence);
  }
}
