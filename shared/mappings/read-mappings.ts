import {
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { categories, type Category } from '../model/event.ts';
import {
  anyOperation,
  labelsWith,
  operationKey,
  sourceRules,
  type Mappings,
  type Rule,
  type SourceRules,
} from './mappings.ts';
import { readTemplate, type Template } from './template.ts';
import { encodingProblem, yamlProblem } from './yaml-problem.ts';

/** One mistake in a mapping file; line and column count from 1. */
export interface MappingProblem {
  readonly line: number;
  readonly column: number;
  readonly says: string;
}

export type ReadMappings =
  | { readonly ok: true; readonly mappings: Mappings }
  /** In the order of the file; at most a hundred. */
  | { readonly ok: false; readonly problems: readonly MappingProblem[] };

/** Characters of a file; the built-in one has a few thousand. */
export const longestFile = 128 * 1_024;
const mostProblems = 100;
const longestLabel = 60;

/** Where a walk over the file stands. */
interface Reader {
  readonly text: string;
  readonly sources: readonly string[];
  wrong(at: number, says: string): void;
}
type Entry = readonly [key: string, value: unknown, at: number];

/**
 * Reads a mapping file: labels of categories, and for operations of sources a category and sentences. Never
 * throws: every mistake is in the answer, with its line and column.
 */
export function readMappings(text: string, sources: readonly string[]): ReadMappings {
  const lines = new LineCounter();
  const found: { readonly at: number; readonly says: string }[] = [];
  const reader: Reader = { text, sources, wrong: (at, says) => void found.push({ at, says }) };
  const mappings = readAll(reader, lines);
  if (mappings !== null && found.length === 0) return { ok: true, mappings };
  const problems = found
    .toSorted((a, b) => a.at - b.at)
    .slice(0, mostProblems)
    .map(({ at, says }) => {
      const { line, col } = lines.linePos(at);
      return { line: Math.max(1, line), column: Math.max(1, col), says };
    });
  return { ok: false, problems };
}

function readAll(reader: Reader, lines: LineCounter): Mappings | null {
  if (reader.text.length > longestFile) {
    reader.wrong(0, `the file has more than ${String(longestFile)} characters`);
    return null;
  }
  const encoding = encodingProblem(reader.text);
  if (encoding !== null) {
    // Lines are counted while YAML is read, and this is not.
    lines.addNewLine(0);
    for (let at = 0; (at = reader.text.indexOf('\n', at) + 1) > 0;) lines.addNewLine(at);
    reader.wrong(encoding.at, encoding.says);
    return null;
  }
  const document = parsed(reader, lines);
  if (document === null) return null;
  const top = mapOf(reader, document.contents, 0, 'the file', 'categories and sources');
  if (top === null) return null;
  const labels = new Map<Category, string>();
  const rules = new Map<string, SourceRules>();
  for (const [key, value, at] of entriesOf(reader, top)) {
    if (key === 'categories') readLabels(reader, value, at, labels);
    else if (key === 'sources') readSources(reader, value, at, rules);
    else reader.wrong(at, `unknown key ${shown(key)}; known are categories and sources`);
  }
  return { labels: labelsWith(labels), rulesOf: source => rules.get(source) ?? null };
}

function parsed(reader: Reader, lines: LineCounter): Document | null {
  try {
    const document = parseDocument(reader.text, {
      lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error', stringKeys: false,
    }); // prettier-ignore
    const told = new Set<number>();
    for (const error of document.errors) {
      const { at, says } = yamlProblem(reader.text, document, error);
      // One mistake makes several on its line; a file of brackets makes thousands.
      const { line } = lines.linePos(at);
      if (!told.has(line)) reader.wrong(at, says);
      told.add(line);
    }
    return document.errors.length === 0 ? document : null;
  } catch {
    // The parser goes down a level of the stack for each level of the file.
    reader.wrong(0, 'the file is nested too deeply');
    return null;
  }
}

const shortly = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 80).toWellFormed()}…`);
const shown = (key: string): string => `“${shortly(key)}”`;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'range' in value;
const placeOf = (value: unknown, otherwise: number): number =>
  isNode(value) ? (value.range?.[0] ?? otherwise) : otherwise;

function mapOf(reader: Reader, value: unknown, at: number, what: string, holds: string): YAMLMap | null {
  if (isMap(value)) return value;
  if (isAlias(value)) return alias(reader, value, at);
  reader.wrong(placeOf(value, at), `${what} should hold ${holds}, written \`name: …\` on lines of their own`);
  return null;
}

/** `*name` for what stands at `&name`: nobody who reads on sees what it means, and nested ones grow without end. */
function alias(reader: Reader, value: unknown, at: number): null {
  reader.wrong(placeOf(value, at), 'aliases (*name) are not taken here; write it out');
  return null;
}

/** A map's entries. A key that came before is a mistake, and what it holds is looked at all the same. */
function entriesOf(reader: Reader, map: YAMLMap, same: (key: string) => string = key => key): Entry[] {
  const seen = new Set<string>();
  const entries: Entry[] = [];
  for (const { key, value } of map.items as Pair[]) {
    const at = placeOf(key, placeOf(map, 0));
    if (!isScalar(key)) {
      reader.wrong(at, isAlias(key) ? "a star stands in quotes: '*'" : 'a key should be text');
      continue;
    }
    // As it is written: `0x10` and `yes` are names like any other here.
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    if (seen.has(same(name))) reader.wrong(at, `duplicate key ${shown(name)}: it stands above already`);
    entries.push([name, value, at]);
    seen.add(same(name));
  }
  return entries;
}

function textOf(reader: Reader, value: unknown, at: number, what: string): string | null {
  if (isScalar(value) && typeof value.value === 'string') return value.value;
  if (isAlias(value)) return alias(reader, value, at);
  reader.wrong(placeOf(value, at), `${what} should be text; put it in quotes`);
  return null;
}

const isCategory = (text: string): text is Category => (categories as readonly string[]).includes(text);
const noCategory = (text: string): string =>
  `unknown category ${shown(text)}; known are ${categories.join(', ')}`;

function readLabels(reader: Reader, value: unknown, at: number, into: Map<Category, string>): void {
  const map = mapOf(reader, value, at, 'categories', 'a label for each category');
  for (const [key, given, place] of map === null ? [] : entriesOf(reader, map)) {
    if (!isCategory(key)) {
      reader.wrong(place, noCategory(key));
      continue;
    }
    const label = textOf(reader, given, place, `the label of ${key}`);
    if (label === null) continue;
    if (label.trim() === '' || label.length > longestLabel || /[\p{Cc}\u2028\u2029]/u.test(label)) {
      reader.wrong(placeOf(given, place), `a label has 1 to ${String(longestLabel)} characters on one line`);
    } else into.set(key, label);
  }
}

function readSources(reader: Reader, value: unknown, at: number, into: Map<string, SourceRules>): void {
  const map = mapOf(reader, value, at, 'sources', 'sources by their id');
  for (const [id, given, place] of map === null ? [] : entriesOf(reader, map)) {
    if (!reader.sources.includes(id)) {
      reader.wrong(place, `unknown source ${shown(id)}; known are ${reader.sources.join(', ')}`);
    }
    const operations = mapOf(reader, given, place, shown(id), 'operations');
    const rules = new Map<string, Rule>();
    const said: Record<string, unknown> = {};
    for (const [operation, rule, where] of operations === null
      ? []
      : entriesOf(reader, operations, operationKey)) {
      if (operationKey(operation) === '' || (operation !== anyOperation && operation.includes('*'))) {
        const all = "'*' alone is for all operations that are not named";
        reader.wrong(
          where,
          `${shown(operation)} is no operation; write one as the event has it, whole: ${all}`,
        );
      }
      const read = readRule(reader, operation, rule, where);
      rules.set(operationKey(operation), read.rule);
      said[operationKey(operation)] = read.said;
    }
    // No rules at all leave the source's events as they are, and so without a digest.
    if (rules.size > 0) into.set(id, sourceRules(rules, said));
  }
}

const ruleKeys = ['category', 'summary', 'failed'] as const;

function readRule(
  reader: Reader,
  operation: string,
  value: unknown,
  at: number,
): { readonly rule: Rule; readonly said: Readonly<Record<string, string>> } {
  const rule: { -readonly [Key in keyof Rule]: Rule[Key] } = { category: null, summary: null, failed: null };
  const said: Record<string, string> = {};
  const map = mapOf(reader, value, at, shown(operation), ruleKeys.join(', '));
  if (map === null) return { rule, said };
  if (map.items.length === 0)
    reader.wrong(at, `${shown(operation)} says nothing; give it ${ruleKeys.join(', ')}`);
  for (const [key, given, place] of entriesOf(reader, map)) {
    if (key !== 'category' && key !== 'summary' && key !== 'failed') {
      reader.wrong(place, `unknown key ${shown(key)}; known are ${ruleKeys.join(', ')}`);
      continue;
    }
    const text = textOf(reader, given, place, key);
    if (text === null) continue;
    said[key] = text;
    if (key !== 'category') rule[key] = templateOf(reader, text, given, place);
    else if (isCategory(text)) rule.category = text;
    else reader.wrong(placeOf(given, place), noCategory(text));
  }
  return { rule, said };
}

function templateOf(reader: Reader, text: string, value: unknown, at: number): Template | null {
  const read = readTemplate(text);
  if (read.ok) return read.template;
  const begin = placeOf(value, at);
  const end = isNode(value) ? (value.range?.[1] ?? begin) : begin;
  for (const problem of read.problems)
    reader.wrong(placeIn(reader.text, text, problem.at, begin, end), problem.says);
  return null;
}

/** Where in the file a place of a template stands: quotes, escapes and folded lines may have moved it. */
function placeIn(file: string, template: string, at: number, begin: number, end: number): number {
  const ahead = template.slice(at, at + 12).split(/[\n'"\\]/)[0] ?? '';
  const found = ahead === '' ? -1 : file.indexOf(ahead, begin + Math.min(at, end - begin));
  return found >= 0 && found < end ? found : begin;
}

/** `line 12, column 5: unknown category …` */
export const problemText = ({ line, column, says }: MappingProblem): string =>
  `line ${String(line)}, column ${String(column)}: ${says}`;
