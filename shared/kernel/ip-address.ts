/** An IP address as the hexadecimal digits of its bytes: 8 for IPv4, 32 for IPv6. Ordered within a family. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly hex: string;
}

/** All addresses from `first` to `last`, both included. */
export interface IpNetwork {
  readonly family: 4 | 6;
  readonly bits: number;
  readonly first: string;
  readonly last: string;
}

/** The longest spelling of an address there is: six groups and a dotted end. */
const longest = 45;

/**
 * Reads an address; null for anything else. Leading zeros are refused: some read them as octal. An IPv4 address in
 * IPv6's clothes (`::ffff:192.0.2.1`) is read as itself, as events carry it.
 */
export function parseIp(text: string): IpAddress | null {
  if (!text.includes(':')) return ofIpv4(ipv4Value(text, text.length));
  const groups = ipv6Groups(text);
  if (groups === null) return null;
  const inside = ipv4Inside(groups);
  return inside === null ? { family: 6, hex: hexOf(groups) } : ofIpv4(inside);
}

const ofIpv4 = (value: number): IpAddress | null =>
  value < 0 ? null : { family: 4, hex: value.toString(16).padStart(8, '0') };

const hexOf = (groups: readonly number[]): string =>
  groups.map(group => group.toString(16).padStart(4, '0')).join('');

/**
 * The 32 bits of the dotted address in the first `end` characters; -1 where there is none. By hand, because every
 * record has one.
 * @param zeros whether parts may have leading zeros, as providers write them.
 */
export function ipv4Value(text: string, end: number, zeros = false): number {
  let [value, part, digits, dots] = [0, 0, 0, 0];
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 46 && digits > 0) {
      dots++;
      value = value * 256 + part;
      part = digits = 0;
    } else if (code >= 48 && code <= 57 && digits < 3 && (zeros || digits === 0 || part > 0)) {
      part = part * 10 + code - 48;
      digits++;
    } else return -1;
    if (part > 255) return -1;
  }
  return dots === 3 && digits > 0 ? value * 256 + part : -1;
}

/** The eight 16-bit groups of an IPv6 address, whose end may be dotted; null for anything else. */
export function ipv6Groups(text: string, zeros = false): readonly number[] | null {
  if (text.length > longest || !text.includes(':')) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = '', tail] = halves;
  const before = groupList(head, tail === undefined, zeros);
  const after = tail === undefined ? [] : groupList(tail, true, zeros);
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
}

/** The groups of one side of `::`; only the address's end may be written as IPv4. */
function groupList(text: string, isEnd: boolean, zeros: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (part.includes('.')) {
      const value = isEnd && at === parts.length - 1 ? ipv4Value(part, part.length, zeros) : -1;
      if (value < 0) return null;
      groups.push(value >>> 16, value & 0xffff);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** The 32 bits of an IPv4 address in IPv6's clothes; null for a plain IPv6 address. */
export function ipv4Inside(groups: readonly number[]): number | null {
  const [, , , , , mark, high = 0, low = 0] = groups;
  return mark === 0xffff && groups.slice(0, 5).every(group => group === 0) ? high * 0x10000 + low : null;
}

/** The one spelling events carry: dotted for IPv4, RFC 5952's shortest for IPv6. */
export function printIp(address: IpAddress): string {
  if (address.family === 4) return dotted(Number.parseInt(address.hex, 16));
  return shortest(
    Array.from({ length: 8 }, (_, n) => Number.parseInt(address.hex.slice(n * 4, n * 4 + 4), 16)),
  );
}

export const dotted = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`, the first of equals. */
export function shortest(groups: readonly number[]): string {
  let best = { from: 0, length: 1 };
  let from = 0;
  for (let at = 0; at < groups.length; at++) {
    if (groups[at] !== 0) from = at + 1;
    else if (at + 1 - from > best.length) best = { from, length: at + 1 - from };
  }
  const hex = groups.map(group => group.toString(16));
  if (best.length < 2) return hex.join(':');
  return `${hex.slice(0, best.from).join(':')}::${hex.slice(best.from + best.length).join(':')}`;
}

/**
 * Reads `10.0.0.0/8` or `2001:db8::/32`; null for anything else. Bits beyond the prefix are ignored. A network of IPv4
 * in IPv6's clothes (`::ffff:192.0.2.0/120`) is read as itself.
 */
export function parseNetwork(text: string): IpNetwork | null {
  const [left = '', right, ...rest] = text.split('/');
  if (right === undefined || rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(right)) return null;
  const groups = ipv6Groups(left);
  if (groups === null) {
    const address = parseIp(left);
    return address === null ? null : networkOf(address, Number(right));
  }
  const inside = Number(right) < 96 ? null : ipv4Inside(groups);
  if (inside === null) return networkOf({ family: 6, hex: hexOf(groups) }, Number(right));
  const address = ofIpv4(inside);
  return address === null ? null : networkOf(address, Number(right) - 96);
}

function networkOf({ family, hex }: IpAddress, bits: number): IpNetwork | null {
  const width = hex.length * 4;
  if (bits > width) return null;
  const host = (1n << BigInt(width - bits)) - 1n;
  const first = BigInt(`0x${hex}`) & ~host;
  const spell = (value: bigint): string => value.toString(16).padStart(hex.length, '0');
  return { family, bits, first: spell(first), last: spell(first | host) };
}

/** The bytes of an IPv4 address's beginning in whole octets, such as `198.51.`; null for anything else. */
export function parseOctets(text: string): string | null {
  const octets = text.split('.');
  if (octets.pop() !== '' || octets.length < 1 || octets.length > 3) return null;
  const whole = parseIp([...octets, ...['0', '0', '0'].slice(octets.length - 1)].join('.'));
  return whole === null ? null : whole.hex.slice(0, octets.length * 2);
}

export const printNetwork = (network: IpNetwork): string =>
  `${printIp({ family: network.family, hex: network.first })}/${network.bits}`;

export const inNetwork = (address: IpAddress, network: IpNetwork): boolean =>
  address.family === network.family && address.hex >= network.first && address.hex <= network.last;
