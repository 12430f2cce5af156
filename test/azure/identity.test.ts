import { describe, expect, onTestFinished, test } from 'vitest';
import { openSearchIndex } from '../../shared/adapters/embedded/fts-search-index.ts';
import { asCosmosError } from '../../shared/adapters/azure/cosmos-error.ts';
import { azureCredential, federatedAssertion } from '../../shared/adapters/azure/azure-identity.ts';
import { asSearchError } from '../../shared/adapters/azure/search-error.ts';
import { asStorageError } from '../../shared/adapters/azure/storage-error.ts';
import { asVaultError } from '../../shared/adapters/azure/vault-error.ts';
import { federatedTokenSource } from '../../shared/adapters/net/federated-token-source.ts';
import { httpTransport } from '../../shared/adapters/net/http-transport.ts';
import { readConfig } from '../../shared/app/config.ts';
import { openAzureProfile } from '../../shared/app/open-azure-profile.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { mustReject } from '../contracts/contract.ts';
import { setEnvironment } from '../support/environment.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { reply, wireServer, type WireCall } from '../support/wire-server.ts';

const contoso = 'c0a10000-0000-4000-8000-00000000c001';
const application = 'ca11ab1e-0000-4000-8000-00000000cafe';

/** An identity that answers for the exchange's audience only. */
const identity = {
  getToken: (scope: string | string[]) =>
    scope === 'api://AzureADTokenExchange/.default'
      ? Promise.resolve({ token: 'header.claims.signature', expiresOnTimestamp: 0 })
      : Promise.reject(new Error('asked for another audience')),
};

async function desk(answer: (call: WireCall, nth: number) => unknown) {
  const server = await wireServer(answer);
  const transport = httpTransport();
  onTestFinished(async () => {
    transport.close();
    await server.close();
  });
  const source = federatedTokenSource({
    loginUrl: new URL('/', server.url),
    clientId: application,
    assertion: federatedAssertion(identity),
    transport,
    clock: new ManualClock(),
  });
  return { server, source };
}

describe('a customer’s token by the managed identity', () => {
  test('is asked for at the customer’s tenant with the identity’s token as proof, and no secret', async () => {
    const { server, source } = await desk(call =>
      reply(
        call,
        200,
        JSON.stringify({ token_type: 'Bearer', expires_in: 3_599, access_token: 'for-graph' }),
      ),
    );
    const token = await source.issue(contoso, 'https://graph.microsoft.com');
    expect(token.secret.reveal()).toBe('for-graph');
    const [call] = server.calls;
    expect(call?.target).toBe(`/${contoso}/oauth2/v2.0/token`);
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      client_id: application,
      scope: 'https://graph.microsoft.com/.default',
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'header.claims.signature',
    });
  });

  test('says where to look when the federated credential does not fit', async () => {
    const { source } = await desk(call =>
      reply(
        call,
        401,
        JSON.stringify({ error: 'invalid_client', error_codes: [700027], error_description: 'AADSTS700027' }),
      ),
    );
    await expect(source.issue(contoso, 'https://graph.microsoft.com')).rejects.toMatchObject({
      code: 'provider.unauthorized',
      message: expect.stringMatching(/federated credential/) as unknown,
    });
  });

  test('says so when the identity gives none, and asks nobody else', async () => {
    const nobody = { getToken: () => Promise.reject(new Error('no identity here')) };
    await mustReject(federatedAssertion(nobody)(), 'provider.unauthorized');
    await mustReject(
      federatedAssertion({ getToken: () => Promise.resolve(null) })(),
      'provider.unauthorized',
    );
  });

  test('says that the platform does not answer, where that is so', async () => {
    const restore = setEnvironment({
      IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi/token',
      IDENTITY_HEADER: 'of-this-app',
    });
    onTestFinished(restore);
    await mustReject(federatedAssertion(azureCredential(application))(), 'provider.unavailable');
  });
});

describe('a failed call of a service', () => {
  const named = (name: string): Error => Object.assign(new Error('secret words of a provider'), { name });
  const answered = (statusCode: number): Error => Object.assign(new Error('secret words'), { statusCode });
  const stores = [asCosmosError, asVaultError, (thrown: unknown) => asStorageError(thrown, 'Blob Storage')];
  // The index has a code of its own: what it lacks can be made again.
  const all = [...stores, asSearchError];

  test('says that no token could be had, and not that the service is away', () => {
    for (const read of all)
      expect(read(named('CredentialUnavailableError')).message).toMatch(/gave no token/);
  });
  test('is worth a later try when refused, throttled or unanswered, and repeats nothing of the answer', () => {
    for (const read of stores) {
      for (const thrown of [answered(403), answered(429), answered(503), named('AbortError')]) {
        const error = read(thrown);
        expect([error.code, error.recovery]).toEqual(['store.unavailable', 'retry-later']);
        expect(error.message).not.toMatch(/secret words/);
      }
    }
  });
  test('tells how long to wait where the service says so', () => {
    const headers = new Map([['x-ms-retry-after-ms', '1234']]);
    const thrown = Object.assign(answered(429), { response: { headers } });
    for (const read of stores) expect(read(thrown).retryAfterMs).toBe(1_234);
    expect(asCosmosError({ code: 429, retryAfterInMs: 77 }).retryAfterMs).toBe(77);
    // As the SDK wraps the answer to a batch.
    const wrapped = new Error('Batch request error', { cause: { code: 429, retryAfterInMs: 78 } });
    expect(asCosmosError(wrapped)).toMatchObject({ retryAfterMs: 78, facts: { status: 429 } });
  });
  test('that is ours already passes unchanged', () => {
    const own = new AppError('store.full', 'retry-later', 'full');
    for (const read of all) expect(read(own)).toBe(own);
  });
});

describe('opening the Azure profile', () => {
  const settings = (over: Readonly<Record<string, string>>) =>
    readConfig({ HOLDFAST_PROFILE: 'azure', HOLDFAST_CLIENT_ID: application, ...over });
  const addresses = {
    HOLDFAST_COSMOS_URL: 'https://127.0.0.1:1',
    HOLDFAST_ARCHIVE_URL: 'https://127.0.0.1:1',
    HOLDFAST_QUEUE_URL: 'https://127.0.0.1:1/account/jobs',
    HOLDFAST_SEARCH_URL: 'https://127.0.0.1:1',
    HOLDFAST_VAULT_URL: 'https://127.0.0.1:1',
  };

  test('needs its addresses, and names each that is missing', () => {
    const config = settings({});
    expect(config.ok ? [] : config.problems.map(one => one.setting)).toEqual(Object.keys(addresses));
    expect(settings(addresses).ok).toBe(true);
  });

  test('opens though no service answers, and says so when one is asked', async () => {
    const config = settings(addresses);
    if (!config.ok) throw new Error('settings');
    const index = openSearchIndex(await tempFolder());
    const opened = await openAzureProfile(config.settings, () => Promise.resolve(index));
    await expect(opened.continuationKey()).rejects.toBeInstanceOf(AppError);
    await opened.close();
  });

  test('fails with the index’s own words where that cannot be opened', async () => {
    const config = settings(addresses);
    if (!config.ok) throw new Error('settings');
    const own = new AppError('index.unavailable', 'retry-later', 'The index is not there.');
    await expect(openAzureProfile(config.settings, () => Promise.reject(own))).rejects.toBe(own);
  });
});
