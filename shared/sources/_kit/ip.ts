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

/** `192.0.2.7` or `192.0.2.7:443`. By hand, because every record has one. */
function parseDotted(text: string): IpAndPort | null {
  const mark = text.indexOf(':');
  const end = mark < 0 ? text.length : mark;
  if (end < 7 || end > 15) return null;
  let [part, digits, dots, sum] = [0, 0, 0, 0];
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 46 && digits > 0) {
      dots++;
      sum += part;
      part = digits = 0;
    } else if (code >= 48 && code <= 57 && ++digits <= 3) part = part * 10 + code - 48;
    else return null;
    if (part > 255) return null;
  }
  if (dots !== 3 || digits === 0 || sum + part === 0) return null;
  const port = mark < 0 ? null : portOf(text.slice(mark + 1));
  if (mark >= 0 && port === null && !/^:0{1,5}$/.test(text.slice(mark))) return null;
  const ip = text.slice(0, end);
  return { ip: /(^|\.)0\d/.test(ip) ? ip.split('.').map(Number).join('.') : ip, port };
}

function parseSix(text: string): IpAndPort | null {
  const zone = text.indexOf('%');
  const bare = zone > 0 ? text.slice(0, zone) : text;
  const groups = groupsOf(bare);
  if (groups !== null) return written(groups, null);
  // Eight groups and a port without brackets: nine groups.
  const last = bare.lastIndexOf(':');
  const port = portOf(bare.slice(last + 1));
  const without = port !== null && !bare.includes('::') ? groupsOf(bare.slice(0, last)) : null;
  return without === null ? null : written(without, port);
}

function written(groups: readonly number[], port: number | null): IpAndPort | null {
  const mapped = groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff;
  if (mapped) {
    const [high = 0, low = 0] = groups.slice(6);
    return parseDotted(
      `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}${port === null ? '' : `:${port}`}`,
    );
  }
  return groups.every(group => group === 0) ? null : { ip: shortest(groups), port };
}

/** The eight groups of an IPv6 address, or null. */
function groupsOf(text: string): number[] | null {
  if (!text.includes(':') || text.length > 45) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groupList(halves[0] ?? '');
  const tail = halves.length === 2 ? groupList(halves[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : null;
  return missing < 1 ? null : [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupList(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const four = index === parts.length - 1 && part.includes('.') ? parseDotted(part) : null;
    if (four !== null && four.port === null) {
      const [a = 0, b = 0, c = 0, d = 0] = four.ip.split('.').map(Number);
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`, the first of equals. */
function shortest(groups: readonly number[]): string {
  let best = { from: -1, length: 1 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && groups[from + length] === 0) length++;
    if (length > best.length) best = { from, length };
  }
  const hex = groups.map(group => group.toString(16));
  if (best.from < 0) return hex.join(':');
  return `${hex.slice(0, best.from).join(':')}::${hex.slice(best.from + best.length).join(':')}`;
}

function portOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : null;
}
