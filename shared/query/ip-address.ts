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

/** Reads an address; null for anything else. Leading zeros are refused: some read them as octal. */
export function parseIp(text: string): IpAddress | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): IpAddress | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let hex = '';
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part)) return null;
    const value = Number(part);
    if (value > 255) return null;
    hex += value.toString(16).padStart(2, '0');
  }
  return { family: 4, hex };
}

function parseIpv6(text: string): IpAddress | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = '', tail] = halves;
  const before = readGroups(head, tail === undefined);
  const after = tail === undefined ? [] : readGroups(tail, true);
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array.from({ length: missing }, () => 0), ...after];
  return { family: 6, hex: groups.map(group => group.toString(16).padStart(4, '0')).join('') };
}

/** The 16-bit groups of one side of `::`; only the address's end may be written as IPv4. */
function readGroups(text: string, isEnd: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (part.includes('.')) {
      const dotted = isEnd && at === parts.length - 1 ? parseIpv4(part) : null;
      if (dotted === null) return null;
      groups.push(Number.parseInt(dotted.hex.slice(0, 4), 16), Number.parseInt(dotted.hex.slice(4), 16));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** An IPv4 address in IPv6's clothes (`::ffff:192.0.2.1`) as itself, as sources read it from records. */
export const unmapped = (address: IpAddress): IpAddress =>
  address.family === 6 && address.hex.startsWith('00000000000000000000ffff')
    ? { family: 4, hex: address.hex.slice(24) }
    : address;

/** The one spelling events carry: dotted for IPv4, RFC 5952's shortest for IPv6. */
export function printIp(address: IpAddress): string {
  if (address.family === 4) {
    return [0, 2, 4, 6].map(at => Number.parseInt(address.hex.slice(at, at + 2), 16)).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, n) =>
    Number.parseInt(address.hex.slice(n * 4, n * 4 + 4), 16),
  );
  const { start, length } = longestZeros(groups);
  const spell = (some: readonly number[]): string => some.map(group => group.toString(16)).join(':');
  if (length < 2) return spell(groups);
  return `${spell(groups.slice(0, start))}::${spell(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [at, group] of groups.entries()) {
    if (group !== 0) start = at + 1;
    else if (at + 1 - start > best.length) best = { start, length: at + 1 - start };
  }
  return best;
}

/** Reads `10.0.0.0/8` or `2001:db8::/32`; null for anything else. Bits beyond the prefix are ignored. */
export function parseNetwork(text: string): IpNetwork | null {
  const [left = '', right, ...rest] = text.split('/');
  if (right === undefined || rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(right)) return null;
  const address = parseIp(left);
  if (address === null) return null;
  const bits = Number(right);
  const width = address.hex.length * 4;
  if (bits > width) return null;
  const host = (1n << BigInt(width - bits)) - 1n;
  const first = BigInt(`0x${address.hex}`) & ~host;
  const spell = (value: bigint): string => value.toString(16).padStart(address.hex.length, '0');
  return { family: address.family, bits, first: spell(first), last: spell(first | host) };
}

/** The bytes of an IPv4 address's beginning in whole octets, such as `198.51.`; null for anything else. */
export function parseOctets(text: string): string | null {
  const octets = text.split('.');
  if (octets.pop() !== '' || octets.length < 1 || octets.length > 3) return null;
  const whole = parseIpv4([...octets, ...['0', '0', '0'].slice(octets.length - 1)].join('.'));
  return whole === null ? null : whole.hex.slice(0, octets.length * 2);
}

export const printNetwork = (network: IpNetwork): string =>
  `${printIp({ family: network.family, hex: network.first })}/${network.bits}`;

export const inNetwork = (address: IpAddress, network: IpNetwork): boolean =>
  address.family === network.family && address.hex >= network.first && address.hex <= network.last;
