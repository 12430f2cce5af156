import type { Finding, TreeFile } from './source-tree.ts';

export const limit = 300;
/** A test file is a list of cases, and a list may be longer than a thought. */
export const testLimit = 400;
const limitOf = (path: string): number => (path.startsWith('test/') ? testLimit : limit);

/** Lines of code files over the limit, and exceptions that no longer need to be as large as they are. */
export function oversized(
  files: readonly TreeFile[],
  exceptions: Readonly<Record<string, number>>,
): Finding[] {
  const findings: Finding[] = [];
  const sizes = new Map(files.map(file => [file.path, file.text.replace(/\n$/, '').split('\n').length]));
  for (const [path, size] of sizes) {
    const allowed = exceptions[path] ?? limitOf(path);
    if (size > allowed)
      findings.push({ path, line: 0, says: `has ${size} lines; ${allowed} are allowed: split it` });
  }
  for (const [path, allowed] of Object.entries(exceptions)) {
    const size = sizes.get(path);
    if (size === undefined) findings.push({ path, line: 0, says: 'is gone: drop its exception' });
    else if (size <= limitOf(path))
      findings.push({ path, line: 0, says: 'is small enough now: drop its exception' });
    else if (size < allowed - 20)
      findings.push({ path, line: 0, says: `shrank to ${size}: lower its exception` });
  }
  return findings;
}
