import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

/**
 * Signed notes as in C2SP's signed-note: a text that ends in a line feed, an empty line, then one line per
 * signature, `— <key name> <base64(4-byte key id ‖ signature)>`. The signature covers the text alone.
 * Ed25519 (type 0x01), and ECDSA over P-256 with SHA-256 (type 0x02) for keys in a vault that has no Ed25519.
 */

export interface NoteSignature {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}
export interface NoteSigner {
  readonly name: string;
  readonly privateKey: KeyObject;
}
export interface NoteVerifier {
  readonly name: string;
  /** The 32 bytes of an Ed25519 key, or the DER SubjectPublicKeyInfo of a P-256 one. */
  readonly publicKey: Uint8Array;
}
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const ed25519 = 1;
const ecdsa = 2;
const publicKeyLength = 32;
// The fixed head of a P-256 SubjectPublicKeyInfo (RFC 5480) with an uncompressed point, before its 65 bytes.
const p256Head = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const p256Length = p256Head.length + 65;
const signatureLength = 64;
// A reader must take at least 16 signatures; an endless list is somebody wasting our time.
const mostSignatures = 64;
const emDash = '\u2014';
// The fixed head of a PKCS #8 Ed25519 private key (RFC 8410), before the 32 bytes of the seed.
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The private key of a 32-byte seed. */
export const ed25519PrivateKey = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });

/** The 32 bytes of the public key that belongs to a private (or public) one. */
export function ed25519PublicKey(key: KeyObject): Uint8Array {
  const { crv, x } = createPublicKey(key).export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError('not an Ed25519 key');
  return Buffer.from(x, 'base64url');
}

const isEd25519 = (publicKey: Uint8Array): boolean => publicKey.length === publicKeyLength;
const isP256 = (publicKey: Uint8Array): boolean =>
  publicKey.length === p256Length && p256Head.equals(publicKey.subarray(0, p256Head.length));

/**
 * Eight hexadecimal digits: the first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key) for Ed25519, and of
 * SHA-256(public key) alone for ECDSA.
 */
export function noteKeyId(name: string, publicKey: Uint8Array): string {
  const named = [Buffer.from(`${name}\n`), Buffer.of(ed25519), publicKey];
  return hash('sha256', isEd25519(publicKey) ? Buffer.concat(named) : publicKey, 'hex').slice(0, 8);
}

/** `<name>+<key id>+<base64(type ‖ public key)>`: what a verifier is given to trust. */
export function formatVerifierKey(verifier: NoteVerifier): string {
  const type = isEd25519(verifier.publicKey) ? ed25519 : ecdsa;
  const key = Buffer.concat([Buffer.of(type), verifier.publicKey]).toString('base64');
  return `${verifier.name}+${noteKeyId(verifier.name, verifier.publicKey)}+${key}`;
}

/** Reads a verifier key; the problem is a sentence. */
export function parseVerifierKey(text: string): Parsed<NoteVerifier> {
  // The key's base64 may hold a `+` too, so the text is not simply split.
  const [, name = '', keyId, encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const key = decodeBase64(encoded);
  const publicKey = key?.subarray(1) ?? Buffer.alloc(0);
  const known = key?.[0] === ed25519 ? isEd25519(publicKey) : key?.[0] === ecdsa && isP256(publicKey);
  if (!isKeyName(name) || !known) {
    return {
      ok: false,
      problem: 'This is not a verifier key of the form name+keyid+key with an Ed25519 or a P-256 key.',
    };
  }
  const verifier = { name, publicKey };
  if (noteKeyId(name, verifier.publicKey) !== keyId) {
    return { ok: false, problem: 'The key id does not belong to this name and key: the text was changed.' };
  }
  return { ok: true, value: verifier };
}

/** The note with one signature line per signer. Throws a TypeError for a text or a name a note cannot hold. */
export const signNote = (text: string, signers: readonly NoteSigner[]): string =>
  noteOf(
    text,
    signers.map(({ name, privateKey }) => ({
      name,
      keyId: noteKeyId(name, ed25519PublicKey(privateKey)),
      signature: sign(null, Buffer.from(text), privateKey),
    })),
  );

/** The note with signatures made elsewhere, where the private key cannot leave. Throws as signNote does. */
export function noteOf(text: string, signatures: readonly NoteSignature[]): string {
  if (!isNoteText(text))
    throw new TypeError('a note is text without control characters that ends in a line feed');
  const lines = signatures.map(({ name, keyId, signature }) => {
    if (!isKeyName(name)) throw new TypeError('a key name has no spaces and no plus sign');
    const bytes = Buffer.concat([Buffer.from(keyId, 'hex'), signature]);
    return `${emDash} ${name} ${bytes.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** Takes a note apart; nothing is verified yet. */
export function parseNote(note: string): Parsed<SignedNote> {
  // The last empty line ends the text: an extension line may not be empty, so there is no other reading.
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  if (end < 0 || !note.endsWith('\n') || !isNoteText(text)) {
    return { ok: false, problem: 'This is not a signed note: no text, empty line and signature lines.' };
  }
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > mostSignatures) return { ok: false, problem: 'The note has too many signatures.' };
  const signatures = lines.map(parseSignature);
  if (!signatures.every(signature => signature !== null)) {
    return { ok: false, problem: 'A signature line of the note cannot be read.' };
  }
  return { ok: true, value: { text, signatures } };
}

/**
 * Parses and verifies. Signatures by keys not among `verifiers` are passed over; one by a known key that does
 * not verify, or none by any known key, refuses the note. Answers the text and the names that signed it.
 */
export function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): Parsed<{ readonly text: string; readonly signedBy: readonly string[] }> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const { text, signatures } = parsed.value;
  const signedBy = new Set<string>();
  for (const { name, keyId, signature } of signatures) {
    const known = verifiers.find(one => one.name === name && noteKeyId(name, one.publicKey) === keyId);
    if (known === undefined) continue;
    if (!verifies(text, signature, known.publicKey)) {
      return {
        ok: false,
        problem: `The signature of ${name} does not fit the text: one of them was changed.`,
      };
    }
    signedBy.add(name);
  }
  if (signedBy.size === 0) return { ok: false, problem: 'No key you trust has signed this note.' };
  return { ok: true, value: { text, signedBy: [...signedBy] } };
}

function verifies(text: string, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (!isEd25519(publicKey)) {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    return isP256(publicKey) && verify('sha256', Buffer.from(text), key, signature);
  }
  if (signature.length !== signatureLength) return false;
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(text), key, signature);
}

function parseSignature(line: string): NoteSignature | null {
  const [dash, name, encoded, ...more] = line.split(' ');
  if (dash !== emDash || name === undefined || encoded === undefined || more.length > 0) return null;
  const bytes = decodeBase64(encoded);
  if (!isKeyName(name) || bytes === null || bytes.length < 5) return null;
  return { name, keyId: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) };
}

/** Standard base64 in its one canonical spelling; Buffer.from alone passes over what it does not know. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : null;
}

/** May a signature name this key? Not empty, no spaces of any kind, no plus sign, no control characters. */
export const isKeyName = (name: string): boolean => name !== '' && !/[\s+\p{Cc}]/u.test(name);

const isNoteText = (text: string): boolean =>
  text.endsWith('\n') && text.isWellFormed() && !/[^\P{Cc}\n]/u.test(text);
