import { maskSource } from './mask-source.ts';
import { lineAt, type Finding, type TreeFile } from './source-tree.ts';

const inCode: readonly (readonly [RegExp, string])[] = [
  [/\bas\s+unknown\s+as\b/g, 'casts through unknown: parse the value, or mend the type'],
  [/\bas\s+any\b|:\s*any\b|<any\b|\bany\[\]/g, 'says any'],
];
// In pieces, so that this file does not find itself.
const unfinished = new RegExp(
  `\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`,
  'g',
);
const silenced = new RegExp(`@ts-(?:${['ig' + 'nore', 'no' + 'check'].join('|')})`, 'g');

/** Casts that switch the compiler off, and notes to be finished later. */
export function plainCodeFindings(file: TreeFile): Finding[] {
  const code = maskSource(file.text);
  const find = (text: string, pattern: RegExp, says: string): Finding[] =>
    [...text.matchAll(pattern)].map(match => ({ path: file.path, line: lineAt(text, match.index), says }));
  return [
    ...inCode.flatMap(([pattern, says]) => find(code, pattern, says)),
    ...find(file.text, unfinished, 'is a note to finish it later: finish it, or open an issue'),
    ...find(file.text, silenced, 'silences the compiler'),
  ];
}
