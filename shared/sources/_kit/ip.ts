import { dotted, ipv4Inside, ipv4Value, ipv6Groups, shortest } from '../../kernel/ip-address.ts';

/** An address without port, brackets or zone; IPv6 in its shortest form (RFC 5952). */
export interface IpAndPort {
  readonly ip: string;
  readonly port: number | null;
}

const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/;
// `EXCH01 (192.0.2.20)`: a host's name with its address behind it.
const behindName = /\(([0-9A-Fa-f.:]{7,45})\)\]?$/;
// An IPv4-mapped address that lost its leading `::`, as one service writes it.
const halfMapped = /^ffff:(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i;

const separator = /[\s,;|"']+/;

/**
 * Reads an address in the forms providers use: with port, in brackets, IPv4-mapped, with a zone, the first of a
 * list, also one separated by commas, semicolons or blanks. Null for host names, placeholders, and the unspecified
 * addresses `0.0.0.0` and `::`, which providers write for "none".
 */
export function parseIp(value: unknown): IpAndPort | null {
  if (typeof value !== 'string') return Array.isArray(value) ? firstOf(value) : null;
  if (value.length < 2) return null;
  return parseDotted(value) ?? parseAny(value.trim());
}

function firstOf(values: readonly unknown[]): IpAndPort | null {
  for (const value of values.slice(0, 20)) {
    const found = typeof value === 'string' ? parseIp(value) : null;
    if (found !== null) return found;
  }
  return null;
}

function parseAny(text: string): IpAndPort | null {
  const inBrackets = bracketed.exec(text);
  if (inBrackets !== null) {
    const inner = parseDotted(inBrackets[1] ?? '') ?? parseSix(inBrackets[1] ?? '');
    if (inner !== null) return { ip: inner.ip, port: portOf(inBrackets[2]) ?? inner.port };
  }
  return parseDotted(text) ?? parseSix(text) ?? parseNamed(text) ?? parseListed(text);
}

/** Several in one text, also as JSON or in quotes; what is no address among them is passed over. */
function parseListed(text: string): IpAndPort | null {
  if (!separator.test(text)) return null;
  return firstOf(text.split(separator, 20));
}

function parseNamed(text: string): IpAndPort | null {
  const inner = behindName.exec(text)?.[1] ?? halfMapped.exec(text)?.[1];
  return inner === undefined ? null : (parseDotted(inner) ?? parseSix(inner));
}

/** `192.0.2.7` or `192.0.2.7:443`. */
function parseDotted(text: string): IpAndPort | null {
  const mark = text.indexOf(':');
  const end = mark < 0 ? text.length : mark;
  if (end < 7 || end > 15) return null;
  const value = ipv4Value(text, end, true);
  if (value <= 0) return null;
  const port = mark < 0 ? null : portOf(text.slice(mark + 1));
  if (mark >= 0 && port === null && !/^:0{1,5}$/.test(text.slice(mark))) return null;
  const ip = text.slice(0, end);
  return { ip: /(^|\.)0\d/.test(ip) ? dotted(value) : ip, port };
}

function parseSix(text: string): IpAndPort | null {
  const zone = text.indexOf('%');
  const bare = zone > 0 ? text.slice(0, zone) : text;
  const groups = ipv6Groups(bare, true);
  if (groups !== null) return written(groups, null);
  // Eight groups and a port without brackets: nine groups.
  const last = bare.lastIndexOf(':');
  const port = portOf(bare.slice(last + 1));
  const without = port !== null && !bare.includes('::') ? ipv6Groups(bare.slice(0, last), true) : null;
  return without === null ? null : written(without, port);
}

function written(groups: readonly number[], port: number | null): IpAndPort | null {
  const inside = ipv4Inside(groups);
  if (inside !== null) return inside === 0 ? null : { ip: dotted(inside), port };
  return groups.every(group => group === 0) ? null : { ip: shortest(groups), port };
}

function portOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : null;
}
