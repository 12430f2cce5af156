import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createEntraTokenCheck } from '../../shared/adapters/net/entra-token-check.ts';
import { hours, seconds } from '../../shared/kernel/time.ts';
import type { Authenticator } from '../../shared/ports/authenticator.ts';
import { clientId, startIssuer, type Issuer } from '../support/issuer.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, fabrikam } from '../support/sample.ts';

const stranger = '57a00000-0000-4000-8000-000000000057';

interface Setting {
  issuer: Issuer;
  clock: ManualClock;
  check: Authenticator;
}

async function setting(): Promise<Setting> {
  const clock = new ManualClock();
  const issuer = await startIssuer(() => Math.floor(clock.now() / 1_000));
  const check = createEntraTokenCheck({
    clock,
    loginUrl: issuer.loginUrl,
    clientId,
    knownTenant: async tid => tid === contoso || tid === fabrikam,
  });
  return { issuer, clock, check };
}

const wish = { tid: contoso, roles: ['Events.Read'] };

describe('a good token', () => {
  test('of a user is that user, whatever the name says', async () => {
    const { issuer, check } = await setting();
    await expect(check.authenticate(await issuer.user(wish))).resolves.toEqual({
      kind: 'user',
      tid: contoso,
      oid: '0d000000-0000-4000-8000-000000000001',
      roles: ['Events.Read'],
      scopes: ['access'],
      contexts: [],
      name: 'Mira Holt',
    });
  });

  test('of an application is that application', async () => {
    const { issuer, check } = await setting();
    const principal = await check.authenticate(await issuer.app(wish));
    expect(principal).toMatchObject({ kind: 'app', tid: contoso, roles: ['Events.Read'], name: null });
  });

  test('is checked against keys read once', async () => {
    const { issuer, check } = await setting();
    const tokens = await Promise.all(Array.from({ length: 8 }, () => issuer.user(wish)));
    await Promise.all(tokens.map(token => check.authenticate(token)));
    await check.authenticate(await issuer.user(wish));
    expect(issuer.asked).toEqual([`/login/${contoso}/discovery/v2.0/keys`]);
  });

  test('may be up to 60 s from our clock, at either end', async () => {
    const { issuer, check } = await setting();
    const now = issuer.now();
    await check.authenticate(await issuer.user({ ...wish, claims: { nbf: now + 59 } }));
    await check.authenticate(await issuer.user({ ...wish, claims: { exp: now - 59 } }));
  });
});

type Forge = (issuer: Issuer) => Promise<string>;
const usual = (issuer: Issuer): Record<string, unknown> => ({
  iss: `${issuer.loginUrl}/${contoso}/v2.0`,
  aud: clientId,
  tid: contoso,
  oid: '0d000000-0000-4000-8000-000000000001',
  ver: '2.0',
  scp: 'access',
  nbf: issuer.now(),
  exp: issuer.now() + 600,
});
const claims =
  (over: (issuer: Issuer) => Record<string, unknown>): Forge =>
  issuer =>
    issuer.sign({ ...usual(issuer), ...over(issuer) });

const bad: Record<string, Forge> = {
  'not a token': async () => 'nonsense',
  'three empty parts': async () => '..',
  'twenty kilobytes': async () => 'a'.repeat(20_000),
  'wrong audience': claims(() => ({ aud: '00000000-0000-4000-8000-00000000beef' })),
  'no audience': claims(() => ({ aud: undefined })),
  expired: claims(issuer => ({ exp: issuer.now() - 61 })),
  'not yet valid': claims(issuer => ({ nbf: issuer.now() + 61 })),
  'no expiry': claims(() => ({ exp: undefined })),
  'no beginning': claims(() => ({ nbf: undefined })),
  'expiry that is no number': claims(() => ({ exp: '9999999999' })),
  'issuer of another tenant': claims(issuer => ({ iss: `${issuer.loginUrl}/${fabrikam}/v2.0` })),
  'issuer elsewhere': claims(() => ({ iss: `https://login.example/${contoso}/v2.0` })),
  'issuer with a tail': claims(issuer => ({ iss: `${issuer.loginUrl}/${contoso}/v2.0/` })),
  'unknown tenant': claims(issuer => ({ tid: stranger, iss: `${issuer.loginUrl}/${stranger}/v2.0` })),
  'tenant that is no id': claims(() => ({ tid: '../../contoso' })),
  'no tenant': claims(() => ({ tid: undefined })),
  'no object id': claims(() => ({ oid: undefined })),
  'version 1': claims(() => ({ ver: '1.0' })),
  'no version': claims(() => ({ ver: undefined })),
  'no scp': claims(() => ({ scp: undefined })),
  'empty scp': claims(() => ({ scp: ' ' })),
  'application without roles': claims(() => ({ scp: undefined, idtyp: 'app' })),
  'application with scp': claims(() => ({ idtyp: 'app', roles: ['Events.Read'] })),
  'roles that are no list': claims(() => ({ roles: 'Events.Read' })),
  'wrongly signed': async issuer => {
    const [head, body] = (await issuer.sign(usual(issuer))).split('.');
    const other = (await issuer.sign({ ...usual(issuer), oid: 'x' })).split('.')[2];
    return `${String(head)}.${String(body)}.${String(other)}`;
  },
  'changed after signing': async issuer => {
    const [head, , mark] = (await issuer.sign(usual(issuer))).split('.');
    const body = Buffer.from(JSON.stringify({ ...usual(issuer), roles: ['Tenants.Manage'] })).toString(
      'base64url',
    );
    return `${String(head)}.${body}.${String(mark)}`;
  },
  'alg none': async issuer => new UnsecuredJWT(usual(issuer)).encode(),
  'alg none with the real key id': async issuer => {
    const head = { alg: 'none', kid: issuer.publicKey().kid };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part(head)}.${part(usual(issuer))}.`;
  },
  'HS256 with the public key as the secret': async issuer => {
    const key = await importJWK(issuer.publicKey(), 'RS256', { extractable: true });
    if (key instanceof Uint8Array) throw new Error('not a public key');
    const secret = new TextEncoder().encode(await exportSPKI(key));
    const kid = String(issuer.publicKey().kid);
    return new SignJWT(usual(issuer)).setProtectedHeader({ alg: 'HS256', kid }).sign(secret);
  },
  'no key id': issuer => issuer.sign(usual(issuer), { kid: undefined }),
  'unknown key id': issuer => issuer.sign(usual(issuer), { kid: 'no-such-key' }),
  'a critical header nobody knows': async issuer => {
    const token = await issuer.sign(usual(issuer));
    const head = { alg: 'RS256', kid: issuer.publicKey().kid, crit: ['x-new'], 'x-new': 1 };
    return [Buffer.from(JSON.stringify(head)).toString('base64url'), ...token.split('.').slice(1)].join('.');
  },
};

describe('a bad token is refused with auth.invalid', () => {
  test('where the same claims unspoilt are accepted', async () => {
    const { issuer, check } = await setting();
    await expect(check.authenticate(await issuer.sign(usual(issuer)))).resolves.toMatchObject({
      kind: 'user',
    });
  });

  test.each(Object.entries(bad))('%s', async (_, forge) => {
    const { issuer, check } = await setting();
    const refusal = await check.authenticate(await forge(issuer)).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: 'auth.invalid', recovery: 'give-up' });
  });

  test('without any network where its tenant is not known', async () => {
    const { issuer, check } = await setting();
    const token = await issuer.user({ tid: stranger });
    await expect(check.authenticate(token)).rejects.toMatchObject({ code: 'auth.invalid' });
    expect(issuer.asked).toEqual([]);
  });
});

describe('the issuer’s keys', () => {
  test('may rotate: a new key is found at once, and a withdrawn one stops working', async () => {
    const { issuer, check, clock } = await setting();
    const before = await issuer.user(wish);
    await check.authenticate(before);
    await issuer.rotate(false);
    clock.advance(seconds(31));
    await check.authenticate(await issuer.user(wish));
    await expect(check.authenticate(before)).rejects.toMatchObject({ code: 'auth.invalid' });
    expect(issuer.asked).toHaveLength(2);
  });

  test('are asked for at most every 30 s because of unknown key ids', async () => {
    const { issuer, check, clock } = await setting();
    const forged = await issuer.user({ ...wish, kid: 'made-up' });
    for (let n = 0; n < 20; n += 1) {
      await expect(check.authenticate(forged)).rejects.toMatchObject({ code: 'auth.invalid' });
    }
    expect(issuer.asked).toHaveLength(1);
    clock.advance(seconds(31));
    await expect(check.authenticate(forged)).rejects.toMatchObject({ code: 'auth.invalid' });
    expect(issuer.asked).toHaveLength(2);
  });

  test.each(['down', 'html'] as const)('unreadable (%s) are our trouble, not the caller’s', async mode => {
    const { issuer, check, clock } = await setting();
    const token = await issuer.user(wish);
    issuer.mode = mode;
    const refusal = { code: 'auth.unavailable', recovery: 'retry-later', retryAfterMs: 5_000 };
    await expect(check.authenticate(token)).rejects.toMatchObject(refusal);
    await expect(check.authenticate(token)).rejects.toMatchObject(refusal);
    expect(issuer.asked, 'a dead endpoint is left alone for a while').toHaveLength(1);
    issuer.mode = 'works';
    clock.advance(seconds(5));
    await expect(check.authenticate(token)).resolves.toMatchObject({ tid: contoso });
  });

  test('serve on while they cannot be renewed, for two days at most', async () => {
    const { issuer, check, clock } = await setting();
    await check.authenticate(await issuer.user(wish));
    issuer.mode = 'down';
    clock.advance(hours(47));
    await expect(check.authenticate(await issuer.user(wish))).resolves.toMatchObject({ tid: contoso });
    clock.advance(hours(2));
    await expect(check.authenticate(await issuer.user(wish))).rejects.toMatchObject({
      code: 'auth.unavailable',
    });
  });

  test('of one tenant sign nothing for another', async () => {
    const { issuer, check } = await setting();
    const token = await issuer.user({ tid: fabrikam, claims: { iss: `${issuer.loginUrl}/${contoso}/v2.0` } });
    await expect(check.authenticate(token)).rejects.toMatchObject({ code: 'auth.invalid' });
  });
});
