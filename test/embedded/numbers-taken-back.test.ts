import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../shared/adapters/embedded/open-database.ts';
import { holdfastMigrations } from '../../shared/adapters/embedded/schema.ts';
import { sqliteEventStore } from '../../shared/adapters/embedded/sqlite-event-store.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const one = 'entra.sign-ins' as SourceId;
const other = 'intune.audit-events' as SourceId;

test('the number a source was given in a write that failed is not its own: another may have it since', async () => {
  const database = openDatabase({
    file: join(await tempFolder(), 'store.db'),
    name: 'store.db',
    mend: 'none',
    synchronous: 'NORMAL',
    migrations: holdfastMigrations,
  });
  onTestFinished(() => database.close());
  const store = sqliteEventStore(database);
  const scope = scopeOf(contoso);
  const at = instant(1_000);
  function* ending(): Generator<NewEvent, void> {
    yield sampleEvent('a', { source: one });
    throw new AppError('provider.malformed', 'retry', 'The rest of the page cannot be read.');
  }
  await expect(store.upsert(scope, ending(), at)).rejects.toThrow('The rest of the page cannot be read.');
  await store.upsert(scope, [sampleEvent('b', { source: other })], at);
  await store.upsert(scope, [sampleEvent('a', { source: one })], at);
  expect(await store.expire(scope, one, instant(Date.UTC(2100, 0, 1)))).toEqual({ removed: 1 });
  expect((await store.get(scope, sampleEvent('b', { source: other }).id))?.source).toBe(other);
});
