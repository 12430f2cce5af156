import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../shared/app/config.ts';
import { openAzureProfile } from '../../shared/app/open-azure-profile.ts';
import type { OpenedProfile } from '../../shared/app/opened-profile.ts';
import { containerNames } from '../../shared/adapters/azure/containers.ts';
import { startAiSearch, type AiSearchFake } from '../fakes/ai-search/ai-search-fake.ts';
import { mustReject } from '../contracts/contract.ts';
import { storedEvent } from '../query/arbitrary-event.ts';
import { plainRequest } from '../search/naive-index.ts';
import { sharedCosmos } from '../support/azure-cosmos.ts';
import { contoso, scopeOf, source, stream } from '../support/sample.ts';
import { setEnvironment } from '../support/environment.ts';
import { selfSigned } from '../support/self-signed.ts';
import { tlsFront } from '../support/tls-front.ts';
import { reply, wireServer, type WireCall, type WireServer } from '../support/wire-server.ts';

/**
 * The Azure profile as production opens it: every client by its default, every token from where the platform offers
 * the app's identity. Only that place, Cosmos DB and AI Search are stood in for.
 */
const identity = 'ca11ab1e-0000-4000-8000-00000000cafe';
const token = 'a-token-of-the-identity';
const away = 'https://127.0.0.1:1';

let server: WireServer;
let restore: () => void;

beforeAll(async () => {
  server = await startIdentity();
  restore = setEnvironment({
    IDENTITY_ENDPOINT: new URL('/msi/token', server.url).href,
    IDENTITY_HEADER: 'of-this-app',
    // The fakes' certificates are made on the spot; whether SDKs check certificates is not what is tried here.
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  });
});
afterAll(async () => {
  await server.close();
  restore();
});

/** Where the platform hands out tokens, in the form of App Service. The SDK remembers the first place it was told. */
function startIdentity(): Promise<WireServer> {
  return wireServer((call: WireCall) => {
    const known = call.headers['x-identity-header'] === 'of-this-app';
    const answer = {
      access_token: token,
      expires_on: String(Math.floor(Date.now() / 1_000) + 3_600),
      resource: parametersOf(call).get('resource'),
      token_type: 'Bearer',
    };
    reply(call, known ? 200 : 401, JSON.stringify(answer));
  });
}

const parametersOf = ({ target }: WireCall): URLSearchParams =>
  new URL(target, 'http://identity').searchParams;

async function startSearch(): Promise<AiSearchFake> {
  const fake = await startAiSearch({ tls: selfSigned('localhost'), tokens: [token] });
  onTestFinished(() => fake.close());
  return fake;
}

async function opened(fake: AiSearchFake): Promise<OpenedProfile> {
  const cosmos = await sharedCosmos();
  const front = await tlsFront(cosmos.url);
  onTestFinished(() => front.close());
  const config = readConfig({
    HOLDFAST_PROFILE: 'azure',
    HOLDFAST_CLIENT_ID: identity,
    HOLDFAST_IDENTITY_CLIENT_ID: identity,
    HOLDFAST_COSMOS_URL: front.url,
    HOLDFAST_COSMOS_DATABASE: await cosmos.makeDatabase(containerNames),
    HOLDFAST_ARCHIVE_URL: away,
    HOLDFAST_QUEUE_URL: `${away}/account/jobs`,
    HOLDFAST_SEARCH_URL: fake.endpoint,
    HOLDFAST_VAULT_URL: away,
  });
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const profile = await openAzureProfile(config.settings);
  onTestFinished(() => profile.close());
  return profile;
}

describe('the search service, by the app’s identity', () => {
  test('gets a token for its own audience, the index and its alias, and finds what is put', async () => {
    const fake = await startSearch();
    const { profile, continuationKey } = await opened(fake);
    // A new installation is searchable before anything was indexed.
    const scopes = [scopeOf(contoso)];
    expect((await profile.index.search(scopes, plainRequest)).total).toEqual({ value: 0, exact: true });
    expect(fake.aliasOf('events')).toBe('events-v1');
    await profile.index.put([storedEvent('a'), storedEvent('b')]);
    expect((await profile.index.search(scopes, plainRequest)).hits).toHaveLength(2);
    expect(await profile.index.position()).toBeNull();
    expect(await continuationKey()).toHaveLength(32);
    const asked = server.calls.map(parametersOf);
    expect(asked.map(one => one.get('client_id'))).toEqual(asked.map(() => identity));
    expect(asked.map(one => one.get('resource'))).toContain('https://search.azure.com');
  });

  test('that is away does not keep the profile from being opened, and is used once it answers', async () => {
    const fake = await startSearch();
    fake.faults.outage = true;
    const { profile } = await opened(fake);
    const scopes = [scopeOf(contoso)];
    expect(await profile.cursors.load(scopeOf(contoso), { source, stream })).toBeNull();
    await mustReject(profile.index.search(scopes, plainRequest), 'index.unavailable');
    fake.faults.outage = false;
    await profile.index.put([storedEvent('a')]);
    expect((await profile.index.search(scopes, plainRequest)).hits).toHaveLength(1);
  });

  test('that does not know the identity says which roles it lacks', async () => {
    const fake = await startAiSearch({ tls: selfSigned('localhost'), tokens: ['of somebody else'] });
    onTestFinished(() => fake.close());
    const { profile } = await opened(fake);
    await expect(profile.index.position()).rejects.toThrow(/Search Index Data Contributor/);
  });
});
