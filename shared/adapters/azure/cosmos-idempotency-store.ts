import { z } from 'zod';
import { sha256 } from '../../kernel/hash.ts';
import { hours, minus } from '../../kernel/time.ts';
import { replyLease, type IdempotencyStore } from '../../ports/idempotency-store.ts';
import type { CosmosGateway } from './cosmos-gateway.ts';
import { storedKind } from './stored-document.ts';
import { loadItem } from './swap-item.ts';
import { lost, tryAgain } from './try-again.ts';

const keptFor = hours(24);
const replies = storedKind(
  z.strictObject({
    fingerprint: z.string(),
    begunAt: z.number(),
    reply: z
      .strictObject({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() })
      .nullable(),
  }),
  'A kept reply',
);

/** Replies kept by Idempotency-Key, in Cosmos DB. What is too old is decided here; expiry only tidies up. */
export function cosmosIdempotencyStore(cosmos: CosmosGateway): IdempotencyStore {
  const items = cosmos.container('replies');
  const load = (id: string) => loadItem(items, replies, [id], id);
  return {
    begin: (key, fingerprint, now) =>
      tryAgain('kept replies', async () => {
        const id = sha256(key);
        const begun = { id, ...replies.write({ fingerprint, begunAt: now, reply: null }) };
        const known = await load(id);
        if (known === null) return (await items.create([id], begun)) === null ? lost : { is: 'new' as const };
        const { value, rev } = known;
        const isCutShort = value.reply === null && value.begunAt <= minus(now, replyLease);
        const isOurs = value.fingerprint === fingerprint;
        if (value.begunAt <= minus(now, keptFor) || (isCutShort && isOurs)) {
          return (await items.replace([id], begun, rev)) === null ? lost : { is: 'new' as const };
        }
        if (!isOurs) return { is: 'different' as const };
        return { is: 'repeat' as const, reply: value.reply };
      }),
    finish: ({ key, at }, reply) =>
      tryAgain('kept replies', async () => {
        const id = sha256(key);
        const known = await load(id);
        if (known === null || known.value.begunAt !== at || known.value.reply !== null) return undefined;
        const item = { id, ...replies.write({ ...known.value, reply }) };
        return (await items.replace([id], item, known.rev)) === null ? lost : undefined;
      }),
    abandon: ({ key, at }) =>
      tryAgain('kept replies', async () => {
        const id = sha256(key);
        const known = await load(id);
        if (known === null || known.value.begunAt !== at || known.value.reply !== null) return undefined;
        return (await items.remove([id], id, known.rev)) ? undefined : lost;
      }),
  };
}
