import type { RunLog } from '../../shared/ports/run-log.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import type { Saboteur } from './contract.ts';

export const runLogSaboteurs: readonly Saboteur<RunLog>[] = [
  {
    does: 'keeps the first state of a run',
    sabotage: () => log => ({
      ...log,
      async put(scope, ...runs) {
        for (const run of runs) {
          const known = run.tenant === scope.tenantId ? await log.get(scope, run.id) : null;
          await log.put(scope, known ?? run);
        }
      },
    }),
    fails: ['keeps the later state of a run', 'keeps every run of one call'],
  },
  {
    does: 'keeps the first run of a call only',
    sabotage: () => log => ({ ...log, put: (scope, ...runs) => log.put(scope, ...runs.slice(0, 1)) }),
    fails: ['keeps every run of one call'],
  },
  {
    does: 'loses the last run of a page',
    sabotage: () => log => ({
      ...log,
      async list(scopes, filter, after, limit) {
        const page = await log.list(scopes, filter, after, limit);
        return page.next === null ? page : { ...page, runs: page.runs.slice(0, -1) };
      },
    }),
    fails: [
      'lists the newest first, each once, by pages of any size',
      'goes on where it was when newer ones arrive',
    ],
  },
  {
    does: 'goes on by time alone',
    sabotage: () => log => ({
      ...log,
      async list(scopes, filter, after, limit) {
        const page = await log.list(scopes, filter, after, limit);
        const last = page.runs.at(-1);
        if (page.next === null || last === undefined) return page;
        // Everything that shares the last run's minute is passed over.
        const next = Buffer.from(JSON.stringify([last.startedAt, '', ''])).toString('base64url');
        const rest = await log.list(scopes, filter, next, 1);
        return rest.runs.length === 0 ? { ...page, next: null } : { ...page, next };
      },
    }),
    fails: ['lists the newest first, each once, by pages of any size'],
  },
  {
    does: 'filters after cutting the page',
    sabotage: () => log => ({
      ...log,
      async list(scopes, filter, after, limit) {
        const page = await log.list(scopes, {}, after, Math.min(limit, 2));
        return {
          ...page,
          runs: page.runs.filter(
            run =>
              (filter.source === undefined || run.source === filter.source) &&
              (filter.status === undefined || run.status === filter.status),
          ),
        };
      },
    }),
    fails: ['finds runs by source and by status', 'lists the newest first, each once, by pages of any size'],
  },
  {
    does: 'asks the scope for nothing',
    sabotage: () => log => ({
      ...log,
      get: async (_scope, id) => (await log.get(scopeOf(contoso), id)) ?? log.get(scopeOf(fabrikam), id),
      list: (scopes, filter, after, limit) =>
        log.list(scopes.length === 0 ? [] : [scopeOf(contoso), scopeOf(fabrikam)], filter, after, limit),
    }),
    fails: ['keeps tenants apart', 'lists the newest first, each once, by pages of any size'],
  },
];
