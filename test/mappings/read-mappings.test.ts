import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeholders } from '../../shared/mappings/placeholders.ts';
import { problemText, readMappings } from '../../shared/mappings/read-mappings.ts';
import { categories } from '../../shared/model/event.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { root } from '../house/source-tree.ts';
import { seed } from '../support/seed.ts';

const ids = sources.map(({ id }) => id);
const problems = (text: string): string[] => {
  const read = readMappings(text, ids);
  return read.ok ? [] : read.problems.map(problem => problemText(problem).split(';')[0] ?? '');
};
const builtIn = readFileSync(join(root, 'mappings.yml'), 'utf8');

describe('the built-in mapping file', () => {
  test('has no mistake, and a label for every category', () => {
    expect(problems(builtIn)).toEqual([]);
    for (const category of categories) expect(builtIn).toMatch(new RegExp(`^  ${category}: \\S`, 'm'));
  });
  test('has each of its placeholders explained in docs/mapping-file.md', () => {
    const page = readFileSync(join(root, 'docs/mapping-file.md'), 'utf8');
    expect(Object.keys(placeholders).filter(name => !page.includes(`\`{${name}}\``))).toEqual([]);
  });
});

describe('a mapping file', () => {
  test('may say little, and then the categories have plain names', () => {
    const read = readMappings('categories:\n  role: Privileges\n', ids);
    if (!read.ok) throw new Error('not read');
    expect(read.mappings.labels).toMatchObject({ role: 'Privileges', 'data-protection': 'Data protection' });
    expect(ids.map(id => read.mappings.rulesOf(id))).toEqual(ids.map(() => null));
  });

  test.each([
    ['an unknown source', 'sources:\n  entra.audits:\n    X:\n      summary: x', 'line 2, column 3: unknown source “entra.audits”'],
    ['an unknown category to label', 'categories:\n  roles: X', 'line 2, column 3: unknown category “roles”'],
    ['an unknown category of an operation', 'sources:\n  m365.unified-audit:\n    X:\n      category: roles', 'line 4, column 17: unknown category “roles”'],
    ['an unknown placeholder', "sources:\n  m365.unified-audit:\n    X:\n      summary: 'it was {actr}'", 'line 4, column 24: unknown placeholder {actr}'],
    ['an unknown placeholder in a folded text', 'sources:\n  m365.unified-audit:\n    X:\n      summary: >-\n        it was\n        {actr}', 'line 6, column 9: unknown placeholder {actr}'],
    ['an unknown key at the top', 'labels: {}', 'line 1, column 1: unknown key “labels”'],
    ['an unknown key of an operation', 'sources:\n  m365.unified-audit:\n    X:\n      sumary: x', 'line 4, column 7: unknown key “sumary”'],
    ['a duplicate key', 'categories:\n  role: A\n  role: B', 'line 3, column 3: duplicate key “role”: it stands above already'],
    ['an operation twice in another spelling', 'sources:\n  m365.unified-audit:\n    Add user.:\n      summary: x\n    add user:\n      summary: y', 'line 5, column 5: duplicate key “add user”: it stands above already'],
    ['a number for a text', 'categories:\n  role: 5', 'line 2, column 9: the label of role should be text'],
    ['a list for a text', 'sources:\n  m365.unified-audit:\n    X:\n      summary: [a]', 'line 4, column 16: summary should be text'],
    ['a text for a map', 'sources: m365.unified-audit', 'line 1, column 10: sources should hold sources by their id, written `name: …` on lines of their own'],
    ['nothing for a map', 'sources:\n  m365.unified-audit:\n    X:', 'line 3, column 7: “X” should hold category, summary, failed, written `name: …` on lines of their own'],
    ['an operation that says nothing', 'sources:\n  m365.unified-audit:\n    X: {}', 'line 3, column 5: “X” says nothing'],
    ['a label without a word', "categories:\n  role: ' '", 'line 2, column 9: a label has 1 to 60 characters on one line'],
    ['a key that is a list', '[a, b]: c', 'line 1, column 1: a key should be text'],
    ['an alias', 'categories: &a\n  role: A\nsources: *a', 'line 3, column 10: aliases (*name) are not taken here'],
    ['an alias of a rule', 'sources:\n  m365.unified-audit:\n    X: &x\n      summary: a\n    Y: *x', 'line 5, column 8: aliases (*name) are not taken here'],
    ['an alias for a text', 'sources:\n  m365.unified-audit:\n    X:\n      summary: &x a\n      failed: *x', 'line 5, column 15: aliases (*name) are not taken here'],
    ['an empty file', '', 'line 1, column 1: the file should hold categories and sources, written `name: …` on lines of their own'],
    ['two documents', 'categories: {}\n---\nsources: {}', 'line 2, column 1: a second document begins here'],
    ['a quote left open', 'categories:\n  role: "A\n', 'line 2, column 9: the quote that opens here is never closed'],
    ['a quote left open above others', "sources:\n  m365.unified-audit:\n    X:\n      summary: 'x\n    Y:\n      category: file\n", 'line 4, column 16: the quote that opens here is never closed'],
    ['what is no YAML', 'categories:\n  role: @A', 'line 2, column 9: not YAML: Plain value cannot start with reserved character @'],
    ['a sentence that begins with a brace outside quotes', 'sources:\n  m365.unified-audit:\n    X:\n      summary: {actor} came', 'line 4, column 16: text that begins with a brace or a bracket stands in quotes: \'…\''],
    ['a sentence with a colon outside quotes', 'sources:\n  m365.unified-audit:\n    X:\n      summary: user: {actor}', 'line 4, column 16: text with “: ” in it stands in quotes'],
    ['a star outside quotes', 'sources:\n  m365.unified-audit:\n    *:\n      summary: x', "line 3, column 5: a star stands in quotes: '*'"],
    ['a line that stands between two', 'sources:\n  m365.unified-audit:\n    X:\n    summary: x\n   Y:\n      summary: y', 'line 5, column 1: this line should be indented as the ones beside it'],
    ['a bracket left open', 'sources:\n  m365.unified-audit:\n    X:\n      summary: [in\n      failed: x\n', 'line 4, column 16: the bracket or brace that opens here is never closed'],
    ['a sentence that begins with a bracket outside quotes', 'sources:\n  m365.unified-audit:\n    X:\n      summary: [in {actor}\n      failed: x\n', "line 4, column 16: text that begins with a brace or a bracket stands in quotes: '…'"],
    ['a star within an operation', "sources:\n  m365.unified-audit:\n    'File*':\n      summary: x", 'line 3, column 5: “File*” is no operation'],
    ['an operation without a name', "sources:\n  m365.unified-audit:\n    '':\n      summary: x", 'line 3, column 5: “” is no operation'],
    ['a merge', 'sources:\n  m365.unified-audit:\n    X: &x\n      summary: a\n    Y:\n      <<: *x', 'line 6, column 7: unknown key “<<”'],
    ['a second sentence', "sources:\n  m365.unified-audit:\n    X:\n      summary: '{actor} came in. They stayed'", 'line 4, column 32: a second sentence begins here'],
    ['a second line', 'sources:\n  m365.unified-audit:\n    X:\n      summary: |\n        {actor} came\n        and stayed', 'line 4, column 16: a sentence stands on one line'],
    ['letters that are no UTF-8', 'categories:\n  role: A\n  mail: M\uFFFDil', 'line 3, column 10: this is not UTF-8 text'],
    ['a zero character', 'categories:\r\n  role: A\u0000', 'line 2, column 10: this is not UTF-8 text'],
    ['a mistake after a byte order mark', '\uFEFFcategories:\n  roles: A', 'line 2, column 3: unknown category “roles”'],
    ['a mistake on lines that end as Windows ends them', 'categories:\r\n  role: A\r\n  roles: A\r\n', 'line 3, column 3: unknown category “roles”'],
    ['a tab', 'categories:\n\trole: A', 'line 2, column 1: a tab indents this line'],
  ])('with %s is refused with its place', (_, text, says) => {
    expect(problems(text)).toContain(says);
  }); // prettier-ignore

  test('is taken with a byte order mark, and with the line ends of Windows', () => {
    const read = readMappings(`\uFEFF${builtIn.replaceAll('\n', '\r\n')}`, ids);
    const plain = readMappings(builtIn, ids);
    if (!read.ok || !plain.ok) throw new Error('not read');
    for (const id of ids) {
      expect(read.mappings.rulesOf(id)?.digest).toBe(plain.mappings.rulesOf(id)?.digest);
    }
  });

  test('is told all its mistakes at once, in the order of the file', () => {
    const text = [
      'categories:', '  rolle: X', 'sources:', '  entra.nope:', '    X:', '      summary: 5', '  m365.unified-audit:',
      '    FileX:', '      summary: "{actr} and {ipp}"', '    FileX:', '      category: nope', 'more: 1',
    ].join('\n'); // prettier-ignore
    expect(problems(text).map(line => line.replace(/:.*/, ''))).toEqual([
      'line 2, column 3', 'line 4, column 3', 'line 6, column 16', 'line 9, column 17', 'line 9, column 28',
      'line 10, column 5', 'line 11, column 17', 'line 12, column 1',
    ]); // prettier-ignore
  });

  test('is taken with keys that only look like numbers or words of YAML', () => {
    const text =
      'sources:\n  m365.unified-audit:\n    50126:\n      summary: a\n    0x10:\n      summary: b\n    null:\n      summary: c\n    on:\n      summary: d';
    const read = readMappings(text, ids);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const rules = read.mappings.rulesOf('m365.unified-audit');
    expect(['50126', '0x10', 'null', 'on', '16'].map(name => rules?.find(name) !== null)).toEqual([
      true, true, true, true, false,
    ]); // prettier-ignore
  });

  test('too large, or nested without end, is refused and not read', () => {
    expect(problems('#'.repeat(200_000))).toEqual([
      'line 1, column 1: the file has more than 131072 characters',
    ]);
    expect(problems('['.repeat(100_000))).toEqual([
      expect.stringMatching(/^line 1, column \d+: the file is nested too deeply$/),
    ]);
    expect(problems(`${'- '.repeat(60_000)}x`).length).toBeGreaterThan(0);
  });

  test('never throws, whatever it is, and places its mistakes inside the file', () => {
    const piece = fc.constantFrom(
      'categories', 'sources', 'm365.unified-audit', 'role', 'summary', ':', ' ', '\n', '  ', '- ', '{', '}', '[', ']', '"',
      "'", '&a', '*a', '!!binary', '|', '>', '#', '---', '...', '{actor}', '? ', '\t', '\u2028', '\ud83d', '<<',
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        const text = pieces.join('');
        const read = readMappings(text, ids);
        const lines = text.split('\n').length;
        for (const { line, column } of read.ok ? [] : read.problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines + 1);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
