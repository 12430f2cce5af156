import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { providerAddress, requestTarget } from '../../shared/adapters/net/provider-address.ts';
import { AppError } from '../../shared/kernel/errors.ts';

const graph = providerAddress(new URL('https://graph.microsoft.com'));
const rooted = providerAddress(new URL('http://127.0.0.1:7072/graph/'));

const follow = (address: typeof graph, url: string, query?: Record<string, string>): string =>
  requestTarget(address, {
    api: 'graph',
    origin: 'response',
    url,
    ...(query === undefined ? {} : { query }),
  });
const path = (text: string, query?: Record<string, string>): string =>
  requestTarget(rooted, {
    api: 'graph',
    origin: 'configured',
    path: text,
    ...(query === undefined ? {} : { query }),
  });
const codeOf = (work: () => unknown): string => {
  try {
    return `not refused: ${String(work())}`;
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : `not an AppError: ${String(thrown)}`;
  }
};

describe('a base from the settings', () => {
  test.each([
    ['https://graph.microsoft.com', 443, '', true],
    ['https://graph.microsoft.com/', 443, '', true],
    ['https://graph.example:8443/root/', 8443, '/root', true],
    ['http://127.0.0.1:7072/graph', 7072, '/graph', false],
    ['http://localhost:7072/graph', 7072, '/graph', false],
    ['http://[::1]:7072/graph', 7072, '/graph', false],
  ])('%s is taken', (base, port, prefix, secure) => {
    expect(providerAddress(new URL(base))).toMatchObject({ port, prefix, secure });
  });
  test.each([
    'http://graph.microsoft.com',
    'http://127.0.0.1.example:7072/graph',
    'ftp://graph.example/',
    'https://user@graph.example/',
    'https://user:word@graph.example/',
    'https://graph.example/?key=1',
    'https://graph.example/#part',
    'https://10.1.2.3/',
    'https://192.168.1.9/',
    'https://172.16.0.1/',
    'https://169.254.169.254/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[::ffff:10.0.0.1]/',
  ])('%s is not: credentials would go there', base => {
    expect(codeOf(() => providerAddress(new URL(base)))).toBe('config.invalid');
  });
});

describe('a link from an answer', () => {
  test.each([
    '/v1.0/auditLogs/directoryAudits?$filter=activityDateTime%20ge%202026-10-05T00:00:00Z&$top=1000&$skiptoken=a1b2==_1000',
    "/v1.0/x?$filter=status eq 'a'&b",
    '/v1.0/x?a=1&a=2&&c=%2f%2F&d=+',
    '/api/v1/3f3d8b1c/activity/feed/audit/2026$2026$audit_exchange$Audit_Exchange',
    "/v1.0/traces/1/getDetailsByRecipient(recipientAddress='mira%40contoso.example')",
    '/v1.0/x',
    '/v1.0/...x/..a/.b?c=/../',
  ])('%s goes back letter for letter', tail => {
    expect(follow(graph, `https://graph.microsoft.com${tail}`)).toBe(tail.replaceAll(' ', '%20'));
  });
  test('may spell the origin in capitals or with its default port', () => {
    expect(follow(graph, 'HTTPS://Graph.Microsoft.com/v1.0/x?y')).toBe('/v1.0/x?y');
    expect(follow(graph, 'https://graph.microsoft.com:443/v1.0/x')).toBe('/v1.0/x');
  });
  test('stays under the configured path', () => {
    expect(follow(rooted, 'http://127.0.0.1:7072/graph/v1.0/x?$top=5')).toBe('/graph/v1.0/x?$top=5');
  });
  test('gets the query a source adds', () => {
    const got = follow(graph, 'https://graph.microsoft.com/a?b=c', { PublisherIdentifier: 'd e&f' });
    expect(got).toBe('/a?b=c&PublisherIdentifier=d%20e%26f');
    expect(follow(graph, 'https://graph.microsoft.com/a', { x: '1' })).toBe('/a?x=1');
  });
  test('has what cannot stand in a request line escaped, and nothing else', () => {
    expect(follow(graph, 'https://graph.microsoft.com/a?q=é ü%20')).toBe('/a?q=%C3%A9%20%C3%BC%20');
    expect(follow(graph, 'https://graph.microsoft.com/a?q=\ud800')).toBe('/a?q=%EF%BF%BD');
  });

  test.each([
    ['another host', 'https://graph.microsoft.com.example/v1.0/x'],
    ['a longer host', 'https://evil-graph.microsoft.com/v1.0/x'],
    ['a host below', 'https://a.graph.microsoft.com/v1.0/x'],
    ['a dot at the end of the host', 'https://graph.microsoft.com./v1.0/x'],
    ['plain http', 'http://graph.microsoft.com/v1.0/x'],
    ['another scheme', 'ftp://graph.microsoft.com/v1.0/x'],
    ['no scheme', '//graph.microsoft.com/v1.0/x'],
    ['a path only', '/v1.0/x'],
    ['nothing', ''],
    ['a script', 'javascript:alert(1)'],
    ['another port', 'https://graph.microsoft.com:8443/v1.0/x'],
    ['port 0443', 'https://graph.microsoft.com:0443/v1.0/x'],
    ['a user name', 'https://user@graph.microsoft.com/v1.0/x'],
    ['the host as a user name', 'https://graph.microsoft.com@evil.example/v1.0/x'],
    ['the host as user name and password', 'https://graph.microsoft.com:443@evil.example/v1.0/x'],
    ['a backslash for the slash', 'https://graph.microsoft.com\\@evil.example/v1.0/x'],
    ['a backslash in the path', 'https://graph.microsoft.com/v1.0\\..\\x'],
    ['a backslash in the query', 'https://graph.microsoft.com/v1.0/x?a=\\'],
    ['three slashes', 'https:///graph.microsoft.com/v1.0/x'],
    ['one slash', 'https:/graph.microsoft.com/v1.0/x'],
    ['no slash', 'https:graph.microsoft.com/v1.0/x'],
    ['a space before it', ' https://graph.microsoft.com/v1.0/x'],
    ['a space behind it', 'https://graph.microsoft.com/v1.0/x?a '],
    ['a line feed in the scheme', 'ht\ntps://graph.microsoft.com/v1.0/x'],
    ['a tab in the host', 'https://graph.micro\tsoft.com/v1.0/x'],
    ['a second request in the query', 'https://graph.microsoft.com/x?a HTTP/1.1\r\nhost: evil.example'],
    ['a line feed in the path', 'https://graph.microsoft.com/x\r\nhost: evil.example'],
    ['a null byte', 'https://graph.microsoft.com/x?a=\u0000'],
    ['full-width letters', 'https://ｇraph.microsoft.com/v1.0/x'],
    ['a soft hyphen', 'https://graph.micro\u00adsoft.com/v1.0/x'],
    ['an escaped letter', 'https://graph.microsof%74.com/v1.0/x'],
    ['a fragment', 'https://graph.microsoft.com/v1.0/x?a#b'],
    ['no path', 'https://graph.microsoft.com'],
    ['a query without a path', 'https://graph.microsoft.com?a=b'],
    ['the metadata address', 'http://169.254.169.254/latest/meta-data'],
    ['loopback', 'http://127.0.0.1:7072/graph/v1.0/x'],
    ['a private address', 'https://10.0.0.7/v1.0/x'],
  ])('%s is refused', (_, url) => {
    expect(codeOf(() => follow(graph, url))).toBe('provider.untrusted-url');
  });
  test.each([
    ['another root', 'http://127.0.0.1:7072/manage/v1.0/x'],
    ['a root that only begins so', 'http://127.0.0.1:7072/graphs/v1.0/x'],
    ['the root itself', 'http://127.0.0.1:7072/graph'],
    ['dots that leave the root', 'http://127.0.0.1:7072/graph/../control/faults'],
    ['escaped dots', 'http://127.0.0.1:7072/graph/%2e%2e/control/faults'],
    ['half-escaped dots', 'http://127.0.0.1:7072/graph/.%2E/control/faults'],
    ['another port', 'http://127.0.0.1:7071/graph/v1.0/x'],
    ['another loopback address', 'http://127.0.0.2:7072/graph/v1.0/x'],
    ['its name', 'http://localhost:7072/graph/v1.0/x'],
    ['the number in hexadecimal', 'http://0x7f000001:7072/graph/v1.0/x'],
    ['the number in decimal', 'http://2130706433:7072/graph/v1.0/x'],
    ['the number in octal', 'http://0177.0.0.1:7072/graph/v1.0/x'],
    ['the number in short', 'http://127.1:7072/graph/v1.0/x'],
    ['the number in IPv6', 'http://[::ffff:127.0.0.1]:7072/graph/v1.0/x'],
    ['https where the base is http', 'https://127.0.0.1:7072/graph/v1.0/x'],
  ])('%s is refused on loopback, too', (_, url) => {
    expect(codeOf(() => follow(rooted, url))).toBe('provider.untrusted-url');
  });
  test('whatever it is, it is refused or leads to the one host, by every reading of it', () => {
    const part = fc.constantFrom(
      'https:', 'http:', '//', '/', '\\', '@', ':', '443', 'graph.microsoft.com', 'evil.example', '.', '..',
      '%2e', '?', '#', 'v1.0', '\t', '\n', ' ', '$skiptoken=x', '[', ']', '0x7f', 'é',
    ); // prettier-ignore
    const near = fc
      .array(part, { maxLength: 9 })
      .map(parts => parts.join(''))
      .chain(text =>
        fc.constantFrom(text, `https://graph.microsoft.com${text}`, `https://graph.microsoft.com/${text}`),
      );
    fc.assert(
      fc.property(fc.oneof(near, fc.webUrl(), fc.string()), url => {
        let target: string;
        try {
          target = follow(graph, url);
        } catch (thrown) {
          return thrown instanceof AppError && thrown.code === 'provider.untrusted-url';
        }
        const read = new URL(url);
        expect(read.origin).toBe('https://graph.microsoft.com');
        expect(read.username + read.password).toBe('');
        expect(target).toMatch(/^\/[\u0021-\u007e]*$/);
        // Sent as it is, it is read as the same place.
        expect(new URL(`https://graph.microsoft.com${target}`).href).toBe(read.href);
        return true;
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a configured path', () => {
  test('stands below the base, its query written once', () => {
    const query = { $filter: "a ge 2026-10-05T00:00:00Z and b eq 'c&d'", $top: '5' };
    expect(path('/v1.0/x', query)).toBe(
      "/graph/v1.0/x?$filter=a%20ge%202026-10-05T00%3A00%3A00Z%20and%20b%20eq%20'c%26d'&$top=5",
    );
  });
  test.each([
    'x',
    '',
    '//evil.example/x',
    '/x?y=1',
    '/x#y',
    '/a/../control',
    '/a\\b',
    '/a b',
    '/a\r\nb',
    '/é',
  ])('%j is our own mistake', text => {
    expect(codeOf(() => path(text))).toBe('bug');
  });
});
