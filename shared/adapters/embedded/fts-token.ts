import { parseIp } from '../../kernel/ip-address.ts';
import { fold, joinGuids, keyword, wordLimit, words } from '../../query/fold.ts';
import type { QueryField } from '../../model/query.ts';

// Control characters that are no white space. They stand for punctuation inside tokens, one for one: message
// and correlation ids are a good part of an index, and spelling their hyphens out would add a quarter to them.
const controls = Array.from({ length: 26 }, (_, n) => String.fromCharCode(n < 8 ? n + 1 : n + 6));
const punctuation = " -.@_/:<>#$%&'()*+,=?[]{|}";

/**
 * Text as FTS5 gets it. Its plain ASCII tokenizer sees letters, digits, everything beyond ASCII, `~` and
 * some control characters as parts of words and lower-cases ASCII; folding and splitting of all other text is done here, by the rules
 * every adapter shares, so the tokenizer never decides anything.
 *
 * `~` begins every token that is not a word: no word of an event or a query holds it, so `~k…` can only be
 * the keyword it was made from, and a `~` alone keeps a phrase from reaching from one value into the next.
 */
export const tokenizer = `ascii tokenchars '~${controls.join('')}'`;

/** Between the values of one column. */
export const valueBreak = ' ~ ';

// What the tokenizer takes apart just as `words` does: printable ASCII without `~`.
const plain = /^[ -}]*$/;
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A text whose tokens are its words. Most texts are already one; taking words apart here costs ten times more. */
export function searchableText(text: string): string {
  let folded = text;
  if (!plain.test(text)) {
    const spaced = withoutSigns(fold(text));
    if (spaced === null) return words(text).join(' ');
    folded = spaced;
  }
  if (folded.length < 36) return folded;
  if (folded.length === 36 && guid.test(folded)) return folded.replaceAll('-', '');
  if (holdsGuid(folded)) folded = joinGuids(folded.toLowerCase());
  return holdsLongWord(folded) ? words(text).join(' ') : folded;
}

/**
 * A folded text with a space for what is no part of a word though the tokenizer would take it for one: quotation marks
 * beyond ASCII, control characters. Null where letters may come in pairs of units.
 */
function withoutSigns(folded: string): string | null {
  let spaced = '';
  let from = 0;
  for (let at = 0; at < folded.length; at++) {
    const unit = folded.charCodeAt(at);
    if (unit >= 32 && unit < tilde) continue;
    if (unit >= 0xd800 && unit <= 0xdfff) return null;
    if (isWordUnit(unit)) continue;
    spaced += `${folded.slice(from, at)} `;
    from = at + 1;
  }
  return from === 0 ? folded : spaced + folded.slice(from);
}

const tilde = 0x7e;
const wordUnit = /[\p{L}\p{N}]/u;
/** Units met, for a regular expression's answer costs more than all else here. */
const wordUnits = new Map<number, boolean>();

function isWordUnit(unit: number): boolean {
  const known = wordUnits.get(unit);
  if (known !== undefined) return known;
  const found = wordUnit.test(String.fromCharCode(unit));
  wordUnits.set(unit, found);
  return found;
}

/** Four hyphens in a GUID's distances. It may find what is none; `words` decides. */
function holdsGuid(text: string): boolean {
  for (let at = text.indexOf('-', 8); at !== -1; at = text.indexOf('-', at + 1)) {
    if (text[at + 5] === '-' && text[at + 10] === '-' && text[at + 15] === '-') return true;
  }
  return false;
}

/** Whether a word may be longer than words may be: among so many letters in a row one stands on a multiple. */
function holdsLongWord(text: string): boolean {
  for (let at = wordLimit; at < text.length; at += wordLimit + 1) {
    let from = at;
    let to = at;
    while (from >= 0 && isInWord(text.charCodeAt(from))) from -= 1;
    while (to < text.length && isInWord(text.charCodeAt(to))) to += 1;
    if (to - from > wordLimit) return true;
  }
  return false;
}

const isAlphanumeric = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90);

/** Of a text that searchableText has looked at: what is beyond ASCII in it is part of a word. */
const isInWord = (unit: number): boolean => unit >= 128 || isAlphanumeric(unit);

/** What a keyword's tokens begin with, so that those of two fields never meet. */
const letters = {
  tenant: 't', source: 's', stream: 'x', category: 'c', operation: 'o', outcome: 'r', severity: 'v', actorKind: 'k',
  ip: 'h', country: 'g', app: 'a', device: 'd', direction: 'z', status: 'u', messageId: 'm', correlationId: 'q',
} as const satisfies Partial<Record<QueryField, string>>; // prettier-ignore

/** Fields whose whole values are tokens. */
export type TokenField = keyof typeof letters;
export const tokenFields = Object.keys(letters) as TokenField[];

/**
 * The token of a keyword already in its form for comparison. Values that begin alike have tokens that begin
 * alike, which is what makes `field:abc*` a prefix search.
 */
export const keywordToken = (field: TokenField, comparable: string): string =>
  `~${letters[field]}${spelled(comparable)}`;

/** The token of a value as an event has it. */
export const valueToken = (field: TokenField, value: string): string => keywordToken(field, keyword(value));

const spelling = Array.from({ length: 128 }, (_, unit) => {
  const place = punctuation.indexOf(String.fromCharCode(unit));
  return controls[place] ?? `~${unit.toString(16).padStart(2, '0')}`;
});

function spelled(text: string): string {
  let token = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Capitals are none of a folded text's; what lies beyond ASCII is part of a token as it is.
    if (unit >= 128 || isAlphanumeric(unit)) continue;
    token += text.slice(from, at) + (spelling[unit] ?? '');
    from = at + 1;
  }
  return from === 0 ? text : token + text.slice(from);
}

/** The token of an IP address by its bytes, and, cut short, of the network it begins. */
export const addressToken = (family: 4 | 6, hex: string): string => `~${family === 4 ? 'i' : 'j'}${hex}`;

/** The token of what an event has for an IP address, which may be none. */
export function ipToken(comparable: string): string {
  const address = parseIp(comparable);
  return address === null ? keywordToken('ip', comparable) : addressToken(address.family, address.hex);
}

const wholeLetters = { actor: 'b', sender: 'e', recipient: 'f' } as const;
/** Fields that are found by their words, and as a whole by the number of their value. */
export type WholeField = keyof typeof wholeLetters;
export const hasWholeToken = (field: string): field is WholeField => Object.hasOwn(wholeLetters, field);

/** The token of a whole value: the phrase of its words would go through every event of an address's domain. */
export const wholeToken = (field: WholeField, number: number): string =>
  `~${wholeLetters[field]}${number.toString(36)}`;

/** The token of the set of fields an event has values for. */
export const shapeToken = (shape: string): string => `~p${shape}`;

/** A phrase of an FTS5 query. Only words and tokens come here, and neither can hold a quote. */
export const phrase = (tokens: readonly string[], prefix: boolean): string =>
  `"${tokens.join(' ')}"${prefix ? '*' : ''}`;
