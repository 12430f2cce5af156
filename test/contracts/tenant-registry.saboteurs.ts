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
    fails: [
      'creates a tenant only where there is none',
      'changes only the very revision it was told',
      'lets one of many swaps from one revision win',
    ],
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
    fails: ['creates a tenant only where there is none', 'changes only the very revision it was told'],
  },
  {
    does: 'loses the last of its list',
    sabotage: () => registry => ({
      ...registry,
      list: async () => (await registry.list()).slice(0, -1),
    }),
    fails: [
      'gives a tenant back as it was stored, to every handle',
      'lists every tenant, in the order of ids',
      'creates a tenant only where there is none',
    ],
  },
  {
    does: 'lists the newest first',
    sabotage: () => registry => ({
      ...registry,
      list: async () => [...(await registry.list())].reverse(),
    }),
    fails: ['lists every tenant, in the order of ids'],
  },
];
