import { expect, test } from 'vitest';
import { queryPlans } from '../../shared/adapters/azure/query-plans.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { CosmosCall } from '../fakes/cosmos-server.ts';
import { sharedCosmos } from '../support/azure-cosmos.ts';
import { openAzureFor } from '../support/azure-place.ts';
import { openLife, openStage, wideBudget } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Requests by container and kind, as they came over the wire since the last look. */
function counted(calls: CosmosCall[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { container, kind } of calls.splice(0)) {
    // What the SDK asks about a container once, it asks at its own time.
    if (container === null || kind === 'other') continue;
    found[`${container} ${kind}`] = (found[`${container} ${kind}`] ?? 0) + 1;
  }
  return found;
}

test('a window of one page asks Cosmos DB five times, and a look for what is new twice', async () => {
  const stage = await openStage({
    world: smallWorld(),
    connection: { remembersDays: 4, everySeconds: 86_400 },
  });
  const { calls } = await sharedCosmos();
  const life = await openLife(stage, await tempFolder(), { open: openAzureFor });
  const target = (await life.targets(contosoId)).find(one => one.ref.source === 'entra.directory-audits');
  if (target === undefined) throw new Error('no such stream');
  // Loads what a process keeps: heads, the books of the open volume.
  await projectIndex(life.profile.events, life.profile.index);
  counted(calls);
  const { windows, counts } = await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
  expect(counts.pages).toBe(windows);
  const stored = counted(calls);
  const events = stored['events batch'] ?? 0;
  expect(stored).toEqual({
    'cursors read': 1,
    'cursors write': windows + 2,
    // Looked at once in five seconds.
    'throttles query': 1,
    'runs write': 2,
    'runs batch': windows - 1,
    'events read': 1,
    // The first write of a tenant needs no look at what is there.
    'events query': events - 1,
    'events batch': events,
    'ledger read': 1,
    'ledger batch': windows,
  });
  expect(events).toBeLessThanOrEqual(windows);
  await projectIndex(life.profile.events, life.profile.index);
  counted(calls);
  for (let look = 0; look < 3; look += 1) await projectIndex(life.profile.events, life.profile.index);
  expect(counted(calls)).toEqual({ 'events query': 3, 'feed read': 3 });
  await life.end();
});

test('a plan is asked for once for each question over partitions, and a refusal is none', async () => {
  const plugin = queryPlans();
  let sent = 0;
  const answer = (result: unknown) => () => {
    sent += 1;
    return result === null ? Promise.reject(new Error('refused')) : Promise.resolve({ result });
  };
  const headers = { 'x-ms-cosmos-is-query-plan-request': 'True' };
  const asked = (id: number) => ({ path: '/dbs/a/colls/b/docs', body: { query: 'SELECT', id }, headers });
  await expect(plugin(asked(1), null, answer(null))).rejects.toThrow('refused');
  for (const look of [1, 2, 3]) {
    const plan = await plugin(asked(1), null, answer({ queryRanges: [look] }));
    expect(plan.result).toEqual({ queryRanges: [1] });
  }
  expect(sent).toBe(2);
  await plugin(asked(2), null, answer({}));
  expect(sent).toBe(3);
  await plugin({ ...asked(2), options: { partitionKey: ['t'] } }, null, answer({}));
  expect(sent).toBe(3);
  // What is no question for a plan goes through every time.
  for (let n = 0; n < 2; n += 1) await plugin({ path: '/dbs' }, null, answer({}));
  expect(sent).toBe(5);
});
