import type { Analyzer } from './analysis.ts';

/** Words by number, and which of them stand for a term: one for all fields that are analyzed alike. */
export interface TermDictionary {
  /** The numbers of a text's words, in their places. */
  numbersOf(text: string): Uint32Array;
  /** For each word's number, whether one of its terms fits; asked again under the same key it remembers. */
  fitting(key: string, fits: (term: string) => boolean): (word: number) => boolean;
  /** The terms among those of the words that fit. */
  termsFitting(words: Iterable<number>, fits: (term: string) => boolean): number;
  /** The longest term of a word. */
  longestTerm(word: number): number;
}

export function termDictionary(analyzer: Analyzer): TermDictionary {
  const numbers = new Map<string, number>();
  const words: string[] = [];
  const longest: number[] = [];
  const known = new Map<string, { flags: boolean[] }>();

  return {
    numbersOf(text) {
      return Uint32Array.from(analyzer.tokenize(text), word => {
        const number = numbers.get(word) ?? words.length;
        if (number === words.length) {
          words.push(word);
          numbers.set(word, number);
          longest.push(analyzer.terms(word).reduce((most, term) => Math.max(most, term.length), 0));
        }
        return number;
      });
    },
    fitting(key, fits) {
      const memory = known.get(key) ?? { flags: [] };
      // A range of keywords is some hundred terms; what is asked once is not worth keeping for ever.
      if (known.size > 2_000) known.clear();
      known.set(key, memory);
      for (let word = memory.flags.length; word < words.length; word++) {
        memory.flags.push(analyzer.terms(words[word] ?? '').some(fits));
      }
      return word => memory.flags[word] === true;
    },
    termsFitting(some, fits) {
      const found = new Set<string>();
      for (const word of some) for (const term of analyzer.terms(words[word] ?? '')) if (fits(term)) found.add(term);
      return found.size;
    },
    longestTerm: word => longest[word] ?? 0,
  };
}
