import { describe, expect, test } from 'vitest';
import type { Client } from '../../shared/api/client.ts';
import { replyLease } from '../../shared/ports/idempotency-store.ts';
import { openHouse, people, type ApiHouse } from '../support/api-house.ts';
import { seed } from '../support/api-seed.ts';
import { contoso, scopeOf, source, stream } from '../support/sample.ts';

const adminOf = async (house: ApiHouse): Promise<Client> =>
  house.client(await house.issuer.user(people.contosoAdmin));
const params = { id: contoso, source: 'entra.directory-audits' };
const range = { from: '2026-10-01T00:00:00Z', to: '2026-10-03T12:00:00Z' };

describe('a dry run', () => {
  test('of a backfill answers the windows it would ask for, and does nothing', async () => {
    const house = await openHouse();
    const reply = await (
      await adminOf(house)
    ).call('source.backfill', { params, body: { range, dryRun: true } });
    if (reply.status !== 200) throw new Error(`status ${String(reply.status)}`);
    const { windows } = reply.body;
    expect(windows[0]).toMatchObject({ stream: 'default', from: '2026-10-01T00:00:00.000Z' });
    expect(windows.at(-1)?.to).toBe('2026-10-03T12:00:00.000Z');
    for (const [n, window] of windows.slice(1).entries()) expect(window.from).toBe(windows[n]?.to);
    expect(await house.profile.queue.depth()).toEqual({ waiting: 0, buried: 0 });
    expect((await house.profile.operations.list([scopeOf(contoso)], null, 10)).operations).toEqual([]);
    expect(await house.profile.cursors.load(scopeOf(contoso), { source, stream })).toBeNull();
  });

  test('of a run answers what is due', async () => {
    const house = await openHouse();
    const reply = await (await adminOf(house)).call('source.run', { params, body: { dryRun: true } });
    if (reply.status !== 200) throw new Error(`status ${String(reply.status)}`);
    expect(reply.body.windows).toHaveLength(1);
  });

  test('of all streams names each', async () => {
    const house = await openHouse();
    const reply = await (
      await adminOf(house)
    ).call('source.backfill', {
      params: { id: contoso, source: 'm365.unified-audit' },
      body: { range: { from: '2026-10-04T00:00:00Z', to: '2026-10-04T01:00:00Z' }, dryRun: true },
    });
    if (reply.status !== 200) throw new Error(`status ${String(reply.status)}`);
    expect(new Set(reply.body.windows.map(window => window.stream)).size).toBe(5);
  });
});

describe('a backfill', () => {
  test('is accepted, queued, and can be followed', async () => {
    const house = await openHouse();
    const client = await adminOf(house);
    const reply = await client.call('source.backfill', { params, body: { range } });
    if (reply.status !== 202) throw new Error(`status ${String(reply.status)}`);
    const { id } = reply.body;
    expect(reply.headers.get('operation-location')).toBe(`/api/v1/operations/${id}`);
    expect(reply.body).toMatchObject({
      tenant: contoso,
      kind: 'backfill',
      percentComplete: 0,
      createdBy: `${contoso}:${people.contosoAdmin.oid}`,
    });
    expect(await house.profile.queue.depth()).toEqual({ waiting: 1, buried: 0 });
    const cursor = await house.profile.cursors.load(scopeOf(contoso), { source, stream });
    expect(cursor?.value.requested).toHaveLength(1);
    const followed = await client.call('operations.get', { params: { id } });
    expect(followed.body.id).toBe(id);
    // Times as everywhere in the API, not as the pipeline counts them.
    const window = { from: '2026-10-01T00:00:00.000Z', to: '2026-10-03T12:00:00.000Z' };
    expect(followed.body.result).toEqual({ streams: { [stream]: { window, done: 0 } } });
    expect(followed.headers.get('etag')).toMatch(/^".+"$/);
    const listed = await client.call('operations.list');
    expect(listed.body.value.map(operation => operation.id)).toEqual([id]);
  });

  test('older than the provider remembers is refused, in plain words, and leaves nothing queued', async () => {
    const house = await openHouse();
    const client = await adminOf(house);
    const old = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' };
    await expect(client.call('source.backfill', { params, body: { range: old } })).rejects.toMatchObject({
      status: 400, code: 'RequestInvalid', target: 'from',
    }); // prettier-ignore
    expect(await house.profile.queue.depth()).toEqual({ waiting: 0, buried: 0 });
    const { operations } = await house.profile.operations.list([scopeOf(contoso)], null, 10);
    expect(operations).toMatchObject([{ status: 'Failed', error: { code: 'request.invalid' } }]);
  });

  test('of what is still to come is refused, with and without a dry run: it would be under way until then', async () => {
    const house = await openHouse();
    const client = await adminOf(house);
    for (const [from, to] of [
      ['2027-01-01T00:00:00Z', '2027-01-02T00:00:00Z'],
      ['2026-10-04T00:00:00Z', '2027-01-02T00:00:00Z'],
    ] as const) {
      for (const dryRun of [true, false]) {
        await expect(
          client.call('source.backfill', { params, body: { range: { from, to }, dryRun } }),
        ).rejects.toMatchObject({ status: 400, code: 'RequestInvalid', target: 'to' });
      }
    }
    expect(await house.profile.queue.depth()).toEqual({ waiting: 0, buried: 0 });
    const now = { from: '2026-10-05T00:00:00Z', to: '2026-10-05T12:00:00Z' };
    expect((await client.call('source.backfill', { params, body: { range: now } })).status).toBe(202);
  });

  test('of a source the tenant does not have is 404, of one switched off or of a retired tenant 409', async () => {
    const house = await openHouse({ grants: [{ principal: people.operator.oid, tenants: '*' }] });
    const client = house.client(await house.issuer.user(people.operator));
    const call = (body = { range }): Promise<unknown> => client.call('source.backfill', { params, body });
    const change = async (over: (tenant: never) => object): Promise<void> => {
      const found = await house.profile.tenants.get(contoso);
      if (found === null) throw new Error('Contoso is not there');
      await house.profile.tenants.swap(found.rev, { ...found.value, ...over(found.value as never) });
    };
    await change(({ connections }: { connections: object[] }) => ({
      connections: connections.map(one => ({ ...one, enabled: false })),
    }));
    await expect(call()).rejects.toMatchObject({ status: 409, code: 'Conflict' });
    await change(() => ({ state: 'retired' }));
    await expect(call()).rejects.toMatchObject({ status: 409, code: 'Conflict' });
    await change(() => ({ state: 'active', connections: [] }));
    await expect(call()).rejects.toMatchObject({ status: 404, target: 'source' });
  });
});

describe('the same request twice', () => {
  const again = { 'idempotency-key': 'key-1' };
  test('with one key and body is done once', async () => {
    const house = await openHouse();
    const client = await adminOf(house);
    const ask = { params, body: { range }, headers: again };
    const first = await client.call('source.backfill', ask);
    const second = await client.call('source.backfill', ask);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('operation-location')).toBe(first.headers.get('operation-location'));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const { operations } = await house.profile.operations.list([scopeOf(contoso)], null, 10);
    expect(operations).toHaveLength(1);
  });

  test('at the same moment is done once too', async () => {
    const house = await openHouse();
    const client = await adminOf(house);
    const ask = { params, body: { range }, headers: again };
    const replies = await Promise.allSettled([1, 2, 3, 4].map(() => client.call('source.backfill', ask)));
    expect(replies.some(reply => reply.status === 'fulfilled')).toBe(true);
    for (const reply of replies) {
      if (reply.status === 'rejected')
        expect(reply.reason).toMatchObject({ status: 409, retryAfterSeconds: 1 });
    }
    const { operations } = await house.profile.operations.list([scopeOf(contoso)], null, 10);
    expect(operations).toHaveLength(1);
  });

  test('with another body is a conflict; by another caller it is another request', async () => {
    const house = await openHouse();
    const client = await adminOf(house);
    await client.call('source.backfill', { params, body: { range }, headers: again });
    await expect(
      client.call('source.backfill', {
        params,
        body: { range: { ...range, to: '2026-10-03T00:00:00Z' } },
        headers: again,
      }),
    ).rejects.toMatchObject({ status: 409, code: 'IdempotencyConflict' });
    const other = house.client(
      await house.issuer.user({ ...people.contosoAdmin, oid: people.contosoReader.oid }),
    );
    const reply = await other.call('source.backfill', { params, body: { range }, headers: again });
    expect(reply.headers.get('idempotency-replayed')).toBeNull();
  });

  test('after a failure is tried again', async () => {
    const house = await openHouse();
    const client = await adminOf(house);
    const old = { params, body: { range: { ...range, from: '2020-01-01T00:00:00Z' } }, headers: again };
    await expect(client.call('source.backfill', old)).rejects.toMatchObject({ status: 400 });
    await expect(client.call('source.backfill', old)).rejects.toMatchObject({ status: 400 });
  });

  test('after a crash in the middle of the first is done soon, not a day later', async () => {
    const house = await openHouse();
    const client = await adminOf(house);
    const ask = { params, body: { range }, headers: again };
    const { finish } = house.profile.idempotency;
    // As after a kill: the work was done or not, the reply was never kept.
    house.profile.idempotency.finish = () => Promise.reject(new Error('killed'));
    await client.call('source.backfill', ask);
    house.profile.idempotency.finish = finish;
    await expect(client.call('source.backfill', ask)).rejects.toMatchObject({ status: 409 });
    house.clock.advance(replyLease);
    const second = await client.call('source.backfill', ask);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    const third = await client.call('source.backfill', ask);
    expect(third.headers.get('idempotency-replayed')).toBe('true');
    expect(third.body).toEqual(second.body);
  });

  test.each(['', 'ä', 'a'.repeat(129)])('with the key %j is refused', async key => {
    const house = await openHouse();
    const token = await house.issuer.user(people.contosoAdmin);
    const reply = await house.ask(`/api/v1/tenants/${contoso}/sources/entra.directory-audits:run`, {
      method: 'POST', token, body: '{}', headers: { 'content-type': 'application/json', 'idempotency-key': key },
    }); // prettier-ignore
    expect(reply.status).toBe(400);
  });
});

describe('cancelling', () => {
  test('ends an operation, once and for all', async () => {
    const house = await openHouse();
    const { operation } = await seed(house, contoso, 'contoso');
    const client = await adminOf(house);
    const cancelled = await client.call('operations.cancel', { params: { id: operation.id } });
    expect(cancelled.body).toMatchObject({ status: 'Canceled', updatedAt: '2026-10-05T12:00:00.000Z' });
    expect((await client.call('operations.cancel', { params: { id: operation.id } })).body.status).toBe(
      'Canceled',
    );
  });

  test('what has ended is a conflict', async () => {
    const house = await openHouse();
    const { operation } = await seed(house, contoso, 'contoso');
    const found = await house.profile.operations.get(scopeOf(contoso), operation.id);
    await house.profile.operations.swap(scopeOf(contoso), found?.rev ?? null, {
      ...operation,
      status: 'Succeeded',
    });
    await expect(
      (await adminOf(house)).call('operations.cancel', { params: { id: operation.id } }),
    ).rejects.toMatchObject({ status: 409, code: 'Conflict' });
  });

  test('with an old revision is 412 and changes nothing', async () => {
    const house = await openHouse();
    const { operation } = await seed(house, contoso, 'contoso');
    const client = await adminOf(house);
    const { headers } = await client.call('operations.get', { params: { id: operation.id } });
    const etag = headers.get('etag') ?? '';
    const found = await house.profile.operations.get(scopeOf(contoso), operation.id);
    await house.profile.operations.swap(scopeOf(contoso), found?.rev ?? null, {
      ...operation,
      percentComplete: 60,
    });
    await expect(
      client.call('operations.cancel', { params: { id: operation.id }, headers: { 'if-match': etag } }),
    ).rejects.toMatchObject({ status: 412, code: 'PreconditionFailed' });
    const now = await client.call('operations.get', { params: { id: operation.id } });
    expect(now.body.status).toBe('Running');
    const fresh = now.headers.get('etag') ?? '';
    const done = await client.call('operations.cancel', {
      params: { id: operation.id },
      headers: { 'if-match': fresh },
    });
    expect(done.body.status).toBe('Canceled');
  });
});
