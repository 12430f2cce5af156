import type { SimRecord } from '../world/world.ts';
import { badRequest, GraphRefusal, invalidFilter } from './graph-error.ts';
import { FilterSyntax, parseFilter, type Filter, type Literal } from './odata-filter.ts';

const dayMs = 86_400_000;
const exact = ['fromIP', 'toIP', 'id', 'messageId', 'recipientAddress', 'senderAddress', 'status', 'subject'];
const inSubject = ['contains', 'startswith', 'endswith'];

export interface TraceFilter {
  /** Both ends included. */
  readonly from: number;
  readonly to: number;
  readonly keep: ((record: SimRecord, text: string) => boolean) | null;
}

/**
 * Reads the `$filter` of message traces as the service does: everything is joined by AND, of several values
 * for a property the last counts, and what it cannot do (`or`, `in`, `ne`, `not`, a start of an address) is
 * accepted and ignored. Throws a GraphRefusal where it refuses.
 */
export function traceFilter(text: string | null, now: number, memory: number): TraceFilter {
  if (text === null) return { from: now - 2 * dayMs, to: now, keep: null };
  const wanted = new Map<string, { op: string; value: string }>();
  let from: number | null = null;
  let to: number | null = null;
  for (const { path, op, value } of conditions(parse(text))) {
    if (path === 'receivedDateTime') {
      if (value.type !== 'time') throw new GraphRefusal(invalidFilter);
      if (op === 'ge') from = value.ms;
      if (op === 'le') to = value.ms;
    } else if (!exact.includes(path)) {
      throw new GraphRefusal(badRequest(`Could not find a property named '${path}' on type 'microsoft.graph.exchangeMessageTrace'.`)); // prettier-ignore
    } else if (value.type === 'text' && (op === 'eq' || (path === 'subject' && inSubject.includes(op)))) {
      wanted.set(path, { op, value: value.text.toLowerCase() });
    }
  }
  return { ...checkWindow(from, to, now, memory), keep: keeper(wanted) };
}

function parse(text: string): Filter {
  try {
    return parseFilter(text);
  } catch (thrown) {
    if (thrown instanceof FilterSyntax) throw new GraphRefusal(invalidFilter);
    throw thrown;
  }
}

interface Condition {
  readonly path: string;
  readonly op: string;
  readonly value: Literal;
}

/** The conditions in the order they are written, whatever joins them. */
function conditions(filter: Filter): Condition[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...conditions(filter.left), ...conditions(filter.right)];
    case 'compare':
      return [{ path: filter.path, op: filter.op, value: filter.value }];
    case 'call':
      return [{ path: filter.path, op: filter.name, value: filter.value }];
    case 'any':
      throw new GraphRefusal(invalidFilter);
    case 'not':
    case 'in':
      return [];
  }
}

function checkWindow(
  from: number | null,
  to: number | null,
  now: number,
  memory: number,
): { from: number; to: number } {
  if (from === null && to === null) return { from: now - 2 * dayMs, to: now };
  if (from === null || to === null) {
    throw new GraphRefusal(badRequest('EndDate is required when a StartDate is entered.'));
  }
  if (to > now)
    throw new GraphRefusal(badRequest("Invalid EndDate value. The EndDate can't be in the future."));
  if (to < from)
    throw new GraphRefusal(badRequest('Invalid StartDate value. The StartDate must be before EndDate.'));
  if (to - from > 10 * dayMs) {
    throw new GraphRefusal(badRequest("|System.ArgumentException|The interval between StartDate and EndDate can't be longer than 10 days.")); // prettier-ignore
  }
  // Compared at 00:00 UTC.
  if (from < Math.floor(now / dayMs) * dayMs - memory * dayMs) {
    throw new GraphRefusal(badRequest(`Invalid StartDate value. The StartDate can't be older than ${memory} days from today.`)); // prettier-ignore
  }
  return { from, to };
}

function keeper(wanted: ReadonlyMap<string, { op: string; value: string }>): TraceFilter['keep'] {
  if (wanted.size === 0) return null;
  return (_record, text) => {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return false;
    const fields = new Map<string, unknown>(Object.entries(parsed));
    return [...wanted].every(([path, { op, value }]) => matches(fields.get(path), op, value));
  };
}

function matches(value: unknown, op: string, wanted: string): boolean {
  const own = typeof value === 'string' ? value.toLowerCase() : '';
  if (op === 'contains') return own.includes(wanted);
  if (op === 'startswith') return own.startsWith(wanted);
  if (op === 'endswith') return own.endsWith(wanted);
  // Undocumented, and works: any sender of a domain.
  return wanted.startsWith('*@') ? own.endsWith(wanted.slice(1)) : own === wanted;
}
