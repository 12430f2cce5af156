import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { contosoId, fabrikamId } from '../support/small-world.ts';
import {
  ask,
  askToken,
  collectorId,
  graphClient,
  graphScope,
  managementScope,
  runningSimulator,
  tokenFor,
} from '../support/simulator-client.ts';

const product = 'b1f0e6a2-0000-4000-8000-0000000a0d1e';
const operatorTenant = '0e7a0000-0000-4000-8000-00000000e001';

test('a provider token says who, for what and how long', async () => {
  const simulator = await runningSimulator();
  const answer = await askToken(simulator, { scope: graphScope });
  expect(answer.status).toBe(200);
  const body = answer.json();
  expect(body.at('token_type')).toBe('Bearer');
  expect([body.at('expires_in'), body.at('ext_expires_in')]).toEqual([3_599, 3_599]);
  expect(body.at('refresh_token')).toBeUndefined();
  const claims = decodeJwt(body.text('access_token'));
  expect(claims).toMatchObject({
    aud: 'https://graph.microsoft.com',
    idtyp: 'app',
    tid: contosoId,
    appid: collectorId,
    roles: [
      'AuditLog.Read.All',
      'DeviceManagementApps.Read.All',
      'Directory.Read.All',
      'ExchangeMessageTrace.Read.All',
      'Organization.Read.All',
      'Policy.Read.All',
      'RoleManagement.Read.Directory',
      'SecurityAlert.Read.All',
      'SecurityIncident.Read.All',
    ],
  });
  expect((claims.exp ?? 0) * 1_000).toBe(simulator.time.now() + 3_599_000);
});

test('every refusal has its body and number', async () => {
  const simulator = await runningSimulator();
  const cases: readonly [Record<string, string>, string, number, number, string][] = [
    [{ scope: graphScope, client_secret: 'wrong' }, contosoId, 401, 7000215, 'invalid_client'],
    [{ scope: graphScope, client_id: product }, contosoId, 400, 700016, 'unauthorized_client'],
    [{ scope: graphScope }, operatorTenant, 400, 700016, 'unauthorized_client'],
    [{ scope: graphScope }, '11111111-0000-4000-8000-000000000000', 400, 90002, 'invalid_request'],
    [{ scope: graphScope }, 'common', 400, 90002, 'invalid_request'],
    [{ scope: 'https://graph.microsoft.com/User.Read' }, contosoId, 400, 1002012, 'invalid_scope'],
    [{ scope: 'https://elsewhere.example/.default' }, contosoId, 400, 500011, 'invalid_resource'],
    [{ scope: graphScope, grant_type: 'password' }, contosoId, 400, 70003, 'unsupported_grant_type'],
  ];
  for (const [form, tenant, status, code, error] of cases) {
    const answer = await askToken(simulator, form, tenant);
    const body = answer.json();
    expect([answer.status, body.at('error'), body.at('error_codes')]).toEqual([status, error, [code]]);
    expect(body.text('error_description')).toMatch(
      new RegExp(
        `^AADSTS${code}: .* Trace ID: ${body.text('trace_id')} Correlation ID: ${body.text('correlation_id')} Timestamp: 2026-10-05 12:00:00Z$`,
      ),
    );
    expect(body.at('timestamp')).toBe('2026-10-05 12:00:00Z');
  }
});

test('flags of a tenant refuse the application', async () => {
  const simulator = await runningSimulator();
  const code = async (): Promise<unknown> =>
    (await askToken(simulator, { scope: graphScope })).json().at('error_codes', 0);
  simulator.control.setTenant(contosoId, { application: 'absent' });
  expect(await code()).toBe(700016);
  simulator.control.setTenant(contosoId, { application: 'disabled' });
  expect(await code()).toBe(7000112);
  simulator.control.setTenant(contosoId, { application: 'present', secret: 'expired' });
  expect(await code()).toBe(7000222);
  expect((await askToken(simulator, { scope: graphScope }, fabrikamId)).status).toBe(200);
});

test('a signed assertion works in place of a secret, and a bad one is 700027', async () => {
  const simulator = await runningSimulator();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const now = Math.floor(simulator.time.now() / 1_000);
  const assertion = (aud: string, exp: number): Promise<string> =>
    new SignJWT({ jti: 'x' })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(collectorId)
      .setSubject(collectorId)
      .setAudience(aud)
      .setExpirationTime(exp)
      .sign(privateKey);
  const send = async (signed: string): Promise<unknown> => {
    const answer = await ask(`${simulator.url}/login/${contosoId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: collectorId,
        scope: graphScope,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signed,
      }),
    });
    return answer.status === 200 ? 'token' : answer.json().at('error_codes', 0);
  };
  const endpoint = `${simulator.url}/login/${contosoId}/oauth2/v2.0/token`;
  const good = await assertion(endpoint, now + 300);
  expect(await send(good)).toBe(700027);
  simulator.control.trustAssertionKey(
    collectorId,
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  );
  expect(await send(good)).toBe('token');
  expect(await send(await assertion(endpoint, now - 1))).toBe(700027);
  expect(await send(await assertion('https://elsewhere.example', now + 300))).toBe(700027);
});

test('a Graph token is refused by the Management API and the reverse', async () => {
  const simulator = await runningSimulator();
  const forGraph = await tokenFor(simulator, graphScope);
  const forManagement = await tokenFor(simulator, managementScope);
  const list = `${simulator.url}/manage/api/v1.0/${contosoId}/activity/feed/subscriptions/list`;
  const refused = await ask(list, { headers: { authorization: `Bearer ${forGraph}` } });
  expect([refused.status, refused.text]).toEqual([
    401,
    '{"Message":"Authorization has been denied for this request."}',
  ]);
  expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  const graph = await ask(`${simulator.url}/graph/v1.0/organization`, {
    headers: { authorization: `Bearer ${forManagement}` },
  });
  expect([graph.status, graph.json().at('error', 'code')]).toEqual([401, 'InvalidAuthenticationToken']);
});

test('an expired token is refused; the virtual clock does not age tokens', async () => {
  const simulator = await runningSimulator({ accessTokenSeconds: 60 });
  const graph = await graphClient(simulator);
  simulator.control.setClock({ advanceMs: 3_600_000 });
  expect((await graph.get('/organization')).status).toBe(200);
  simulator.time.time += 60_000;
  const late = await graph.get('/organization');
  expect(late.json().text('error', 'message')).toBe('Lifetime validation failed, the token is expired.');
});

test('an application gets a token for the product, with its app roles', async () => {
  const simulator = await runningSimulator();
  const client = '51e40000-0000-4000-8000-00000000c001';
  const claims = decodeJwt(await tokenFor(simulator, `api://${product}/.default`, contosoId, client));
  expect(claims).toMatchObject({
    ver: '2.0',
    aud: product,
    idtyp: 'app',
    roles: ['Events.Read'],
    azp: client,
  });
  expect(claims.iss).toBe(`${simulator.url}/login/${contosoId}/v2.0`);
  expect((await askToken(simulator, { scope: graphScope, client_id: client })).json().at('error')).toBe(
    'invalid_resource',
  );
});
