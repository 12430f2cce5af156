import { posix } from 'node:path';
import { maskSource } from './mask-source.ts';
import { lineAt, type TreeFile } from './source-tree.ts';

/** One import, re-export or `import()` of a file. */
export interface Import {
  readonly from: string;
  readonly line: number;
  /** As written: `./ids.ts`, `zod`, `node:fs`. Null for an `import()` of something computed. */
  readonly specifier: string | null;
  /** The file it means, from the root; null for a package. */
  readonly file: string | null;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** Names taken as values, by their names over there. `*` is everything. */
  readonly values: readonly string[];
}

const statement = /\b(import|export)\b(?!\s*\()([^'"`;]*?)\bfrom\s*(['"])/g;
const bare = /\bimport\s*(['"])/g;
const dynamic = /(?<![.\w$]|function\s)(?:import|require)\s*\(\s*(['"`]?)/g;

/** Every import of a TypeScript file, found without running or compiling it. */
export function listImports(file: TreeFile): Import[] {
  const code = maskSource(file.text);
  const found: Import[] = [];
  const add = (offset: number, specifier: string | null, typeOnly: boolean, values: string[]): void => {
    const local = specifier?.startsWith('.') === true;
    found.push({
      from: file.path,
      line: lineAt(file.text, offset),
      specifier,
      file: local ? posix.join(posix.dirname(file.path), specifier) : null,
      typeOnly,
      values,
    });
  };
  for (const match of code.matchAll(statement)) {
    const clause = (match[2] ?? '').trim();
    const typeOnly = /^type\b(?!\s*,)/.test(clause);
    const values = typeOnly ? [] : valuesOf(clause);
    add(
      match.index,
      quoted(file.text, match.index + match[0].length - 1),
      typeOnly || values.length === 0,
      values,
    );
  }
  for (const match of code.matchAll(bare)) {
    add(match.index, quoted(file.text, match.index + match[0].length - 1), false, []);
  }
  for (const match of code.matchAll(dynamic)) {
    // typeof import('…') and `import('…').Type` in a type position exist only for the compiler; we do not use
    // them, so every import() counts as a real one.
    const specifier = match[1] === '' ? null : quoted(file.text, match.index + match[0].length - 1);
    add(match.index, specifier, false, ['*']);
  }
  return found.sort((a, b) => a.line - b.line);
}

/** The string that opens at `offset`. */
function quoted(text: string, offset: number): string {
  const close = text.indexOf(text.charAt(offset), offset + 1);
  return text.slice(offset + 1, close);
}

/** `mint, { a, type B, c as d }` → mint's `default`, a, c. */
function valuesOf(clause: string): string[] {
  const braces = /\{([^}]*)\}/.exec(clause);
  const values: string[] = [];
  const outside = clause
    .replace(/\{[^}]*\}/, '')
    .replaceAll(',', ' ')
    .trim();
  if (outside.startsWith('*')) values.push('*');
  else if (outside !== '') values.push('default');
  for (const part of (braces?.[1] ?? '').split(',')) {
    const name = part.trim();
    if (name === '' || /^type\s/.test(name)) continue;
    values.push(name.split(/\s+as\s+/)[0] ?? name);
  }
  return values;
}
