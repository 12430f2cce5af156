import { describe, expect, test } from 'vitest';
import { contract } from '../../shared/api/contract/contract.ts';
import type { RouteSpec } from '../../shared/api/contract/route-spec.ts';
import { days } from '../../shared/kernel/time.ts';
import type { AccessEntry } from '../../shared/ports/access-log.ts';
import { openHouse, people, type ApiHouse } from '../support/api-house.ts';
import { eventOf, seed } from '../support/api-seed.ts';
import { auditedRoutes, callFor, tenantRoutes } from '../support/contract-calls.ts';
import { contoso, scopeOf } from '../support/sample.ts';

const admin = people.contosoAdmin;
const entries = async (house: ApiHouse): Promise<readonly AccessEntry[]> =>
  (await house.profile.access.list([scopeOf(contoso)], null, 100)).entries;

describe('an audited route', () => {
  test.each(auditedRoutes)('%s leaves who, what and when before it answers', async id => {
    const house = await openHouse();
    const own = await seed(house, contoso, 'contoso');
    const { path, init } = callFor(id, own);
    const spec: RouteSpec = contract[id];
    const reply = await house.ask(path, { ...init, token: await house.issuer.user(admin) });
    expect(reply.status, `${reply.text}`).toBeLessThan(300);
    const [entry, ...more] = await entries(house);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      tenant: contoso,
      principal: `${admin.tid}:${admin.oid}`,
      action: 'action' in spec.audit ? spec.audit.action : '',
      route: id,
      requestId: reply.headers.get('x-request-id'),
      at: '2026-10-05T12:00:00.000Z',
    });
  });

  test.each(auditedRoutes)(
    '%s is refused with 503 when the log cannot be written, and shows nothing',
    async id => {
      const house = await openHouse();
      const own = await seed(house, contoso, 'contoso');
      await house.breakAccessLog();
      const { path, init } = callFor(id, own);
      const reply = await house.ask(path, { ...init, token: await house.issuer.user(admin) });
      expect(reply.status, `${reply.text}`).toBe(503);
      expect(reply.headers.get('x-ms-error-code')).toBe('AuditUnavailable');
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(own.marks.filter(mark => reply.text.includes(mark))).toEqual([]);
      expect(house.lines.filter(line => line.includes('"level":"error"'))).toHaveLength(1);
      // And it did nothing either.
      const operations = await house.profile.operations.list([scopeOf(contoso)], null, 10);
      expect(operations.operations).toEqual([own.operation]);
    },
  );

  test('names the question in its entry, and not the page', async () => {
    const house = await openHouse();
    await seed(house, contoso, 'contoso');
    const token = await house.issuer.user(admin);
    const first = await house.ask('/api/v1/events?q=actor:oskar&from=2026-10-01&limit=2', { token });
    const { nextLink } = first.json() as { nextLink: string };
    await house.ask(nextLink, { token });
    const details = (await entries(house)).map(entry => entry.detail);
    expect(details).toHaveLength(2);
    for (const detail of details) {
      expect(detail).toMatchObject({ q: 'actor:oskar', from: '2026-10-01', limit: '2' });
      expect(detail).not.toHaveProperty('continuation');
    }
  });

  test('refused before its tenant is known leaves no entry', async () => {
    const house = await openHouse();
    await house.ask('/api/v1/events', { token: await house.issuer.user(people.nobody) });
    await house.ask('/api/v1/events?limit=0', { token: await house.issuer.user(admin) });
    expect(await entries(house)).toEqual([]);
  });
});

test('a route that says it leaves none, leaves none', async () => {
  const house = await openHouse();
  const own = await seed(house, contoso, 'contoso');
  const token = await house.issuer.user(admin);
  const silent = tenantRoutes.filter(id => !auditedRoutes.includes(id));
  for (const id of silent) {
    const { path, init } = callFor(id, own);
    expect((await house.ask(path, { ...init, token })).status).toBe(200);
  }
  expect(await entries(house)).toEqual([]);
});

describe('stores that fail for good', () => {
  test('every route over tenants says so, and the probe still answers', async () => {
    const house = await openHouse();
    const own = await seed(house, contoso, 'contoso', 2);
    const token = await house.issuer.user(admin);
    expect((await house.ask('/api/v1/me', { token })).status).toBe(200);
    await house.loseStores();
    for (const id of tenantRoutes) {
      const { path, init } = callFor(id, own);
      const reply = await house.ask(path, { ...init, token });
      expect(reply.status, `${id} ${reply.text}`).toBeGreaterThanOrEqual(500);
      expect(reply.text).not.toMatch(/\bat .+\.ts|node:internal|sqlite/i);
      expect(own.marks.filter(mark => reply.text.includes(mark))).toEqual([]);
    }
    expect((await house.ask('/api/health')).status).toBe(200);
    expect((await house.ask('/api/ready')).status).toBe(503);
  });

  test('a raw object changed by hand is an error that says so, and none of its bytes', async () => {
    const house = await openHouse();
    const own = await seed(house, contoso, 'contoso', 2);
    await house.changeRaw();
    const token = await house.issuer.user(admin);
    const reply = await house.ask(`/api/v1/events/${String(own.events[0]?.id)}/raw`, { token });
    expect(reply.status).toBe(500);
    expect(reply.headers.get('x-ms-error-code')).toBe('ArchiveCorrupt');
    expect(reply.text).not.toContain('amount');
  });

  test('a raw object that is missing is a loss, and gone in order only when its retention has ended', async () => {
    const house = await openHouse();
    const own = await seed(house, contoso, 'contoso', 1);
    const [seeded] = own.events;
    if (seeded === undefined) throw new Error('nothing was seeded');
    const raw = { ...seeded.raw, key: `${seeded.raw.key}-never-kept` };
    const lost = eventOf(contoso, 'lost', 7, raw);
    await house.profile.events.upsert(scopeOf(contoso), [lost], house.clock.now());
    const ask = async () => {
      const token = await house.issuer.user(admin);
      return house.ask(`/api/v1/events/${lost.id}/raw`, { token });
    };
    const missing = await ask();
    expect(missing.headers.get('x-ms-error-code')).toBe('ArchiveCorrupt');
    expect(missing.text).toContain('its retention has not ended');
    const tenant = await house.profile.tenants.get(contoso);
    house.clock.advance(days(tenant?.value.retentionDays ?? 0));
    const gone = await ask();
    expect([gone.status, gone.text]).toEqual([404, expect.stringContaining('its retention has ended')]);
  });
});
