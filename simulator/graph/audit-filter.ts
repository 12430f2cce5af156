import type { SimRecord } from '../world/world.ts';
import { badRequest, GraphRefusal, invalidFilter } from './graph-error.ts';
import { FilterSyntax, parseFilter, ticksOf, type Filter, type Literal } from './odata-filter.ts';

/** A moment in a filter: ms and 100-ns steps beyond. */
interface Moment {
  readonly ms: number;
  readonly ticks: number;
}
export interface AuditFilter {
  /** Both ends included; null: open. */
  readonly ge: Moment | null;
  readonly le: Moment | null;
  /** Null when the time bounds say it all, to the millisecond. */
  readonly keep: ((record: SimRecord, text: string) => boolean) | null;
}

/** A record as far as filters look into it. */
type Value = unknown;
type Test = (parsed: Value, moment: Moment) => boolean;

// The documented operators per property. `category` is not in Microsoft's table and works in practice.
const operators: Readonly<Record<string, readonly string[]>> = {
  activityDateTime: ['eq', 'ge', 'le'],
  activityDisplayName: ['eq', 'startswith'],
  category: ['eq'],
  correlationId: ['eq'],
  id: ['eq'],
  loggedByService: ['eq'],
  'initiatedBy/user/id': ['eq'],
  'initiatedBy/user/displayName': ['eq'],
  'initiatedBy/user/userPrincipalName': ['eq', 'startswith'],
  'initiatedBy/app/appId': ['eq'],
  'initiatedBy/app/displayName': ['eq'],
  'targetResources/any/id': ['eq'],
  'targetResources/any/displayName': ['eq', 'startswith'],
};
const known = new Map(Object.entries(operators));

/** Reads the `$filter` of directoryAudits. Throws a GraphRefusal for what the service refuses. */
export function auditFilter(text: string | null): AuditFilter {
  if (text === null) return { ge: null, le: null, keep: null };
  let ge: Moment | null = null;
  let le: Moment | null = null;
  const tests: Test[] = [];
  for (const part of conjuncts(parse(text))) {
    const bound = timeBound(part);
    if (bound === null) tests.push(compile(part));
    if (bound !== null && bound.op !== 'le') ge = ge === null ? bound.at : latest(ge, bound.at);
    if (bound !== null && bound.op !== 'ge') le = le === null ? bound.at : earliest(le, bound.at);
  }
  return { ge, le, keep: keeper(ge, le, tests) };
}

function parse(text: string): Filter {
  try {
    return parseFilter(text);
  } catch (thrown) {
    if (thrown instanceof FilterSyntax) throw new GraphRefusal(invalidFilter);
    throw thrown;
  }
}

const conjuncts = (filter: Filter): Filter[] =>
  filter.kind === 'and' ? [...conjuncts(filter.left), ...conjuncts(filter.right)] : [filter];

function timeBound(filter: Filter): { op: 'eq' | 'ge' | 'le'; at: Moment } | null {
  if (filter.kind !== 'compare' || filter.path !== 'activityDateTime' || filter.value.type !== 'time')
    return null;
  const { op, value } = filter;
  return op === 'eq' || op === 'ge' || op === 'le' ? { op, at: value } : null;
}

const order = (a: Moment, b: Moment): number => a.ms - b.ms || a.ticks - b.ticks;
const latest = (a: Moment, b: Moment): Moment => (order(a, b) >= 0 ? a : b);
const earliest = (a: Moment, b: Moment): Moment => (order(a, b) <= 0 ? a : b);

/**
 * Records are found by millisecond; only one whose millisecond is a bound's has its written time read to
 * the last digit: `le …:59.999Z` does not cover …:59.9995Z, as a window planner might hope.
 */
function keeper(ge: Moment | null, le: Moment | null, tests: readonly Test[]): AuditFilter['keep'] {
  if (ge === null && le === null && tests.length === 0) return null;
  return (record, text) => {
    const onBound = record.time === ge?.ms || record.time === le?.ms;
    const moment = { ms: record.time, ticks: onBound || tests.length > 0 ? ticksIn(text) : 0 };
    if (ge !== null && record.time === ge.ms && order(moment, ge) < 0) return false;
    if (le !== null && record.time === le.ms && order(moment, le) > 0) return false;
    if (tests.length === 0) return true;
    const parsed: unknown = JSON.parse(text);
    return tests.every(test => test(parsed, moment));
  };
}

const ticksIn = (text: string): number => ticksOf(/"activityDateTime"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '');

function compile(filter: Filter): Test {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [compile(filter.left), compile(filter.right)];
      return filter.kind === 'and'
        ? (parsed, moment) => left(parsed, moment) && right(parsed, moment)
        : (parsed, moment) => left(parsed, moment) || right(parsed, moment);
    }
    case 'compare':
      return comparison(filter.path, filter.op, filter.value);
    case 'call':
      return comparison(filter.path, filter.name, filter.value);
    case 'any':
      return anyTarget(filter.path, filter.variable, filter.inner);
    case 'not':
    case 'in':
      throw new GraphRefusal(invalidFilter);
  }
}

function comparison(path: string, op: string, value: Literal): Test {
  const allowed = known.get(path);
  if (allowed === undefined) throw unknownProperty(path);
  if (!allowed.includes(op)) throw new GraphRefusal(invalidFilter);
  if (path === 'activityDateTime') {
    // A quoted time is the classic mistake here.
    if (value.type !== 'time') throw new GraphRefusal(invalidFilter);
    return (_parsed, moment) => within(order(moment, value), op);
  }
  const wanted = textOf(value);
  return parsed => matches(at(parsed, path.split('/')), op, wanted);
}

const within = (sign: number, op: string): boolean =>
  op === 'eq' ? sign === 0 : op === 'ge' ? sign >= 0 : sign <= 0;

/** `targetResources/any(t: t/id eq '…')`: the inner comparison is tried on each target. */
function anyTarget(path: string, variable: string, inner: Filter): Test {
  if (inner.kind !== 'compare' && inner.kind !== 'call') throw new GraphRefusal(invalidFilter);
  const [prefix = '', property = ''] = inner.path.split('/');
  const op = inner.kind === 'compare' ? inner.op : inner.name;
  const allowed = known.get(`${path}/any/${property}`);
  if (allowed === undefined || prefix !== variable) throw unknownProperty(`${path}/${property}`);
  if (!allowed.includes(op)) throw new GraphRefusal(invalidFilter);
  const wanted = textOf(inner.value);
  return parsed => {
    const targets = at(parsed, [path]);
    return Array.isArray(targets) && targets.some(target => matches(at(target, [property]), op, wanted));
  };
}

function textOf(value: Literal): string | null {
  if (value.type === 'text') return value.text.toLowerCase();
  if (value.type === 'word' && value.word === 'null') return null;
  throw new GraphRefusal(invalidFilter);
}

function matches(value: Value, op: string, wanted: string | null): boolean {
  if (wanted === null) return value === null || value === undefined;
  if (typeof value !== 'string') return false;
  return op === 'eq' ? value.toLowerCase() === wanted : value.toLowerCase().startsWith(wanted);
}

function at(value: Value, path: readonly string[]): Value {
  let found: unknown = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = new Map<string, unknown>(Object.entries(found)).get(name);
  }
  return found;
}

const unknownProperty = (path: string): GraphRefusal =>
  new GraphRefusal(badRequest(`Could not find a property named '${path.split('/').at(-1) ?? path}' on type 'microsoft.graph.directoryAudit'.`)); // prettier-ignore
