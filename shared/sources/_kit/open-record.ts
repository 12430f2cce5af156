import { z } from 'zod';

/**
 * The wire schema of a record that must be an object with a time, and may hold anything else of any type: providers
 * add fields, and change the types of those nobody reads, without a word. The record itself goes through, not a
 * copy of it. `alsoIn` are other names the time goes by.
 */
export function openRecord<Rec extends object>(
  timeField: keyof Rec & string,
  ...alsoIn: readonly (keyof Rec & string)[]
): z.ZodType<Rec> {
  const hasTime = (value: unknown): boolean => {
    if (!isObject(value)) return false;
    return [timeField, ...alsoIn].some(name => {
      const time: unknown = Reflect.get(value, name);
      return typeof time === 'string' || typeof time === 'number';
    });
  };
  return z.custom<Rec>(hasTime, {
    error: ({ input }) => (isObject(input) ? `expected a time in ${timeField}` : 'expected an object'),
  });
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
