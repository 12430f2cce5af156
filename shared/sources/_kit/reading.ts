// Readers for fields whose type the provider does not keep: each gives what it can use, or null, and never throws.

/** What providers write where they have nothing. */
const placeholders = new Set([
  'not available', 'n/a', 'null', '<null>', '(null)', 'none', 'undefined', 'unknown', 'unknown (unknown)', '-', '__null__',
  '00000000-0000-0000-0000-000000000000', '{00000000-0000-0000-0000-000000000000}',
]); // prettier-ignore

/** The longest text an event takes over; the rest is in raw. */
export const longestText = 4_096;

/**
 * Text with something in it; surrounding space cut off. Numbers become text: ids arrive as both. So does the only
 * element of a list: some providers make a list of what others write alone.
 */
export function text(value: unknown): string | null {
  if (typeof value === 'string') {
    const trimmed = value.trim();
    if (trimmed === '') return null;
    return trimmed.length <= longestText && isStorable(trimmed) ? trimmed : storable(trimmed);
  }
  // Most fields asked for are not there.
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  return Array.isArray(value) && value.length === 1 && !Array.isArray(value[0]) ? text(value[0]) : null;
}

// Half a character, and the zero that ends strings elsewhere: both can be written in JSON, neither in every store.
const isStorable = (found: string): boolean => found.isWellFormed() && !found.includes('\u0000');
const storable = (found: string): string =>
  found.slice(0, longestText).toWellFormed().replaceAll('\u0000', '\ufffd');

const firstLetters = new Set(
  [...placeholders].flatMap(word => [word[0] ?? '', (word[0] ?? '').toUpperCase()]),
);

/** Text that says something: a placeholder such as `Not Available` is null. */
export function word(value: unknown): string | null {
  const found = text(value);
  if (found === null || found.length > 38 || !firstLetters.has(found[0] ?? '')) return found;
  return placeholders.has(found.toLowerCase()) ? null : found;
}

/** A whole number, also when it arrives as text. */
export function integer(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null;
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : null;
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true], ['$true', true], ['yes', true], ['1', true],
  ['false', false], ['$false', false], ['no', false], ['0', false],
]); // prettier-ignore

/** True and false in the spellings providers use; null for anything else. */
export function flag(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value === 1 ? true : value === 0 ? false : null;
  return typeof value === 'string' ? (flags.get(value.trim().toLowerCase()) ?? null) : null;
}

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object's fields, or null. */
export function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The value's elements; nothing when it is no list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The first of the values that says something. */
export function firstWord(...values: readonly unknown[]): string | null {
  for (const value of values) {
    const found = word(value);
    if (found !== null) return found;
  }
  return null;
}
