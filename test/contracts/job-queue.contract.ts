import { deepEqual, equal } from 'node:assert/strict';
import { instant, minutes, plus, type Instant } from '../../shared/kernel/time.ts';
import type { StreamId } from '../../shared/model/ids.ts';
import type { Job, JobQueue, TakenJob } from '../../shared/ports/job-queue.ts';
import { contoso, source } from '../support/sample.ts';
import { contractOf, type CaseBody, type Contract } from './contract.ts';

const noon = instant(Date.UTC(2026, 9, 5, 12));
const after = (n: number): Instant => plus(noon, minutes(n));
const lease = minutes(5);
const job = (stream: string): Job => ({
  kind: 'pull',
  tenant: contoso,
  source,
  stream: stream as StreamId,
  trigger: 'timer',
});
/** What a case calls its jobs by. */
const nameOf = (of: Job): string => (of.kind === 'pull' ? of.stream : of.kind);

/** What every JobQueue promises. */
export const jobQueueContract = (): Contract<JobQueue> => contractOf<JobQueue>({ ...taking, ...keys });

async function takeOne(queue: JobQueue, now: Instant): Promise<TakenJob> {
  const taken = await queue.take(now, lease);
  if (taken === null) throw new Error('expected a job');
  return taken;
}

async function streamsLeft(queue: JobQueue, now: Instant): Promise<readonly string[]> {
  const streams: string[] = [];
  // Bounded: a broken queue may give the same job for ever.
  while (streams.length < 50) {
    const taken = await queue.take(now, lease);
    if (taken === null) break;
    streams.push(nameOf(taken.job));
    await queue.ack(taken.id);
  }
  return streams.sort();
}

const taking: Readonly<Record<string, CaseBody<JobQueue>>> = {
  'answers null when nothing is due': async queue => {
    equal(await queue.take(noon, lease), null);
    await queue.enqueue(job('a'), { now: noon, delay: minutes(1) });
    equal(await queue.take(noon, lease), null);
    deepEqual((await takeOne(queue, after(1))).job, job('a'));
  },
  'gives a job as it was enqueued, to any handle': async (queue, { open }) => {
    const other = await open();
    await queue.enqueue(job('a'), { now: noon });
    const { job: taken, attempt } = await takeOne(other, noon);
    deepEqual([taken, attempt], [job('a'), 1]);
  },
  'hides a job for its lease, then gives it again as the next attempt': async queue => {
    await queue.enqueue(job('a'), { now: noon });
    await queue.take(noon, lease);
    equal(await queue.take(instant(after(5) - 1), lease), null);
    equal((await takeOne(queue, after(5))).attempt, 2);
    equal((await takeOne(queue, after(10))).attempt, 3);
  },
  'never gives a job again that was acked': async queue => {
    await queue.enqueue(job('a'), { now: noon });
    await queue.ack((await takeOne(queue, noon)).id);
    equal(await queue.take(after(60), lease), null);
    deepEqual(await queue.depth(), { waiting: 0, buried: 0 });
  },
  'hides a delayed job until its time, and no longer': async queue => {
    await queue.enqueue(job('a'), { now: noon });
    await queue.delay((await takeOne(queue, noon)).id, after(2));
    equal(await queue.take(after(1), lease), null);
    equal((await takeOne(queue, after(2))).attempt, 2);
  },
  'keeps a buried job and why, and never gives it again': async queue => {
    for (const stream of ['a', 'b']) await queue.enqueue(job(stream), { now: noon });
    const first = await takeOne(queue, noon);
    await queue.bury(first.id, 'provider.malformed');
    deepEqual(await streamsLeft(queue, after(60)), [nameOf(first.job) === 'a' ? 'b' : 'a']);
    deepEqual(
      (await queue.buried(10)).map(one => [one.job, one.reason]),
      [[first.job, 'provider.malformed']],
    );
    deepEqual(await queue.buried(0), []);
    deepEqual(await queue.depth(), { waiting: 0, buried: 1 });
  },
  'lets nobody touch a job by an outdated take': async queue => {
    await queue.enqueue(job('a'), { now: noon });
    const first = await takeOne(queue, noon);
    const second = await takeOne(queue, after(5));
    await queue.bury(first.id, 'late');
    await queue.ack(first.id);
    await queue.delay(first.id, after(6));
    equal(await queue.take(after(7), lease), null);
    deepEqual(await queue.depth(), { waiting: 1, buried: 0 });
    await queue.ack(second.id);
    deepEqual(await queue.depth(), { waiting: 0, buried: 0 });
  },
  'gives each job to one of many takers': async (queue, { open }) => {
    const handles = [queue, await open(), await open()];
    const streams = Array.from({ length: 12 }, (_, i) => `s${String(i).padStart(2, '0')}`);
    for (const stream of streams) await queue.enqueue(job(stream), { now: noon });
    const taken = await Promise.all(Array.from({ length: 20 }, (_, i) => handles[i % 3]?.take(noon, lease)));
    deepEqual(
      taken.flatMap(one => (one === null || one === undefined ? [] : [nameOf(one.job)])).sort(),
      streams,
    );
    deepEqual(await queue.depth(), { waiting: 12, buried: 0 });
  },
};

const keys: Readonly<Record<string, CaseBody<JobQueue>>> = {
  'adds nothing while a job with that key waits': async queue => {
    const key = 'contoso/a';
    await queue.enqueue(job('a'), { now: noon, key });
    await queue.enqueue(job('again'), { now: noon, key });
    await queue.enqueue(job('again'), { now: noon, key, delay: minutes(1) });
    await queue.enqueue(job('b'), { now: noon, key: 'contoso/b' });
    deepEqual(await streamsLeft(queue, after(1)), ['a', 'b']);
    await queue.enqueue(job('later'), { now: noon, key, delay: minutes(3) });
    await queue.enqueue(job('again'), { now: after(2), key });
    deepEqual(await streamsLeft(queue, after(3)), ['later']);
  },
  'adds a job while the one with its key is being worked on, once': async queue => {
    const key = 'contoso/a';
    await queue.enqueue(job('a'), { now: noon, key });
    await queue.take(noon, lease);
    await queue.enqueue(job('next'), { now: after(1), key });
    await queue.enqueue(job('again'), { now: after(1), key });
    deepEqual(await streamsLeft(queue, after(1)), ['next']);
  },
  'takes a job whose lease ended, or that was put off, for waiting': async queue => {
    const key = 'contoso/a';
    await queue.enqueue(job('a'), { now: noon, key });
    const taken = await takeOne(queue, noon);
    await queue.enqueue(job('again'), { now: after(5), key });
    await queue.delay(taken.id, after(8));
    await queue.enqueue(job('again'), { now: after(6), key });
    deepEqual(await streamsLeft(queue, after(60)), ['a']);
  },
  'adds a job again after the one with its key was acked or buried': async queue => {
    const key = 'contoso/a';
    await queue.enqueue(job('a'), { now: noon, key });
    await queue.ack((await takeOne(queue, noon)).id);
    await queue.enqueue(job('b'), { now: noon, key });
    await queue.bury((await takeOne(queue, noon)).id, 'bug');
    await queue.enqueue(job('c'), { now: noon, key });
    deepEqual(await streamsLeft(queue, noon), ['c']);
  },
  'adds every job without a key': async queue => {
    for (let n = 0; n < 3; n += 1) await queue.enqueue(job('a'), { now: noon });
    deepEqual(await streamsLeft(queue, noon), ['a', 'a', 'a']);
  },
};
