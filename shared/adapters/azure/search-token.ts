/**
 * How keywords and words are spelled in the index. AI Search compares no strings by order, rewrites and caps
 * wildcards, and splits or refuses long tokens; so values are put in a spelling of ours that needs none of it:
 *
 * - A keyword, already in its form for comparison, becomes a token of `0-9 a-z % _` whose order is the order of
 *   the keyword's code points. No character of it means anything to Lucene, OData or a separated list.
 * - The same token, cut into pieces, is searchable by its beginnings: the index's analyzer emits every beginning of
 *   every piece, so a prefix is a plain term. A piece that is the last ends in `.`, another in `,`.
 * - A word ends in `.` for the same reason: `lind.` is the word, `lind` a beginning.
 */

/** Characters of the alphabet tokens are made of, in their order. */
const alphabet = '%0123456789_abcdefghijklmnopqrstuvwxyz';
const pieceLength = 100;
/** Stands before each value of a field of words, so that no phrase runs from one value into the next. */
export const valueBreak = '.';

/**
 * Stands before a value that comes back as it was spelled: the SDK makes dates and numbers of texts that look so,
 * and an operation called `NaN` would come back as none.
 */
export const spellingPrefix = '=';

/** The longest term of a piece or word: what the analyzer must be told. */
export const longestTerm = pieceLength + 2;

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');

function spelled(code: number): string {
  if (code < 0x30) return `%${hex(code, 2)}`;
  if (code > 0x7a) return `z1${hex(code, 6)}`;
  if (code === 0x7a) return 'z0';
  return code > 0x39 && code < 0x61 ? `_${hex(code, 2)}` : String.fromCharCode(code);
}

/** The token of a keyword in its form for comparison. The empty keyword has one too: the least of all. */
export function tokenOf(keyword: string): string {
  if (keyword === '') return '%';
  let token = '';
  for (const letter of keyword) token += spelled(letter.codePointAt(0) ?? 0);
  return token;
}

const escapes = /%([0-9a-f]{2})|_([0-9a-f]{2})|z1([0-9a-f]{6})|z0|[0-9a-y]/g;

/** The keyword a token was made of; null for what is no token. */
export function keywordOf(token: string): string | null {
  if (token === '%') return '';
  let length = 0;
  let keyword = '';
  for (const found of token.matchAll(escapes)) {
    const [all, low, middle, high] = found;
    const digits = low ?? middle ?? high;
    const code = digits === undefined ? null : Number.parseInt(digits, 16);
    if (code !== null && code > 0x10ffff) return null;
    keyword += code === null ? (all === 'z0' ? 'z' : all) : String.fromCodePoint(code);
    length += all.length;
  }
  return token !== '' && length === token.length ? keyword : null;
}

/** The pieces of a token as they are indexed: numbered, so that no piece is taken for another's beginning. */
export function piecesOf(token: string): readonly string[] {
  const count = Math.ceil(token.length / pieceLength);
  return Array.from({ length: count }, (_, n) => {
    const end = n === count - 1 ? '.' : ',';
    return numbered(n, token.slice(n * pieceLength, (n + 1) * pieceLength)) + end;
  });
}

// Tokens are at most 256 × 8 long: 21 pieces.
const numbered = (piece: number, text: string): string => piece.toString(36) + text;

/** The terms, one after the other, of every token that begins so. Not for the empty beginning. */
export function termsBeginning(beginning: string): readonly string[] {
  const last = Math.floor((beginning.length - 1) / pieceLength);
  return Array.from({ length: last + 1 }, (_, n) => {
    const piece = numbered(n, beginning.slice(n * pieceLength, (n + 1) * pieceLength));
    return n === last ? piece : `${piece},`;
  });
}

/**
 * The beginnings that all greater tokens have and no other: those that part from `token` upwards at one of its
 * places, and those that go on after it.
 */
export function beginningsAfter(token: string): readonly string[] {
  const letters = Array.from(alphabet);
  const parting = Array.from(token).flatMap((own, at) =>
    letters.filter(letter => letter > own).map(letter => token.slice(0, at) + letter),
  );
  return [...parting, ...letters.map(letter => token + letter)];
}
