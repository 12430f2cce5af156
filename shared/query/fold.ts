/**
 * How text is compared everywhere in the product: one folding, one idea of a word. Every index adapter and
 * the oracle in evaluate.ts use these functions, so that "the same word" means the same in all of them.
 */

/** A word counts by its first so many characters; longer ones are noise, and an index must bound them. */
export const wordLimit = 100;
/** A keyword counts by its first so many characters. */
export const keywordLimit = 256;

// Also true of lone surrogates and control characters: whatever needs more than lower-casing.
const beyondAscii = /[^\x00-\x7f]/;
const marks = /\p{M}+/gu;

/**
 * Lower case, without accents, compatibility forms as their plain ones: `Ångström` and `ÅNGSTRÖM` are
 * `angstrom`, `ﬁle` is `file`. Folding twice changes nothing.
 */
export function fold(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase();
  let folded = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 128) continue;
    // Half of a pair says nothing alone.
    if (isSurrogate(unit)) return foldWhole(text);
    folded += text.slice(from, at).toLowerCase() + foldedUnit(unit);
    from = at + 1;
  }
  return folded + text.slice(from).toLowerCase();
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** Letters met, folded: with marks dropped and one sigma, no letter's folding depends on its neighbours. */
const foldedUnits = new Map<number, string>();

function foldedUnit(unit: number): string {
  let folded = foldedUnits.get(unit);
  if (folded === undefined) {
    folded = foldWhole(String.fromCharCode(unit));
    foldedUnits.set(unit, folded);
  }
  return folded;
}

function foldWhole(text: string): string {
  const once = text.toWellFormed().normalize('NFKD').toLowerCase().replace(marks, '');
  if (!beyondAscii.test(once)) return once;
  // Some capitals fold into letters that have a lower case or a plainer form of their own. And a final sigma
  // is lower-cased by its place in the word, but a word's beginning must not depend on its end.
  return once.normalize('NFKD').toLowerCase().replace(marks, '').replaceAll('ς', 'σ');
}

const word = /[\p{L}\p{N}]+/gu;
const guid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/**
 * The words of a text, folded: runs of letters and digits. A GUID is one word (without its hyphens), because
 * nobody looks for a third of one and an index pays for every word.
 */
export function words(text: string): readonly string[] {
  const found = joinGuids(fold(text)).match(word) ?? [];
  return found.some(one => one.length > wordLimit) ? found.map(one => cut(one, wordLimit)) : found;
}

/** A folded text with every GUID in it as one word. */
export const joinGuids = (folded: string): string =>
  folded.includes('-') ? folded.replace(guid, found => found.replaceAll('-', '')) : folded;

const mailAddress = /^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$/;

/** Whether a text is one whole mail address (or a user principal name), and nothing else. */
export const isMailAddress = (text: string): boolean =>
  text.includes('@') && text.length <= keywordLimit && mailAddress.test(text);

/** A keyword's form for comparison: the whole value folded, white space around it dropped. */
export const keyword = (text: string): string => cut(fold(text).trim(), keywordLimit).trimEnd();

/** The first `limit` characters, never half of one. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

/** Orders text by code points, as SQLite's bytes do; JavaScript's `<` puts emoji before some letters. */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

// Surrogates spell the code points above all others; UTF-16 puts them below U+E000.
const rank = (unit: number): number => (isSurrogate(unit) ? unit + 0x10000 : unit);
