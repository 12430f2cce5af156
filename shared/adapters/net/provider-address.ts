import { BlockList, isIP } from 'node:net';
import { AppError } from '../../kernel/errors.ts';
import type { HttpRequest } from '../../ports/http-client.ts';

/** The one place of an API that gets credentials: scheme, host, port and the path everything stands under. */
export interface ProviderAddress {
  readonly secure: boolean;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Empty, or `/graph`: never with a slash at its end. */
  readonly prefix: string;
  /** How a URL of this API begins, lower case: with and without the default port. */
  readonly origins: readonly string[];
}

/** Settings decide where credentials go. Throws `config.invalid` for a base that must not get any. */
export function providerAddress(base: URL): ProviderAddress {
  const hostname = base.hostname.replace(/^\[|\]$/g, '');
  const loopback = hostname === 'localhost' || isLoopback(hostname);
  const secure = base.protocol === 'https:';
  if (!secure && !(base.protocol === 'http:' && loopback)) throw wrongBase('must be https');
  if (base.username !== '' || base.password !== '') throw wrongBase('must not hold a user name or password');
  if (base.search !== '' || base.hash !== '') throw wrongBase('must end with its path');
  if (!loopback && isPrivate(hostname)) throw wrongBase('must not be a private address');
  const standard = secure ? 443 : 80;
  const port = base.port === '' ? standard : Number(base.port);
  const origin = `${base.protocol}//${base.host}`.toLowerCase();
  return {
    secure,
    hostname,
    port,
    prefix: base.pathname.replace(/\/+$/, ''),
    origins: base.port === '' ? [origin, `${origin}:${standard}`] : [origin],
  };
}

/** What stands after the host in the request line. Throws `provider.untrusted-url` before anything is sent. */
export function requestTarget(
  address: ProviderAddress,
  request: Exclude<HttpRequest, { readonly origin: 'download' }>,
): string {
  if (request.origin === 'response') return withQuery(responseTarget(address, request.url), request.query);
  const { path } = request;
  if (!path.startsWith('/') || path.startsWith('//') || !isPlainPath(path)) {
    throw new AppError('bug', 'give-up', 'A source asked for a path that is none. Report this.', {
      facts: { api: request.api },
    });
  }
  return withQuery(address.prefix + path, request.query);
}

/**
 * A URL an answer contained, cut down to path and query, otherwise unchanged: a paging link that is parsed and
 * written again is another link. It must begin, letter for letter, with the configured origin and path: then no
 * parser can be talked into another host, whatever it makes of `@`, `\`, `0x7f.1` or a dot at the end.
 */
function responseTarget(address: ProviderAddress, url: string): string {
  const start = /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
  if (!address.origins.includes(start.toLowerCase())) throw untrusted('another-host');
  const target = url.slice(start.length);
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  if (!isPlainPath(path)) throw untrusted('path');
  if (!path.startsWith(`${address.prefix}/`)) throw untrusted('another-path');
  const query = mark === -1 ? '' : target.slice(mark);
  // Control characters and a space at the end: some parsers drop them, others send them on.
  if (/[\u0000-\u001f\u007f#\\]| $/.test(query)) throw untrusted('query');
  // Only what cannot stand in a request line is escaped; everything else goes back as it came.
  return path + query.replace(/[^\u0021-\u007e]+/g, part => encodeURIComponent(part.toWellFormed()));
}

/** Visible ASCII, no backslash, no query or fragment, and no `.` or `..` segment in any spelling. */
function isPlainPath(path: string): boolean {
  if (!/^[\u0021-\u007e]*$/.test(path) || /[\\?#]/.test(path)) return false;
  return !path.split('/').some(segment => /^(\.|%2e){1,2}$/i.test(segment));
}

function withQuery(target: string, query: Readonly<Record<string, string>> | undefined): string {
  if (query === undefined) return target;
  let text = target;
  let joint = target.includes('?') ? '&' : '?';
  for (const [name, value] of Object.entries(query)) {
    // `$filter`, not `%24filter`: OData names are written so in every example of the provider's.
    text += `${joint}${encodeURIComponent(name).replaceAll('%24', '$')}=${encodeURIComponent(value)}`;
    joint = '&';
  }
  return text;
}

const loopbacks = new BlockList();
loopbacks.addSubnet('127.0.0.0', 8, 'ipv4');
loopbacks.addAddress('::1', 'ipv6');

const privates = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16],
  ['172.16.0.0', 12], ['192.168.0.0', 16], ['224.0.0.0', 3],
] as const) privates.addSubnet(net, bits, 'ipv4'); // prettier-ignore
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  privates.addSubnet(net, bits, 'ipv6');
}

const listed = (list: BlockList, host: string): boolean => {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
};
/** An address of this machine, written as a number. */
export const isLoopback = (host: string): boolean => listed(loopbacks, host);
const isPrivate = (host: string): boolean => listed(privates, host);

const wrongBase = (what: string): AppError =>
  new AppError('config.invalid', 'give-up', `The address of a provider in the settings ${what}.`);

const untrusted = (reason: string): AppError =>
  new AppError(
    'provider.untrusted-url',
    'retry-later',
    'The provider answered with a link that leads elsewhere. It was not followed; if it stays so, look at the raw answer before anything else.',
    { facts: { reason } },
  );
