import { posix } from 'node:path';
import { lineAt, type Finding, type TreeFile } from './source-tree.ts';

const link = /\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)]*))?\)/g;
const codePath =
  /`((?:functions|shared|simulator|cli|web|infra|test|bench|tools|docs|\.ci)\/[\w./-]*[\w/-])`/g;
const npmRun = /\bnpm run ([a-z][a-z:-]*)/g;

/** A heading's place in a page, as it is linked to: its letters, digits, hyphens and underscores. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Links, paths in backticks and npm scripts of a document that lead nowhere. */
export function deadReferences(
  file: TreeFile,
  there: (path: string) => boolean,
  scripts: readonly string[],
  textOf: (path: string) => string = () => '',
): Finding[] {
  const findings: Finding[] = [];
  const add = (offset: number, says: string): void => {
    findings.push({ path: file.path, line: lineAt(file.text, offset), says });
  };
  for (const match of file.text.matchAll(link)) {
    const [, to = '', anchor] = match;
    const path = to === '' ? file.path : posix.join(posix.dirname(file.path), to);
    if (!there(path)) add(match.index, `links to ${path}, which is not there`);
    else if (anchor !== undefined && !anchorsOf(to === '' ? file.text : textOf(path)).includes(anchor))
      add(match.index, `links to #${anchor} of ${path}, which has no such heading`);
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
