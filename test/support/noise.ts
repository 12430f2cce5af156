import { seededNumbers } from '../../simulator/seeded.ts';
import { seed } from './seed.ts';

/** Text that compression makes little of, a byte a character; another one for each name. */
export function noise(length: number, name: string): string {
  const dice = seededNumbers(seed, name);
  let text = '';
  while (text.length < length) text += String.fromCharCode(33 + Math.floor(dice() * 94));
  return text.slice(0, length);
}
