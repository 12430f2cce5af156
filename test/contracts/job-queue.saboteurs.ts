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
    fails: [],
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
    fails: [],
  },
  {
    does: 'forgets keys',
    sabotage: () => queue => ({
      ...queue,
      enqueue: (job, { key: _key, ...options }) => queue.enqueue(job, options),
    }),
    fails: [],
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
          held.set(job.stream, key);
          await queue.enqueue(job, options);
        },
        async take(now, lease) {
          const taken = await queue.take(now, lease);
          if (taken !== null) {
            const key = held.get(taken.job.stream);
            if (key !== undefined) held.set(taken.id, key);
            held.delete(taken.job.stream);
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
    fails: [],
  },
  {
    does: 'forgets a delay',
    sabotage: () => queue => ({
      ...queue,
      enqueue: (job, { delay: _delay, ...options }) => queue.enqueue(job, options),
    }),
    fails: [],
  },
  {
    does: 'drops what it buries',
    sabotage: () => queue => ({ ...queue, bury: id => queue.ack(id) }),
    fails: [],
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
    fails: [],
  },
];
