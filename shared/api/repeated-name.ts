/**
 * The first name that an object in a JSON text has twice; null where none has. JSON.parse takes the last of them and
 * says nothing, so that a check of the first would be a check of something else. The text must be valid JSON.
 */
export function repeatedName(text: string): string | null {
  /** The names of each object we stand in; a list has none. */
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '{' || sign === '[') open.push(new Set());
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names !== undefined && isName(text, end)) {
        const name = JSON.parse(text.slice(at, end)) as string;
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end - 1;
    }
  }
  return null;
}

/**
 * Whether a string in a valid JSON text holds half of a pair of surrogates. Only an escape can: such text has no UTF-8,
 * and no canonical form that could be signed.
 */
export function holdsHalfCharacter(text: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false;
  for (let at = text.indexOf('"'); at !== -1;) {
    const end = endOfString(text, at);
    if (!(JSON.parse(text.slice(at, end)) as string).isWellFormed()) return true;
    at = text.indexOf('"', end);
  }
  return false;
}

/** Behind the closing quote of the string that begins here. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Whether a colon comes next. */
function isName(text: string, from: number): boolean {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at++;
  return text[at] === ':';
}
