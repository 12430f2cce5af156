import { isScalar, visit, type Document, type YAMLError } from 'yaml';

/** A mistake at an offset of the file. */
export interface PlacedProblem {
  readonly at: number;
  readonly says: string;
}

/** A control character, or what a reader of UTF-8 puts for bytes that are none. */
const noText = /[^\P{Cc}\t\n\r]|\uFFFD/u;

/** The first place that is no text: the file was saved as UTF-16 or Latin-1, or is no text file at all. */
export function encodingProblem(text: string): PlacedProblem | null {
  const at = text.search(noText);
  if (at < 0) return null;
  return { at, says: 'this is not UTF-8 text; save the file as UTF-8, without control characters' };
}

/** What YAML finds wrong, in words that say what to do, at the place where to do it. */
export function yamlProblem(text: string, document: Document, error: YAMLError): PlacedProblem {
  const at = error.pos[0];
  const star = unquotedStar(text, at);
  if (star !== null) return { at: star, says: "a star stands in quotes: '*'" };
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { at, says: 'a tab indents this line; use spaces' };
    case 'MULTIPLE_DOCS':
      return { at, says: 'a second document begins here; take the line --- out' };
    case 'RESOURCE_EXHAUSTION':
      return { at, says: 'the file is nested too deeply' };
    case 'MISSING_CHAR':
      return unclosed(document, at) ?? bare(text, at) ?? plain(error);
    case 'UNEXPECTED_TOKEN':
      return bare(text, at) ?? plain(error);
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { at, says: 'text with “: ” in it stands in quotes' };
    case 'BAD_INDENT':
      return openFlow(document, at) ?? { at, says: 'this line should be indented as the ones beside it' };
    default:
      return plain(error);
  }
}

const plain = ({ pos, message }: YAMLError): PlacedProblem => {
  const line = message.split('\n')[0] ?? '';
  return {
    at: pos[0],
    says: `not YAML: ${line.length <= 80 ? line : `${line.slice(0, 80).toWellFormed()}…`}`,
  };
};

/** `*: …` on the line of a mistake or the one above: YAML takes it for an alias and stumbles over what follows. */
function unquotedStar(text: string, at: number): number | null {
  const line = text.lastIndexOf('\n', at - 1) + 1;
  const above = text.lastIndexOf('\n', line - 2) + 1;
  for (const begin of [above, line]) {
    const found = /^ *\*[^\s:]*\s*:/.exec(text.slice(begin).split('\n', 1)[0] ?? '');
    if (found !== null) return begin + found[0].indexOf('*');
  }
  return null;
}

/** Where the quote stands that is never closed: YAML notices at the end of the file. */
function unclosed(document: Document, at: number): PlacedProblem | null {
  let opens: number | null = null;
  visit(document, {
    Scalar(_, node) {
      const [begin = 0, end = 0] = node.range ?? [];
      const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
      if (isScalar(node) && quoted && begin <= at && at <= end) opens = begin;
    },
  });
  return opens === null ? null : { at: opens, says: 'the quote that opens here is never closed' };
}

/** Where the list or map in brackets begins that YAML has read as far as the mistake without its end. */
function openFlow(document: Document, at: number): PlacedProblem | null {
  let opens: number | null = null;
  visit(document, {
    Collection(_, node) {
      if (node.flow === true && node.range?.[1] === at) opens = node.range[0];
    },
  });
  if (opens === null) return null;
  const says =
    "the bracket or brace that opens here is never closed; text that begins with one stands in quotes: '…'";
  return { at: opens, says };
}

/** `summary: {actor} signed in`: what begins with a brace or a bracket is no text. */
function bare(text: string, at: number): PlacedProblem | null {
  const line = text.lastIndexOf('\n', at - 1) + 1;
  const found = /^[^'"#]*?:\s+(?=[[{])/.exec(text.slice(line, at));
  if (found === null) return null;
  return {
    at: line + found[0].length,
    says: "text that begins with a brace or a bracket stands in quotes: '…'",
  };
}
