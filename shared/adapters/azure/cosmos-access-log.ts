import { AppError } from '../../kernel/errors.ts';
import { accessEntrySchema, type AccessLog } from '../../ports/access-log.ts';
import { batchLimit, type CosmosGateway } from './cosmos-gateway.ts';
import { demandTenant } from './demand-tenant.ts';
import { itemId } from './item-id.ts';
import { newestFirst, placeOf } from './newest-first.ts';
import { storedKind } from './stored-document.ts';

const entryKind = storedKind(accessEntrySchema, 'An access-log entry');

/** Who asked for what, in Cosmos DB. Entries are only ever created. */
export function cosmosAccessLog(cosmos: CosmosGateway): AccessLog {
  const items = cosmos.container('access-log');
  return {
    async append(scope, entries) {
      for (const entry of entries) demandTenant(scope, entry.tenant);
      if (entries.length === 0) return;
      // One batch or none: a part of a call must never stand there alone.
      if (entries.length > batchLimit.steps) {
        throw new AppError(
          'bug',
          'give-up',
          'More access-log entries than fit one write. Append them in parts.',
          {
            facts: { entries: entries.length },
          },
        );
      }
      const steps = entries.map(entry => ({
        do: 'create' as const,
        item: {
          id: itemId(entry.id),
          tenantId: scope.tenantId,
          place: placeOf(entry.at, entry.id, entry.tenant),
          ...entryKind.write(entry),
        },
      }));
      if ((await items.batch([scope.tenantId], steps)).ok) return;
      throw new AppError(
        'conflict',
        'give-up',
        'The access log already has an entry with this id. It was not changed.',
      );
    },
    async list(scopes, after, limit) {
      const { values, next } = await newestFirst(items, entryKind, { scopes, equal: {}, after, limit });
      return { entries: values, next };
    },
  };
}
