import { spelling } from '../../kernel/spelling.ts';
import { fields } from './reading.ts';

/** A place in which two records of one thing differ. For a list of values: what came and what went. */
export type Difference =
  | { readonly path: string; readonly from: unknown; readonly to: unknown }
  | { readonly path: string; readonly came: readonly unknown[]; readonly went: readonly unknown[] };

/** Whether a difference at this path is no change. */
export type Ignores = (path: string) => boolean;

const ignoresNothing: Ignores = () => false;
/** Deeper than any provider's settings; below it values are compared as they are written. */
const deepest = 60;

/**
 * One spelling for all records that say the same: keys sorted, lists without order, ignored places left out, and no
 * distinction between a field that is null, empty or absent: providers add empty fields to everything one day.
 */
export function spelled(value: unknown, ignores: Ignores = ignoresNothing): string {
  return spell(value, ignores, '', 0);
}

function spell(value: unknown, ignores: Ignores, path: string, depth: number): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (depth > deepest) return spelling(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return 'null';
    return `[${value
      .map(item => spell(item, ignores, path, depth + 1))
      .sort()
      .join(',')}]`;
  }
  let members = '';
  for (const [name, inner] of Object.entries(value).sort(byName)) {
    const place = placeOf(path, name);
    if (ignores(place)) continue;
    const text = spell(inner, ignores, place, depth + 1);
    if (text !== 'null') members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${text}`;
  }
  return members === '' ? 'null' : `{${members}}`;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;
const placeOf = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The places in which two records differ, in the order of their names; none when `spelled` says the same of both. */
export function differencesOf(
  before: unknown,
  after: unknown,
  ignores: Ignores = ignoresNothing,
): Difference[] {
  return differAt(before, after, ignores, '', 0);
}

function differAt(
  before: unknown,
  after: unknown,
  ignores: Ignores,
  path: string,
  depth: number,
): Difference[] {
  if (spell(before, ignores, path, depth) === spell(after, ignores, path, depth)) return [];
  const [old, now] = [fields(before), fields(after)];
  // A whole object that comes or goes is told by its members: `grantControls.builtInControls` says more than
  // `grantControls`.
  if (
    (old !== null || now !== null) &&
    isObjectOrNothing(before) &&
    isObjectOrNothing(after) &&
    depth < deepest
  ) {
    const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])].sort();
    const inner = names.flatMap(name => {
      const place = placeOf(path, name);
      return ignores(place) ? [] : differAt(old?.[name], now?.[name], ignores, place, depth + 1);
    });
    if (inner.length > 0) return inner;
  }
  if (isListOrNothing(before) && isListOrNothing(after)) {
    const [was, is] = [listOf(before), listOf(after)];
    const came = without(is, was, ignores, path, depth);
    const went = without(was, is, ignores, path, depth);
    // One object in place of another is that object changed.
    if (came.length === 1 && went.length === 1 && fields(came[0]) !== null && fields(went[0]) !== null) {
      const inner = differAt(went[0], came[0], ignores, path, depth + 1);
      if (inner.length > 0) return inner;
    }
    return [{ path, came, went }];
  }
  return [{ path, from: before ?? null, to: after ?? null }];
}

const isObjectOrNothing = (value: unknown): boolean =>
  value === null || value === undefined || fields(value) !== null;
const isListOrNothing = (value: unknown): boolean =>
  value === null || value === undefined || Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The items of `from` that `taken` has not, each as often as it is missing. */
function without(
  from: readonly unknown[],
  taken: readonly unknown[],
  ignores: Ignores,
  path: string,
  depth: number,
): unknown[] {
  const left = new Map<string, number>();
  for (const item of taken) {
    const text = spell(item, ignores, path, depth + 1);
    left.set(text, (left.get(text) ?? 0) + 1);
  }
  return from.filter(item => {
    const text = spell(item, ignores, path, depth + 1);
    const count = left.get(text) ?? 0;
    if (count > 0) left.set(text, count - 1);
    return count === 0;
  });
}

/** `state: enabled → disabled; conditions.users.excludeUsers: + 1c7f…, − 0d8a…`. `name` puts names for ids. */
export function tellDifferences(
  differences: readonly Difference[],
  name: (value: string) => string = value => value,
): string {
  const tell = (value: unknown): string => {
    if (value === null || value === undefined || value === '') return 'nothing';
    return typeof value === 'string' ? name(value) : JSON.stringify(value);
  };
  return differences
    .map(one => {
      if ('from' in one) return `${one.path}: ${tell(one.from)} → ${tell(one.to)}`;
      const parts = [...one.came.map(item => `+ ${tell(item)}`), ...one.went.map(item => `− ${tell(item)}`)];
      return `${one.path}: ${parts.join(', ')}`;
    })
    .join('; ');
}
