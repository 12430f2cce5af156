import { AppError } from '../../kernel/errors.ts';
import { instant, minutes, plus, type Instant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HostedJobs, HostedMessage, JobQueue } from '../../ports/job-queue.ts';
import { buriedJobs } from './buried-jobs.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { jobKeys } from './job-keys.ts';
import { readLetterBody, writeLetter, type Letter } from './job-letter.ts';
import type { MessageQueue } from './queue-gateway.ts';
import { secondsUntil } from './storage-job-queue.ts';

const outageWait = minutes(2);

/** What heals by itself is waited for; everything else is thrown on. */
function afterOutage(thrown: unknown): void {
  if (!(thrown instanceof AppError) || thrown.code !== 'store.unavailable') throw thrown;
}

export interface HostedJobsOptions {
  readonly messages: MessageQueue;
  readonly cosmos: CosmosGateway;
  readonly clock: Clock;
  /** The same queue for everything that is not about the job in hand. */
  readonly queue: JobQueue;
}

/**
 * Jobs whose messages the Functions host takes and removes. It renews its hold on a message every few minutes, which
 * makes the receipt it showed us worthless; so nothing here needs one. To delay a job a copy is sent, and the host
 * removes the original: a crash between the two makes a twin, which is harmless.
 */
export function hostedJobs({ messages, cosmos, clock, queue }: HostedJobsOptions): HostedJobs {
  const keys = jobKeys(cosmos);
  const buried = buriedJobs(cosmos);

  const sendAgain = async (
    message: HostedMessage,
    letter: Letter,
    until: Instant,
    tried: number,
  ): Promise<void> => {
    const { key, instead = message.id } = letter;
    const text = writeLetter({ ...letter, notBefore: until, tried, ...(key === null ? {} : { instead }) });
    const sent = await messages.send(text, secondsUntil(until, clock.now()));
    // The copy says whose place it takes. To fail here would bring the original back beside it.
    if (key !== null) await keys.moved(key, message.id, sent, until).catch(afterOutage);
  };
  const end = async (message: HostedMessage, letter: Letter): Promise<void> => {
    if (letter.key !== null) await keys.done(letter.key, message.id);
  };

  return {
    async adopt(message, now, lease) {
      const letter = readLetterBody(message.body);
      const { job, key, notBefore, tried = 0 } = letter;
      if (notBefore > now) {
        await sendAgain(message, letter, instant(notBefore), tried);
        return null;
      }
      try {
        if (key !== null) await keys.taken(key, message.id, instant(now + lease), letter.instead);
      } catch (thrown) {
        // After five failures the host gives a message up, and an outage of minutes would bury whatever waits.
        afterOutage(thrown);
        await sendAgain(message, letter, plus(now, outageWait), tried);
        return null;
      }
      const attempt = tried + message.deliveries;
      let settled = false;
      const settle = (work: Promise<void>): Promise<void> =>
        work.then(() => {
          settled = true;
        });
      return {
        taken: { id: message.id, job, attempt },
        settled: () => settled,
        queue: {
          ...queue,
          ack: () => settle(end(message, letter)),
          delay: (_, until) => settle(sendAgain(message, letter, until, attempt)),
          bury: (_, reason) => settle(buried.add({ job, reason }).then(() => end(message, letter))),
        },
      };
    },
    async bury(message, reason) {
      const letter = readLetterBody(message.body);
      await buried.add({ job: letter.job, reason });
      // Not by the message's id: the host gave up on another, and what it moved is a copy.
      if (letter.key !== null) await keys.free(letter.key);
      return letter.job;
    },
  };
}
