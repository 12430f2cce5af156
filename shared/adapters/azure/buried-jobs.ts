import { z } from 'zod';
import { jobSchema, type Job } from '../../ports/job-queue.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { monotonicMicroseconds } from './monotonic-microseconds.ts';
import type { ListedItem } from './newest-first.ts';
import { storedKind } from './stored-document.ts';

export interface BuriedJob {
  readonly job: Job;
  readonly reason: string;
}

const documents = storedKind(z.strictObject({ job: jobSchema, reason: z.string() }), 'A buried job');
const kind = 'buried';

/** Jobs that a person must look at. In Cosmos DB: a queue shows at most 32 messages. */
export function buriedJobs(cosmos: CosmosGateway): {
  add(buried: BuriedJob): Promise<void>;
  list(limit: number): Promise<readonly ({ readonly id: string } & BuriedJob)[]>;
  count(): Promise<number>;
} {
  const items = cosmos.container('jobs');
  return {
    async add(buried) {
      const place = String(monotonicMicroseconds()).padStart(20, '0');
      const doc = documents.write(buried);
      await items.create([kind], { id: `buried-${place}`, kind, place, ...doc });
    },
    async list(limit) {
      if (limit <= 0) return [];
      const found = await items.query<ListedItem>({
        text: 'SELECT * FROM c WHERE c.kind = @kind AND c.place > @first ORDER BY c.place',
        parameters: { kind, first: '' },
        partition: [kind],
        most: limit,
      });
      return found.map(item => ({ id: item.id, ...documents.read(item) }));
    },
    async count() {
      const [count = 0] = await items.query<number>({
        text: 'SELECT VALUE COUNT(1) FROM c WHERE c.kind = @kind',
        parameters: { kind },
        partition: [kind],
      });
      return count;
    },
  };
}
