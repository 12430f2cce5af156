import { deepEqual, equal, notDeepEqual, rejects } from 'node:assert/strict';
import { noteKeyId, noteOf, openNote } from '../../shared/evidence/signed-note.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import type { CheckpointSigner, TextSignature } from '../../shared/ports/checkpoint-signer.ts';
import { contractOf, type Contract } from './contract.ts';

const name = 'archive.example/t/contoso';
const text = `${name}\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=\n`;

/** Whether somebody who was given this public key takes the signature for the text. */
function accepts(publicKey: Uint8Array, signed: TextSignature, of = text): boolean {
  const { signature } = signed;
  const note = noteOf(of, [{ name, keyId: noteKeyId(name, signed.publicKey), signature }]);
  return openNote(note, [{ name, publicKey }]).ok;
}

/** What every CheckpointSigner promises. */
export const checkpointSignerContract = (): Contract<CheckpointSigner> =>
  contractOf<CheckpointSigner>({
    'signs so that the key it names takes the signature': async signer => {
      const publicKey = await signer.publicKey();
      // Several: an ECDSA signature is another each time, and not always of one length.
      for (let n = 0; n < 4; n += 1) equal(accepts(publicKey, await signer.sign(text)), true);
    },
    'signs the whole text and no other': async signer => {
      const signed = await signer.sign(text);
      for (const other of [text.replace('7', '8'), `${text}more\n`, text.slice(0, -2).concat('\n')]) {
        equal(accepts(signed.publicKey, signed, other), false);
      }
      const long = `${'x'.repeat(100_000)}\n`;
      equal(accepts(signed.publicKey, await signer.sign(long), long), true);
    },
    'says with each signature by which key it was made': async signer => {
      deepEqual(Buffer.from((await signer.sign(text)).publicKey), Buffer.from(await signer.publicKey()));
    },
    'has one key in every handle, whoever asks first': async (signer, { open }) => {
      const others = await Promise.all([open(), open(), open()]);
      const keys = await Promise.all([signer, ...others].map(one => one.publicKey()));
      for (const key of keys) deepEqual(Buffer.from(key), Buffer.from(keys[0] ?? []));
    },
    'makes no other key where its own cannot be read': async (signer, { damage, open }) => {
      await signer.sign(text);
      await damage();
      await rejects(async () => (await open()).sign(text), AppError);
      await rejects(async () => (await open()).publicKey(), AppError);
    },
    'has another key elsewhere': async (signer, { elsewhere }) => {
      const other = await elsewhere();
      notDeepEqual(Buffer.from(await signer.publicKey()), Buffer.from(await other.publicKey()));
    },
  });
