import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { selfSigned } from '../support/self-signed.ts';
import { signDigest } from './sign-digest.ts';

/** What a test makes of a request: a status instead of the answer. */
export type VaultFault = (
  path: string,
) => { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | null;

export interface KeyVault {
  readonly url: string;
  readonly secrets: Map<string, string>;
  readonly calls: string[];
  fault: VaultFault | null;
  close(): Promise<void>;
}

/**
 * Key Vault's data plane as far as we use it: a challenge first, secrets by name, and a P-256 key that signs
 * digests and never leaves. Refuses API versions, algorithms and names the service refuses.
 */
export async function startKeyVault(): Promise<KeyVault> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = createServer(selfSigned('127.0.0.1'), (message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => handle(vault, privateKey, message, response, Buffer.concat(chunks)));
  });
  const port = await listen(server);
  const vault: KeyVault = {
    url: `https://127.0.0.1:${port}`,
    secrets: new Map(),
    calls: [],
    fault: null,
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => {
        server.close(resolve);
      });
    },
  };
  return vault;
}

function handle(
  vault: KeyVault,
  key: KeyObject,
  message: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  const at = new URL(message.url ?? '/', vault.url);
  vault.calls.push(`${message.method} ${at.pathname}`);
  const fault = vault.fault?.(at.pathname) ?? null;
  if (fault !== null) return refuse(response, fault.status, 'AsTheTestSays', fault.headers);
  if (message.headers.authorization !== 'Bearer a-token-for-tests') {
    return refuse(response, 401, 'Unauthorized', {
      'www-authenticate': `Bearer authorization="https://login.microsoftonline.com/c0a10000-0000-4000-8000-00000000c001", resource="https://vault.example"`,
    });
  }
  if (!/^\d{4}-\d{2}-\d{2}|^7\.\d/.test(at.searchParams.get('api-version') ?? '')) {
    return refuse(response, 400, 'BadParameter');
  }
  const [, kind, name = '', ...more] = at.pathname.split('/').map(decodeURIComponent);
  if (!/^[0-9A-Za-z-]{1,127}$/.test(name)) return refuse(response, 400, 'BadParameter');
  if (kind === 'secrets' && message.method === 'GET') return secret(vault, response, name);
  if (kind === 'keys' && name === 'checkpoints') return keyCall(vault, key, message, response, more, body);
  return refuse(response, 404, kind === 'keys' ? 'KeyNotFound' : 'SecretNotFound');
}

function secret(vault: KeyVault, response: ServerResponse, name: string): void {
  const value = vault.secrets.get(name);
  if (value === undefined) return refuse(response, 404, 'SecretNotFound');
  json(response, 200, { value, id: `${vault.url}/secrets/${name}/1`, attributes: { enabled: true } });
}

function keyCall(
  vault: KeyVault,
  key: KeyObject,
  message: IncomingMessage,
  response: ServerResponse,
  more: readonly string[],
  body: Buffer,
): void {
  const kid = `${vault.url}/keys/checkpoints/1`;
  if (message.method === 'GET') {
    const { kty, crv, x, y } = key.export({ format: 'jwk' });
    return json(response, 200, {
      key: { kid, kty, crv, x, y, key_ops: ['sign', 'verify'] },
      attributes: { enabled: true },
    });
  }
  const asked = JSON.parse(body.toString()) as { alg?: string; value?: string };
  const digest = Buffer.from(asked.value ?? '', 'base64url');
  if (more.at(-1) !== 'sign' || asked.alg !== 'ES256' || digest.length !== 32) {
    return refuse(response, 400, 'BadParameter');
  }
  json(response, 200, { kid, value: signDigest(key, digest).toString('base64url') });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { code, message: 'as the service says' } }));
}

function listen(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      resolve(typeof at === 'object' && at !== null ? at.port : 0);
    });
  });
}
