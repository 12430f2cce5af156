import { expect, test } from 'vitest';
import { contosoId, fabrikamId } from '../support/small-world.ts';
import { graphClient, managementClient, runningSimulator } from '../support/simulator-client.ts';

const page = 'graph.directoryAudits';

test('a fault hits its tenant and route only, after so many, until it is cleared', async () => {
  const simulator = await runningSimulator({ throttling: false });
  const contoso = await graphClient(simulator);
  const fabrikam = await graphClient(simulator, fabrikamId);
  const audits = async (graph: typeof contoso): Promise<number> =>
    (await graph.get('/auditLogs/directoryAudits')).status;
  simulator.control.addFault({ name: 'server-error', tenant: contosoId, route: 'graph', after: 2 });
  expect([
    await audits(contoso),
    await audits(contoso),
    await audits(contoso),
    await audits(contoso),
  ]).toEqual([200, 200, 500, 500]);
  expect((await contoso.get('/organization')).status).toBe(500);
  expect(await audits(fabrikam)).toBe(200);
  expect((await (await managementClient(simulator)).call('GET', '/subscriptions/list')).status).toBe(200);
  expect(simulator.control.clearFaults({ tenant: fabrikamId })).toBe(0);
  expect(simulator.control.clearFaults({ tenant: contosoId })).toBe(1);
  expect(await audits(contoso)).toBe(200);
});

test('a probability is met by the seed: the same requests fail in every run', async () => {
  const run = async (seed: number): Promise<string> => {
    const simulator = await runningSimulator({ seed, throttling: false });
    const graph = await graphClient(simulator);
    simulator.control.addFault({ name: 'server-error', probability: 0.3 });
    let met = '';
    for (let n = 0; n < 40; n += 1) met += (await graph.get('/organization')).status === 500 ? 'x' : '.';
    return met;
  };
  const first = await run(1);
  expect(await run(1)).toBe(first);
  expect(await run(2)).not.toBe(first);
  expect(first.split('x').length - 1).toBeGreaterThan(4);
  expect(first.split('x').length - 1).toBeLessThan(24);
});

test('a page repeated once is walked through; endless paging leads to the same link for ever', async () => {
  const simulator = await runningSimulator({ throttling: false });
  const graph = await graphClient(simulator);
  const walk = async (most: number): Promise<string[]> => {
    const sizes: string[] = [];
    let link: string | null = `${simulator.url}/graph/v1.0/auditLogs/directoryAudits?$top=3`;
    for (let n = 0; link !== null && n < most; n += 1) {
      const answer = await graph.get(link);
      sizes.push(
        answer
          .json()
          .list('value')
          .map((_, index) => answer.json().text('value', index, 'id').slice(-1))
          .join(''),
      );
      const next = answer.json().at('@odata.nextLink');
      link = typeof next === 'string' ? next : null;
    }
    return sizes;
  };
  expect(await walk(9)).toEqual(['543', '21']);
  simulator.control.addFault({ name: 'page-repeated', route: page, times: 1 });
  expect(await walk(9)).toEqual(['543', '543', '21']);
  simulator.control.addFault({ name: 'empty-page-with-link', route: page, times: 1 });
  expect(await walk(9)).toEqual(['', '543', '21']);
  simulator.control.addFault({ name: 'endless-paging', route: page, after: 1 });
  expect(await walk(6)).toEqual(['543', '21', '21', '21', '21', '21']);
});

test('a fault there is not, a route it cannot hit, and numbers out of range are refused', async () => {
  const { control } = await runningSimulator();
  expect(() => control.addFault({ name: 'earthquake' })).toThrow('There is no fault earthquake');
  expect(() => control.addFault({ name: 'content-expired', route: 'graph' })).toThrow(
    'only on: management.blob',
  );
  expect(() => control.addFault({ name: 'hang', times: 0 })).toThrow('times');
  expect(() => control.addFault({ name: 'hang', probability: 2 })).toThrow('probability');
});
