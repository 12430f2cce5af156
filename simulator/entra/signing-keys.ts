import {
  generateKeyPair,
  generateKeyPairSync,
  randomUUID,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { isSignedBy, readJwt, signJwt, type Claims } from './jwt.ts';

const makePair = promisify(generateKeyPair);

export interface SigningKey {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface SigningKeys {
  /** Signs with the newest key. */
  sign(claims: Claims): string;
  /** The claims of a token signed with a key that is still published, otherwise null. */
  verify(token: string): Claims | null;
  /** The published keys, as Entra lists them: without `alg`. */
  published(): { keys: readonly JsonWebKey[] };
  /** Signs with a new key from now on. The old ones stay published unless `dropOld`. */
  rotate(dropOld: boolean): Promise<void>;
  /** For tests: the newest public key, and a key that was never published. */
  readonly newest: SigningKey;
  readonly stranger: SigningKey;
}

/**
 * The keys of the simulated Entra. They are random: whoever could compute them from the seed could sign
 * themselves into a product that trusts this issuer. So tokens do not outlive a restart, unless whoever restarts it
 * hands over the key to begin with.
 */
export async function signingKeys(begin?: SigningKey): Promise<SigningKeys> {
  const first = begin ?? (await makeKey());
  let stranger: SigningKey | null = null;
  let keys: readonly SigningKey[] = [first];
  // Checking a signature costs more than serving a small page; a collector sends the same token for an hour.
  const seen = new Map<string, Claims>();
  const newest = (): SigningKey => keys.at(-1) ?? first;
  return {
    sign: claims => signJwt(claims, newest().privateKey, { kid: newest().id }),
    verify(token) {
      const known = seen.get(token);
      if (known !== undefined) return known;
      const jwt = readJwt(token);
      const key = keys.find(({ id }) => id === jwt?.header['kid']);
      if (jwt === null || key === undefined || !isSignedBy(token, key.publicKey)) return null;
      if (seen.size >= 1_000) seen.clear();
      seen.set(token, jwt.claims);
      return jwt.claims;
    },
    published: () => ({
      keys: keys.map(({ id, publicKey }) => ({
        ...publicKey.export({ format: 'jwk' }),
        use: 'sig',
        kid: id,
      })),
    }),
    async rotate(dropOld) {
      const next = await makeKey();
      keys = dropOld ? [next] : [...keys.slice(-3), next];
      seen.clear();
    },
    get newest() {
      return newest();
    },
    get stranger() {
      // Made when a test first asks.
      stranger ??= { id: randomUUID(), ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
      return stranger;
    },
  };
}

/** A new one, which takes longer than everything else a start does. */
export async function makeKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await makePair('rsa', { modulusLength: 2048 });
  return { id: randomUUID(), publicKey, privateKey };
}
