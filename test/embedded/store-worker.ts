// A process of its own for run-worker.ts: does one job over and over and prints a line after each step that
// its store has confirmed. Whatever it has printed must survive whatever happens to it then.
import { join } from 'node:path';
import { openFileRawArchive } from '../../shared/adapters/embedded/file-raw-archive.ts';
import { openHoldfastDatabase } from '../../shared/adapters/embedded/open-embedded.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { sqliteLedgerStore } from '../../shared/adapters/embedded/sqlite-ledger-store.ts';
import { systemClock } from '../../shared/adapters/embedded/system-clock.ts';
import { asAppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { batchSize, bytesOf } from './worker-output.ts';

const scope = scopeOf(contoso);
const [job = '', folder = '', name = '', steps = '0'] = process.argv.slice(2);
/** Resolves when the line has left: whoever reads too slowly makes the next step wait, and a kill takes no line along. */
const say = (line: unknown): Promise<void> =>
  new Promise(resolve => {
    process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve());
  });

const jobs: Readonly<Record<string, () => Promise<(step: number) => Promise<unknown>>>> = {
  /** Puts objects; several workers of one name put the same, of different names different bytes. */
  async put() {
    const archive = await openFileRawArchive({ folder: join(folder, 'raw'), clock: systemClock });
    const retainUntil = instant(Date.UTC(2032, 9, 5));
    return async step => {
      const object = { key: `k/${step}`, bytes: bytesOf(name, step), contentType: 'text/plain', retainUntil };
      const put = archive.put(scope, object);
      return put.then(
        one => one.status,
        (thrown: unknown) => asAppError(thrown).code,
      );
    };
  },
  /** Stores batches of new events; the batches of all workers are the same. */
  async upsert() {
    const store = sqliteEventStore(openHoldfastDatabase(folder));
    return step => {
      const events = Array.from({ length: batchSize }, (_, i) =>
        sampleEvent(`${step}/${i}`, { summary: `batch ${step}` }),
      );
      return store.upsert(scope, events, systemClock.now());
    };
  },
  /** Appends two entries at a time. */
  async ledger() {
    const ledger = sqliteLedgerStore(openHoldfastDatabase(folder));
    return step =>
      ledger.append(scope, [Buffer.from(`${name} ${step} first`), Buffer.from(`${name} ${step} second`)]);
  },
};

const doStep = await jobs[job]?.();
if (doStep === undefined) throw new Error(`no such job: ${job}`);
try {
  for (let step = 0; step < Number(steps); step += 1) await say({ step, result: await doStep(step) });
} catch (thrown) {
  // What a person would be shown, and all of it.
  const { code, message } = asAppError(thrown);
  await say({ failed: { code, message } });
}
