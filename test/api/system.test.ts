import { describe, expect, test } from 'vitest';
import { misconfigured } from '../../shared/api/misconfigured.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openHouse, people, serveApi } from '../support/api-house.ts';
import { clientId } from '../support/issuer.ts';
import { contoso, fabrikam } from '../support/sample.ts';

describe('what anybody may ask', () => {
  test('health, version and how to sign in', async () => {
    const house = await openHouse();
    const client = house.client(null);
    expect((await client.call('health.get')).body).toEqual({ status: 'alive' });
    expect((await client.call('version.get')).body).toEqual({
      product: 'Holdfast',
      version: '0.0.0',
      api: 'v1',
    });
    expect((await client.call('config.get')).body).toEqual({
      product: 'Holdfast',
      signIn: { loginUrl: house.issuer.loginUrl, clientId, scopes: ['api://x/access'] },
    });
  });

  test.each(['health', 'ready', 'metrics', 'openapi.json'])(
    '/api/%s answers as /api/v1/%s does',
    async name => {
      const house = await openHouse();
      const token = await house.issuer.user(people.operator);
      expect((await house.ask(`/api/${name}`, { token })).status).toBe(200);
      expect((await house.ask(`/api/v1/${name}`, { token })).status).toBe(200);
    },
  );

  test('the OpenAPI document is the committed one', async () => {
    const house = await openHouse();
    const { body } = await house.client(null).call('openapi.get');
    expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Holdfast' } });
  });
});

describe('readiness', () => {
  test('is yes or no for strangers, and each check for who operates the installation', async () => {
    const house = await openHouse();
    expect((await house.client(null).call('ready.get')).body).toEqual({ status: 'ready' });
    const customer = house.client(await house.issuer.user(people.contosoAdmin));
    expect((await customer.call('ready.get')).body).toEqual({ status: 'ready' });
    const { body } = await house.client(await house.issuer.user(people.operator)).call('ready.get');
    expect(body.checks?.length).toBeGreaterThan(5);
    expect(body.checks?.every(check => check.ok && check.problem === null)).toBe(true);
  });

  test('is 503 with a sentence for each store that does not answer', async () => {
    const house = await openHouse({ operator: null });
    const token = await house.issuer.user(people.contosoAdmin);
    await house.ask('/api/v1/me', { token });
    await house.loseStores();
    const reply = await house.ask('/api/ready');
    expect(reply.status).toBe(503);
    expect(reply.json()).toEqual({ status: 'not-ready' });
  });

  test('with a wrong setting is 503 that names it, while the process is alive', async () => {
    const api = misconfigured([{ setting: 'PORT', problem: 'expected a number' }], () => 'id-1');
    const server = await serveApi(api);
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
    const ready = await fetch(`${server.url}/api/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('PORT');
    const events = await fetch(`${server.url}/api/v1/events`);
    expect(events.status).toBe(503);
    expect(events.headers.get('x-ms-error-code')).toBe('ConfigInvalid');
    expect(await events.text()).toContain('PORT');
  });
});

describe('metrics', () => {
  test('count requests by route and status', async () => {
    const house = await openHouse();
    await house.ask('/api/v1/version');
    await house.ask('/api/v1/events');
    await house.ask('/api/nothing');
    const { text } = await house.ask('/api/metrics', { token: await house.issuer.user(people.operator) });
    expect(text).toContain('holdfast_http_requests_total{route="version.get",status="200"} 1');
    expect(text).toContain('holdfast_http_requests_total{route="events.list",status="401"} 1');
    expect(text).toContain('holdfast_http_requests_total{route="none",status="404"} 1');
    expect(text).toContain('holdfast_queue_jobs{state="waiting"} 0');
    expect(
      text.split('\n').every(line => line === '' || /^(# TYPE \w+ \w+|\w+(\{[^}]*\})? [\d.]+)$/.test(line)),
    ).toBe(true);
  });

  test('are for this machine, and for who operates the installation', async () => {
    const house = await openHouse();
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    expect((await house.ask('/api/metrics')).status).toBe(house.host === 'functions' ? 401 : 200);
    expect((await house.ask('/api/metrics', { headers: forwarded })).status).toBe(401);
    const customer = await house.issuer.user(people.contosoAdmin);
    expect((await house.ask('/api/metrics', { headers: forwarded, token: customer })).status).toBe(403);
    const operator = await house.issuer.user(people.operator);
    expect((await house.ask('/api/metrics', { headers: forwarded, token: operator })).status).toBe(200);
  });
});

describe('who am I', () => {
  test('a customer’s reader', async () => {
    const house = await openHouse();
    const { body } = await house.client(await house.issuer.user(people.contosoReader)).call('me.get');
    expect(body).toEqual({
      principal: { kind: 'user', tid: contoso, oid: people.contosoReader.oid, name: 'Mira Holt' },
      roles: ['Events.Read'],
      scopes: ['access'],
      tenants: [{ id: contoso, name: 'Contoso', permissions: ['Events.Read'] }],
    });
  });

  test('the operator, by permission', async () => {
    const grants = [
      { principal: 'Events.Read', tenants: '*' as const },
      { principal: people.operator.oid, tenants: [fabrikam] },
    ];
    const house = await openHouse({ grants });
    const { body } = await house.client(await house.issuer.user(people.operator)).call('me.get');
    const may = Object.fromEntries(body.tenants.map(tenant => [tenant.name, tenant.permissions.length]));
    expect(may).toEqual({ Contoso: 1, Fabrikam: 7 });
  });

  test('somebody without roles, who still learns that much', async () => {
    const house = await openHouse();
    const { body } = await house.client(await house.issuer.user(people.nobody)).call('me.get');
    expect(body).toMatchObject({ roles: [], tenants: [] });
  });

  test('an application', async () => {
    const house = await openHouse();
    const { body } = await house.client(await house.issuer.app(people.contosoReader)).call('me.get');
    expect(body.principal).toMatchObject({ kind: 'app', name: null });
  });
});

test('the sources say what they need and how to grant it', async () => {
  const house = await openHouse();
  const { body } = await house.client(await house.issuer.user(people.nobody)).call('sources.list');
  expect(body.value.map(source => source.id)).toEqual(sources.map(source => source.id));
  for (const [n, source] of body.value.entries()) {
    expect(source.needs.length).toBeGreaterThan(0);
    // A snapshot remembers nothing: it tells how things are.
    if (sources[n]?.pull.kind === 'snapshot') expect(source.remembersDays).toBeNull();
    else expect(source.remembersDays).toBeGreaterThan(0);
  }
});

describe('every answer', () => {
  test('is private, typed, and carries its request id', async () => {
    const house = await openHouse();
    // Outside of /api it is not the app that answers on Functions.
    const outside = house.host === 'node' ? ['/nowhere'] : [];
    for (const path of ['/api/health', '/api/v1/me', '/api/nowhere', '/api/v1/metrics', ...outside]) {
      const { headers } = await house.ask(path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('content-type')).toMatch(/^(application\/json|text\/plain)/);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('echoes the caller’s ids where they are harmless, and makes one where not', async () => {
    const house = await openHouse();
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const good = await house.ask('/api/health', {
      headers: { 'x-request-id': 'r-1', 'x-ms-client-request-id': 'c-1', traceparent: trace },
    });
    expect(good.headers.get('x-request-id')).toBe('r-1');
    expect(good.headers.get('x-ms-client-request-id')).toBe('c-1');
    expect(good.headers.get('traceparent')).toBe(trace);
    const odd = await house.ask('/api/health', {
      headers: { 'x-request-id': '<script>', 'x-ms-client-request-id': 'a b', traceparent: 'x' },
    });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(odd.headers.get('x-ms-client-request-id')).toBeNull();
    expect(odd.headers.get('traceparent')).toBeNull();
  });

  test('to HEAD is that to GET without its body', async () => {
    const house = await openHouse();
    const get = await house.ask('/api/v1/version');
    const head = await house.ask('/api/v1/version', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    // The Functions host counts the bytes itself, and here there are none.
    const length = house.host === 'node' ? String(get.text.length) : null;
    expect(head.headers.get('content-length')).toBe(length);
  });

  test('is one line in the log, without query, token or address', async () => {
    const house = await openHouse();
    const token = await house.issuer.user(people.contosoReader);
    await house.ask('/api/v1/events?q=actor:oskar@contoso.example', { token });
    const lines = house.lines.map(line => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      event: 'request.answered',
      route: 'events.list',
      status: '200',
    });
    expect(house.lines.join('')).not.toMatch(/oskar|eyJ|127\.0\.0\.1/);
  });
});

describe('OPTIONS and HEAD', () => {
  test.each([
    ['/api/v1/events', 'GET, HEAD, OPTIONS'],
    ['/api/v1/events%3Asearch', 'OPTIONS, POST'],
    ['/api/v1/operations/x?y=z', 'DELETE, GET, HEAD, OPTIONS'],
    ['/api/health', 'GET, HEAD, OPTIONS'],
  ])('%s takes %s', async (path, allow) => {
    const house = await openHouse();
    const options = await house.ask(path, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow'), options.text]).toEqual([204, allow, '']);
    const head = await house.ask(path, { method: 'HEAD' });
    expect(head.text).toBe('');
    expect(head.status === 405).toBe(!allow.includes('HEAD'));
    if (head.status === 405) expect(head.headers.get('allow')).toBe(allow);
  });
  test.each(['/api/v1/nothing', '/api/v1/', '/api/v1/runs/%zz', '/api/v1/events/'])(
    '%s takes nothing, whatever the method',
    async path => {
      const house = await openHouse();
      for (const method of ['OPTIONS', 'HEAD', 'GET', 'PATCH', 'DELETE']) {
        const reply = await house.ask(path, { method });
        expect([method, reply.status, reply.headers.get('x-ms-error-code')]).toEqual([
          method,
          404,
          'NotFound',
        ]);
        expect(reply.headers.get('x-request-id')).toMatch(/./);
        expect(reply.text === '').toBe(method === 'HEAD');
      }
    },
  );
  test('HEAD is GET without its body', async () => {
    const house = await openHouse();
    const [get, head] = [
      await house.ask('/api/v1/config'),
      await house.ask('/api/v1/config', { method: 'HEAD' }),
    ];
    expect([head.status, head.text]).toEqual([200, '']);
    // The Functions host counts by itself.
    if (house.host === 'node')
      expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(get.text)));
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
  });
});

describe('pages of other origins', () => {
  const origin = 'https://holdfast.contoso.example';
  test('on the list may call', async () => {
    const house = await openHouse({ allowedOrigins: [origin] });
    const preflight = await house.ask('/api/v1/events', { method: 'OPTIONS', headers: { origin } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const reply = await house.ask('/api/v1/events', { headers: { origin } });
    expect(reply.headers.get('access-control-allow-origin')).toBe(origin);
    expect(reply.headers.get('access-control-expose-headers')).toContain('www-authenticate');
    expect(reply.headers.get('access-control-allow-credentials')).toBeNull();
    expect(reply.headers.get('vary')).toBe('origin');
  });

  test.each(['https://evil.example', 'null', `${origin}.evil.example`, origin.toUpperCase()])(
    '%s may not',
    async other => {
      const house = await openHouse({ allowedOrigins: [origin] });
      for (const method of ['OPTIONS', 'GET']) {
        const reply = await house.ask('/api/v1/version', { method, headers: { origin: other } });
        expect(reply.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );
});
