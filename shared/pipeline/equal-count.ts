import { sha256 } from '../kernel/hash.ts';

/** How often each record came in one reading of a window. */
export interface EqualCount {
  /** For the ids of one page's events, in order: how many equal ones came before each, on this page or an earlier one. */
  page(ids: readonly string[]): readonly number[];
}

/**
 * Counts from the beginning of a reading. A page that repeats an earlier one of the same reading record by record is
 * the provider's mistake (the same page under another link) and counts as that page did; unless all its records are
 * alike, because then nothing tells a repetition from more of them, and too many is better than too few.
 */
export function equalCount(): EqualCount {
  const counts = new Map<string, number>();
  const pages = new Map<string, readonly number[]>();
  return {
    page(ids) {
      const print = ids.some(id => id !== ids[0]) ? sha256(ids.join()) : null;
      const known = print === null ? undefined : pages.get(print);
      if (known !== undefined) return known;
      const numbers = ids.map(id => {
        const before = counts.get(id) ?? 0;
        counts.set(id, before + 1);
        return before;
      });
      if (print !== null) pages.set(print, numbers);
      return numbers;
    },
  };
}
