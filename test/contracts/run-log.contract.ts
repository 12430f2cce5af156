import { deepEqual, equal } from 'node:assert/strict';
import type { Run } from '../../shared/model/run.ts';
import type { RunFilter, RunLog } from '../../shared/ports/run-log.ts';
import { sampleRun as run } from '../support/sample-log.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { contractOf, mustReject, type Contract } from './contract.ts';
import { pagedListCases } from './paged-list.cases.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);

async function ids(log: RunLog, filter: RunFilter): Promise<readonly string[]> {
  return (await log.list([ours], filter, null, 100)).runs.map(one => one.id).sort();
}

/** What every RunLog promises. */
export const runLogContract = (): Contract<RunLog> =>
  contractOf<RunLog>({
    'gives a run back as it was put, to every handle': async (log, { open }) => {
      const other = await open();
      const failed = run('a', { error: { code: 'provider.refused', message: 'Grant it "again".' } });
      await log.put(ours, failed);
      deepEqual(await other.get(ours, 'a'), failed);
      equal(await log.get(ours, 'b'), null);
    },
    'keeps the later state of a run': async log => {
      await log.put(ours, run('a'));
      const ended = run('a', { status: 'succeeded', endedAt: '2026-10-05T09:01:00.000Z' });
      for (let n = 0; n < 2; n += 1) await log.put(ours, ended);
      deepEqual(await log.get(ours, 'a'), ended);
      deepEqual((await log.list([ours], {}, null, 10)).runs, [ended]);
      deepEqual(await ids(log, { status: 'running' }), []);
    },
    'keeps every run of one call': async log => {
      await log.put(ours);
      await log.put(ours, run('a'));
      const ended = run('a', { status: 'succeeded', endedAt: '2026-10-05T09:01:00.000Z' });
      await log.put(ours, ended, run('b'), run('c'));
      for (const one of [ended, run('b'), run('c')]) deepEqual(await log.get(ours, one.id), one);
    },
    'finds runs by source and by status': async log => {
      await log.put(ours, run('a', { status: 'failed' }));
      await log.put(ours, run('b', { source: 'exchange.message-trace', status: 'failed' }));
      await log.put(ours, run('c', { source: 'exchange.message-trace' }));
      deepEqual(await ids(log, {}), ['a', 'b', 'c']);
      deepEqual(await ids(log, { status: 'failed' }), ['a', 'b']);
      deepEqual(await ids(log, { source: 'exchange.message-trace' }), ['b', 'c']);
      deepEqual(await ids(log, { source: 'exchange.message-trace', status: 'failed' }), ['b']);
      deepEqual(await ids(log, { source: 'nothing' }), []);
    },
    'keeps tenants apart': async log => {
      await log.put(ours, run('a'));
      equal(await log.get(theirs, 'a'), null);
      deepEqual(await log.list([theirs], {}, null, 10), { runs: [], next: null });
      await mustReject(log.put(theirs, run('b')), 'bug');
      await log.put(theirs, run('a', { tenant: fabrikam, status: 'failed' }));
      equal((await log.get(ours, 'a'))?.status, 'running');
    },
    ...pagedListCases<RunLog, Run>({
      add: (log, scope, id, at) => log.put(scope, run(id, { tenant: scope.tenantId, startedAt: at })),
      page: async (log, scopes, after, limit) => {
        const { runs, next } = await log.list(scopes, {}, after, limit);
        return { items: runs, next };
      },
      name: one => one.id,
    }),
  });
