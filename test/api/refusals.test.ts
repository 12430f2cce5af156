import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { contract, routeIds } from '../../shared/api/contract/contract.ts';
import type { RouteSpec } from '../../shared/api/contract/route-spec.ts';
import { errorOf } from '../support/api-error.ts';
import { openHouse, people, type ApiHouse } from '../support/api-house.ts';
import { seed } from '../support/api-seed.ts';
import { callFor } from '../support/contract-calls.ts';
import { clientId } from '../support/issuer.ts';
import { contoso, fabrikam } from '../support/sample.ts';

const closedRoutes = routeIds.filter(id => contract[id].needs !== 'nobody');
const reader = people.contosoReader;
const forged: Record<string, (house: ApiHouse) => Promise<string | undefined>> = {
  'no token': async () => undefined,
  'wrong audience': ({ issuer }) =>
    issuer.user({ ...reader, claims: { aud: '00000000-0000-4000-8000-00000000beef' } }),
  expired: ({ issuer }) => issuer.user({ ...reader, claims: { exp: issuer.now() - 61 } }),
  'not yet valid': ({ issuer }) => issuer.user({ ...reader, claims: { nbf: issuer.now() + 61 } }),
  'wrongly signed': async ({ issuer }) => {
    const token = await issuer.user(reader);
    const last = token.endsWith('AAAA') ? 'BBBB' : 'AAAA';
    return token.slice(0, -40) + last.repeat(10);
  },
  'alg none': async ({ issuer }) => new UnsecuredJWT(claimsOf(await issuer.user(reader))).encode(),
  'HS256 with the public key': async ({ issuer }) => {
    const key = await importJWK(issuer.publicKey(), 'RS256', { extractable: true });
    if (key instanceof Uint8Array) throw new Error('not a public key');
    const secret = new TextEncoder().encode(await exportSPKI(key));
    const header = { alg: 'HS256', kid: String(issuer.publicKey().kid) };
    return new SignJWT(claimsOf(await issuer.user(reader))).setProtectedHeader(header).sign(secret);
  },
  'other issuer': ({ issuer }) =>
    issuer.user({ ...reader, claims: { iss: `${issuer.loginUrl}/${fabrikam}/v2.0` } }),
  'unknown tenant': ({ issuer }) => issuer.user({ ...reader, tid: '57a00000-0000-4000-8000-000000000057' }),
  'version 1': ({ issuer }) => issuer.user({ ...reader, claims: { ver: '1.0' } }),
  'no scp': ({ issuer }) => issuer.user({ ...reader, claims: { scp: undefined } }),
};
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

describe('a caller with a bad token gets 401 on every route', () => {
  test.each(Object.keys(forged))('%s', async name => {
    const house = await openHouse();
    const own = await seed(house, contoso, 'contoso', 2);
    const token = await forged[name]?.(house);
    for (const id of closedRoutes) {
      const { path, init } = callFor(id, own);
      const reply = await house.ask(path, token === undefined ? init : { ...init, token });
      expect(reply.status, `${id} ${reply.text}`).toBe(401);
      const challenge = reply.headers.get('www-authenticate') ?? '';
      expect(challenge).toMatch(/^Bearer realm="holdfast"/);
      expect(challenge).toContain(clientId);
      expect(challenge.includes('error="invalid_token"')).toBe(token !== undefined);
      expect(errorOf(reply).code).toBe(token === undefined ? 'TokenMissing' : 'TokenInvalid');
      expect(own.marks.slice(3).filter(mark => reply.text.includes(mark))).toEqual([]);
    }
  });

  test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer a b', 'bearer: x', 'Token abc'])(
    '"%s"',
    async header => {
      const house = await openHouse();
      const reply = await house.ask('/api/v1/me', { headers: { authorization: header } });
      expect(reply.status).toBe(401);
    },
  );

  test('a token in the address is no token', async () => {
    const house = await openHouse();
    const token = await house.issuer.user(reader);
    expect((await house.ask(`/api/v1/me?access_token=${token}`)).status).toBe(401);
  });

  test('a header that a proxy would write is no token either', async () => {
    const house = await openHouse();
    const principal = Buffer.from(JSON.stringify({ auth_typ: 'aad', claims: [] })).toString('base64');
    const headers = { 'x-ms-client-principal': principal, 'x-ms-client-principal-id': reader.oid };
    expect((await house.ask('/api/v1/me', { headers })).status).toBe(401);
  });

  test('on routes that need none, a bad token is ignored where it makes no difference', async () => {
    const house = await openHouse();
    expect((await house.ask('/api/v1/health', { token: 'x' })).status).toBe(200);
    expect((await house.ask('/api/v1/version', { token: 'x' })).status).toBe(200);
    expect((await house.ask('/api/v1/ready', { token: 'x' })).status).toBe(401);
  });
});

test('an issuer that cannot be reached is 503, and good tokens work again afterwards', async () => {
  const house = await openHouse();
  house.issuer.mode = 'down';
  const token = await house.issuer.user(reader);
  const down = await house.ask('/api/v1/me', { token });
  expect(down.status).toBe(503);
  expect(errorOf(down).code).toBe('SignInUnavailable');
  expect(down.headers.get('retry-after')).toBe('5');
  house.issuer.mode = 'works';
  house.clock.advance(5_000 as Parameters<typeof house.clock.advance>[0]);
  expect((await house.ask('/api/v1/me', { token })).status).toBe(200);
});

describe('a caller without the role gets 403', () => {
  const guarded = routeIds.filter(id => !['nobody', 'signed-in'].includes(contract[id].needs));
  test.each(guarded)('%s', async id => {
    const house = await openHouse();
    const own = await seed(house, contoso, 'contoso', 2);
    const spec: RouteSpec = contract[id];
    const others = people.contosoAdmin.roles.filter(role => role !== spec.needs);
    for (const roles of [[], others]) {
      const token = await house.issuer.user({ ...people.nobody, roles });
      const { path, init } = callFor(id, own);
      const reply = await house.ask(path, { ...init, token });
      expect(reply.status).toBe(403);
      expect(errorOf(reply)).toMatchObject({ code: 'PermissionDenied' });
      expect(errorOf(reply).message).toContain(spec.needs);
      expect(own.marks.slice(2).filter(mark => reply.text.includes(mark))).toEqual([]);
    }
  });

  test('also to somebody of a tenant that was retired', async () => {
    const house = await openHouse();
    const found = await house.profile.tenants.get(contoso);
    if (found === null) throw new Error('Contoso is not there');
    await house.profile.tenants.swap(found.rev, { ...found.value, state: 'retired' });
    const reply = await house.ask('/api/v1/events', { token: await house.issuer.user(reader) });
    expect(reply.status).toBe(403);
  });
});

test('ten megabytes from somebody without a token are not even read', async () => {
  const house = await openHouse();
  const body = new Uint8Array(10 * 1024 * 1024).fill(0xa5);
  const reply = await house.ask('/api/v1/events:search', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(reply.status).toBe(401);
  expect((await house.ask('/api/v1/health')).status).toBe(200);
});
