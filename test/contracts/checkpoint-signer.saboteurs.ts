import { sign } from 'node:crypto';
import { ed25519PrivateKey, ed25519PublicKey } from '../../shared/evidence/signed-note.ts';
import type { CheckpointSigner } from '../../shared/ports/checkpoint-signer.ts';
import type { Saboteur } from './contract.ts';

const keyOf = (n: number): CheckpointSigner => {
  const key = ed25519PrivateKey(new Uint8Array(32).fill(n));
  const publicKey = ed25519PublicKey(key);
  return {
    publicKey: async () => publicKey,
    sign: async text => ({ publicKey, signature: sign(null, Buffer.from(text), key) }),
  };
};

export const checkpointSignerSaboteurs: readonly Saboteur<CheckpointSigner>[] = [
  {
    does: 'signs only the beginning of a text',
    sabotage: () => signer => ({ ...signer, sign: text => signer.sign(text.slice(0, 20)) }),
    fails: ['signs so that the key it names takes the signature', 'signs the whole text and no other'],
  },
  {
    does: 'names another key than the one it signs with',
    sabotage: () => signer => ({ ...signer, publicKey: keyOf(1).publicKey }),
    fails: [
      'signs so that the key it names takes the signature',
      'says with each signature by which key it was made',
      'makes no other key where its own cannot be read',
      'has another key elsewhere',
    ],
  },
  {
    does: 'has a key of its own in every handle',
    sabotage: () => {
      let n = 0;
      return () => keyOf((n += 1));
    },
    fails: [
      'has one key in every handle, whoever asks first',
      'makes no other key where its own cannot be read',
      'has another key elsewhere',
    ],
  },
  {
    does: 'makes another key where its own cannot be read',
    sabotage: () => signer => ({
      publicKey: () => signer.publicKey().catch(() => keyOf(1).publicKey()),
      sign: text => signer.sign(text).catch(() => keyOf(1).sign(text)),
    }),
    fails: ['makes no other key where its own cannot be read'],
  },
];
