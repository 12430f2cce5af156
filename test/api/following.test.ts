import { describe, expect, test } from 'vitest';
import { minutes, plus } from '../../shared/kernel/time.ts';
import type { Client } from '../../shared/api/client.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openHouse, people, type ApiHouse } from '../support/api-house.ts';
import { seed } from '../support/api-seed.ts';
import { contoso, scopeOf, source, stream } from '../support/sample.ts';

const adminOf = async (house: ApiHouse): Promise<Client> =>
  house.client(await house.issuer.user(people.contosoAdmin));
/** Every source of this build with its streams: the house's customers are connected to all of them. */
const streamsOfAll = () =>
  sources.map(source => [source.id, source.streams(source.config.parse({}))] as const);

test('a feed asked from a time is told what it is asked from', async () => {
  const house = await openHouse();
  const client = house.client(await house.issuer.user(people.contosoReader));
  const asked = client.call('events.list', { query: { order: 'ingested', since: '2026-10-01' } });
  await expect(asked).rejects.toThrow(/cursor of an earlier answer.*leave `since` out/i);
});

describe('following the pulls', () => {
  test('runs, newest first, page by page', async () => {
    const house = await openHouse();
    const { run } = await seed(house, contoso, 'contoso');
    for (let n = 0; n < 6; n += 1) {
      const startedAt = `2026-10-05T11:0${String(n)}:00.000Z`;
      await house.profile.runs.put(scopeOf(contoso), {
        ...run,
        id: `run-${String(n)}`,
        startedAt,
        status: n === 0 ? 'failed' : 'idle',
      });
    }
    const client = house.client(await house.issuer.user(people.contosoReader));
    const ids: string[] = [];
    let page = await client.call('runs.list', { query: { limit: 3 } });
    ids.push(...page.body.value.map(one => one.id));
    while (page.body.nextLink !== undefined) {
      page = await client.follow('runs.list', page.body.nextLink);
      ids.push(...page.body.value.map(one => one.id));
    }
    expect(ids).toEqual(['run-5', 'run-4', 'run-3', 'run-2', 'run-1', 'run-0', 'run-contoso']);
    const failed = await client.call('runs.list', { query: { status: 'failed' } });
    expect(failed.body.value.map(one => one.id)).toEqual(['run-0']);
    expect((await client.call('runs.get', { params: { id: 'run-3' } })).body.status).toBe('idle');
  });

  test('coverage tells what was asked, what never can be, and what has not begun', async () => {
    const house = await openHouse();
    await seed(house, contoso, 'contoso');
    const client = house.client(await house.issuer.user(people.contosoReader));
    const { body } = await client.call('coverage.list');
    expect(body.value.map(one => [one.source, one.stream])).toEqual(
      streamsOfAll().flatMap(([source, streams]) => streams.map(stream => [source, stream])),
    );
    expect(body.value.find(one => one.source === 'entra.directory-audits')).toEqual({
      tenant: contoso,
      source: 'entra.directory-audits',
      stream: 'default',
      kind: 'window',
      state: 'current',
      committedTo: '2026-10-05T12:00:00.000Z',
      lastReading: null,
      covered: [
        { from: '2026-09-15T12:00:00.000Z', to: '2026-09-25T12:00:00.000Z' },
        { from: '2026-09-26T12:00:00.000Z', to: '2026-10-05T12:00:00.000Z' },
      ],
      gaps: [
        {
          from: '2026-09-25T12:00:00.000Z',
          to: '2026-09-26T12:00:00.000Z',
          reason: 'older-than-provider-memory',
          noticedAt: '2026-10-05T12:00:00.000Z',
        },
      ],
      open: null,
      waiting: [],
      problem: null,
    });
    const other = await client.call('coverage.list', {
      query: { source: 'm365.unified-audit', stream: 'Audit.Exchange' },
    });
    expect(other.body.value).toMatchObject([{ state: 'new', committedTo: null, covered: [] }]);
  });

  test.each([
    [
      'provider.unavailable',
      1,
      'failing',
      'Failed once (provider.unavailable); next try 2026-10-05T12:03:00.000Z.',
    ],
    [
      'provider.throttled',
      3,
      'working',
      'Asked to wait by the provider 3 times in a row; goes on at 2026-10-05T12:03:00.000Z.',
    ],
  ])('a stream in the way of which is %s', async (code, count, state, problem) => {
    const house = await openHouse();
    await seed(house, contoso, 'contoso');
    const ref = { source, stream };
    const cursor = await house.profile.cursors.load(scopeOf(contoso), ref);
    if (cursor === null) throw new Error('no cursor');
    const now = house.clock.now();
    const failures = { count, since: now, code, retryAt: plus(now, minutes(3)) };
    await house.profile.cursors.swap(scopeOf(contoso), ref, cursor.rev, { ...cursor.value, failures });
    const client = house.client(await house.issuer.user(people.contosoReader));
    const { body } = await client.call('coverage.list', { query: { source } });
    expect(body.value).toMatchObject([{ state, problem }]);
  });

  test('a tenant’s sources and their streams', async () => {
    const house = await openHouse();
    await seed(house, contoso, 'contoso');
    const client = await adminOf(house);
    const { body } = await client.call('tenant-sources.list', { params: { id: contoso } });
    expect(body.value.map(one => [one.source, one.streams.map(({ stream }) => stream)])).toEqual(
      streamsOfAll(),
    );
    const audits = body.value.find(one => one.source === 'entra.directory-audits');
    expect(audits?.streams).toMatchObject([{ state: 'current', gaps: 1 }]);
  });
});

describe('tenants', () => {
  test('are listed page by page, without their connections’ settings', async () => {
    const house = await openHouse({ grants: [{ principal: 'Tenants.Manage', tenants: '*' }] });
    const client = house.client(await house.issuer.user(people.operator));
    const first = await client.call('tenants.list', { query: { limit: 1 } });
    expect(first.body.value.map(one => one.name)).toEqual(['Contoso']);
    const second = await client.follow('tenants.list', first.body.nextLink ?? '');
    expect(second.body.value.map(one => one.name)).toEqual(['Fabrikam']);
    expect(second.body.nextLink).toBeUndefined();
    const one = await client.call('tenants.get', { params: { id: contoso.toUpperCase() } });
    expect(one.body).toMatchObject({
      id: contoso,
      name: 'Contoso',
      domains: ['contoso.example'],
      state: 'active',
    });
    expect(one.body.connections[0]).not.toHaveProperty('config');
    expect(one.headers.get('etag')).toMatch(/^".+"$/);
  });
});
