import type { JobQueue } from '../../shared/ports/job-queue.ts';
import type { Saboteur } from './contract.ts';

export const jobQueueSaboteurs: readonly Saboteur<JobQueue>[] = [
  {
    does: 'acks on take',
    sabotage: () => queue => ({
      ...queue,
      async take(now, lease) {
        const taken = await queue.take(now, lease);
        if (taken !== null) await queue.ack(taken.id);
        return taken;
      },
    }),
    fails: [
      'hides a job for its lease, then gives it again as the next attempt',
      'hides a delayed job until its time, and no longer',
      'keeps a buried job and why, and never gives it again',
      'lets nobody touch a job by an outdated take',
      'gives each job to one of many takers',
      'takes a job whose lease ended, or that was put off, for waiting',
    ],
  },
  {
    does: 'hides nothing while it is being worked on',
    sabotage: () => queue => ({
      ...queue,
      async take(now, lease) {
        const taken = await queue.take(now, lease);
        if (taken !== null) await queue.delay(taken.id, now);
        return taken;
      },
    }),
    fails: [
      'hides a job for its lease, then gives it again as the next attempt',
      'never gives a job again that was acked',
      'hides a delayed job until its time, and no longer',
      'keeps a buried job and why, and never gives it again',
      'lets nobody touch a job by an outdated take',
      'adds nothing while a job with that key waits',
      'adds a job while the one with its key is being worked on, once',
      'takes a job whose lease ended, or that was put off, for waiting',
      'adds a job again after the one with its key was acked or buried',
      'adds every job without a key',
    ],
  },
  {
    does: 'forgets keys',
    sabotage: () => queue => ({
      ...queue,
      enqueue: (job, { key: _key, ...options }) => queue.enqueue(job, options),
    }),
    fails: [
      'adds nothing while a job with that key waits',
      'adds a job while the one with its key is being worked on, once',
      'takes a job whose lease ended, or that was put off, for waiting',
    ],
  },
  {
    does: 'holds a key until its job is done',
    sabotage: () => {
      const held = new Map<string, string>();
      return queue => ({
        ...queue,
        async enqueue(job, options) {
          const { key } = options;
          if (key === undefined) return queue.enqueue(job, options);
          if ([...held.values()].includes(key)) return;
          held.set(JSON.stringify(job), key);
          await queue.enqueue(job, options);
        },
        async take(now, lease) {
          const taken = await queue.take(now, lease);
          if (taken !== null) {
            const key = held.get(JSON.stringify(taken.job));
            if (key !== undefined) held.set(taken.id, key);
            held.delete(JSON.stringify(taken.job));
          }
          return taken;
        },
        async ack(id) {
          held.delete(id);
          await queue.ack(id);
        },
        async bury(id, reason) {
          held.delete(id);
          await queue.bury(id, reason);
        },
      });
    },
    fails: ['adds a job while the one with its key is being worked on, once'],
  },
  {
    does: 'forgets a delay',
    sabotage: () => queue => ({
      ...queue,
      enqueue: (job, { delay: _delay, ...options }) => queue.enqueue(job, options),
    }),
    fails: ['answers null when nothing is due'],
  },
  {
    does: 'drops what it buries',
    sabotage: () => queue => ({ ...queue, bury: id => queue.ack(id) }),
    fails: ['keeps a buried job and why, and never gives it again'],
  },
  {
    does: 'counts no attempts',
    sabotage: () => queue => ({
      ...queue,
      async take(now, lease) {
        const taken = await queue.take(now, lease);
        return taken && { ...taken, attempt: 1 };
      },
    }),
    fails: [
      'hides a job for its lease, then gives it again as the next attempt',
      'hides a delayed job until its time, and no longer',
    ],
  },
];
