import { z } from 'zod';
import type { Fields } from './reading.ts';
import { hasUnderscores, joined, respelled } from './respelled.ts';

/**
 * The wire schema of a record that must be an object with a time, and may hold anything else of any type: providers
 * add fields, and change the types of those nobody reads, without a word. The record itself goes through, not a
 * copy of it, unless somebody on the way spelled it otherwise or put it in an envelope. `alsoIn` are other names the
 * time goes by.
 */
export function openRecord<Rec extends object>(
  timeField: keyof Rec & string,
  ...alsoIn: readonly (keyof Rec & string)[]
): z.ZodType<Rec> {
  const names = [timeField, ...alsoIn];
  // A time of one word has the same name with underscores: only the others can tell.
  const isSpelledAlike = names.some(name => name === name.toLowerCase());
  const hasTime = (value: Fields): boolean =>
    names.some(name => {
      const time = value[name];
      return typeof time === 'string' || typeof time === 'number';
    });
  const asSpelled = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    if (hasTime(value)) return isSpelledAlike && hasUnderscores(value) ? joined(value) : value;
    for (const name of names) {
      const found = respelled(value, name);
      if (found !== null) return found;
    }
    return value;
  };
  const record = z.custom<Rec>(value => isObject(value) && hasTime(value), {
    error: ({ input }) => (isObject(input) ? `expected a time in ${timeField}` : 'expected an object'),
  });
  return z.preprocess(asSpelled, record);
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
