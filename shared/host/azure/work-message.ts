import { AppError, asAppError } from '../../kernel/errors.ts';
import { minutes } from '../../kernel/time.ts';
import { tellPoisonedJob } from '../../pipeline/poisoned-job.ts';
import { jobLease, runJob } from '../../pipeline/run-job.ts';
import type { HostedMessage } from '../../ports/job-queue.ts';
import type { Away, Running } from './instance.ts';
import { invocationLog } from './invocation-log.ts';

/** One run's share: well within the host's time-out of ten minutes, for a run ends only after its page. */
const budget = { pages: 200, time: minutes(4) };

/**
 * Works the job in a message. Throws only where the job's fate is kept nowhere: then the host keeps the message, and
 * after five times moves it to the poison queue. When `signal` aborts, the run ends at its next page and leaves its
 * continuation in the queue.
 */
export async function workMessage(
  { app, hosted }: Running,
  body: unknown,
  about: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const { work } = app;
  const message = hostedMessage(body, about);
  const adopted = await hosted.adopt(message, work.clock.now(), jobLease);
  if (adopted === null) return;
  const worker = `${work.worker}/${message.id}`;
  await runJob({ ...work, worker, queue: adopted.queue }, adopted.taken, {
    ...budget,
    signal,
  });
  if (adopted.settled()) return;
  throw new AppError(
    'store.unavailable',
    'retry',
    'What became of a job could not be written down. It comes again by itself.',
  );
}

/**
 * Keeps what the host gave up on for a person to look at. A message of another version, or a stranger's, cannot be kept:
 * it stays where it is, and whoever watches hears of it each time it comes, until it ends after seven days.
 */
export async function buryPoisoned(
  { app, hosted, telemetry }: Running,
  body: unknown,
  about: Readonly<Record<string, unknown>>,
): Promise<void> {
  const message = hostedMessage(body, about);
  try {
    await tellPoisonedJob(app.work, await hosted.bury(message, 'poison'));
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code === 'store.corrupt') telemetry.error('job.poisoned', error, { job: message.id });
    throw error;
  }
}

/** Leaves the job in a message for when the stores answer again. */
export async function putOffMessage(
  { hosted, clock, error }: Away,
  body: unknown,
  about: Readonly<Record<string, unknown>>,
): Promise<void> {
  const message = hostedMessage(body, about);
  await hosted.putOff(message, clock.now());
  const { code } = error;
  invocationLog.write(JSON.stringify({ level: 'info', event: 'job.put-off', job: message.id, code }));
}

/** The host decodes base64, and the worker parses what looks like JSON. */
function hostedMessage(body: unknown, about: Readonly<Record<string, unknown>>): HostedMessage {
  const { id, dequeueCount } = about;
  return {
    id: typeof id === 'string' ? id : '',
    body: typeof body === 'string' ? body : (JSON.stringify(body) ?? ''),
    deliveries: Number(dequeueCount) || 1,
  };
}
