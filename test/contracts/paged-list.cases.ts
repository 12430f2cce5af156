import { deepEqual, equal } from 'node:assert/strict';
import type { TenantScope } from '../../shared/model/scope.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';
import { mustReject, type CaseBody } from './contract.ts';

const ours = scopeOf(contoso);
const theirs = scopeOf(fabrikam);

/** What the lists of runs, operations and access-log entries have in common. */
export interface PagedList<Port, Item> {
  /** Stores an item of this id and time. */
  add(port: Port, scope: TenantScope, id: string, at: string): Promise<void>;
  page(
    port: Port,
    scopes: readonly TenantScope[],
    after: string | null,
    limit: number,
  ): Promise<{ items: readonly Item[]; next: string | null }>;
  name(item: Item): string;
}

const time = (minute: number): string => `2026-10-05T09:${String(minute).padStart(2, '0')}:00.000Z`;

/** Cases for a list that is newest first and goes on by keyset. */
export function pagedListCases<Port, Item>(
  list: PagedList<Port, Item>,
): Readonly<Record<string, CaseBody<Port>>> {
  async function all(port: Port, scopes: readonly TenantScope[], limit: number): Promise<readonly string[]> {
    const names: string[] = [];
    for (let after: string | null = null; ;) {
      const { items, next } = await list.page(port, scopes, after, limit);
      names.push(...items.map(item => list.name(item)));
      // Bounded: a broken list may never end.
      if (next === null || names.length > 100) return names;
      equal(items.length, limit);
      after = next;
    }
  }

  return {
    'lists the newest first, each once, by pages of any size': async port => {
      // Several share a minute, and one id is both tenants': neither may vanish at the edge of a page.
      const added = { a: 1, b: 1, c: 3, d: 2, e: 3, f: 0 };
      const others = { c: 3, x: 2 };
      for (const [id, minute] of Object.entries(added)) await list.add(port, ours, id, time(minute));
      for (const [id, minute] of Object.entries(others)) await list.add(port, theirs, id, time(minute));
      const minutes: Readonly<Record<string, number>> = { ...added, ...others };
      const everything = [...Object.keys(added), ...Object.keys(others)].sort();
      for (const [scopes, names] of [
        [[ours], Object.keys(added)],
        [[theirs], Object.keys(others)],
        [[theirs, ours], everything],
      ] as const) {
        const whole = await all(port, scopes, 100);
        deepEqual([...whole].sort(), [...names].sort());
        const times = whole.map(name => minutes[name] ?? -1);
        deepEqual(
          times,
          [...times].sort((a, b) => b - a),
        );
        for (const limit of [1, 2, 3, 6]) deepEqual(await all(port, scopes, limit), whole);
      }
      deepEqual(await all(port, [], 10), []);
    },
    'goes on where it was when newer ones arrive': async port => {
      for (const [id, minute] of [['a', 1], ['b', 2], ['c', 3]] as const) await list.add(port, ours, id, time(minute)); // prettier-ignore
      const first = await list.page(port, [ours], null, 2);
      await list.add(port, ours, 'd', time(4));
      const second = await list.page(port, [ours], first.next, 2);
      deepEqual([...first.items, ...second.items].map(list.name), ['c', 'b', 'a']);
      equal(second.next, null);
    },
    'refuses a page it never gave': async port => {
      for (const after of ['', 'nonsense', 'WyJhIl0']) {
        await mustReject(list.page(port, [ours], after, 10), 'continuation.invalid');
      }
    },
  };
}
