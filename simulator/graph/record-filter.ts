import type { SimRecord } from '../world/world.ts';
import { badRequest, GraphRefusal, invalidFilter } from './graph-error.ts';
import { FilterSyntax, parseFilter, ticksOf, type Filter, type Literal } from './odata-filter.ts';

/** What a list can be filtered by. */
export interface FilterTable {
  /** Microsoft's name of the record. */
  readonly type: string;
  /** The time its records are found by. */
  readonly time: string;
  /** The documented operators per property; `x/any/y` for lists of objects, `x/any/` for lists of words. */
  readonly operators: Readonly<Record<string, readonly string[]>>;
  /** Properties there are, by which no filter goes. */
  readonly notFilterable?: readonly string[];
}

/** A moment in a filter: ms and 100-ns steps beyond. */
interface Moment {
  readonly ms: number;
  readonly ticks: number;
}
export interface RecordFilter {
  /** Both ends included; null: open. */
  readonly ge: Moment | null;
  readonly le: Moment | null;
  /** Null when the time bounds say it all, to the millisecond. */
  readonly keep: ((record: SimRecord, text: string) => boolean) | null;
}

/** A record as far as filters look into it. */
type Value = unknown;
type Test = (parsed: Value, moment: Moment) => boolean;

/** Reads a list's `$filter`. Throws a GraphRefusal for what the service refuses. */
export const recordFilter = (text: string | null, table: FilterTable): RecordFilter =>
  filterOf(text === null ? [] : conjuncts(parsed(text)), table);

/** A filter's expression; not one: the service's refusal. */
export function parsed(text: string): Filter {
  try {
    return parseFilter(text);
  } catch (thrown) {
    if (thrown instanceof FilterSyntax) throw new GraphRefusal(invalidFilter);
    throw thrown;
  }
}

/** What is joined by `and` at the top. */
export const conjuncts = (filter: Filter): Filter[] =>
  filter.kind === 'and' ? [...conjuncts(filter.left), ...conjuncts(filter.right)] : [filter];

/** The filter that all these parts together are. */
export function filterOf(parts: readonly Filter[], table: FilterTable): RecordFilter {
  let ge: Moment | null = null;
  let le: Moment | null = null;
  const tests: Test[] = [];
  for (const part of parts) {
    const bound = timeBound(part, table);
    if (bound === null) tests.push(compile(part, table));
    if (bound?.ge !== undefined) ge = ge === null ? bound.ge : latest(ge, bound.ge);
    if (bound?.le !== undefined) le = le === null ? bound.le : earliest(le, bound.le);
  }
  return { ge, le, keep: keeper(ge, le, tests, table.time) };
}

function timeBound(filter: Filter, table: FilterTable): { ge?: Moment; le?: Moment } | null {
  if (filter.kind !== 'compare' || filter.path !== table.time || filter.value.type !== 'time') return null;
  const { op, value } = filter;
  if (!(table.operators[table.time] ?? []).includes(op)) return null;
  if (op === 'eq') return { ge: value, le: value };
  if (op === 'ge') return { ge: value };
  if (op === 'le') return { le: value };
  if (op === 'gt') return { ge: { ms: value.ms, ticks: value.ticks + 1 } };
  return {
    le: value.ticks > 0 ? { ms: value.ms, ticks: value.ticks - 1 } : { ms: value.ms - 1, ticks: 9_999 },
  };
}

const order = (a: Moment, b: Moment): number => a.ms - b.ms || a.ticks - b.ticks;
const latest = (a: Moment, b: Moment): Moment => (order(a, b) >= 0 ? a : b);
const earliest = (a: Moment, b: Moment): Moment => (order(a, b) <= 0 ? a : b);

/**
 * Records are found by millisecond; only one whose millisecond is a bound's has its written time read to
 * the last digit: `le …:59.999Z` does not cover …:59.9995Z, as a window planner might hope.
 */
function keeper(
  ge: Moment | null,
  le: Moment | null,
  tests: readonly Test[],
  field: string,
): RecordFilter['keep'] {
  if (ge === null && le === null && tests.length === 0) return null;
  const written = new RegExp(String.raw`"${field}"\s*:\s*"([^"]*)"`);
  return (record, text) => {
    const onBound = record.time === ge?.ms || record.time === le?.ms;
    const ticks = onBound || tests.length > 0 ? ticksOf(written.exec(text)?.[1] ?? '') : 0;
    const moment = { ms: record.time, ticks };
    if (ge !== null && record.time === ge.ms && order(moment, ge) < 0) return false;
    if (le !== null && record.time === le.ms && order(moment, le) > 0) return false;
    if (tests.length === 0) return true;
    const value: unknown = JSON.parse(text);
    return tests.every(test => test(value, moment));
  };
}

function compile(filter: Filter, table: FilterTable): Test {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [compile(filter.left, table), compile(filter.right, table)];
      return filter.kind === 'and'
        ? (value, moment) => left(value, moment) && right(value, moment)
        : (value, moment) => left(value, moment) || right(value, moment);
    }
    case 'compare':
      return comparison(table, filter.path, filter.op, filter.value);
    case 'call':
      return comparison(table, filter.path, filter.name, filter.value);
    case 'any':
      return anyOf(table, filter.path, filter.variable, filter.inner);
    case 'not':
    case 'in':
      throw new GraphRefusal(invalidFilter);
  }
}

function allowedIn(table: FilterTable, path: string, shown: string): readonly string[] {
  const allowed = new Map(Object.entries(table.operators)).get(path);
  if (allowed !== undefined) return allowed;
  if (table.notFilterable?.includes(path) === true) throw new GraphRefusal(invalidFilter);
  const name = shown.split('/').at(-1) ?? shown;
  throw new GraphRefusal(badRequest(`Could not find a property named '${name}' on type 'microsoft.graph.${table.type}'.`)); // prettier-ignore
}

function comparison(table: FilterTable, path: string, op: string, value: Literal): Test {
  if (!allowedIn(table, path, path).includes(op)) throw new GraphRefusal(invalidFilter);
  const isTime = path.endsWith('DateTime');
  // A quoted time is the classic mistake here.
  if (isTime !== (value.type === 'time')) throw new GraphRefusal(invalidFilter);
  if (value.type === 'time') {
    if (path === table.time) return (_value, moment) => within(order(moment, value), op);
    return parsedValue => {
      const own = momentOf(at(parsedValue, [path]));
      return own !== null && within(order(own, value), op);
    };
  }
  const wanted = wantedOf(value);
  return parsedValue => matches(at(parsedValue, path.split('/')), op, wanted);
}

function momentOf(value: Value): Moment | null {
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value.replace(/\.(\d{1,3})\d*/, '.$1'));
  return Number.isNaN(ms) ? null : { ms, ticks: ticksOf(value) };
}

function within(sign: number, op: string): boolean {
  if (op === 'eq') return sign === 0;
  if (op === 'ge') return sign >= 0;
  if (op === 'gt') return sign > 0;
  return op === 'lt' ? sign < 0 : sign <= 0;
}

/** `targetResources/any(t: t/id eq '…')`, `riskEventTypes_v2/any(t: t eq '…')`: the comparison is tried on each. */
function anyOf(table: FilterTable, path: string, variable: string, inner: Filter): Test {
  if (inner.kind !== 'compare' && inner.kind !== 'call') throw new GraphRefusal(invalidFilter);
  const [prefix = '', property = ''] = inner.path.split('/');
  const op = inner.kind === 'compare' ? inner.op : inner.name;
  const allowed = allowedIn(table, prefix === variable ? `${path}/any/${property}` : path, property === '' ? path : `${path}/${property}`); // prettier-ignore
  if (!allowed.includes(op)) throw new GraphRefusal(invalidFilter);
  const wanted = wantedOf(inner.value);
  return value => {
    const items = at(value, [path]);
    const own = (item: Value): Value => (property === '' ? item : at(item, [property]));
    return Array.isArray(items) && items.some(item => matches(own(item), op, wanted));
  };
}

function wantedOf(value: Literal): string | number | null {
  if (value.type === 'text') return value.text.toLowerCase();
  if (value.type === 'number') return value.value;
  if (value.type === 'word' && value.word === 'null') return null;
  throw new GraphRefusal(invalidFilter);
}

function matches(value: Value, op: string, wanted: string | number | null): boolean {
  if (wanted === null) return (value === null || value === undefined) === (op === 'eq');
  if (typeof wanted === 'number') return value === wanted;
  const own = typeof value === 'string' ? value.toLowerCase() : null;
  if (op === 'ne') return own !== wanted;
  if (own === null) return false;
  return op === 'eq' ? own === wanted : own.startsWith(wanted);
}

function at(value: Value, path: readonly string[]): Value {
  let found: unknown = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = new Map<string, unknown>(Object.entries(found)).get(name);
  }
  return found;
}
