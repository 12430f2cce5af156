import { posix } from 'node:path';
import { maskSource } from './mask-source.ts';
import { lineAt, type Finding, type TreeFile } from './source-tree.ts';

// Names that tools or readers expect spelled so.
const conventional = new Set([
  'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE',
]); // prettier-ignore

const segment = /^_?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9_]+(?:-[a-z0-9_]+)*)*$/;
const vague = /(?:^|-)(?:utils?|helpers?|common|managers?|services?|misc|stuff)$/;
const vagueExport =
  /\bexport\s+(?:abstract\s+|async\s+)?(?:class|function\*?|const|let|interface|type)\s+(\w*(?:[Uu]tils?|[Hh]elpers?|[Mm]anagers?|[Ss]ervices?))\b/g;

/** Paths that are not kebab-case, or hide what they hold behind a word that fits everything. */
export function badNames(paths: readonly string[]): Finding[] {
  return paths.flatMap(path => {
    const file = posix.basename(path);
    const folders = posix
      .dirname(path)
      .split('/')
      .filter(part => part !== '.');
    const findings: Finding[] = [];
    for (const part of [...folders, file]) {
      if (part.startsWith('.') || conventional.has(part)) continue;
      if (!segment.test(part)) findings.push({ path, line: 0, says: `"${part}" is not kebab-case` });
      const stem = part.split('.')[0] ?? part;
      if (vague.test(stem)) findings.push({ path, line: 0, says: `"${stem}" does not say what it is` });
    }
    return findings;
  });
}

/** Exports that hide what they are behind such a word. */
export function badExports(file: TreeFile): Finding[] {
  const code = maskSource(file.text);
  return [...code.matchAll(vagueExport)].map(match => ({
    path: file.path,
    line: lineAt(code, match.index),
    says: `"${match[1]}" does not say what it is`,
  }));
}
