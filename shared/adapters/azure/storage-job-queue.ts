import { instant, plus, seconds, type Instant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { JobQueue, TakenJob } from '../../ports/job-queue.ts';
import { buriedJobs } from './buried-jobs.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { jobKeys } from './job-keys.ts';
import { readLetter, writeLetter, type Letter } from './job-letter.ts';
import { longestHidden, type MessageQueue, type MessageTake, type TakenMessage } from './queue-gateway.ts';

export interface StorageJobQueueOptions {
  readonly messages: MessageQueue;
  /** Keeps the keys of waiting jobs, and the buried ones: a queue shows at most 32 messages. */
  readonly cosmos: CosmosGateway;
  readonly clock: Clock;
}

/** Jobs in Queue Storage. The id handed out is the message's receipt, which another take makes worthless. */
export function storageJobQueue({ messages, cosmos, clock }: StorageJobQueueOptions): JobQueue {
  const keys = jobKeys(cosmos);
  const buried = buriedJobs(cosmos);

  async function taken(message: TakenMessage, now: Instant, lease: number): Promise<TakenJob | null> {
    const letter = readLetter(message.text);
    if (letter.notBefore > now) {
      await messages.hide(message, message.text, secondsUntil(instant(letter.notBefore), now));
      return null;
    }
    const { key, instead } = letter;
    if (key !== null) await keys.taken(key, message.messageId, instant(now + lease), instead);
    return takenJob(message);
  }

  /** A claim nobody sent a message for would make whoever tries again believe that one waits. */
  async function sendClaimed(text: string, hidden: number, key: string | undefined): Promise<string> {
    try {
      return await messages.send(text, hidden);
    } catch (thrown) {
      // Where that fails too, the claim is believed for a minute.
      if (key !== undefined) await keys.free(key).catch(() => undefined);
      throw thrown;
    }
  }

  return {
    async enqueue(job, { now, delay = seconds(0), key }) {
      const visibleAt = plus(now, delay);
      const text = writeLetter({ job, key: key ?? null, notBefore: visibleAt });
      if (key !== undefined && !(await keys.claim(key, now))) return;
      const message = await sendClaimed(text, secondsUntil(visibleAt, now), key);
      if (key !== undefined) await keys.sent(key, message, visibleAt);
    },
    async take(now, lease) {
      // Some may only have come to be hidden again; those after them must not wait for the next look.
      for (;;) {
        const message = await messages.receive(Math.ceil(lease / 1_000));
        if (message === null) return null;
        const job = await taken(message, now, lease);
        if (job !== null) return job;
      }
    },
    async ack(id) {
      const { take, letter } = readId(id);
      if (!(await messages.remove(take))) return;
      if (letter.key !== null) await keys.done(letter.key, take.messageId);
    },
    async delay(id, until) {
      const { take, letter } = readId(id);
      const text = writeLetter({ ...letter, notBefore: until });
      if ((await messages.hide(take, text, secondsUntil(until, clock.now()))) === null) return;
      if (letter.key !== null) await keys.putOff(letter.key, take.messageId, until);
    },
    async bury(id, reason) {
      const { take, letter } = readId(id);
      // Only a receipt that still holds may bury; and if we die before the end, the job comes once more.
      const held = await messages.hide(take, writeLetter(letter), buryingSeconds);
      if (held === null) return;
      await buried.add({ job: letter.job, reason });
      await messages.remove(held);
      if (letter.key !== null) await keys.done(letter.key, take.messageId);
    },
    buried: limit => buried.list(limit),
    async depth() {
      const count = await buried.count();
      return { waiting: await messages.count(), buried: count };
    },
  };
}

const buryingSeconds = 300;

function takenJob(message: TakenMessage): TakenJob {
  const { messageId, popReceipt, text, deliveries } = message;
  const id = Buffer.from(JSON.stringify([messageId, popReceipt, text])).toString('base64url');
  const { job, tried = 0 } = readLetter(text);
  return { id, job, attempt: tried + deliveries };
}

/** Never early: what is left over of a second is waited out. At most what the service can hide. */
export const secondsUntil = (at: Instant, now: Instant): number =>
  Math.min(longestHidden, Math.max(0, Math.ceil((at - now) / 1_000)));

function readId(id: string): { take: MessageTake; letter: Letter } {
  const [messageId = '', popReceipt = '', text = ''] = JSON.parse(
    Buffer.from(id, 'base64url').toString(),
  ) as string[];
  return { take: { messageId, popReceipt }, letter: readLetter(text) };
}
