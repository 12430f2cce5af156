import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** The repository's root. */
export const root = resolve(import.meta.dirname, '../..');

/** One file of the repository; `path` has forward slashes and begins at the root. */
export interface TreeFile {
  readonly path: string;
  readonly text: string;
}

/** What a check says is wrong: where, and a sentence. Line 0 means the file as a whole. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly says: string;
}

// Not ours to judge: installed, built or written at run time.
export const passedOver: ReadonlySet<string> = new Set([
  'node_modules',
  '.git',
  '.holdfast',
  'dist',
  '.cache',
  'coverage',
]);

/** Every file of the repository that a person or a tool wrote, in path order, whether committed yet or not. */
export function listTree(folder = root): string[] {
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (passedOver.has(entry.name)) continue;
      const full = join(at, entry.name);
      if (entry.isDirectory()) walk(full);
      else if (entry.isFile()) found.push(relative(folder, full).split(sep).join('/'));
    }
  };
  walk(folder);
  return found.sort();
}

export const readTreeFile = (path: string): TreeFile => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
});

/** Every TypeScript file, read. */
export function typeScriptFiles(): TreeFile[] {
  return listTree()
    .filter(path => path.endsWith('.ts'))
    .map(readTreeFile);
}

/** `path:line says`, one per line: what a failing check prints. */
export const report = (findings: readonly Finding[]): string[] =>
  findings.map(finding => `${finding.path}:${finding.line} ${finding.says}`);

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
