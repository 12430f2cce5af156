import { posix } from 'node:path';
import { lineAt, type Finding, type TreeFile } from './source-tree.ts';

const link = /\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g;
const codePath =
  /`((?:functions|shared|simulator|cli|web|infra|test|bench|tools|docs|\.ci)\/[\w./-]*[\w/-])`/g;
const npmRun = /\bnpm run ([a-z][a-z:-]*)/g;

/** Links, paths in backticks and npm scripts of a document that lead nowhere. */
export function deadReferences(
  file: TreeFile,
  there: (path: string) => boolean,
  scripts: readonly string[],
): Finding[] {
  const findings: Finding[] = [];
  const add = (offset: number, says: string): void => {
    findings.push({ path: file.path, line: lineAt(file.text, offset), says });
  };
  for (const match of file.text.matchAll(link)) {
    const path = posix.join(posix.dirname(file.path), match[1] ?? '');
    if (!there(path)) add(match.index, `links to ${path}, which is not there`);
  }
  for (const match of file.text.matchAll(codePath)) {
    const path = (match[1] ?? '').replace(/\/$/, '');
    if (!there(path)) add(match.index, `speaks of ${path}, which is not there`);
  }
  for (const match of file.text.matchAll(npmRun)) {
    if (!scripts.includes(match[1] ?? '')) add(match.index, `runs "${match[1]}", which is no script`);
  }
  return findings;
}

/** What a decision record lacks: its number and title, the three sections, and a check that exists. */
export function recordFindings(file: TreeFile): Finding[] {
  const number = /^docs\/adr\/(\d{4})-/.exec(file.path)?.[1];
  const findings: Finding[] = [];
  const need = (ok: boolean, says: string): void => {
    if (!ok) findings.push({ path: file.path, line: 0, says });
  };
  need(number !== undefined, 'is not numbered: docs/adr/0001-what-was-decided.md');
  need(file.text.startsWith(`# ${Number(number)}. `), `does not begin with "# ${Number(number)}. Title"`);
  const sections = [...file.text.matchAll(/^## (.+)$/gm)].map(match => match[1]);
  need(sections.at(-1) === 'How it is checked', 'does not end with "How it is checked"');
  need(sections.includes('Decision'), 'has no section "Decision"');
  need((file.text.split('## How it is checked')[1] ?? '').includes('`'), 'names no check');
  return findings;
}
