import type { Import } from './list-imports.ts';
import type { Finding } from './source-tree.ts';

// Files of the product that need each other's types are one file in two halves. The simulator's site holds the
// type of everything in it, and the tests' tables that of everything they run.
const typesCount = ['shared/', 'cli/', 'functions/'];

/** Every loop of imports, once, by the smallest file name in it. In the product, type imports count too. */
export function importCycles(imports: readonly Import[]): Finding[] {
  const edges = new Map<string, Set<string>>();
  for (const one of imports) {
    if (one.file === null) continue;
    if (one.typeOnly && !typesCount.some(folder => one.from.startsWith(folder))) continue;
    const to = edges.get(one.from) ?? new Set();
    to.add(one.file);
    edges.set(one.from, to);
  }
  const findings = new Map<string, Finding>();
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path);
    if (seen !== -1) {
      const loop = trail.slice(seen);
      const first = [...loop].sort()[0] ?? path;
      const turned = [...loop.slice(loop.indexOf(first)), ...loop.slice(0, loop.indexOf(first)), first];
      const says = `is in a loop of imports: ${turned.join(' → ')}`;
      findings.set(says, { path: first, line: 0, says });
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of [...edges.keys()].sort()) visit(path, []);
  return [...findings.values()];
}
