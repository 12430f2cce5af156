import { parseIp, parseNetwork, type IpAddress } from '../../kernel/ip-address.ts';
import type { QueryNode } from '../../model/query.ts';
import { ipv6Fields, ipv6Parts } from './search-fields.ts';
import { all, any, between, isNotNull, ordered, type Filter } from './search-filter.ts';

type RangeNode = Extract<QueryNode, { kind: 'range' }>;

/** IPv4 addresses from the first to the last, given as eight hexadecimal digits. */
export const ipv4Between = (first: string, last: string): Filter =>
  between(['ip4'], [Number.parseInt(first, 16)], [Number.parseInt(last, 16)]);

/** Addresses inside a network such as `10.0.0.0/8`. */
export function addressesOfNetwork(text: string): Filter {
  const network = parseNetwork(text);
  if (network === null) return 'never';
  if (network.family === 4) return ipv4Between(network.first, network.last);
  const low = ipv6Parts(network.first);
  const high = ipv6Parts(network.last);
  // Whole parts at the end need no clause, as long as an address is there at all.
  const whole = [...low.keys()].filter(n => low.slice(n).every(part => part === 0) && isLast(high, n));
  const count = whole[0] ?? low.length;
  if (count === 0) return isNotNull(ipv6Fields[0]);
  return between(ipv6Fields.slice(0, count), low.slice(0, count), high.slice(0, count));
}

const greatest = ipv6Parts('f'.repeat(32));
const isLast = (parts: readonly number[], from: number): boolean =>
  parts.slice(from).every((part, n) => part === greatest[from + n]);

/** Addresses within a range's bounds, of the bounds' family; of either where there is no bound. */
export function addressesIn(node: RangeNode): Filter {
  const low = node.from === null ? null : parseIp(node.from.trim());
  const high = node.to === null ? null : parseIp(node.to.trim());
  if ((node.from !== null && low === null) || (node.to !== null && high === null)) return 'never';
  if (low !== null && high !== null && low.family !== high.family) return 'never';
  const bound = low ?? high;
  if (bound === null) return any([isNotNull('ip4'), isNotNull(ipv6Fields[0])]);
  const fields = bound.family === 4 ? ['ip4'] : ipv6Fields;
  return all([
    isNotNull(fields[0] ?? 'ip4'),
    low === null ? 'always' : ordered(fields, partsOf(low), node.includeFrom ? 'ge' : 'gt'),
    high === null ? 'always' : ordered(fields, partsOf(high), node.includeTo ? 'le' : 'lt'),
  ]);
}

const partsOf = (address: IpAddress): readonly number[] =>
  address.family === 4 ? [Number.parseInt(address.hex, 16)] : ipv6Parts(address.hex);
