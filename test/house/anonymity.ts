import { createHash } from 'node:crypto';
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { maskSource } from './mask-source.ts';
import { lineAt, type Finding, type TreeFile } from './source-tree.ts';

// Hosts that belong to a provider, a standard or a licence: naming them tells nothing about a customer.
const publicHosts = [
  'graph.microsoft.com', 'manage.office.com', 'login.microsoftonline.com', 'login.windows.net', 'sts.windows.net',
  'portal.azure.com', 'entra.microsoft.com', 'admin.microsoft.com', 'purview.microsoft.com', 'learn.microsoft.com',
  'azure.microsoft.com', 'schemas.microsoft.com', 'schemas.xmlsoap.org', 'services.mimecast.com', 'api.services.mimecast.com',
  'integrations.mimecast.com', 'schema.ocsf.io', 'www.rfc-editor.org', 'datatracker.ietf.org', 'json-schema.org',
  'spec.openapis.org', 'json.schemastore.org', 'www.w3.org', 'www.sqlite.org', 'sqlite.org', 'nodejs.org', 'www.apache.org',
  'editorconfig.org', 'c2sp.org', 'semver.org', 'azure.com', 'windows.net', 'privatelink.vaultcore.azure.net',
]; // prettier-ignore
const publicSuffixes = [
  '.microsoft.com',
  '.office.com',
  '.azure.com',
  '.windows.net',
  '.azurewebsites.net',
  '.services.mimecast.com',
];
// Hostile spellings of a provider's host are what these files are about.
const lookAlikes = new Set(['test/net/provider-address.test.ts']);
// What stands behind the @ of a Teams conversation's id, the same in every tenant.
const conversationHosts = ['thread.skype', 'thread.tacv2', 'thread.v2', 'unq.gbl.spaces'];
// RFC 2606 and RFC 6761.
const reservedSuffixes = [
  '.example',
  '.invalid',
  '.test',
  '.localhost',
  '.local',
  'example.com',
  'example.org',
  'example.net',
];

const topLevel = 'com|net|org|edu|gov|io|de|fr|nl|eu|uk|ch|co|ru|cn|jp|ca|us|biz|cloud|dev';
const hostName = new RegExp(`(?<![\\w@.-])((?:[a-z0-9-]+\\.)+(?:${topLevel}))(?![\\w-]|\\.[a-z0-9])`, 'gi');
const address = /[\w.+%-]+@((?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+)(?![\w-])/gi;
const fourNumbers = /(?<![\w.]|[A-Za-z]\/|-)\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g;
// `section 2.1.3.2` of a standard, and object identifiers such as 2.5.4.3.
const sectionLike = /^[0-2](?:\.(?:1?\d|2[0-5])){3}$/;
const colons = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
const tenantGuid =
  /(?:tenant_?id|\btid|organi[sz]ation_?id|customer_?id)["'`]?\s*[:=]\s*["'`]([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/gi;
const invented = /-0000-4000-8000-|^([0-9a-f])\1{7}-|^0{8}-|^3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77$/;

const harmless = new BlockList();
for (const [net, bits] of [
  ['192.0.2.0', 24], ['198.51.100.0', 24], ['203.0.113.0', 24], ['0.0.0.0', 8], ['10.0.0.0', 8], ['127.0.0.0', 8],
  ['100.64.0.0', 10], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3],
] as const) harmless.addSubnet(net, bits); // prettier-ignore
const global6 = new BlockList();
global6.addSubnet(['2000', '', ''].join(':'), 3, 'ipv6');
const documented6 = new BlockList();
documented6.addSubnet('2001:db8::', 32, 'ipv6');
// Tunnels (RFC 4380), which the standards' own examples are taken from.
documented6.addSubnet(['2001', '', ''].join(':'), 32, 'ipv6');

// In pieces, so that this file does not find itself.
const machinePath = new RegExp(
  `(?<![\\w.~-])/(?:${['wo' + 'rk', 'ro' + 'ot'].join('|')})/|(?<![\\w.~-])/(?:${['ho' + 'me', 'Us' + 'ers'].join('|')})/[a-z][\\w.-]*/|[A-Z]:\\\\\\\\?Users\\\\`,
  'g',
);
const registry = new RegExp(
  `${['npm' + 'js', 'ver' + 'daccio', 'arti' + 'factory', 'jf' + 'rog'].join('|')}|(?<![-\\w])registry\\.[a-z]+\\.[a-z]+\\b(?=[/:"'])`,
  'gi',
);

// Words of one to three that speak of how a text was made rather than of the project, as hashes so that the
// list does not hold what it looks for. First 12 digits of sha-256 over the lower-case words.
export const foreignWords = new Set<string>([
  '028cdc72b35c', '053ea4804ef1', '0677069fdf93', '077fe2655c73', '2c56afdd8aa6', '31a85e22a24a',
  '3c57661e7757', '442e56863b7e', '48207d2d3971', '487b91042c7c', '4b6e0d103807', '53beb385cf69',
  '5eff592cc497', '60965168ce76', '6dee88b3be75', '7086a5e04b87', '7c38d5864015', '7d3194f79e64',
  '94a168d2da57', '9760d607e65e', '9c26adb26ee8', 'a4d76a4d5958', 'b4d37d9491ad', 'c5b23a560550',
  'c5f9d8f01eaa', 'c70eca6b0f88', 'c857d09db23e', 'cdcbb68a3444', 'cf98b41fb0f2', 'd298391b0743',
  'de2187af3fb0', 'e16202309c92', 'e748f8750672', 'e9acff1bccde', 'ec3f4a4cd18a', 'ee662f0a4316',
  'f249e7ca919a', 'fafff6df80ac',
]); // prettier-ignore
const wordHash = (words: string): string => createHash('sha256').update(words).digest('hex').slice(0, 12);

const reserved = (host: string): boolean =>
  publicHosts.includes(host) ||
  conversationHosts.includes(host) ||
  [...publicSuffixes, ...reservedSuffixes].some(
    end => host === end || host.endsWith(end.startsWith('.') ? end : `.${end}`),
  );

/** What code says in strings and comments; of any other file, all of it. Offsets are those of the file. */
function prose(file: TreeFile): string {
  if (!/\.[cm]?[jt]s$/.test(file.path)) return file.text;
  const code = maskSource(file.text);
  const out = file.text.split('');
  for (let at = 0; at < out.length; at += 1)
    if (code[at] === file.text[at] && out[at] !== '\n') out[at] = ' ';
  return out.join('');
}

/** Anything that could be a real customer, person, network or machine, or speaks of how the text was made. */
export function identifying(file: TreeFile): Finding[] {
  const findings: Finding[] = [];
  const text = prose(file);
  const add = (offset: number, says: string): void => {
    findings.push({ path: file.path, line: lineAt(text, offset), says });
  };
  for (const match of text.matchAll(hostName)) {
    if (!lookAlikes.has(file.path) && !reserved((match[1] ?? '').toLowerCase()))
      add(match.index, `names the host ${match[1]}: use one under .example`);
  }
  for (const match of text.matchAll(address)) {
    if (!reserved((match[1] ?? '').toLowerCase()))
      add(match.index, `has an address at ${match[1]}: use one under .example`);
  }
  for (const match of text.matchAll(fourNumbers)) {
    const real = isIPv4(match[0]) && !harmless.check(match[0]) && !sectionLike.test(match[0]);
    if (real)
      add(match.index, `has the IP address ${match[0]}: use 192.0.2.0/24, 198.51.100.0/24 or 203.0.113.0/24`);
  }
  for (const match of text.matchAll(colons)) {
    const ip = match[0];
    const real = isIPv6(ip) && global6.check(ip, 'ipv6') && !documented6.check(ip, 'ipv6');
    if (real) add(match.index, `has the IP address ${ip}: use 2001:db8::/32`);
  }
  for (const match of text.matchAll(tenantGuid)) {
    const guid = (match[1] ?? '').toLowerCase();
    if (!invented.test(guid))
      add(match.index, `has a tenant id that could be somebody's: use …-0000-4000-8000-…`);
  }
  for (const match of file.text.matchAll(machinePath)) add(match.index, 'names a path of one machine');
  for (const match of file.text.matchAll(registry)) add(match.index, 'names a package registry');
  return [...findings, ...foreignTo(file)];
}

const known = new Map<string, boolean>();
function isForeign(words: string): boolean {
  const before = known.get(words);
  if (before !== undefined) return before;
  const answer = foreignWords.has(wordHash(words));
  known.set(words, answer);
  return answer;
}

/** Uses of a foreign word. */
function foreignTo(file: TreeFile): Finding[] {
  const findings: Finding[] = [];
  const words = [...file.text.toLowerCase().matchAll(/[a-z]+/g)];
  for (let at = 0; at < words.length; at += 1) {
    for (let length = 1; length <= 3 && at + length <= words.length; length += 1) {
      const run = words
        .slice(at, at + length)
        .map(match => match[0])
        .join(' ');
      if (isForeign(run)) {
        const line = lineAt(file.text, words[at]?.index ?? 0);
        findings.push({ path: file.path, line, says: 'speaks of how it was made, not of the project' });
      }
    }
  }
  return findings;
}
