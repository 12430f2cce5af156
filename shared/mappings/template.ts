import type { NormalizedEvent } from '../model/event.ts';
import { placeholders, type Placeholder } from './placeholders.ts';

type Part =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'value'; readonly of: Placeholder }
  /** Left out as a whole where one of its values is missing. */
  | { readonly is: 'option'; readonly parts: readonly Part[] };

/** A sentence with places to fill. */
export interface Template {
  render(event: NormalizedEvent): string;
}

/** What is wrong with a template. `at` is where in its text. */
export interface TemplateProblem {
  readonly at: number;
  readonly says: string;
}

export type ReadTemplate =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

/** A subject of a thousand characters must not crowd out who sent it. */
const longestValue = 120;
export const longestTemplate = 500;

/** Events are read in lists, a line each. What ends with a stop after a word or a value, and goes on, are two. */
const notOneSentence: readonly (readonly [RegExp, string])[] = [
  [/[\p{Cc}\u2028\u2029]/u, 'a sentence stands on one line; for a long one in the file use “>”'],
  [
    /(?<!(?<!\p{L})(?:\p{L}|St|Dr|Mr|Mrs|Ms|No|Nr|vs|Prof|approx|ca|incl|max|min|Inc|Ltd|Corp))[.!?]\s+(?=\p{Lu})|(?<=[}\]])[.!?]\s+(?=[{[])/u,
    'a second sentence begins here; an event is told in one',
  ],
];

/**
 * Reads `{actor} shared {file}[ with {user}]`: a name in braces is filled from the event, and what stands in
 * brackets is left out where a value in it is missing. `{{`, `}}`, `[[` and `]]` stand for one of their kind.
 * There is nothing else in it: no conditions, no code, and what is filled in is never read as a template.
 */
export function readTemplate(given: string): ReadTemplate {
  // A block of YAML (`>`, `|`) ends with a line break of its own.
  const text = given.trimEnd();
  const problems: TemplateProblem[] = [];
  const parts: Part[] = [];
  let option: { readonly at: number; readonly parts: Part[] } | null = null;
  let plain = '';
  const target = (): Part[] => option?.parts ?? parts;
  const settle = (): void => {
    if (plain !== '') target().push({ is: 'text', text: plain });
    plain = '';
  };
  const wrong = (at: number, says: string): void => {
    problems.push({ at, says });
  };
  for (let at = 0; at < text.length; at++) {
    const mark = text[at] ?? '';
    if ('{}[]'.includes(mark) && text[at + 1] === mark) {
      plain += mark;
      at += 1;
    } else if (mark === '{') {
      const end = text.indexOf('}', at);
      const name = text.slice(at + 1, end < 0 ? text.length : end);
      settle();
      if (end < 0) wrong(at, '“{” is never closed; for a brace of its own write {{');
      else if (!Object.hasOwn(placeholders, name)) wrong(at, unknown(name));
      else target().push({ is: 'value', of: placeholders[name] as Placeholder });
      at = end < 0 ? text.length : end;
    } else if (mark === '[') {
      settle();
      if (option === null) option = { at, parts: [] };
      else wrong(at, 'brackets cannot stand inside brackets; for a bracket of its own write [[');
    } else if (mark === ']' && option !== null) {
      settle();
      if (!option.parts.some(part => part.is === 'value')) {
        wrong(option.at, 'nothing in these brackets can be missing; for brackets of their own write [[ ]]');
      }
      parts.push({ is: 'option', parts: option.parts });
      option = null;
    } else if (mark === ']' || mark === '}') {
      wrong(at, `“${mark}” closes nothing; for one of its own write ${mark}${mark}`);
    } else plain += mark;
  }
  settle();
  if (option !== null) wrong(option.at, '“[” is never closed; for a bracket of its own write [[');
  if (text.trim() === '') wrong(0, 'the sentence is empty');
  for (const [pattern, says] of notOneSentence) {
    const at = text.search(pattern);
    if (at >= 0) wrong(at, says);
  }
  if (text.length > longestTemplate) {
    wrong(0, `the sentence has ${String(text.length)} characters; ${String(longestTemplate)} are allowed`);
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, template: { render: event => rendered(parts, event) } };
}

function unknown(name: string): string {
  const shown = name.length <= 40 ? name : `${name.slice(0, 40)}…`;
  return `unknown placeholder {${shown}}; known are ${Object.keys(placeholders).join(', ')}`;
}

function rendered(parts: readonly Part[], event: NormalizedEvent): string {
  let line = '';
  for (const part of parts) {
    if (part.is === 'text') line += part.text;
    else if (part.is === 'value') {
      const value = valueOf(part.of, event);
      line += value ?? (line === '' ? capital(part.of.otherwise) : part.of.otherwise);
    } else line += optionOf(part.parts, event) ?? '';
  }
  return line;
}

function optionOf(parts: readonly Part[], event: NormalizedEvent): string | null {
  let line = '';
  for (const part of parts) {
    const next = part.is === 'text' ? part.text : part.is === 'value' ? valueOf(part.of, event) : null;
    if (next === null) return null;
    line += next;
  }
  return line;
}

function valueOf(of: Placeholder, event: NormalizedEvent): string | null {
  const value = of.read(event);
  if (value === null || value === '') return null;
  return value.length <= longestValue ? value : `${value.slice(0, longestValue - 1).toWellFormed()}…`;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
