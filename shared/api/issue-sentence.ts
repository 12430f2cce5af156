import type { z } from 'zod';

const named: Readonly<Record<string, string>> = {
  string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', object: 'an object',
  record: 'an object', array: 'a list', null: 'null',
}; // prettier-ignore

/** What is counted of a text or a list; a number is its own measure. */
const counted: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

/**
 * What was expected, in our words; never the value that came. A sentence the contract gives itself stands as it is:
 * only zod's own ("Too small: expected string to have >=1 characters") are put anew.
 */
export function issueSentence(issue: z.core.$ZodIssue): string {
  const text = issueWords(issue);
  return text.endsWith('.') ? text : `${text}.`;
}

/** The same as part of a sentence. */
export const issueWords = (issue: z.core.$ZodIssue): string =>
  /^(?:Invalid|Too) /.test(issue.message) ? ourWords(issue) : issue.message;

function ourWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    const missing = issue.message.endsWith('received undefined') ? ', and it is missing' : '';
    return `expected ${named[issue.expected] ?? issue.expected}${missing}`;
  }
  if (issue.code === 'too_small') {
    if (issue.origin === 'string' && issue.minimum === 1) return 'expected text, and it is empty';
    return `expected at least ${String(issue.minimum)}${counted[issue.origin] ?? ''}`;
  }
  if (issue.code === 'too_big')
    return `expected at most ${String(issue.maximum)}${counted[issue.origin] ?? ''}`;
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return values.length === 1 ? `expected ${values.join('')}` : `expected one of ${values.join(', ')}`;
  }
  // Of what may be one of several, the first is what people mean; the others stand for "not given".
  const meant = issue.code === 'invalid_union' ? issue.errors[0]?.[0] : undefined;
  return meant === undefined ? 'expected another value' : issueWords(meant);
}
