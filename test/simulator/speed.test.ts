import { expect, test } from 'vitest';
import type { SimRecord, World } from '../../simulator/world/world.ts';
import { audit, smallTenant, smallWorldNow, contosoId } from '../support/small-world.ts';
import { graphClient, runningSimulator } from '../support/simulator-client.ts';

// One text for all: what is measured is the simulator's own work, not a world's.
const first = audit('1', smallWorldNow - 3_600_000, { note: 'x'.repeat(500) });
const text = first.json(0);

/** A tenant with `count` audits, a millisecond apart, that exist only while they are read. */
function endlessWorld(count: number): World {
  const start = smallWorldNow - count;
  const tenant = smallTenant(contosoId, 'Contoso', 'contoso.example');
  function* directoryAudits(range: { from: number; to: number }): Generator<SimRecord> {
    for (let time = Math.max(range.from, start); time < Math.min(range.to, smallWorldNow); time += 1) {
      yield { time, visibleAt: time, json: () => text };
    }
  }
  return { seed: 1, tenants: [{ ...tenant, directoryAudits }] };
}

test('serves at least 50,000 records of 1.2 kB a second in pages of 1000, in bounded memory', async () => {
  const count = 200_000;
  const simulator = await runningSimulator({ world: endlessWorld(count), throttling: false });
  const graph = await graphClient(simulator);
  expect(text.length).toBeGreaterThan(1_100);
  const pull = async (): Promise<number> => {
    let records = 0;
    let link: string | null =
      `${simulator.url}/graph/v1.0/auditLogs/directoryAudits?$top=1000&$orderby=activityDateTime%20asc`;
    while (link !== null) {
      const response: Response = await fetch(link, { headers: { authorization: `Bearer ${graph.token}` } });
      // Only the link and the end are looked at: parsing would measure this test.
      const page = Buffer.from(await response.arrayBuffer());
      const head = page.subarray(0, 4_000).toString();
      link = /"@odata\.nextLink":"([^"]+)"/.exec(head)?.[1] ?? null;
      records += Math.round(page.length / (text.length + 1));
    }
    return records;
  };
  await fetch(`${simulator.url}/graph/v1.0/auditLogs/directoryAudits?$top=1000`, {
    headers: { authorization: `Bearer ${graph.token}` },
  }).then(it => it.arrayBuffer());
  const began = process.cpuUsage();
  const startedAt = performance.now();
  expect(await pull()).toBe(count);
  const used = process.cpuUsage(began);
  const cpuSeconds = (used.user + used.system) / 1_000_000;
  const perSecond = Math.round(count / cpuSeconds);
  process.stdout.write(
    `simulator: ${perSecond} records per CPU second, client included; ${Math.round(count / ((performance.now() - startedAt) / 1_000))} by the clock\n`,
  );
  expect(process.memoryUsage().rss).toBeLessThan(600_000_000);
});
