import { describe, expect, test } from 'vitest';
import type { Client } from '../../shared/api/client.ts';
import { hours, minutes, seconds } from '../../shared/kernel/time.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import { ocsfProblems } from '../../shared/ocsf/validate.ts';
import { openHouse, people, type ApiHouse } from '../support/api-house.ts';
import { eventOf, hashOf, seed, type Seeded } from '../support/api-seed.ts';
import { contoso, fabrikam, scopeOf } from '../support/sample.ts';

interface Setting {
  readonly house: ApiHouse;
  readonly own: Seeded;
  readonly client: Client;
}

async function setting(count = 5): Promise<Setting> {
  const house = await openHouse();
  const own = await seed(house, contoso, 'contoso', count);
  const client = house.client(await house.issuer.user(people.contosoReader));
  return { house, own, client };
}

describe('a search', () => {
  test('answers events newest first, with total, facets and histogram on request', async () => {
    const { client, own } = await setting();
    const { body } = await client.call('events.list', {
      query: {
        facets: 'operation,outcome',
        interval: '15m',
        from: '2026-10-05T09:00:00Z',
        to: '2026-10-05T10:00:00Z',
      },
    });
    expect(body.value.map(event => event.id)).toEqual(own.events.map(event => event.id).reverse());
    expect(body.total).toEqual({ value: 5, exact: true });
    expect(body.facets).toEqual({
      operation: {
        exact: true,
        values: [
          { value: 'Add member to role', count: 3 },
          { value: 'Update user', count: 2 },
        ],
      },
      outcome: { exact: true, values: [{ value: 'success', count: 5 }] },
    });
    expect(body.histogram).toEqual({
      interval: '15m',
      exact: true,
      values: [{ from: '2026-10-05T09:00:00.000Z', count: 5 }],
    });
    expect(body.nextLink).toBeUndefined();
  });

  test('by body is the same as by parameters', async () => {
    const { client } = await setting();
    const asked = { q: 'operation:"Update user"', order: 'oldest' as const };
    const byQuery = await client.call('events.list', { query: { ...asked, limit: 1, facets: 'actor' } });
    const byBody = await client.call('events.search', { body: { ...asked, limit: 1, facets: ['actor'] } });
    expect(byBody.body.value).toEqual(byQuery.body.value);
    expect(byBody.body.facets).toEqual(byQuery.body.facets);
    const next = await client.follow('events.list', byBody.body.nextLink ?? '');
    expect(next.body.value).toHaveLength(1);
    expect(next.body.value).not.toEqual(byBody.body.value);
  });

  test.each([
    [{ actor: 'oskar@contoso.example' }, 5],
    [{ actor: 'oskar@contoso.example', operation: 'Update user' }, 2],
    [{ search: 'number 3' }, 1],
    [{ result: 'failure' }, 0],
    [{ service: 'entra.directory-audits' }, 5],
    [{ ip: '198.51.100.0/24' }, 5],
    [{ ip: '203.0.113.9' }, 0],
    [{ q: 'operation:update*', actor: 'mira' }, 0],
    [{ start_date: '2026-10-05', end_date: '2026-10-05' }, 5],
    [{ from: '2026-10-05T09:02:00Z', to: '2026-10-05T09:04:00Z' }, 2],
    [{ from: 'now-2h' }, 0],
    [{ since: 'now-1d' }, 5],
    [{ to: '2026-10-05' }, 5],
    [{ to: '2026-10-05T00:00:00Z' }, 0],
  ] as const)('with %j finds %i', async (query, count) => {
    const { client } = await setting();
    const { body } = await client.call('events.list', { query });
    expect(body.total).toEqual({ value: count, exact: true });
    expect(body.value).toHaveLength(count);
  });

  test('pages through every match once, also while more arrive, in both orders', async () => {
    for (const order of ['newest', 'oldest'] as const) {
      const { client, own, house } = await setting(23);
      const seen: string[] = [];
      let page = await client.call('events.list', { query: { limit: 4, order, actor: 'oskar' } });
      for (;;) {
        seen.push(...page.body.value.map(event => event.id));
        if (page.body.nextLink === undefined) break;
        expect(page.body.nextLink).toMatch(/^\/api\/v1\/events\?/);
        page = await client.follow('events.list', page.body.nextLink);
      }
      const expected = own.events.map(event => String(event.id));
      expect(seen).toEqual(order === 'newest' ? expected.reverse() : expected);
      expect(house.lines.some(line => line.includes('"level":"error"'))).toBe(false);
    }
  });

  test('keeps meaning by `now-3h` what it meant on the first page', async () => {
    const { client, house } = await setting(10);
    const first = await client.call('events.list', { query: { from: 'now-3h', limit: 6 } });
    expect(first.body.total?.value).toBe(10);
    house.clock.advance(minutes(50));
    const second = await client.follow('events.list', first.body.nextLink ?? '');
    expect(second.body.value).toHaveLength(4);
  });

  test('ends a page of very large events early, and goes on behind it', async () => {
    const { client, house } = await setting(0);
    const raw = { key: 'page', index: 0, sha256: sha256('page') };
    const large = Array.from({ length: 130 }, (_, n) => ({
      ...eventOf(contoso, 'contoso', n, raw),
      reason: 'r'.repeat(60_000),
    }));
    await house.profile.events.upsert(scopeOf(contoso), large, house.clock.now());
    await house.index();
    const first = await client.call('events.list', { query: { limit: 1000, facets: 'outcome' } });
    expect([first.body.value.length, first.body.total?.value]).toEqual([100, 130]);
    const second = await client.follow('events.list', first.body.nextLink ?? '');
    const all = [...first.body.value, ...second.body.value];
    expect(new Set(all.map(({ id }) => id)).size).toBe(130);
    expect(second.body.nextLink).toBeUndefined();
    // The feed of them too, where a collector sees only that there is more.
    const feed = await client.call('events.list', { query: { order: 'ingested', limit: 1000 } });
    expect(feed.body.value.length).toBeLessThan(130);
    const fed = await client.follow('events.list', feed.body.nextLink ?? '');
    expect([feed.body.value.length + fed.body.value.length, fed.body.nextLink]).toEqual([130, undefined]);
  });

  test('ends with very large events that are as many as are loaded at once, without an empty page behind', async () => {
    const { client, house } = await setting(0);
    const raw = { key: 'page', index: 0, sha256: sha256('page') };
    const large = Array.from({ length: 100 }, (_, n) => ({
      ...eventOf(contoso, 'contoso', n, raw),
      reason: 'r'.repeat(60_000),
    }));
    await house.profile.events.upsert(scopeOf(contoso), large, house.clock.now());
    await house.index();
    const { body } = await client.call('events.list', { query: { limit: 1000 } });
    expect([body.value.length, body.nextLink]).toEqual([100, undefined]);
    const { cursor } = (await client.call('events.list', { query: { order: 'ingested', limit: 11 } })).body;
    // What is left comes to more than is held together with the very last of it.
    const rest = await client.call('events.list', {
      query: { order: 'ingested', since: cursor ?? '', limit: 1000 },
    });
    expect([rest.body.value.length, rest.body.nextLink]).toEqual([89, undefined]);
  });

  test('gives continuations to nobody else, to no other question, and not for ever', async () => {
    const { client, house } = await setting();
    const { body } = await client.call('events.list', { query: { limit: 2, q: 'actor:oskar' } });
    const link = body.nextLink ?? '';
    const colleague = house.client(
      await house.issuer.user({ ...people.contosoReader, oid: people.nobody.oid }),
    );
    await expect(colleague.follow('events.list', link)).rejects.toMatchObject({
      code: 'ContinuationInvalid',
    });
    await expect(client.follow('events.list', link.replace('oskar', 'mira'))).rejects.toMatchObject({
      code: 'ContinuationInvalid',
    });
    house.clock.advance(hours(1));
    const later = house.client(await house.issuer.user(people.contosoReader));
    await expect(later.follow('events.list', link)).rejects.toMatchObject({
      status: 410,
      code: 'ContinuationExpired',
    });
  });
});

describe('one event', () => {
  test('is its newest revision, with its history behind it', async () => {
    const { client, own, house } = await setting();
    const [first] = own.events;
    if (first === undefined) throw new Error('no event');
    house.clock.advance(seconds(10));
    const changed = { ...first, outcome: 'failure' as const, recordHash: sha256('another version') };
    await house.profile.events.upsert(scopeOf(contoso), [changed], house.clock.now());
    const params = { id: first.id };
    expect((await client.call('events.get', { params })).body).toMatchObject({
      revision: 2,
      outcome: 'failure',
    });
    const { body } = await client.call('events.history', { params });
    expect(body.value.map(event => [event.revision, event.outcome])).toEqual([
      [1, 'success'],
      [2, 'failure'],
    ]);
  });

  test('has its history by pages, which go on where they ended, for this event alone', async () => {
    const { client, own, house } = await setting();
    const [first, other] = own.events;
    if (first === undefined || other === undefined) throw new Error('no events');
    for (const summary of ['b', 'c', 'd', 'e']) {
      const changed = { ...first, summary, recordHash: sha256(summary) };
      await house.profile.events.upsert(scopeOf(contoso), [changed], house.clock.now());
    }
    const params = { id: first.id };
    const revisions: number[] = [];
    let { body } = await client.call('events.history', { params, query: { limit: 2 } });
    const link = body.nextLink ?? '';
    for (;;) {
      expect(body.value.length).toBeLessThanOrEqual(2);
      revisions.push(...body.value.map(event => event.revision));
      if (body.nextLink === undefined) break;
      ({ body } = await client.follow('events.history', body.nextLink));
    }
    expect(revisions).toEqual([1, 2, 3, 4, 5]);
    const elsewhere = link.replace(first.id, other.id);
    await expect(client.follow('events.history', elsewhere)).rejects.toMatchObject({
      status: 400,
      code: 'ContinuationInvalid',
    });
    const exact = await client.call('events.history', { params, query: { limit: 5 } });
    expect([exact.body.value.length, exact.body.nextLink]).toEqual([5, undefined]);
  });

  test('is OCSF 1.8 where that is asked for, and only there', async () => {
    const { client, own, house } = await setting();
    const id = own.events[0]?.id ?? '';
    const asked = { params: { id }, query: { format: 'ocsf' } } as const;
    const { body } = await client.call('events.get', asked);
    expect(ocsfProblems(body)).toEqual([]);
    expect(body).toMatchObject({
      class_uid: 3005,
      type_uid: 300501,
      metadata: { uid: id, tenant_uid: contoso },
    });
    expect((await client.call('events.get', { params: { id } })).body).toMatchObject({
      ocsf: { class: 3005 },
    });
    const token = await house.issuer.user(people.contosoReader);
    const wrong = await house.ask(`/api/v1/events/${id}?format=xml`, { token });
    expect({ status: wrong.status, body: wrong.json() }).toMatchObject({
      status: 400,
      body: { error: { code: 'RequestInvalid', target: 'format' } },
    });
  });

  test('has its record byte for byte, and the hashes to prove it', async () => {
    const { client, own } = await setting();
    for (const [n, event] of own.events.entries()) {
      const { body, headers } = await client.call('events.raw', { params: { id: event.id } });
      const record = own.records[n] ?? '';
      expect(new TextDecoder().decode(body)).toBe(record);
      expect(headers.get('content-type')).toBe('application/json');
      expect(headers.get('x-holdfast-object-key')).toBe(event.raw.key);
      expect(headers.get('x-holdfast-object-sha256')).toBe(event.raw.sha256);
      expect(headers.get('x-holdfast-record-index')).toBe(String(n));
      expect(headers.get('x-holdfast-record-sha256')).toBe(hashOf(record));
    }
  });

  test('has the record of each revision', async () => {
    const { client, own, house } = await setting();
    const [first, second] = own.events;
    if (first === undefined || second === undefined) throw new Error('no events');
    const changed = { ...first, raw: second.raw, recordHash: sha256('another version') };
    await house.profile.events.upsert(scopeOf(contoso), [changed], house.clock.now());
    const raw = async (revision?: number): Promise<string> => {
      const query = revision === undefined ? {} : { revision };
      return new TextDecoder().decode(
        (await client.call('events.raw', { params: { id: first.id }, query })).body,
      );
    };
    expect(await raw(1)).toBe(own.records[0]);
    expect(await raw(2)).toBe(own.records[1]);
    expect(await raw()).toBe(own.records[1]);
    await expect(raw(3)).rejects.toMatchObject({ status: 404, target: 'revision' });
  });
});

describe('the ingestion feed', () => {
  test('gives every revision once in the order stored, late ones as well, and always a cursor', async () => {
    const { client, own, house } = await setting(5);
    const seen: string[] = [];
    let cursor: string | undefined;
    const poll = async (): Promise<number> => {
      const query = {
        order: 'ingested' as const,
        limit: 2,
        ...(cursor === undefined ? {} : { since: cursor }),
      };
      const { body } = await client.call('events.list', { query });
      expect(body.cursor).toBeDefined();
      cursor = body.cursor;
      seen.push(...body.value.map(event => `${event.id}/${String(event.revision)}`));
      return body.value.length;
    };
    while ((await poll()) > 0) continue;
    expect(seen).toEqual(own.events.map(event => `${event.id}/1`));
    expect(await poll()).toBe(0);
    // One whose time is long past, and another version of a known one.
    const [first] = own.events;
    if (first === undefined) throw new Error('no event');
    const late = eventOf(contoso, 'contoso', 99, first.raw);
    const old = { ...late, time: '2026-01-01T00:00:00.000Z' };
    const changed = { ...first, recordHash: sha256('another version') };
    await house.profile.events.upsert(scopeOf(contoso), [old, changed], house.clock.now());
    while ((await poll()) > 0) continue;
    expect(seen.slice(5)).toEqual([`${old.id}/1`, `${first.id}/2`]);
  });

  test('follows its own link while there is more', async () => {
    const { client } = await setting(5);
    const first = await client.call('events.list', { query: { order: 'ingested', limit: 3 } });
    const second = await client.follow('events.list', first.body.nextLink ?? '');
    expect(second.body.value).toHaveLength(2);
    expect(second.body.nextLink).toBeUndefined();
  });

  test('goes on after a year, and for another application of the same tenant, but for no other tenant', async () => {
    const { client, house } = await setting(5);
    await seed(house, fabrikam, 'fabrikam');
    const { body } = await client.call('events.list', { query: { order: 'ingested', limit: 3 } });
    const query = { order: 'ingested' as const, since: body.cursor ?? '' };
    house.clock.advance(hours(24 * 365));
    const successor = house.client(
      await house.issuer.app({ ...people.contosoReader, oid: people.nobody.oid }),
    );
    const rest = await successor.call('events.list', { query });
    expect(rest.body.value).toHaveLength(2);
    const stranger = house.client(await house.issuer.user(people.fabrikamReader));
    await expect(stranger.call('events.list', { query })).rejects.toMatchObject({
      code: 'ContinuationInvalid',
      target: 'since',
    });
  });

  test('shows one tenant nothing of another’s, in whatever order they were stored', async () => {
    const { client, house, own } = await setting(3);
    await seed(house, fabrikam, 'fabrikam', 30);
    const more = eventOf(contoso, 'contoso', 50, own.events[0]?.raw ?? { key: '', index: 0, sha256: '' });
    await house.profile.events.upsert(scopeOf(contoso), [more], house.clock.now());
    const { body } = await client.call('events.list', { query: { order: 'ingested' } });
    expect(body.value).toHaveLength(4);
    expect(body.value.every(event => event.tenant === contoso)).toBe(true);
  });
});

test('filter options count the values of each field', async () => {
  const { client } = await setting();
  const { body } = await client.call('filter-options.list', {
    query: { fields: 'operation,country', limit: 1 },
  });
  expect(body.value).toEqual([
    { field: 'operation', exact: true, values: [{ value: 'Add member to role', count: 3 }] },
    { field: 'country', exact: true, values: [{ value: 'SE', count: 5 }] },
  ]);
  const usual = await client.call('filter-options.list');
  expect(usual.body.value.map(one => one.field)).toContain('outcome');
});
