import { deepEqual, equal } from 'node:assert/strict';
import type { SourceId, TenantId } from '../../shared/model/ids.ts';
import type { Tenant } from '../../shared/model/tenant.ts';
import type { TenantRegistry } from '../../shared/ports/tenant-registry.ts';
import { contoso, fabrikam } from '../support/sample.ts';
import { contractOf, type Contract } from './contract.ts';

const tenant = (id: TenantId, name: string): Tenant => ({
  id,
  name,
  domains: [`${name.toLowerCase()}.example`],
  state: 'active',
  connections: [
    { source: 'exchange.message-trace' as SourceId, enabled: true, config: { kinds: ['a'], nested: { n: 1 } }, remembersDays: 7, everySeconds: null },
  ],
  retentionDays: 2_190,
}); // prettier-ignore

/** What every TenantRegistry promises. */
export const tenantRegistryContract = (): Contract<TenantRegistry> =>
  contractOf<TenantRegistry>({
    'answers null for a tenant it does not know': async registry => {
      equal(await registry.get(contoso), null);
      deepEqual(await registry.list(), []);
    },
    'gives a tenant back as it was stored, to every handle': async (registry, { open }) => {
      const other = await open();
      const made = await registry.swap(null, tenant(contoso, 'Contoso'));
      const expected = { value: tenant(contoso, 'Contoso'), rev: made.ok ? made.rev : '' };
      deepEqual(await other.get(contoso), expected);
      deepEqual(await other.list(), [expected]);
    },
    'lists every tenant, in the order of ids': async registry => {
      const ids = ['fab10000', '0e7a0000', 'c0a10000', 'c0a10001'].map(
        start => `${start}-0000-4000-8000-000000000001` as TenantId,
      );
      for (const id of ids) await registry.swap(null, tenant(id, 'Some'));
      deepEqual(
        (await registry.list()).map(one => one.value.id),
        [...ids].sort(),
      );
    },
    'creates a tenant only where there is none': async registry => {
      const made = await registry.swap(null, tenant(contoso, 'Contoso'));
      const current = { value: tenant(contoso, 'Contoso'), rev: made.ok ? made.rev : '' };
      deepEqual(await registry.swap(null, tenant(contoso, 'Other')), { ok: false, current });
      deepEqual(await registry.swap('1', tenant(fabrikam, 'Fabrikam')), { ok: false, current: null });
      deepEqual(await registry.list(), [current]);
    },
    'changes only the very revision it was told': async registry => {
      const first = await registry.swap(null, tenant(contoso, 'One'));
      const rev = first.ok ? first.rev : '';
      const second = await registry.swap(rev, tenant(contoso, 'Two'));
      const current = { value: tenant(contoso, 'Two'), rev: second.ok ? second.rev : '' };
      deepEqual(await registry.swap(rev, tenant(contoso, 'Three')), { ok: false, current });
      deepEqual(await registry.get(contoso), current);
    },
    'lets one of many swaps from one revision win': async (registry, { open }) => {
      const handles = [registry, await open()];
      const made = await registry.swap(null, tenant(contoso, 'Start'));
      const rev = made.ok ? made.rev : '';
      const swaps = await Promise.all(
        Array.from({ length: 8 }, (_, i) => handles[i % 2]?.swap(rev, tenant(contoso, `Name ${i}`))),
      );
      equal(swaps.filter(one => one?.ok === true).length, 1);
      const winner = swaps.findIndex(one => one?.ok === true);
      equal((await registry.get(contoso))?.value.name, `Name ${winner}`);
    },
  });
