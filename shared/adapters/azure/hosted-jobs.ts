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

/** Longer than an outage in which the key's entry is believed: some six hours, by copies of two minutes each. */
const mostPlaces = 200;
/**
 * The messages one of whom the key may belong to. Which one is not known: to give it to another may have failed, and
 * may have been done and only the answer lost.
 */
const placesOf = (message: HostedMessage, { instead = [] }: Letter): readonly string[] =>
  [...instead, message.id].slice(-mostPlaces);

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

  /** Sends a copy, which says after which messages it comes. */
  const sendCopy = async (letter: Letter, after: readonly string[], until: Instant): Promise<string> => {
    const named = letter.key === null ? {} : { instead: [...after] };
    return messages.send(
      writeLetter({ ...letter, ...named, notBefore: until }),
      secondsUntil(until, clock.now()),
    );
  };
  const sendAgain = async (
    message: HostedMessage,
    letter: Letter,
    after: readonly string[],
    until: Instant,
  ): Promise<void> => {
    const sent = await sendCopy(letter, after, until);
    // To fail here would bring the original back beside the copy.
    if (letter.key !== null) await keys.moved(letter.key, message.id, sent, until).catch(afterOutage);
  };
  /** Asks nothing of Cosmos DB: the key stays where it is. */
  const putOff = async (message: HostedMessage, letter: Letter, now: Instant): Promise<void> => {
    await sendCopy(letter, placesOf(message, letter), plus(now, outageWait));
  };
  const end = async (message: HostedMessage, letter: Letter): Promise<void> => {
    if (letter.key !== null) await keys.done(letter.key, message.id);
  };

  return {
    async adopt(message, now, lease) {
      const letter = readLetterBody(message.body);
      const { job, key, notBefore, tried = 0 } = letter;
      if (notBefore > now) {
        await sendAgain(message, letter, placesOf(message, letter), instant(notBefore));
        return null;
      }
      try {
        if (key !== null) await keys.taken(key, message.id, instant(now + lease), letter.instead);
      } catch (thrown) {
        // After five failures the host gives a message up, and an outage of minutes would bury whatever waits.
        afterOutage(thrown);
        await putOff(message, letter, now);
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
          // It was taken, so that the key is this message's.
          delay: (_, until) => settle(sendAgain(message, { ...letter, tried: attempt }, [message.id], until)),
          bury: (_, reason) => settle(buried.add({ job, reason }).then(() => end(message, letter))),
        },
      };
    },
    putOff: async (message, now) => putOff(message, readLetterBody(message.body), now),
    async bury(message, reason) {
      const letter = readLetterBody(message.body);
      await buried.add({ job: letter.job, reason });
      // Not by the message's id: the host gave up on another, and what it moved is a copy.
      if (letter.key !== null) await keys.free(letter.key);
      return letter.job;
    },
  };
}
