import { describe, expect, test } from 'vitest';
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  type Checkpoint,
} from '../../shared/evidence/checkpoint.ts';
import {
  ed25519PrivateKey,
  ed25519PublicKey,
  formatVerifierKey,
  noteKeyId,
  openNote,
  parseNote,
  parseVerifierKey,
  signNote,
  type NoteVerifier,
} from '../../shared/evidence/signed-note.ts';

// Test-only keys: seeds anybody can guess.
const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
const privateKey = ed25519PrivateKey(seed);
const name = 'archive.example/t/contoso';
const signer = { name, privateKey };
const verifier: NoteVerifier = { name, publicKey: ed25519PublicKey(privateKey) };
const other = { name: 'witness.example', privateKey: ed25519PrivateKey(seed.toReversed()) };
const otherVerifier = { name: other.name, publicKey: ed25519PublicKey(other.privateKey) };

const checkpoint: Checkpoint = {
  origin: name,
  size: 7,
  root: 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  extensions: [],
};
const text = `${name}\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=\n`;
const signature =
  '— archive.example/t/contoso rJ54YgJZzfUFDJctFPQM6XlrsJnUyqi6EjY5uzJBKFZPYf6ZqfA9a8ZG0gaQ+vuOkeYGwtTDmFAy7ia2gPUYyrXsBQ0=\n';
const note = `${text}\n${signature}`;

describe('the vector', () => {
  test('public key and key id', () => {
    expect(Buffer.from(verifier.publicKey).toString('hex')).toBe(
      '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
    );
    expect(noteKeyId(name, verifier.publicKey)).toBe('ac9e7862');
  });
  test('text and signature', () => {
    expect(formatCheckpoint(checkpoint)).toBe(text);
    expect(signCheckpoint(checkpoint, [signer])).toBe(note);
    expect(openCheckpoint(note, [verifier])).toEqual({ ok: true, value: checkpoint });
  });
});

describe('a signed note', () => {
  test('is refused after any change of one character', () => {
    for (let at = 0; at < note.length; at += 1) {
      const changed = `${note.slice(0, at)}${note[at] === 'x' ? 'y' : 'x'}${note.slice(at + 1)}`;
      expect(openNote(changed, [verifier]).ok, `character ${at}`).toBe(false);
    }
  });
  test('is refused when it is cut anywhere', () => {
    for (let at = 0; at < note.length; at += 1)
      expect(openNote(note.slice(0, at), [verifier]).ok).toBe(false);
  });
  test('passes over signatures of keys it does not know', () => {
    const both = signCheckpoint(checkpoint, [other, signer]);
    expect(openNote(both, [verifier])).toEqual({ ok: true, value: { text, signedBy: [name] } });
    const signedBy = openNote(both, [verifier, otherVerifier]);
    expect(signedBy).toEqual({ ok: true, value: { text, signedBy: [other.name, name] } });
  });
  test('takes an unknown kind of signature under a known name for unknown', () => {
    const strange = `— ${name} ${Buffer.from('00000000ffff', 'hex').toString('base64')}\n`;
    expect(openNote(`${text}\n${strange}${signature}`, [verifier]).ok).toBe(true);
    expect(openNote(`${text}\n${strange}`, [verifier])).toMatchObject({ ok: false });
  });
  test('is refused without a signature of a known key', () => {
    expect(openNote(signCheckpoint(checkpoint, [other]), [verifier])).toMatchObject({
      ok: false,
      problem: 'No key you trust has signed this note.',
    });
    expect(openNote(note, []).ok).toBe(false);
  });
  test('is refused when one of two known keys did not sign this text', () => {
    const elsewhere = signCheckpoint({ ...checkpoint, size: 8 }, [other]).split('\n\n')[1] ?? '';
    expect(openNote(`${note}${elsewhere}`, [verifier, otherVerifier]).ok).toBe(false);
  });
  test('holds sixteen signatures, and not any number', () => {
    const many = (n: number): string => `${text}\n${signature.repeat(n)}`;
    expect(openNote(many(16), [verifier]).ok).toBe(true);
    expect(openNote(many(65), [verifier]).ok).toBe(false);
  });
  test('may hold empty lines in its text', () => {
    const signed = signNote('one\n\ntwo\n', [signer]);
    expect(openNote(signed, [verifier])).toMatchObject({ value: { text: 'one\n\ntwo\n' } });
  });
  test.each([
    ['no signatures', `${text}\n`],
    ['no empty line', `${text}${signature}`],
    ['another dash', note.replace('—', '-')],
    ['a control character', note.replace('contoso', 'conto\tso')],
    ['base64 that is not canonical', note.replace('BQ0=', 'BQ1=')],
    ['nothing', ''],
  ])('is refused with %s', (_what, broken) => {
    expect(parseNote(broken).ok).toBe(false);
  });
  test.each([['a b'], [''], ['a+b'], ['a\u00a0b']])('is not signed by the name %j', bad => {
    expect(() => signNote('x\n', [{ ...signer, name: bad }])).toThrow(TypeError);
  });
  test.each([['no line feed'], ['tab\t\n'], ['\ud800\n'], ['']])('is not made of the text %j', bad => {
    expect(() => signNote(bad, [signer])).toThrow(TypeError);
  });
});

describe('a verifier key', () => {
  const key = formatVerifierKey(verifier);
  test('reads back', () => {
    expect(key).toBe(`${name}+ac9e7862+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4`);
    expect(parseVerifierKey(key)).toEqual({
      ok: true,
      value: { name, publicKey: Buffer.from(verifier.publicKey) },
    });
  });
  test.each([
    ['another name', key.replace('contoso', 'fabrikam')],
    ['another id', key.replace('ac9e7862', 'ac9e7863')],
    ['another kind', key.replace('+AQOh', '+AgOh')],
    ['a shorter key', key.slice(0, -4)],
    ['nothing', ''],
  ])('is refused with %s', (_what, broken) => {
    expect(parseVerifierKey(broken).ok).toBe(false);
  });
});

describe('a checkpoint', () => {
  test('reads back, whatever it says', () => {
    const all = [
      { ...checkpoint, size: 0 },
      { ...checkpoint, size: Number.MAX_SAFE_INTEGER },
      { ...checkpoint, extensions: ['one', 'two three'] },
    ];
    for (const one of all) expect(parseCheckpoint(formatCheckpoint(one))).toEqual({ ok: true, value: one });
  });
  test.each([
    ['a leading zero', text.replace('\n7\n', '\n07\n')],
    ['a sign', text.replace('\n7\n', '\n+7\n')],
    ['a size too large to count', text.replace('\n7\n', '\n9999999999999999\n')],
    ['no size', text.replace('\n7\n', '\n\n')],
    ['a short root', text.replace('3bib5AOA', '')],
    ['another spelling of the root', text.replace('TIw=', 'TIx=')],
    ['no line feed at its end', text.slice(0, -1)],
    ['an empty line', `${text}\n`],
    ['carriage returns', text.replaceAll('\n', '\r\n')],
    ['no origin', text.slice(text.indexOf('\n'))],
    ['only an origin', `${name}\n`],
    ['nothing', ''],
  ])('is refused with %s', (_what, broken) => {
    expect(parseCheckpoint(broken).ok).toBe(false);
  });
  test('is not written with what cannot be read', () => {
    for (const bad of [
      { size: -1 },
      { size: 1.5 },
      { root: 'AB' },
      { origin: 'a b' },
      { extensions: [''] },
    ]) {
      expect(() => formatCheckpoint({ ...checkpoint, ...bad })).toThrow(TypeError);
    }
  });
});
