import type { z } from 'zod';
import { AppError } from '../kernel/errors.ts';
import type { ApiRequest } from './api-request.ts';
import type { RouteSpec } from './contract/route-spec.ts';
import { issueSentence } from './issue-sentence.ts';
import type { ProblemDetail } from './problem.ts';
import { holdsHalfCharacter, repeatedName } from './repeated-name.ts';

/** A request that does not fit its route, with one line per thing that is wrong. */
export class InputProblem extends AppError {
  readonly details: readonly ProblemDetail[];
  constructor(message: string, target: string, details: readonly ProblemDetail[] = []) {
    super('request.invalid', 'give-up', message, { target });
    this.details = details;
  }
}

export interface ParsedInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** As it came, for the fingerprint of a repeated request. */
  readonly bytes: Uint8Array;
}

export const bodyLimit = 1024 * 1024;
const maxDetails = 20;

/** Everything the route takes, or an error that names every part that is wrong. */
export async function parseInput(
  spec: RouteSpec,
  request: ApiRequest,
  params: Readonly<Record<string, string>>,
): Promise<ParsedInput> {
  const query = queryOf(request.target);
  const bytes = spec.body === null ? new Uint8Array() : await bodyOf(request);
  const issues: ProblemDetail[] = [];
  const parsed = {
    params: checked(spec.params, params, issues),
    query: checked(spec.query, query, issues),
    body: spec.body === null ? null : checked(spec.body, jsonOf(bytes), issues),
    bytes,
  };
  const [first] = issues;
  if (first === undefined) return parsed;
  throw new InputProblem(
    issues.length === 1
      ? first.message
      : `${String(issues.length)} things in this request are wrong; see details.`,
    first.target,
    issues.slice(0, maxDetails),
  );
}

function checked(schema: z.ZodType, value: unknown, issues: ProblemDetail[]): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) issues.push(...detailsOf(issue));
  return undefined;
}

function detailsOf(issue: z.core.$ZodIssue): ProblemDetail[] {
  const at = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxDetails).map(key => {
      const name = shortened(key);
      return {
        code: 'UnknownField',
        message: `\`${name}\` is not known here. Check its spelling, or leave it out.`,
        target: at === '' ? name : `${at}.${name}`,
      };
    });
  }
  const target = at === '' ? 'body' : at;
  return [{ code: 'InvalidValue', message: `\`${target}\`: ${issueSentence(issue)}`, target }];
}

const shortened = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 60)}…`);

function queryOf(target: string): Record<string, string> {
  const at = target.indexOf('?');
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  if (at < 0) return query;
  const text = target.slice(at + 1);
  for (const part of text.split('&')) {
    if (isEncoded(part)) continue;
    // Read leniently it would be a question for other words than the caller's.
    const name = shortened(part.split('=', 1)[0] ?? '');
    throw new InputProblem(
      `\`${name}\` is not percent-encoded UTF-8: a % is written %25, and é is %C3%A9.`,
      name,
    );
  }
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in query) {
      // Taking the first or the last would answer a question nobody asked.
      throw new InputProblem(`\`${shortened(name)}\` is given twice. Give it once.`, shortened(name));
    }
    query[name] = value;
  }
  return query;
}

function isEncoded(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

async function bodyOf(request: ApiRequest): Promise<Uint8Array> {
  const type = request.headers['content-type'] ?? '';
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const bytes = await request.readBody(bodyLimit);
  if (!/^application\/json *(?:; *charset="?utf-8"?)?$/i.test(type.trim())) {
    throw new AppError(
      'request.media-type',
      'give-up',
      'Send the body as JSON in UTF-8, with content-type: application/json.',
      { target: 'content-type' },
    );
  }
  if (encoding.toLowerCase() !== 'identity') {
    throw new AppError('request.media-type', 'give-up', 'Send the body without a content-encoding.', {
      target: 'content-encoding',
    });
  }
  return bytes;
}

function jsonOf(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputProblem('The body is not UTF-8.', 'body');
  }
  if (text.trim() === '')
    throw new InputProblem('The body is empty. Send a JSON object; {} will do.', 'body');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputProblem('The body is not JSON.', 'body');
  }
  if (holdsHalfCharacter(text)) {
    throw new InputProblem(
      'The body holds half of a character (\\ud800 to \\udfff alone). Leave it out.',
      'body',
    );
  }
  const repeated = repeatedName(text);
  if (repeated === null) return value;
  // As with parameters: taking the first or the last would answer a question nobody asked.
  const name = shortened(repeated);
  throw new InputProblem(`\`${name}\` is given twice in the body. Give it once.`, name);
}
