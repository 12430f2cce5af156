import { randomBytes, sign, type KeyObject } from 'node:crypto';
import { ed25519PrivateKey, ed25519PublicKey } from '../../evidence/signed-note.ts';
import type { CheckpointSigner } from '../../ports/checkpoint-signer.ts';
import { keptKey } from './kept-key.ts';

const seedBytes = 32;
const withPublicKey = (seed: Uint8Array): Uint8Array =>
  Buffer.concat([seed, ed25519PublicKey(ed25519PrivateKey(seed))]);

/**
 * Signs with an Ed25519 key whose seed lies in the data folder. It shows what this installation said once, to who
 * keeps checkpoints elsewhere; against the owner of the folder it proves nothing.
 */
export function localCheckpointSigner(folder: string): CheckpointSigner {
  const privateKey = async (): Promise<KeyObject> =>
    ed25519PrivateKey(
      (
        await keptKey(folder, {
          name: 'checkpoint.key',
          make: () => withPublicKey(randomBytes(seedBytes)),
          // A seed with a byte changed is a seed too, of another key: the public one stands beside it.
          isWhole: bytes => Buffer.from(bytes).equals(withPublicKey(bytes.subarray(0, seedBytes))),
          mend: 'Restore it from a backup: who has the public key takes no signature of another.',
        })
      ).subarray(0, seedBytes),
    );
  return {
    publicKey: async () => ed25519PublicKey(await privateKey()),
    async sign(text) {
      const key = await privateKey();
      return { publicKey: ed25519PublicKey(key), signature: sign(null, Buffer.from(text), key) };
    },
  };
}
