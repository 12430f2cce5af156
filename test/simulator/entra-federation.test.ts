import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { operatorTenant, productIdentity } from '../../simulator/entra/directory.ts';
import { identityHeader } from '../../simulator/entra/identity-endpoint.ts';
import { trustIdentity } from '../support/app-by-identity.ts';
import { contosoId, fabrikamId } from '../support/small-world.ts';
import { ask, collectorId, graphScope, managementScope, runningSimulator, type Answered } from '../support/simulator-client.ts'; // prettier-ignore

const exchange = 'api://AzureADTokenExchange';
const exchangeId = 'fb60f99c-7a34-4190-8149-302f77469936';
type Running = Awaited<ReturnType<typeof runningSimulator>>;

const askIdentity = (
  simulator: Running,
  query: Readonly<Record<string, string>>,
  header = identityHeader,
): Promise<Answered> => {
  const asked = new URLSearchParams({ 'api-version': '2019-08-01', resource: exchange, client_id: productIdentity.clientId, ...query }); // prettier-ignore
  return ask(`${simulator.url}/msi/token?${asked.toString()}`, { headers: { 'x-identity-header': header } });
};

const assertionOf = async (simulator: Running): Promise<string> =>
  (await askIdentity(simulator, {})).json().text('access_token');

const swap = (simulator: Running, assertion: string, tenant = contosoId, scope = graphScope): Promise<Answered> =>
  ask(`${simulator.url}/login/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: collectorId,
      scope,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  }); // prettier-ignore

test('an identity’s token is the home tenant’s, for the exchange’s application, with the principal as subject', async () => {
  const simulator = await runningSimulator();
  const answer = (await askIdentity(simulator, {})).json();
  const now = simulator.time.now() / 1_000;
  expect(answer.value).toMatchObject({ resource: exchange, client_id: productIdentity.clientId, token_type: 'Bearer', expires_on: String(now + 86_399) }); // prettier-ignore
  expect(decodeJwt(answer.text('access_token'))).toMatchObject({
    iss: `${simulator.url}/login/${operatorTenant.id}/v2.0`,
    aud: exchangeId,
    sub: productIdentity.principalId,
    oid: productIdentity.principalId,
    azp: productIdentity.clientId,
    tid: operatorTenant.id,
    exp: now + 86_399,
    ver: '2.0',
  });
  // The platform gives the same one while it lasts, and another shortly before it ends.
  expect(await assertionOf(simulator)).toBe(answer.text('access_token'));
  simulator.time.time += 86_200_000;
  expect(await assertionOf(simulator)).not.toBe(answer.text('access_token'));
});

test('an identity’s token for a service is of version 1.0', async () => {
  const simulator = await runningSimulator();
  const resource = 'https://storage.azure.com';
  const token = (await askIdentity(simulator, { resource })).json().text('access_token');
  expect(decodeJwt(token)).toMatchObject({ aud: resource, iss: `https://sts.windows.net/${operatorTenant.id}/`, appid: productIdentity.clientId, ver: '1.0' }); // prettier-ignore
});

test('the identity’s endpoint refuses a wrong header, version and identity', async () => {
  const simulator = await runningSimulator();
  expect((await askIdentity(simulator, {}, 'wrong')).status).toBe(401);
  expect((await askIdentity(simulator, { 'api-version': '2017-09-01' })).status).toBe(400);
  expect((await askIdentity(simulator, { resource: '' })).status).toBe(400);
  const unknown = await askIdentity(simulator, { client_id: collectorId });
  expect([unknown.status, unknown.json().text('message')]).toEqual([400, expect.stringMatching(/^No User Assigned/)]); // prettier-ignore
});

test('the token is exchanged for one of any customer’s tenant and for either API', async () => {
  const simulator = await runningSimulator();
  trustIdentity(simulator);
  const assertion = await assertionOf(simulator);
  for (const tenant of [contosoId, fabrikamId]) {
    for (const scope of [graphScope, managementScope]) {
      const claims = decodeJwt((await swap(simulator, assertion, tenant, scope)).json().text('access_token'));
      expect(claims).toMatchObject({ tid: tenant, aud: scope.replace('/.default', ''), appid: collectorId });
    }
  }
});

test('every refusal has its status, its name and its number, and Entra’s sentence', async () => {
  const simulator = await runningSimulator();
  const { control } = simulator;
  const home = `${simulator.url}/login/${operatorTenant.id}/v2.0`;
  const other = `${simulator.url}/login/${fabrikamId}/v2.0`;
  const sub = productIdentity.principalId;
  const made = (claims: object, flaw?: 'other-key' | 'unknown-key-id'): string =>
    control.mintToken({ as: 'operator', audience: exchangeId, claims: { sub, ...claims }, ...(flaw === undefined ? {} : { flaw }) }); // prettier-ignore
  const now = simulator.time.now() / 1_000;
  const cases: readonly [object, string, number, RegExp][] = [
    [{ issuer: other }, made({}), 700211, /presented assertion issuer 'http.*e001\/v2\.0'/],
    [{ subject: 'x' }, made({}), 700213, new RegExp(`presented assertion subject '${sub}'`)],
    [{ subject: sub.toUpperCase() }, made({}), 7002138, /case-insensitive/],
    [{ audience: 'api://x' }, made({}), 700212, new RegExp(`presented assertion audience '${exchangeId}'`)],
    [{ issuer: other }, made({ iss: other }), 700236, /may not be used/],
    [{}, made({}, 'other-key'), 700027, /signature/],
    [{}, made({}, 'unknown-key-id'), 7000272, /could not be found in the metadata/],
    [{}, made({ exp: now - 1 }), 700024, /expiry time of assertion 2026-10-05T11:59:59\.000Z/],
    [{}, made({ nbf: now + 301 }), 700024, /not within its valid time range/],
    [{}, 'no.token', 700027, /not a signed JWT/],
  ];
  for (const [over, assertion, code, sentence] of cases) {
    trustIdentity(simulator, over);
    const answer = await swap(simulator, assertion);
    const body = answer.json();
    expect([answer.status, body.at('error'), body.at('error_codes')]).toEqual([
      401,
      'invalid_client',
      [code],
    ]);
    expect(body.text('error_description')).toMatch(sentence);
  }
  trustIdentity(simulator);
  expect((await swap(simulator, made({ iss: home }))).status).toBe(200);
  control.setTenant(contosoId, { application: 'no-principal' });
  const away = await swap(simulator, made({}));
  expect([away.status, away.json().at('error'), away.json().at('error_codes', 0)]).toEqual([401, 'invalid_client', 7000229]); // prettier-ignore
  control.removeFederatedCredentials(collectorId);
  expect((await swap(simulator, made({}), fabrikamId)).json().at('error_codes', 0)).toBe(70025);
});

test('control registers credentials and identities over HTTP, and refuses what Graph would not take', async () => {
  const simulator = await runningSimulator();
  const post = (path: string, body: object): Promise<Answered> =>
    ask(`${simulator.url}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const good = { clientId: collectorId, issuer: `${simulator.url}/login/${operatorTenant.id}/v2.0`, subject: productIdentity.principalId, audiences: [exchange] }; // prettier-ignore
  for (const bad of [{ audiences: [exchangeId] }, { audiences: [exchange, 'api://b'] }, { audiences: [] }, { issuer: 'x' }, { subject: '' }, { clientId: 7 }, { more: 1 }]) {
    expect((await post('federated-credentials', { ...good, ...bad })).status).toBe(400);
  } // prettier-ignore
  expect((await post('federated-credentials', good)).status).toBe(201);
  expect((await post('federated-credentials', good)).json().text('error', 'message')).toMatch(/already/);
  expect((await swap(simulator, await assertionOf(simulator))).status).toBe(200);
  const gone = await ask(`${simulator.url}/control/federated-credentials?clientId=${collectorId}`, { method: 'DELETE' }); // prettier-ignore
  expect(gone.status).toBe(200);
  expect((await swap(simulator, await assertionOf(simulator))).status).toBe(401);
  const another = '1de17170-0000-4000-8000-00000000e0ff';
  expect((await post('identities', { clientId: another, flaw: 'nonsense' })).status).toBe(400);
  expect((await post('identities', { clientId: 'x' })).status).toBe(400);
  expect((await post('identities', { clientId: another, lifetimeSeconds: 60 })).status).toBe(201);
  const token = (await askIdentity(simulator, { client_id: another })).json().text('access_token');
  expect(decodeJwt(token)).toMatchObject({ sub: another, azp: another });
});
