import { z } from 'zod';
import { text, type Fields } from './reading.ts';
import { hasUnderscores, joined, respelled } from './respelled.ts';

/**
 * The wire schema of a thing that must say which one it is, by one of these combinations of fields, and may hold
 * anything else of any type. The record itself goes through, not a copy of it, unless somebody on the way spelled it
 * otherwise.
 */
export function keyedRecord<Rec extends object>(...keys: readonly (readonly string[])[]): z.ZodType<Rec> {
  const named = keys.map(fields => fields.join(' and ')).join(', or ');
  const first = keys[0]?.[0] ?? '';
  const asSpelled = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    if (hasUnderscores(value)) return joined(value);
    return keyOf(value, keys) === null ? (respelled(value, first) ?? value) : value;
  };
  const record = z.custom<Rec>(value => isObject(value) && keyOf(value, keys) !== null, {
    error: ({ input }) =>
      isObject(input) ? `expected ${named} to tell which one it is` : 'expected an object',
  });
  return z.preprocess(asSpelled, record);
}

/** The values of the first combination that is there, as one text; null where none is. */
export function keyOf(record: Fields, keys: readonly (readonly string[])[]): string | null {
  for (const fields of keys) {
    const values = fields.map(field => text(record[field]));
    if (values.every(value => value !== null)) return values.join(' ');
  }
  return null;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
