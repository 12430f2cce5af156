// A scanner for TypeScript just good enough to tell code from comments, strings and regular expressions.
// The compiler would do it too, but its program interface is not stable yet, and these checks only need to
// know that a word stands in code.

const regexMayFollow = new Set([
  'return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'delete', 'throw', 'new', 'await', 'yield', 'instanceof',
]); // prettier-ignore

/**
 * The text with everything that is not code turned into blanks, offset for offset. Quotes stay, so that the
 * beginning of a string can still be found; newlines stay, so that lines can be counted. Code inside `${…}`
 * of a template is code.
 */
export function maskSource(text: string): string {
  // UTF-16 units, not characters: offsets must be those of the text.
  const out = text.split('');
  const blank = (from: number, to: number): void => {
    for (let at = from; at < to; at += 1) if (out[at] !== '\n') out[at] = ' ';
  };
  // Depth of braces inside each open `${`; its end is the brace that brings it back to 0.
  const templates: number[] = [];
  let at = 0;

  const templateEnds = (from: number): number => {
    let to = from;
    for (;;) {
      const char = text[to];
      if (char === undefined || char === '`') break;
      if (char === '\\') to += 2;
      else if (char === '$' && text[to + 1] === '{') {
        templates.push(0);
        blank(from, to);
        return to + 2;
      } else to += 1;
    }
    blank(from, Math.min(to, text.length));
    return to + 1;
  };

  while (at < text.length) {
    const char = text.charAt(at);
    const pair = text.slice(at, at + 2);
    if (pair === '//') {
      const end = text.indexOf('\n', at);
      const to = end === -1 ? text.length : end;
      blank(at, to);
      at = to;
    } else if (pair === '/*') {
      const end = text.indexOf('*/', at + 2);
      const to = end === -1 ? text.length : end + 2;
      blank(at, to);
      at = to;
    } else if (char === "'" || char === '"') {
      const to = stringEnd(text, at);
      blank(at + 1, to);
      at = to + 1;
    } else if (char === '`') at = templateEnds(at + 1);
    else if (char === '/' && regexStarts(text, out, at)) {
      const to = regexEnd(text, at);
      blank(at + 1, to);
      at = to + 1;
    } else if (char === '{' && templates.length > 0) {
      templates[templates.length - 1] = (templates.at(-1) ?? 0) + 1;
      at += 1;
    } else if (char === '}' && templates.length > 0) {
      const depth = templates.at(-1) ?? 0;
      if (depth === 0) {
        templates.pop();
        at = templateEnds(at + 1);
      } else {
        templates[templates.length - 1] = depth - 1;
        at += 1;
      }
    } else at += 1;
  }
  return out.join('');
}

function stringEnd(text: string, open: number): number {
  const quote = text[open];
  let at = open + 1;
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function regexEnd(text: string, open: number): number {
  let inClass = false;
  let at = open + 1;
  while (at < text.length && text[at] !== '\n') {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) break;
    at += 1;
  }
  return at;
}

/** A slash divides after a value, and opens a regular expression after anything else. */
function regexStarts(text: string, out: readonly string[], slash: number): boolean {
  let at = slash - 1;
  while (at >= 0 && /\s/.test(out[at] ?? '')) at -= 1;
  if (at < 0) return true;
  const before = text.charAt(at);
  if (/[)\]"'`]/.test(before)) return false;
  if (!/[\w$]/.test(before)) return true;
  let from = at;
  while (from > 0 && /[\w$]/.test(text.charAt(from - 1))) from -= 1;
  return regexMayFollow.has(text.slice(from, at + 1));
}
