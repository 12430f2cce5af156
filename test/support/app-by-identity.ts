import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerNames } from '../../shared/adapters/azure/containers.ts';
import { demoSettings } from '../../shared/host/demo-settings.ts';
import { jobsQueue } from '../../shared/host/azure/triggers.ts';
import { collector, operatorTenant, productIdentity } from '../../simulator/entra/directory.ts';
import { identityHeader } from '../../simulator/entra/identity-endpoint.ts';
import { startSimulator, type Simulator } from '../../simulator/start-simulator.ts';
import { exchangeResource } from '../../simulator/entra/managed-identities.ts';
import { startAiSearch } from '../fakes/ai-search/ai-search-fake.ts';
import { developmentAccount, startAzurite } from '../fakes/azurite.ts';
import { sharedCosmos } from './azure-cosmos.ts';
import { setEnvironment } from './environment.ts';
import { selfSigned } from './self-signed.ts';
import { audit, blob, contosoId, fabrikamId, smallTenant, trace } from './small-world.ts';
import { tlsFront } from './tls-front.ts';

/** What Azure and Microsoft 365 are to an app that has an identity and no secret. */
export interface IdentityPlace {
  readonly simulator: Simulator;
  /** Settings of the app; nothing in them is secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the platform itself puts into the app's environment, and this process's. */
  readonly platform: Readonly<Record<string, string>>;
  readonly queueUrl: string;
  close(): Promise<void>;
}

const hour = 3_600_000;
/** No service is there: whoever asks for a secret all the same fails. */
const away = 'https://127.0.0.1:1';
const sources = ['entra.directory-audits', 'exchange.message-trace', 'm365.unified-audit'];

/**
 * The stores of the Azure profile, which take tokens of the identity, and the providers, whose sign-in gives them.
 * All by the machine's clock, because the SDKs go by no other. The identity's endpoint is the simulator's: the SDK
 * remembers the first it was told, so that a file can have one place only.
 */
export async function startIdentityPlace(): Promise<IdentityPlace> {
  const simulator = await startSimulator({ world: recentWorld(Date.now()), port: 0 });
  const platform = {
    IDENTITY_ENDPOINT: `${simulator.url}/msi/token`,
    IDENTITY_HEADER: identityHeader,
    // The certificates are made on the spot; whether SDKs check them is not what is tried here.
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  };
  const restore = setEnvironment(platform);
  const storage = await startStorage();
  const cosmos = await sharedCosmos();
  const front = await tlsFront(cosmos.url);
  const token = await identityToken(simulator, 'https://search.azure.com');
  const search = await startAiSearch({ tls: selfSigned('localhost'), tokens: [token] });
  trustIdentity(simulator);
  return {
    simulator,
    queueUrl: storage.queueUrl,
    platform,
    environment: {
      ...providerSettings(simulator),
      HOLDFAST_PROFILE: 'azure',
      HOLDFAST_IDENTITY_CLIENT_ID: productIdentity.clientId,
      HOLDFAST_COSMOS_URL: front.url,
      HOLDFAST_COSMOS_DATABASE: await cosmos.makeDatabase(containerNames),
      HOLDFAST_ARCHIVE_URL: storage.blobUrl,
      HOLDFAST_RETENTION: 'none',
      HOLDFAST_QUEUE_URL: storage.queueUrl,
      HOLDFAST_SEARCH_URL: search.endpoint,
      HOLDFAST_VAULT_URL: away,
    },
    async close() {
      await Promise.all([search.close(), front.close(), simulator.close()]);
      storage.close();
      restore();
    },
  };
}

/** The credential as infra/register-apps.sh makes it; `over` is what somebody got wrong. */
export function trustIdentity(
  simulator: Simulator,
  over: { readonly issuer?: string; readonly subject?: string; readonly audience?: string } = {},
): void {
  const issuer = over.issuer ?? `${simulator.url}/login/${operatorTenant.id}/v2.0`;
  const subject = over.subject ?? productIdentity.principalId;
  const audiences = [over.audience ?? exchangeResource];
  simulator.control.removeFederatedCredentials(collector.clientId);
  simulator.control.addFederatedCredential(collector.clientId, { issuer, subject, audiences });
}

/** What the platform gives the app for a resource. */
export async function identityToken(simulator: Simulator, resource: string): Promise<string> {
  const query = new URLSearchParams({ 'api-version': '2019-08-01', client_id: productIdentity.clientId, resource }); // prettier-ignore
  const headers = { 'x-identity-header': identityHeader };
  const response = await fetch(`${simulator.url}/msi/token?${query.toString()}`, { headers });
  return ((await response.json()) as { access_token: string }).access_token;
}

function providerSettings(simulator: Simulator): Record<string, string> {
  const cards = simulator.control
    .tenants()
    .flatMap(card =>
      card.clientId === null ? [] : [{ ...card, clientId: card.clientId, clientSecret: '', mimecast: null }],
    );
  const { environment, tenants, grants } = demoSettings({}, simulator.url, cards);
  const pulled = tenants.map(tenant => ({
    ...tenant,
    connections: tenant.connections.flatMap(one =>
      // All in one window each, at any time of the day: from midnight on, a day is up to two.
      sources.includes(one.source) ? [{ ...one, remembersDays: 1, everySeconds: 2 * 86_400 }] : [],
    ),
  }));
  const { HOLDFAST_SECRET_PULL_CLIENT: _secret, ...settings } = environment;
  const set = Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    ...Object.fromEntries(set),
    HOLDFAST_TENANTS: JSON.stringify(pulled),
    HOLDFAST_GRANTS: JSON.stringify(grants),
  };
}

/** Azurite under https: it checks audience, issuer and time of each token, and takes none in the clear. */
async function startStorage(): Promise<{ blobUrl: string; queueUrl: string; close: () => void }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-'));
  const { key, cert } = selfSigned('127.0.0.1');
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await Promise.all([writeFile(keyFile, key), writeFile(certFile, cert)]);
  const azurite = await startAzurite(['--oauth=basic', `--key=${keyFile}`, `--cert=${certFile}`]);
  // Read at the start, and never again.
  await rm(folder, { recursive: true });
  const owner = new StorageSharedKeyCredential(developmentAccount.account, developmentAccount.key);
  for (const name of ['raw', 'holds'])
    await new ContainerClient(`${azurite.blobUrl}/${name}`, owner).create();
  const queueUrl = `${azurite.queueUrl}/${jobsQueue}`;
  await new QueueClient(queueUrl, owner).create();
  return { blobUrl: azurite.blobUrl, queueUrl, close: () => azurite.close() };
}

/** A few records of each kind in Contoso, some hours old. */
function recentWorld(now: number): Parameters<typeof startSimulator>[0]['world'] {
  const ago = (hours: number): number => Math.floor(now / 1_000) * 1_000 - hours * hour;
  return {
    seed: 7,
    tenants: [
      smallTenant(contosoId, 'Contoso', 'contoso.example', {
        audits: [audit('1', ago(6)), audit('2', ago(4)), audit('3', ago(3))],
        traces: [trace('1', ago(9)), trace('2', ago(8))],
        blobs: { 'Audit.SharePoint': [blob('Audit.SharePoint', ago(5), ['a', 'b'])] },
      }),
      smallTenant(fabrikamId, 'Fabrikam', 'fabrikam.example', { audits: [audit('f1', ago(4))] }),
    ],
  };
}
