import { expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { days, minutes, plus, seconds, type Instant } from '../../shared/kernel/time.ts';
import { jobSchema, type Job, type JobQueue } from '../../shared/ports/job-queue.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contosoId } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const jobOf = (source: string): Job =>
  jobSchema.parse({ kind: 'pull', tenant: contosoId, source, stream: 'default', trigger: 'timer' });

async function opened(): Promise<{ queue: JobQueue; now: Instant }> {
  const clock = new ManualClock();
  const profile = await openEmbedded({ folder: await tempFolder(), environment: {}, clock });
  onTestFinished(() => profile.close());
  return { queue: profile.queue, now: clock.now() };
}

test('a job put off for a moment does not wait behind all that came after it', async () => {
  const { queue, now } = await opened();
  await queue.enqueue(jobOf('acme.first'), { now });
  await queue.enqueue(jobOf('acme.limited'), { now, delay: seconds(1) });
  await queue.enqueue(jobOf('acme.later'), { now });
  await queue.enqueue(jobOf('acme.last'), { now });
  const sources: string[] = [];
  // One job every second: the second may start when the first is done.
  for (let at = now; sources.length < 4; at = plus(at, seconds(1))) {
    const taken = await queue.take(at, minutes(1));
    if (taken?.job.kind === 'pull') sources.push(taken.job.source);
    if (taken !== null) await queue.ack(taken.id);
  }
  expect(sources).toEqual(['acme.first', 'acme.limited', 'acme.later', 'acme.last']);
});

test('jobs that were put off or taken while the clock was ahead come once it is right', async () => {
  const { queue, now } = await opened();
  const ahead = plus(now, days(3));
  await queue.enqueue(jobOf('acme.taken'), { now: ahead, key: 'taken' });
  expect(await queue.take(ahead, minutes(15))).not.toBeNull();
  await queue.enqueue(jobOf('acme.waiting'), { now: ahead, key: 'waiting' });
  // Set right, and asked for again: it waits already.
  await queue.enqueue(jobOf('acme.waiting'), { now, key: 'waiting' });
  const sources: string[] = [];
  for (
    let taken = await queue.take(now, minutes(15));
    taken !== null;
    taken = await queue.take(now, minutes(15))
  )
    if (taken.job.kind === 'pull') sources.push(taken.job.source);
  expect(sources).toEqual(['acme.taken', 'acme.waiting']);
});
