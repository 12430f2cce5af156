import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { onTestFinished } from 'vitest';

export const clientId = 'b1f0e6a2-0000-4000-8000-0000000a0d1e';

export interface TokenWish {
  readonly tid: string;
  readonly oid?: string;
  readonly roles?: readonly string[];
  /** Claims to add or replace; undefined removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly kid?: string;
}

/** A signing service like Entra's on loopback, with one set of keys for all its tenants. */
export interface Issuer {
  readonly loginUrl: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** How the keys endpoint behaves. */
  mode: 'works' | 'down' | 'html';
  /** Seconds since the epoch: when tokens are issued. */
  now: () => number;
  user(wish: TokenWish): Promise<string>;
  app(wish: TokenWish): Promise<string>;
  /** A token whose every claim is given. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
  /** Takes a new key; the old one stays published only if said so. */
  rotate(keepOld: boolean): Promise<void>;
  publicKey(): JWK;
  privateKey(): CryptoKey;
}

interface Key {
  readonly kid: string;
  readonly pair: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
  readonly jwk: JWK;
}

let made = 0;
async function newKey(): Promise<Key> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  made += 1;
  const kid = `key-${String(made)}`;
  return { kid, pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, use: 'sig' } };
}

export async function startIssuer(nowSeconds: () => number): Promise<Issuer> {
  let keys = [await newKey()];
  const current = (): Key => {
    const [first] = keys;
    if (first === undefined) throw new Error('the issuer has no key');
    return first;
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (issuer.mode === 'down') {
      response.writeHead(503).end('down');
    } else if (issuer.mode === 'html') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>maintenance</html>');
    } else if (/^\/login\/[0-9a-f-]{36}\/discovery\/v2\.0\/keys$/.test(request.url ?? '')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: keys.map(key => key.jwk) }));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const loginUrl = `http://127.0.0.1:${String(port)}/login`;

  const usual = ({
    tid,
    oid = '0d000000-0000-4000-8000-000000000001',
  }: TokenWish): Record<string, unknown> => ({
    iss: `${loginUrl}/${tid}/v2.0`,
    aud: clientId,
    tid,
    oid,
    ver: '2.0',
    iat: issuer.now(),
    nbf: issuer.now(),
    exp: issuer.now() + 3_600,
  });
  const header = (wish: TokenWish): Record<string, unknown> =>
    wish.kid === undefined ? {} : { kid: wish.kid };

  const issuer: Issuer = {
    loginUrl,
    asked,
    mode: 'works',
    now: nowSeconds,
    user: wish =>
      issuer.sign(
        { ...usual(wish), scp: 'access', roles: wish.roles ?? [], name: 'Mira Holt', ...wish.claims },
        header(wish),
      ),
    app: wish =>
      issuer.sign({ ...usual(wish), idtyp: 'app', roles: wish.roles ?? [], ...wish.claims }, header(wish)),
    sign: (claims, extra = {}) => {
      const { kid, pair } = current();
      const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
      return new SignJWT(given)
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, ...extra })
        .sign(pair.privateKey);
    },
    async rotate(keepOld) {
      keys = [await newKey(), ...(keepOld ? keys : [])];
    },
    publicKey: () => current().jwk,
    privateKey: () => current().pair.privateKey,
  };
  return issuer;
}
