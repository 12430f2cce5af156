import type { AccessLog } from '../../shared/ports/access-log.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import type { Saboteur } from './contract.ts';

export const accessLogSaboteurs: readonly Saboteur<AccessLog>[] = [
  {
    does: 'takes an entry it already has without a word',
    sabotage: () => log => ({
      ...log,
      append: (scope, entries) =>
        log.append(scope, entries).catch(() => {
          if (entries.some(entry => entry.tenant !== scope.tenantId)) throw new Error('another tenant');
        }),
    }),
    fails: [
      'refuses an id that is there, and keeps the first',
      'appends all entries of a call or none',
      'keeps tenants apart',
    ],
  },
  {
    does: 'appends entry by entry',
    sabotage: () => log => ({
      ...log,
      async append(scope, entries) {
        for (const entry of entries) await log.append(scope, [entry]);
      },
    }),
    fails: ['appends all entries of a call or none'],
  },
  {
    does: 'loses the last entry of a page',
    sabotage: () => log => ({
      ...log,
      async list(scopes, after, limit) {
        const page = await log.list(scopes, after, limit);
        return page.next === null ? page : { ...page, entries: page.entries.slice(0, -1) };
      },
    }),
    fails: [
      'lists the newest first, each once, by pages of any size',
      'goes on where it was when newer ones arrive',
    ],
  },
  {
    does: 'shows every tenant to everybody',
    sabotage: () => log => ({
      ...log,
      list: (scopes, after, limit) =>
        log.list(scopes.length === 0 ? [] : [scopeOf(contoso), scopeOf(fabrikam)], after, limit),
    }),
    fails: ['keeps tenants apart', 'lists the newest first, each once, by pages of any size'],
  },
  {
    does: 'pages by counting from the newest',
    sabotage: () => log => ({
      ...log,
      async list(scopes, after, limit) {
        if (after !== null && !/^\d+$/.test(after)) return log.list(scopes, after, limit);
        const skip = Number(after ?? 0);
        const { entries } = await log.list(scopes, null, 10_000);
        const next = skip + limit < entries.length ? String(skip + limit) : null;
        return { entries: entries.slice(skip, skip + limit), next };
      },
    }),
    fails: ['goes on where it was when newer ones arrive'],
  },
];
