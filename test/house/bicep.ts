import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-tree.ts';

/** What the templates say, as far as the tests ask. Not a compiler: it knows the syntax that ours use. */
export interface Template {
  readonly path: string;
  readonly text: string;
  readonly params: readonly { readonly name: string; readonly optional: boolean }[];
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
  readonly modules: readonly ModuleUse[];
  /** Resource types with their API versions. */
  readonly resources: readonly {
    readonly name: string;
    readonly type: string;
    readonly existing: boolean;
  }[];
  readonly vars: readonly string[];
  /** Everything that has a name in the file. */
  readonly declared: ReadonlySet<string>;
  /** Every name that is used and is no property. */
  readonly used: ReadonlySet<string>;
  readonly problems: readonly string[];
}
export interface ModuleUse {
  readonly name: string;
  readonly file: string;
  readonly params: readonly string[];
}

interface Token {
  readonly kind: 'name' | 'text' | 'mark';
  readonly value: string;
  readonly line: number;
}

const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Names, strings and marks. The expressions inside `${…}` are read too, as if they stood beside the string. */
function tokensOf(text: string, problems: string[]): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const readText = (): void => {
    let value = '';
    const began = line;
    at += 1;
    for (;;) {
      const here = text[at];
      if (here === undefined || here === '\n') {
        problems.push(`line ${began}: a string does not end`);
        return;
      }
      if (here === '\\') {
        value += text[at + 1] ?? '';
        at += 2;
      } else if (here === "'") {
        at += 1;
        tokens.push({ kind: 'text', value, line: began });
        return;
      } else if (here === '$' && text[at + 1] === '{') {
        at += 2;
        value += '${}';
        readUntil('}');
      } else {
        value += here;
        at += 1;
      }
    }
  };
  const readUntil = (end: string | null): void => {
    let depth = 0;
    while (at < text.length) {
      const here = text[at] ?? '';
      if (end !== null && here === end && depth === 0) {
        at += 1;
        return;
      }
      if (here === '{') depth += 1;
      if (here === '}') depth -= 1;
      if (here === '\n') line += 1;
      const rest = text.slice(at);
      const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
      if (rest.startsWith('//')) at += /^[^\n]*/.exec(rest)?.[0].length ?? 0;
      else if (here === "'") readText();
      else if (name !== undefined) {
        tokens.push({ kind: 'name', value: name, line });
        at += name.length;
      } else {
        if (!/\s/.test(here) || here === '\n') tokens.push({ kind: 'mark', value: here, line });
        at += 1;
      }
    }
    if (end !== null) problems.push('an expression in a string does not end');
  };
  readUntil(null);
  return tokens;
}

function balance(tokens: readonly Token[], problems: string[]): void {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'mark') continue;
    if ('([{'.includes(token.value)) open.push(token);
    else if (token.value in pairs && open.pop()?.value !== pairs[token.value])
      problems.push(`line ${token.line}: "${token.value}" closes nothing`);
  }
  for (const { value, line } of open) problems.push(`line ${line}: "${value}" is not closed`);
}

const keywords = new Set([
  'param', 'var', 'resource', 'module', 'output', 'existing', 'for', 'in', 'if', 'targetScope', 'string', 'int', 'bool',
  'object', 'array', 'true', 'false', 'null', 'description', 'allowed', 'minLength', 'maxLength', 'batchSize',
]); // prettier-ignore
const builtIn = new Set([
  'guid', 'union', 'toLower', 'uniqueString', 'subscription', 'subscriptionResourceId', 'environment', 'any', 'string',
  'loadJsonContent', 'resourceGroup', 'resourceId',
]); // prettier-ignore

/** Names that stand for something: not keys of objects, not properties after a dot, not decorators. */
function usedNames(tokens: readonly Token[]): Set<string> {
  const used = new Set<string>();
  tokens.forEach((token, at) => {
    if (token.kind !== 'name' || keywords.has(token.value) || builtIn.has(token.value)) return;
    const before = tokens[at - 1];
    const after = tokens[at + 1];
    if (before?.value === '.' || before?.value === '@') return;
    const startsLine = before === undefined || before.value === '\n' || before.value === '{';
    if (after?.value === ':' && startsLine) return;
    const declares =
      before?.kind === 'name' && /^(?:param|var|resource|module|output|for)$/.test(before.value);
    if (!declares) used.add(token.value);
  });
  return used;
}

/** The names that a piece of a template uses. */
export const namesIn = (text: string): Set<string> => usedNames(tokensOf(text, []));

export function readTemplate(path: string, text = readFileSync(join(root, path), 'utf8')): Template {
  const problems: string[] = [];
  const tokens = tokensOf(text, problems);
  balance(tokens, problems);
  const all = (pattern: RegExp): RegExpExecArray[] => [...text.matchAll(pattern)];
  const params = all(/^param (\w+) \w+( =)?/gm).map(([, name = '', initial]) => ({
    name,
    optional: initial !== undefined,
  }));
  const outputs = all(/^output (\w+) \w+ = (.*)$/gm).map(([, name = '', value = '']) => ({ name, value }));
  const resources = all(/^resource (\w+) '([^']+)'( existing)?/gm).map(
    ([, name = '', type = '', existing]) => ({ name, type, existing: existing !== undefined }),
  );
  const modules = all(/^module (\w+) '([^']+)' = [^\n]*\{\n([\s\S]*?)^\}/gm).map(
    ([, name = '', file = '', body = '']) => ({
      name,
      file: join(path, '..', file),
      params: [
        ...(/^ {2}params: \{\n([\s\S]*?)^ {2}\}/m.exec(body)?.[1] ?? '').matchAll(/^ {4}(\w+):/gm),
      ].map(([, param = '']) => param),
    }),
  );
  const loops = all(/\bfor \(?(\w+)(?:, (\w+))?\)? in\b/g).flatMap(([, one = '', two]) =>
    two === undefined ? [one] : [one, two],
  );
  const vars = all(/^var (\w+) =/gm).map(([, name = '']) => name);
  const names = [params, resources, modules].flatMap(list => list.map(one => one.name));
  const declared = new Set([...names, ...vars, ...loops]);
  const used = usedNames(tokens);
  return { path, text, params, vars, outputs, modules, resources, declared, used, problems };
}

/** What does not fit: in a file by itself, and between a module and whoever uses it. */
export function templateProblems(templates: readonly Template[]): string[] {
  const found: string[] = [];
  const byPath = new Map(templates.map(one => [one.path, one]));
  for (const { path, text, modules, declared, used, problems, params, vars, resources } of templates) {
    const add = (says: string): void => {
      found.push(`${path}: ${says}`);
    };
    problems.forEach(add);
    for (const name of used) if (!declared.has(name)) add(`"${name}" is not declared`);
    for (const { name } of params) if (!used.has(name)) add(`the parameter "${name}" is not used`);
    for (const name of vars) if (!used.has(name)) add(`the variable "${name}" is not used`);
    for (const { name, existing } of resources)
      if (existing && !used.has(name)) add(`the existing resource "${name}" is not used`);
    for (const use of modules) {
      const target = byPath.get(use.file);
      if (target === undefined) {
        add(`the module ${use.file} is not there`);
        continue;
      }
      const known = target.params.map(param => param.name);
      for (const param of use.params)
        if (!known.includes(param)) add(`${use.name} takes no parameter "${param}"`);
      for (const { name, optional } of target.params)
        if (!optional && !use.params.includes(name)) add(`${use.name} lacks the parameter "${name}"`);
      for (const [, output = ''] of text.matchAll(new RegExp(`\\b${use.name}\\.outputs\\.(\\w+)`, 'g')))
        if (!target.outputs.some(one => one.name === output)) add(`${use.name} has no output "${output}"`);
    }
  }
  return found;
}
