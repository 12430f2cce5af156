import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { instant, plus, seconds, type Instant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { jobSchema, type JobQueue, type TakenJob } from '../../ports/job-queue.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { jobKeys } from './job-keys.ts';
import { monotonicMicroseconds } from './monotonic-microseconds.ts';
import { longestHidden, type MessageQueue, type MessageTake, type TakenMessage } from './queue-gateway.ts';
import { storedKind } from './stored-document.ts';
import type { ListedItem } from './newest-first.ts';

/** What a message says. */
const letterSchema = z.strictObject({
  job: jobSchema,
  key: z.string().nullable(),
  /** Milliseconds since the epoch; beyond what the service can hide, a message is hidden again. */
  notBefore: z.number(),
});
type Letter = z.infer<typeof letterSchema>;

const buriedJobs = storedKind(z.strictObject({ job: jobSchema, reason: z.string() }), 'A buried job');
const buriedKind = 'buried';
/** Base64 of a message may have 64 KB. */
const largestLetter = 48_000;

export interface StorageJobQueueOptions {
  readonly messages: MessageQueue;
  /** Keeps the keys of waiting jobs, and the buried ones: a queue shows at most 32 messages. */
  readonly cosmos: CosmosGateway;
  readonly clock: Clock;
}

/** Jobs in Queue Storage. The id handed out is the message's receipt, which another take makes worthless. */
export function storageJobQueue({ messages, cosmos, clock }: StorageJobQueueOptions): JobQueue {
  const keys = jobKeys(cosmos);
  const buried = cosmos.container('jobs');

  async function taken(message: TakenMessage, now: Instant, lease: number): Promise<TakenJob | null> {
    const letter = readLetter(message.text);
    if (letter.notBefore > now) {
      await messages.hide(message, message.text, secondsUntil(instant(letter.notBefore), now));
      return null;
    }
    if (letter.key !== null) await keys.taken(letter.key, message.messageId, instant(now + lease));
    return takenJob(message);
  }

  return {
    async enqueue(job, { now, delay = seconds(0), key }) {
      if (key !== undefined && !(await keys.claim(key, now))) return;
      const visibleAt = plus(now, delay);
      const text = writeLetter({ job, key: key ?? null, notBefore: visibleAt });
      const message = await messages.send(text, secondsUntil(visibleAt, now));
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
      const place = String(monotonicMicroseconds()).padStart(20, '0');
      const doc = buriedJobs.write({ job: letter.job, reason });
      await buried.create([buriedKind], { id: `buried-${place}`, kind: buriedKind, place, ...doc });
      await messages.remove(held);
      if (letter.key !== null) await keys.done(letter.key, take.messageId);
    },
    async buried(limit) {
      if (limit <= 0) return [];
      const found = await buried.query<ListedItem>({
        text: 'SELECT * FROM c WHERE c.kind = @kind AND c.place > @first ORDER BY c.place',
        parameters: { kind: buriedKind, first: '' },
        partition: [buriedKind],
        most: limit,
      });
      return found.map(item => ({ id: item.id, ...buriedJobs.read(item) }));
    },
    async depth() {
      const [count = 0] = await buried.query<number>({
        text: 'SELECT VALUE COUNT(1) FROM c WHERE c.kind = @kind',
        parameters: { kind: buriedKind },
        partition: [buriedKind],
      });
      return { waiting: await messages.count(), buried: count };
    },
  };
}

const buryingSeconds = 300;

/** A message as whoever received it has it, the Functions host included, as a job. */
export function takenJob(message: TakenMessage): TakenJob {
  const { messageId, popReceipt, text, deliveries } = message;
  const id = Buffer.from(JSON.stringify([messageId, popReceipt, text])).toString('base64url');
  return { id, job: readLetter(text).job, attempt: deliveries };
}

/** Never early: what is left over of a second is waited out. At most what the service can hide. */
const secondsUntil = (at: Instant, now: Instant): number =>
  Math.min(longestHidden, Math.max(0, Math.ceil((at - now) / 1_000)));

/** In base64, as the Functions host reads messages. */
function writeLetter(letter: Letter): string {
  const json = JSON.stringify(letter);
  if (Buffer.byteLength(json) > largestLetter) {
    throw new AppError('bug', 'give-up', 'A job is larger than a message of Queue Storage may be.');
  }
  return Buffer.from(json).toString('base64');
}

function readLetter(text: string): Letter {
  try {
    return letterSchema.parse(JSON.parse(Buffer.from(text, 'base64').toString()));
  } catch {
    throw new AppError(
      'store.corrupt',
      'give-up',
      'A message of the job queue is not one of ours. Look at the queue, and remove what does not belong there.',
    );
  }
}

function readId(id: string): { take: MessageTake; letter: Letter } {
  const [messageId = '', popReceipt = '', text = ''] = JSON.parse(
    Buffer.from(id, 'base64url').toString(),
  ) as string[];
  return { take: { messageId, popReceipt }, letter: readLetter(text) };
}
