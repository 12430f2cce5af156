import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { searchableText, tokenizer } from '../../shared/adapters/embedded/fts-token.ts';
import { words } from '../../shared/query/fold.ts';
import { seed } from '../support/seed.ts';

/** The words SQLite's own tokenizer finds in each text, in order. */
function tokensOf(texts: readonly string[]): string[][] {
  const database = new DatabaseSync(':memory:');
  database.exec(`CREATE VIRTUAL TABLE texts USING fts5(text, tokenize="${tokenizer}");
    CREATE VIRTUAL TABLE instances USING fts5vocab(texts, instance);`);
  const insert = database.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)');
  texts.forEach((text, n) => insert.run(n, text));
  const found = texts.map((): string[] => []);
  const rows = database.prepare('SELECT doc, offset, term FROM instances').all();
  for (const { doc, offset, term } of rows) (found[Number(doc)] ?? [])[Number(offset)] = String(term);
  database.close();
  return found;
}

const signs = 'ab1 -.@~“”„’€…—·×«»\u00a0\u00ad\u0301\u200b\u3000\t\n\u0001\u007f'.split('');
const letters = ['Ł', 'ł', 'ß', 'å', '½', '²', 'ǅ', 'İ', 'Σ', 'ς', 'ﬁ', 'Ⅳ', '漢', 'ア', 'ё', 'é'];
const pairs = ['😀', '𝒜', '\u{1f1e9}'];
const long = ['x'.repeat(60), 'ł'.repeat(101), '0f0e0d0c-0b0a-0908-0706-050403020100'];
const part = fc.oneof(
  fc.constantFrom(...signs, ...letters, ...pairs, ...long),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);

test('what the index is given of a text are its words, as every adapter has them', () => {
  const text = fc.array(part, { maxLength: 12 }).map(parts => parts.join('').toWellFormed());
  fc.assert(
    fc.property(fc.array(text, { minLength: 500, maxLength: 500 }), texts => {
      expect(tokensOf(texts.map(searchableText))).toEqual(texts.map(words));
    }),
    { seed, numRuns: 20, endOnFailure: true },
  );
});

test.each([
  ['quotation marks', '“Re: Invoice 96537”: delivered', ['re', 'invoice', '96537', 'delivered']],
  ['letters without an accent to drop', 'Łukasz Mäkinen’s straße', ['łukasz', 'makinen', 's', 'straße']],
  ['a long word of such letters', `${'ł'.repeat(120)} end`, ['ł'.repeat(100), 'end']],
  ['a tilde beside them', '“a~b”', ['a', 'b']],
])('%s', (_, text, expected) => {
  expect(tokensOf([searchableText(text)])).toEqual([expected]);
});
