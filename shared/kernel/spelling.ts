/**
 * One text for one JSON value, at whatever depth: keys sorted, every string behind its length, so that no two
 * different values have the same. Keeps its own list of what is to come: a record nested a hundred thousand deep
 * overflows the stack of anything that calls itself, JSON.stringify included.
 */
export function spelling(value: unknown): string {
  let text = '';
  const ahead: (string | { readonly value: unknown })[] = [{ value }];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (typeof next === 'string') text += next;
    else if (Array.isArray(next.value)) {
      text += `a${next.value.length};`;
      for (const inner of next.value.toReversed()) ahead.push({ value: inner });
    } else if (typeof next.value === 'object' && next.value !== null) {
      const members = Object.entries(next.value).sort(([a], [b]) => (a < b ? -1 : 1));
      text += `o${members.length};`;
      for (const [key, inner] of members.toReversed()) ahead.push({ value: inner }, `${key.length}:${key}`);
    } else text += scalarSpelling(next.value);
  }
  return text;
}

/** The same of a value that holds no others. */
function scalarSpelling(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      return `n${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    default:
      return value === null ? 'z' : 'u';
  }
}

/** Whether a value holds values that hold values more than `depth` levels down. Goes no deeper than that to find out. */
export function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  for (const inner of Object.values(value)) if (isDeeperThan(inner, depth - 1)) return true;
  return false;
}
