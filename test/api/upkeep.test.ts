import { describe, expect, test } from 'vitest';
import { minutes } from '../../shared/kernel/time.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openHouse, people } from '../support/api-house.ts';
import { doorOn } from '../support/live-checks.ts';
import { openStage } from '../support/rig.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';

describe(':pause and :resume', () => {
  const params = { id: contoso, source: 'm365.unified-audit' };
  test('change the streams named, say where they stand, and refuse a run meanwhile', async () => {
    const house = await openHouse();
    const client = house.client(await house.issuer.user(people.contosoAdmin));
    const stream = 'Audit.General';
    const { body } = await client.call('source.pause', { params, body: { stream, reason: 'noise' } });
    expect(body.value).toEqual([{ stream, state: 'paused', problem: 'noise' }]);
    await expect(client.call('source.run', { params, body: {} })).rejects.toMatchObject({ code: 'Conflict' });
    await client.call('source.run', { params, body: { stream: 'DLP.All' } });
    const all = await client.call('source.resume', { params, body: {} });
    expect(all.body.value).toHaveLength(5);
    expect(all.body.value.filter(one => one.state === 'paused')).toEqual([]);
    expect((await client.call('source.run', { params, body: { stream } })).status).toBe(202);
    const { entries } = await house.profile.access.list([scopeOf(contoso)], null, 10);
    expect(entries.map(entry => entry.action)).toEqual(
      expect.arrayContaining(['source.pause', 'source.resume']),
    );
  });

  test('refuse a stream and a source that are not there', async () => {
    const house = await openHouse();
    const client = house.client(await house.issuer.user(people.contosoAdmin));
    await expect(client.call('source.pause', { params, body: { stream: 'Nothing' } })).rejects.toMatchObject({
      status: 400,
      target: 'stream',
    });
    const unknown = { params: { ...params, source: 'no.source' }, body: {} };
    await expect(client.call('source.resume', unknown)).rejects.toMatchObject({ status: 404 });
  });
});

describe('GET /tenants/{id}/readiness', () => {
  test('answers 200 whatever the provider does, and stands in the access log', async () => {
    const stage = await openStage({ world: smallWorld() });
    const house = await openHouse({ door: await doorOn(stage) });
    stage.simulator.control.setTenant(contosoId, { application: 'absent' });
    // The house's clock jumps when anybody sleeps: every limit has passed at once.
    const client = house.client(await house.issuer.user(people.contosoAdmin));
    const { status, body } = await client.call('tenant-readiness.get', { params: { id: contoso } });
    expect(status).toBe(200);
    expect(body.ready).toBe(false);
    expect(body.names).toMatchObject({ permissions: ['Directory.Read.All'] });
    expect(body.names?.state).not.toBe('ready');
    expect(body.value.map(one => one.source)).toEqual(sources.map(one => one.id));
    for (const one of body.value) expect(one.checks.length).toBeGreaterThan(0);
    const { entries } = await house.profile.access.list([scopeOf(contoso)], null, 10);
    expect(entries.map(entry => entry.action)).toContain('tenant.readiness');
  });
});

describe('POST /maintenance:renormalize', () => {
  test('starts an operation for the tenant named, with its job', async () => {
    const house = await openHouse();
    const client = house.client(await house.issuer.user(people.contosoAdmin));
    const { status, body, headers } = await client.call('maintenance.renormalize', {
      body: { tenant: contoso, dryRun: true },
    });
    expect(status).toBe(202);
    expect(headers.get('operation-location')).toBe(`/api/v1/operations/${body.id}`);
    expect(body).toMatchObject({ kind: 'renormalize', status: 'NotStarted', tenant: contoso });
    const taken = await house.profile.queue.take(house.clock.now(), minutes(1));
    expect(taken?.job).toEqual({ kind: 'renormalize', tenant: contoso, operation: body.id });
  });
  test('refuses no tenant, a source there is not, and another’s tenant', async () => {
    const house = await openHouse();
    const client = house.client(await house.issuer.user(people.contosoAdmin));
    const post = (body: object) =>
      house.issuer.user(people.contosoAdmin).then(token =>
        house.ask('/api/v1/maintenance:renormalize', {
          method: 'POST', token, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
        }),
      ); // prettier-ignore
    expect((await post({})).status).toBe(400);
    const unknown = client.call('maintenance.renormalize', {
      body: { tenant: contoso, source: 'no.source' as never },
    });
    await expect(unknown).rejects.toMatchObject({ status: 404 });
    expect((await post({ tenant: 'fab10000-0000-4000-8000-00000000fa01' })).status).toBe(404);
    expect(await house.profile.queue.depth()).toMatchObject({ waiting: 0 });
  });
});
