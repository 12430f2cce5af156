import type { Analyzer } from './analysis.ts';

/** Words by number, and which of them stand for a term: one for all fields that are analyzed alike. */
export interface TermDictionary {
  /** The numbers of a text's words, in their places. */
  numbersOf(text: string): Uint32Array;
  /** For each word's number, whether one of its terms fits; asked again under the same key it remembers. */
  fitting(key: string, fits: (term: string) => boolean): (word: number) => boolean;
  /** The terms among those of the words that fit. */
  termsFitting(words: Iterable<number>, fits: (term: string) => boolean): number;
  /** The longest of the terms of some words. No filter here makes a term longer than its word. */
  longestTerm(words: Uint32Array): number;
}

export function termDictionary(analyzer: Analyzer): TermDictionary {
  const numbers = new Map<string, number>();
  const words: string[] = [];
  const known = new Map<string, (boolean | undefined)[]>();

  return {
    numbersOf(text) {
      return Uint32Array.from(analyzer.tokenize(text), word => {
        const number = numbers.get(word) ?? words.length;
        if (number === words.length) {
          words.push(word);
          numbers.set(word, number);
        }
        return number;
      });
    },
    fitting(key, fits) {
      const flags = known.get(key) ?? [];
      // A range of keywords is some hundred terms; what is asked once is not worth keeping for ever.
      if (known.size > 2_000) known.clear();
      known.set(key, flags);
      return word => (flags[word] ??= analyzer.terms(words[word] ?? '').some(fits));
    },
    termsFitting(some, fits) {
      const found = new Set<string>();
      for (const word of some)
        for (const term of analyzer.terms(words[word] ?? '')) if (fits(term)) found.add(term);
      return found.size;
    },
    longestTerm(some) {
      const longest = some.reduce((most, word) => Math.max(most, words[word]?.length ?? 0), 0);
      if (longest <= 255) return longest;
      return Math.max(
        ...Array.from(some, word => analyzer.terms(words[word] ?? ''))
          .flat()
          .map(term => term.length),
      );
    },
  };
}
