import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { tokenFlaws, type TokenFlaw } from '../../simulator/entra/mint-token.ts';
import { contosoId, fabrikamId } from '../support/small-world.ts';
import {
  ask,
  collectorId,
  graphClient,
  graphScope,
  runningSimulator,
  tokenFor,
  type RunningSimulator,
} from '../support/simulator-client.ts';

const product = 'b1f0e6a2-0000-4000-8000-0000000a0d1e';
const operatorTenant = '0e7a0000-0000-4000-8000-00000000e001';
const redirect = 'http://127.0.0.1:9/callback';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

function authorizeUrl(
  simulator: RunningSimulator,
  over: Readonly<Record<string, string>> = {},
  tenant = 'organizations',
): string {
  const query = new URLSearchParams({
    client_id: product,
    response_type: 'code',
    redirect_uri: redirect,
    scope: `openid offline_access api://${product}/access_as_user`,
    state: 'st',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    login_hint: 'contoso-reader',
    prompt: 'none',
    ...over,
  });
  return `${simulator.url}/login/${tenant}/oauth2/v2.0/authorize?${query.toString()}`;
}

async function codeFor(simulator: RunningSimulator, persona: string): Promise<string> {
  const answer = await ask(authorizeUrl(simulator, { login_hint: persona }));
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

const redeem = (
  simulator: RunningSimulator,
  over: Readonly<Record<string, string>>,
): ReturnType<typeof ask> =>
  ask(`${simulator.url}/login/organizations/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: product,
      redirect_uri: redirect,
      code_verifier: verifier,
      ...over,
    }),
  });

describe('signing in', () => {
  test('discovery, authorize, token and JWKS fit together, as an independent checker sees it', async () => {
    const simulator = await runningSimulator();
    const discovery = (
      await ask(`${simulator.url}/login/${contosoId}/v2.0/.well-known/openid-configuration`)
    ).json();
    const location = (await ask(authorizeUrl(simulator))).headers.get('location') ?? '';
    expect(location).toMatch(/^http:\/\/127\.0\.0\.1:9\/callback\?code=.+&state=st$/);
    const code = new URL(location).searchParams.get('code') ?? '';
    const answer = (await redeem(simulator, { code })).json();
    const keys = createRemoteJWKSet(new URL(discovery.text('jwks_uri')));
    const { payload } = await jwtVerify(answer.text('access_token'), keys, {
      issuer: discovery.text('issuer'),
      audience: product,
      currentDate: new Date(simulator.time.now()),
    });
    expect(payload).toMatchObject({
      ver: '2.0',
      tid: contosoId,
      scp: 'access_as_user',
      roles: ['Events.Read'],
      preferred_username: 'rea.lindqvist@contoso.example',
      name: 'Rea Lindqvist',
    });
    expect(decodeJwt(answer.text('id_token'))).toMatchObject({ aud: product, oid: payload['oid'] });
    const again = (
      await redeem(simulator, { grant_type: 'refresh_token', refresh_token: answer.text('refresh_token') })
    ).json();
    expect(decodeJwt(again.text('access_token'))['oid']).toBe(payload['oid']);
  });

  test('a code works once, with its verifier, client and redirect, for ten minutes', async () => {
    const simulator = await runningSimulator();
    const number = async (over: Readonly<Record<string, string>>): Promise<unknown> =>
      (await redeem(simulator, over)).json().at('error_codes', 0);
    const code = await codeFor(simulator, 'auditor');
    expect((await redeem(simulator, { code })).status).toBe(200);
    expect(await number({ code })).toBe(54005);
    expect(await number({ code: await codeFor(simulator, 'auditor'), code_verifier: 'other' })).toBe(501481);
    expect(await number({ code: await codeFor(simulator, 'auditor'), client_id: collectorId })).toBe(700005);
    expect(await number({ code: await codeFor(simulator, 'auditor'), redirect_uri: `${redirect}2` })).toBe(
      500112,
    );
    const old = await codeFor(simulator, 'auditor');
    simulator.time.time += 601_000;
    expect(await number({ code: old })).toBe(70008);
    expect(await number({ code: 'never' })).toBe(9002313);
    expect(await number({ grant_type: 'refresh_token', refresh_token: 'never' })).toBe(9002313);
  });

  test('every persona has its tenant and roles', async () => {
    const simulator = await runningSimulator();
    const all = [
      'Events.Read',
      'Mail.Read',
      'Exports.Create',
      'Holds.Manage',
      'Ledger.Read',
      'Tenants.Manage',
    ];
    const expected: Readonly<Record<string, readonly [string, readonly string[] | undefined]>> = {
      'contoso-reader': [contosoId, ['Events.Read']],
      'contoso-admin': [contosoId, all],
      'fabrikam-reader': [fabrikamId, ['Events.Read']],
      operator: [operatorTenant, all],
      'operator-reader': [operatorTenant, ['Events.Read']],
      auditor: [operatorTenant, ['Ledger.Read']],
      nobody: [contosoId, undefined],
    };
    for (const [hint, [tenant, roles]] of Object.entries(expected)) {
      const token = (await redeem(simulator, { code: await codeFor(simulator, hint) }))
        .json()
        .text('access_token');
      const claims = decodeJwt(token);
      expect([hint, claims['tid'], claims['roles']]).toEqual([hint, tenant, roles]);
    }
  });

  test('without a hint the page offers the personas, and choosing one leads back with a code', async () => {
    const simulator = await runningSimulator();
    const url = authorizeUrl(simulator, { prompt: 'select_account', state: '"><script>' }, contosoId);
    const page = await ask(url);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('contoso-admin');
    expect(page.text).not.toContain('fabrikam-reader');
    expect(page.text).not.toContain('<script>');
    const chosen = await ask(`${url}&persona=contoso-admin`);
    expect([chosen.status, chosen.headers.get('location')]).toEqual([302, expect.stringContaining('code=')]);
  });

  test('problems are sent back only to a redirect on this machine', async () => {
    const simulator = await runningSimulator();
    const stranger = await ask(
      authorizeUrl(simulator, { redirect_uri: 'https://collector.attacker.example/' }),
    );
    expect([stranger.status, stranger.headers.get('location')]).toEqual([400, null]);
    expect(stranger.text).toContain('AADSTS50011');
    const errorOf = async (over: Readonly<Record<string, string>>, tenant?: string): Promise<string | null> =>
      new URL(
        (await ask(authorizeUrl(simulator, over, tenant))).headers.get('location') ?? '',
      ).searchParams.get('error');
    expect(await errorOf({ code_challenge_method: 'plain' })).toBe('invalid_request');
    expect(await errorOf({ response_type: 'token' })).toBe('unsupported_response_type');
    expect(await errorOf({ login_hint: 'fabrikam-reader' }, contosoId)).toBe('interaction_required');
  });
});

/** What an independent checker finds wrong. */
const refusedFor: Readonly<Record<TokenFlaw, RegExp>> = {
  'wrong-audience': /"aud"/,
  expired: /"exp" claim timestamp/,
  'not-yet-valid': /"nbf" claim timestamp/,
  'other-key': /signature verification failed/,
  'unknown-key-id': /no applicable key/,
  'alg-none': /"alg"/,
  'hmac-with-public-key': /"alg"/,
  tampered: /signature verification failed/,
  'other-issuer': /"iss"/,
  'issuer-of-another-tenant': /"iss"/,
  'version-1': /"iss"/,
  'no-tid': /missing required "tid"/,
  'no-oid': /missing required "oid"/,
  'no-expiry': /missing required "exp"/,
};

describe('keys and minted tokens', () => {
  test('a rotated key signs from now on; dropping the old one ends its tokens', async () => {
    const simulator = await runningSimulator();
    const jwks = `${simulator.url}/login/${contosoId}/discovery/v2.0/keys`;
    const graph = await graphClient(simulator);
    await simulator.control.rotateKeys();
    expect((await ask(jwks)).json().list('keys')).toHaveLength(2);
    const kid = decodeProtectedHeader(await tokenFor(simulator, graphScope)).kid;
    expect((await ask(jwks)).json().at('keys', 1, 'kid')).toBe(kid);
    expect((await graph.get('/organization')).status).toBe(200);
    await simulator.control.rotateKeys({ dropOld: true });
    expect((await graph.get('/organization')).status).toBe(401);
    expect((await ask(jwks)).json().list('keys')).toHaveLength(1);
  });

  test('a minted token passes an independent check; with any one flaw it does not', async () => {
    const simulator = await runningSimulator();
    const keys = createRemoteJWKSet(new URL(`${simulator.url}/login/${contosoId}/discovery/v2.0/keys`));
    const check = async (token: string): Promise<void> => {
      const { payload } = await jwtVerify(token, keys, {
        issuer: `${simulator.url}/login/${contosoId}/v2.0`,
        audience: product,
        algorithms: ['RS256'],
        requiredClaims: ['tid', 'oid', 'exp'],
        currentDate: new Date(simulator.time.now()),
      });
      if (payload['ver'] !== '2.0') throw new Error('version');
    };
    await check(simulator.control.mintToken({ as: 'contoso-reader' }));
    for (const flaw of tokenFlaws) {
      const bad = simulator.control.mintToken({ as: 'contoso-reader', flaw });
      await expect(check(bad)).rejects.toThrow(refusedFor[flaw]);
    }
  });
});
