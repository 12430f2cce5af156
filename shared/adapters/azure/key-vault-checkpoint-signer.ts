import { createHash, createPublicKey } from 'node:crypto';
import { CryptographyClient, KeyClient, type KeyClientOptions, type KeyVaultKey } from '@azure/keyvault-keys';
import { AppError } from '../../kernel/errors.ts';
import type { CheckpointSigner } from '../../ports/checkpoint-signer.ts';
import { vaultPatience, type VaultOptions } from './key-vault-secret-store.ts';
import { serviceStatus } from './service-status.ts';
import { asVaultError } from './vault-error.ts';

/** The key in the vault, made by the infrastructure: EC, P-256. */
export const checkpointKey = 'checkpoints';

export interface KeyVaultCheckpointSignerOptions extends VaultOptions {
  readonly key?: string;
}

/** Signs with a key that never leaves the vault. Key Vault has no Ed25519, so the signature is ECDSA. */
export function keyVaultCheckpointSigner(options: KeyVaultCheckpointSignerOptions): CheckpointSigner {
  const { url, credential, key = checkpointKey } = options;
  const settings: KeyClientOptions = {
    disableChallengeResourceVerification: options.azureDomain === false,
    retryOptions: { maxRetries: 3, maxRetryDelayInMs: 5_000 },
  };
  const client = new KeyClient(url, credential, settings);

  async function current(): Promise<{ readonly found: KeyVaultKey; readonly publicKey: Uint8Array }> {
    // Asked for each time: after a rotation the newest version signs.
    const found = await guarded(key, () => client.getKey(key, vaultPatience(options)));
    return { found, publicKey: spkiOf(found) };
  }

  return {
    publicKey: async () => (await current()).publicKey,
    async sign(text) {
      const { found, publicKey } = await current();
      const signature = await guarded(key, () => signDigest(found, text, options, settings));
      return { publicKey, signature: derOf(signature) };
    },
  };
}

async function signDigest(
  key: KeyVaultKey,
  text: string,
  options: VaultOptions,
  settings: KeyClientOptions,
): Promise<Uint8Array> {
  const client = new CryptographyClient(key.id ?? '', options.credential, settings);
  const digest = createHash('sha256').update(text).digest();
  return (await client.sign('ES256', digest, vaultPatience(options))).result;
}

function spkiOf({ key, name }: KeyVaultKey): Uint8Array {
  const { x, y } = key ?? {};
  if (x === undefined || y === undefined || key?.crv !== 'P-256') {
    throw new AppError(
      'config.invalid',
      'give-up',
      `The key ${name} in the key vault is not an EC key over P-256. Create one: az keyvault key create --kty EC --curve P-256.`,
    );
  }
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: text(x), y: text(y) };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
}

/** The vault answers r and s, 32 bytes each; a note holds them as the DER sequence that verifiers read. */
function derOf(signature: Uint8Array): Uint8Array {
  if (signature.length !== 64) throw asVaultError(new Error('not an ES256 signature'));
  const integer = (bytes: Uint8Array): Buffer => {
    let from = 0;
    while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
    const rest = Buffer.from(bytes.subarray(from));
    // A first bit of one would make the number negative.
    const value = (rest[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), rest]) : rest;
    return Buffer.concat([Buffer.of(2, value.length), value]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

async function guarded<T>(key: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    if (serviceStatus(thrown).status === 404) {
      throw new AppError(
        'secret.missing',
        'give-up',
        `The key ${key} is not in the key vault. Create it: az keyvault key create --name ${key} --kty EC --curve P-256.`,
        { target: key },
      );
    }
    throw asVaultError(thrown);
  }
}
