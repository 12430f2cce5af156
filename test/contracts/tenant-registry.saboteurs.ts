import type { TenantRegistry } from '../../shared/ports/tenant-registry.ts';
import type { Saboteur } from './contract.ts';

export const tenantRegistrySaboteurs: readonly Saboteur<TenantRegistry>[] = [
  {
    does: 'lets the last write win',
    sabotage: () => registry => ({
      ...registry,
      async swap(expected, value) {
        const current = await registry.get(value.id);
        const swapped = await registry.swap(current === null ? null : current.rev, value);
        return swapped.ok ? swapped : this.swap(expected, value);
      },
    }),
    fails: [],
  },
  {
    does: 'says nothing of the tenant that is there',
    sabotage: () => registry => ({
      ...registry,
      async swap(expected, value) {
        const swapped = await registry.swap(expected, value);
        return swapped.ok ? swapped : { ok: false, current: null };
      },
    }),
    fails: [],
  },
  {
    does: 'loses the last of its list',
    sabotage: () => registry => ({
      ...registry,
      list: async () => (await registry.list()).slice(0, -1),
    }),
    fails: [],
  },
  {
    does: 'lists the newest first',
    sabotage: () => registry => ({
      ...registry,
      list: async () => [...(await registry.list())].reverse(),
    }),
    fails: [],
  },
];
