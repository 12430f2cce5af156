import { maskSource } from './mask-source.ts';
import { lineAt, type Finding, type TreeFile } from './source-tree.ts';

// `test`, or `test.each(…)`, `test.for(…)`, `test.prop(…)`; the same of `it`.
const aTest = /(?<![.\w$])(?:test|it)(?:\.(?:each|for|prop|concurrent|sequential|fails))?\s*[(<]/;
const putAside =
  /(?<![\w$])(?:(?:test|it|describe|suite)\s*(?:\.\s*\w+\s*)*\.\s*(?:only|skip|todo|skipIf|runIf)\b|(?:xit|xtest|xdescribe|fit|fdescribe)\s*\()/g;
const atRunTime = /(?<![\w$])(?:context|ctx|t|task)\s*\.\s*skip\s*\(/g;

/** Test files without a test, and tests that are singled out or put aside. */
export function testFileFindings(file: TreeFile): Finding[] {
  if (!/\.(test|contract)\.ts$/.test(file.path)) return [];
  const code = maskSource(file.text);
  const findings: Finding[] = [];
  if (file.path.endsWith('.test.ts') && !aTest.test(code)) {
    findings.push({ path: file.path, line: 0, says: 'has no test' });
  }
  for (const pattern of [putAside, atRunTime]) {
    for (const match of code.matchAll(pattern)) {
      const says = `${match[0].trim()}: run it, or print "not run" and why`;
      findings.push({ path: file.path, line: lineAt(code, match.index), says });
    }
  }
  return findings;
}
