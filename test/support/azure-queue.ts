import { QueueClient, StorageSharedKeyCredential } from '@azure/storage-queue';
import { messageQueue } from '../../shared/adapters/azure/queue-gateway.ts';
import { storageJobQueue } from '../../shared/adapters/azure/storage-job-queue.ts';
import { isoInstant, type Instant } from '../../shared/kernel/time.ts';
import type { JobQueue } from '../../shared/ports/job-queue.ts';
import type { Fresh } from '../contracts/contract.ts';
import { developmentAccount } from '../fakes/azurite.ts';
import { openCosmos, sharedCosmos } from './azure-cosmos.ts';
import { sharedAzurite } from './azure-storage.ts';
import { ManualClock } from './manual-clock.ts';

let made = 0;

/** A queue, made anew; answers its URL. */
export async function makeQueue(at: string): Promise<string> {
  const url = `${at}/jobs-${(made += 1)}`;
  const { account, key } = developmentAccount;
  await new QueueClient(url, new StorageSharedKeyCredential(account, key)).create();
  return url;
}

// The emulator's clock is one for all: whoever sets it keeps it until his call is answered.
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = turn.then(work, work);
  turn = next.catch(() => undefined);
  return next;
}

/** Job queues over Azurite, whose clock goes by the times the callers give. */
export const freshJobQueue: Fresh<JobQueue> = async () => {
  const azurite = await sharedAzurite();
  const server = await sharedCosmos();
  const database = await server.makeDatabase(['jobs']);
  const url = await makeQueue(azurite.queueUrl);
  const clock = new ManualClock();
  const gateways = [openCosmos(server, database)];
  const at = <T>(now: Instant, work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      clock.set(isoInstant(now));
      await azurite.setClock(now);
      return work();
    });
  return {
    async open() {
      const cosmos = openCosmos(server, database);
      gateways.push(cosmos);
      const messages = messageQueue({
        url,
        credential: developmentAccount,
        retry: { tries: 2, delayMs: 10 },
      });
      const queue = storageJobQueue({ messages, cosmos, clock });
      return {
        enqueue: (job, options) => at(options.now, () => queue.enqueue(job, options)),
        take: (now, lease) => at(now, () => queue.take(now, lease)),
        ack: id => at(clock.now(), () => queue.ack(id)),
        delay: (id, until) => at(clock.now(), () => queue.delay(id, until)),
        bury: (id, reason) => at(clock.now(), () => queue.bury(id, reason)),
        buried: limit => queue.buried(limit),
        depth: () => at(clock.now(), () => queue.depth()),
      };
    },
    damage: () => Promise.reject(new Error('the contract of the job queue damages nothing')),
    async dispose() {
      for (const one of gateways) one.close();
      await server.dropDatabase(database);
    },
  };
};
