import { InvalidArgumentError } from 'commander';

/** An option's value that counts something. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1)
    throw new InvalidArgumentError('Expected a whole number from 1 to 999999999.');
  return number;
}
