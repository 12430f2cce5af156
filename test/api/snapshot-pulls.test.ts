import { expect, test } from 'vitest';
import type { SourceId, StreamId } from '../../shared/model/ids.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openHouse, people } from '../support/api-house.ts';
import { contoso, scopeOf } from '../support/sample.ts';

const params = { id: contoso, source: 'entra.conditional-access' };
const range = { from: '2026-10-01T00:00:00Z', to: '2026-10-03T12:00:00Z' };

async function openPolicies() {
  const house = await openHouse();
  return { house, client: house.client(await house.issuer.user(people.contosoAdmin)) };
}

test('a snapshot is run now, and its past is refused with a sentence', async () => {
  const { house, client } = await openPolicies();
  const planned = await client.call('source.run', { params, body: { dryRun: true } });
  if (planned.status !== 200) throw new Error(`status ${String(planned.status)}`);
  expect(planned.body.windows).toMatchObject([{ stream: 'default', to: '2026-10-05T12:00:00.000Z' }]);
  const refusal = {
    status: 400,
    code: 'RequestInvalid',
    target: 'range',
    message: expect.stringContaining('entra.conditional-access has no past') as unknown,
  };
  for (const dryRun of [true, false]) {
    const body = { range, dryRun };
    await expect(client.call('source.backfill', { params, body })).rejects.toMatchObject(refusal);
    await expect(client.call('source.run', { params, body })).rejects.toMatchObject(refusal);
  }
  expect(await house.profile.queue.depth()).toEqual({ waiting: 0, buried: 0 });
  expect((await client.call('source.run', { params, body: {} })).status).toBe(202);
  expect(await house.profile.queue.depth()).toEqual({ waiting: 1, buried: 0 });
});

test('coverage of a snapshot says when it was last read whole', async () => {
  const { house, client } = await openPolicies();
  const entry = async () =>
    (await client.call('coverage.list', { query: { source: params.source } })).body.value[0];
  expect(await entry()).toMatchObject({ kind: 'snapshot', state: 'new', lastReading: null });
  const at = house.clock.now();
  const ref = { source: params.source as SourceId, stream: 'default' as StreamId };
  await house.profile.cursors.swap(scopeOf(contoso), ref, null, {
    version: 1, start: at, committedTo: at, rereadTo: [], reads: [], open: null, requested: [], extra: [], gaps: [],
    token: null, snapshot: { manifest: 'a/manifest-b', asOf: at, things: 12, readings: 3 }, failures: null, paused: null,
  }); // prettier-ignore
  expect(await entry()).toMatchObject({
    kind: 'snapshot',
    state: 'current',
    lastReading: { asOf: '2026-10-05T12:00:00.000Z', things: 12, readings: 3 },
  });
});

const others = sources.filter(source => source.pull.kind !== 'window').map(source => source.id);

test.each(others)('%s is paused before its first pull, resumed, and run', async source => {
  const { house, client } = await openPolicies();
  const of = { id: contoso, source };
  const paused = await client.call('source.pause', { params: of, body: { reason: 'noise' } });
  expect(paused.body.value.length).toBeGreaterThan(0);
  for (const one of paused.body.value) expect(one).toMatchObject({ state: 'paused', problem: 'noise' });
  await expect(client.call('source.run', { params: of, body: {} })).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining('Resume it first') as unknown,
  });
  expect(await house.profile.queue.depth()).toEqual({ waiting: 0, buried: 0 });
  const resumed = await client.call('source.resume', { params: of, body: {} });
  for (const one of resumed.body.value) expect(one).toMatchObject({ state: 'current', problem: null });
  const planned = await client.call('source.run', { params: of, body: { dryRun: true } });
  if (planned.status !== 200) throw new Error(`status ${String(planned.status)}`);
  expect(planned.body.windows).toHaveLength(resumed.body.value.length);
  expect((await client.call('source.run', { params: of, body: {} })).status).toBe(202);
  expect(await house.profile.queue.depth()).toEqual({
    waiting: resumed.body.value.length,
    buried: 0,
  });
});
