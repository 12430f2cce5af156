import { expect, it } from 'vitest';
import { attackerIp } from '../../simulator/world/attack.ts';
import { leakBox } from '../../simulator/world/leak.ts';
import { freePort } from '../support/free-port.ts';
import { get, healthy, startProcess, tokenOf, until, upToDate } from '../support/product-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface Found {
  readonly source: string;
  readonly time: string;
  readonly summary: string;
}
interface Offered {
  readonly id: string;
  readonly name: string;
  readonly sources: readonly { readonly id: string }[];
}

it('one search finds the attack on Contoso in every source, and one the leak at Fabrikam through Mimecast', async () => {
  const environment = {
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
    HOLDFAST_DATA: await tempFolder(),
  };
  const product = startProcess('start.ts', environment, ['--events', '3000']);
  await healthy(product);
  const token = await tokenOf(product.url, 'operator');
  const control = `http://127.0.0.1:${environment.SIMULATOR_PORT}/control/tenants`;
  const tenants = (await get<{ value: readonly Offered[] }>(control, token)).value;
  const tenantOf = (name: string): Offered => {
    const found = tenants.find(tenant => tenant.name.startsWith(name));
    if (found === undefined) throw new Error(`no tenant ${name}`);
    return found;
  };
  const [contoso, fabrikam] = [tenantOf('Contoso'), tenantOf('Fabrikam')];

  const search = async (tenant: Offered, query: string): Promise<readonly Found[]> => {
    const q = encodeURIComponent(query);
    const url = `${product.url}/api/v1/events?tenant=${tenant.id}&q=${q}&from=now-30d&limit=1000`;
    return (await get<{ value: readonly Found[] }>(url, token)).value;
  };
  const counted = (events: readonly Found[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { source } of events) counts[source] = (counts[source] ?? 0) + 1;
    return counts;
  };
  // Things as they are do not say from where they were made so.
  const silent = ['entra.conditional-access', 'entra.mfa-coverage', 'entra.role-assignments'];
  const withIp = contoso.sources
    .map(({ id }) => id)
    .filter(id => !silent.includes(id) && !id.startsWith('mimecast.'));
  expect(withIp.length).toBe(7);
  const mimecast = ['mimecast.audit-events', 'mimecast.message-tracking', 'mimecast.siem'];
  const everywhere = async (): Promise<readonly Found[] | null> => {
    const found = await search(contoso, `ip:${attackerIp}`);
    return [...withIp, ...mimecast].every(id => found.some(({ source }) => source === id)) ? found : null;
  };
  await until('the first trace of the attack', async () =>
    (await search(contoso, `ip:${attackerIp}`)).length > 0 ? true : null,
  );
  await upToDate(product);
  const attack = await until('the attack in every source', everywhere);
  const counts = counted(attack);
  process.stdout.write(`ip:${attackerIp} at Contoso: ${JSON.stringify(counts)}\n`);
  const missing = [...withIp, ...mimecast].filter(id => (counts[id] ?? 0) === 0);
  expect(missing).toEqual([]);
  expect(await search(fabrikam, `ip:${attackerIp}`)).toEqual([]);

  const leak = await until('the leak in Mimecast', async () => {
    const found = await search(fabrikam, `"${leakBox}"`);
    return found.some(({ source }) => source.startsWith('mimecast.')) ? found : null;
  });
  process.stdout.write(`${leakBox} at Fabrikam: ${JSON.stringify(counted(leak))}\n`);
  expect(await search(contoso, `"${leakBox}"`)).toEqual([]);
});
