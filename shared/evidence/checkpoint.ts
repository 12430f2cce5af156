import type { LedgerHead } from '../model/ledger.ts';
import {
  decodeBase64,
  isKeyName,
  openNote,
  signNote,
  type NoteSigner,
  type NoteVerifier,
  type Parsed,
} from './signed-note.ts';

/** A log's head as C2SP's tlog-checkpoint writes it; `root` is 64 hexadecimal digits, as everywhere here. */
export interface Checkpoint extends LedgerHead {
  /** Names the log for ever: no scheme, no spaces, e.g. `archive.example/t/contoso`. */
  readonly origin: string;
  /** Further lines; normally none. */
  readonly extensions: readonly string[];
}

/** Origin, size, root, extensions: one line each. Throws a TypeError for what a checkpoint cannot say. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions } = checkpoint;
  if (!Number.isSafeInteger(size) || size < 0) throw new TypeError('a log has a whole number of entries');
  if (!/^[0-9a-f]{64}$/.test(root)) throw new TypeError('a root is 64 hexadecimal digits');
  if (!isKeyName(origin)) throw new TypeError('an origin has no spaces and no plus sign');
  if (!extensions.every(isLine)) throw new TypeError('an extension is one line that is not empty');
  const lines = [origin, String(size), Buffer.from(root, 'hex').toString('base64'), ...extensions];
  return lines.map(line => `${line}\n`).join('');
}

/** Reads the text of a checkpoint; the problem is a sentence. */
export function parseCheckpoint(text: string): Parsed<Checkpoint> {
  const refuse = (problem: string): Parsed<Checkpoint> => ({ ok: false, problem });
  if (!text.endsWith('\n')) return refuse('The checkpoint does not end in a line feed: it was cut short.');
  const [origin = '', size = '', root = '', ...extensions] = text.slice(0, -1).split('\n');
  if (!isKeyName(origin)) return refuse('The first line of a checkpoint must be the name of its log.');
  // No sign, no leading zeros, nothing beyond what a number holds exactly: one spelling per size.
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) {
    return refuse('The second line of a checkpoint must be its size.');
  }
  const hash = decodeBase64(root);
  if (hash?.length !== 32) return refuse('The third line of a checkpoint must be a SHA-256 in base64.');
  if (!extensions.every(isLine)) return refuse('An extension line of a checkpoint must not be empty.');
  return { ok: true, value: { origin, size: Number(size), root: hash.toString('hex'), extensions } };
}

/** The checkpoint as a signed note. A log must never sign two that contradict each other. */
export const signCheckpoint = (checkpoint: Checkpoint, signers: readonly NoteSigner[]): string =>
  signNote(formatCheckpoint(checkpoint), signers);

/** The checkpoint of a signed note, once a trusted key is shown to have signed it. */
export function openCheckpoint(note: string, verifiers: readonly NoteVerifier[]): Parsed<Checkpoint> {
  const opened = openNote(note, verifiers);
  return opened.ok ? parseCheckpoint(opened.value.text) : opened;
}

const isLine = (line: string): boolean => line !== '' && !/\p{Cc}/u.test(line);
