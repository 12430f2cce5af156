import { deepEqual, equal } from 'node:assert/strict';
import type { AccessEntry, AccessLog } from '../../shared/ports/access-log.ts';
import { sampleEntry as entry } from '../support/sample-log.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { contractOf, mustReject, type Contract } from './contract.ts';
import { pagedListCases } from './paged-list.cases.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);

const all = async (log: AccessLog, scope = ours): Promise<readonly AccessEntry[]> =>
  (await log.list([scope], null, 100)).entries;

/** What every AccessLog promises. */
export const accessLogContract = (): Contract<AccessLog> =>
  contractOf<AccessLog>({
    'gives entries back as they were appended, to every handle': async (log, { open }) => {
      const other = await open();
      await log.append(ours, [entry('a'), entry('b', { at: '2026-10-05T09:01:00.000Z' })]);
      deepEqual(await all(other), [entry('b', { at: '2026-10-05T09:01:00.000Z' }), entry('a')]);
      await log.append(ours, []);
      equal((await all(log)).length, 2);
    },
    'refuses an id that is there, and keeps the first': async log => {
      await log.append(ours, [entry('a')]);
      await mustReject(log.append(ours, [entry('a', { action: 'something.else' })]), 'conflict');
      await mustReject(log.append(ours, [entry('a')]), 'conflict');
      deepEqual(await all(log), [entry('a')]);
    },
    'appends all entries of a call or none': async log => {
      await log.append(ours, [entry('a')]);
      await mustReject(log.append(ours, [entry('b'), entry('a')]), 'conflict');
      await mustReject(log.append(ours, [entry('c'), entry('c')]), 'conflict');
      deepEqual(await all(log), [entry('a')]);
    },
    'never shows a damaged entry': async (log, { damage }) => {
      await log.append(ours, [entry('a')]);
      await damage();
      await mustReject(log.list([ours], null, 10), 'store.corrupt');
    },
    'keeps tenants apart': async log => {
      await log.append(ours, [entry('a')]);
      deepEqual(await all(log, theirs), []);
      await mustReject(log.append(theirs, [entry('b')]), 'bug');
      await log.append(theirs, [entry('a', { tenant: fabrikam })]);
      deepEqual(await all(log), [entry('a')]);
    },
    ...pagedListCases<AccessLog, AccessEntry>({
      add: (log, scope, id, at) => log.append(scope, [entry(id, { tenant: scope.tenantId, at })]),
      page: async (log, scopes, after, limit) => {
        const { entries, next } = await log.list(scopes, after, limit);
        return { items: entries, next };
      },
      name: one => one.id,
    }),
  });
