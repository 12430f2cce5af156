import { hash } from 'node:crypto';
import type { EventId, Sha256 } from '../shared/kernel/hash.ts';
import type { Client, Entity, MailFacts, StoredEvent } from '../shared/model/event.ts';
import type { SourceId, StreamId, TenantId } from '../shared/model/ids.ts';

/** A repeatable stream of numbers in [0, 1): mulberry32. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const firstNames =
  'Oskar Mira Jonas Freja Nadia Emil Sofia Ravi Chen Amara Luca Ingrid Tomas Leila Hugo Zoë José Anna Piotr Maja'.split(
    ' ',
  );
const lastNames =
  'Lind Holt Berg Dahl Novak Costa Okafor Sato Müller Larsen Kaur Silva Rossi Haddad Nyström Weber Moreau Kim'.split(
    ' ',
  );
const subjectWords =
  'budget invoice contract meeting quarterly report offer reminder schedule project update agenda review travel payroll order delivery customer draft final renewal password reset security notice newsletter shift handover minutes warehouse'.split(
    ' ',
  );
const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18025; Pro)',
  'OneDriveMpc-Transform_Thumbnail/1.0',
  'python-requests/2.32.3',
];
const directoryOperations = [
  'Update user', 'Add member to group', 'Remove member from group', 'Add member to role', 'Update application',
  'Add app role assignment to service principal', 'Consent to application', 'Update policy', 'Add user', 'Delete user',
  'Reset user password', 'Update device', 'Add owner to group', 'Disable account',
]; // prettier-ignore
const fileOperations = [
  'FileAccessed', 'FileDownloaded', 'FileModified', 'FileUploaded', 'FilePreviewed', 'FileSyncDownloadedFull',
  'FileDeleted', 'SharingSet', 'AnonymousLinkCreated', 'PageViewed',
]; // prettier-ignore
const mailboxOperations = ['MailItemsAccessed', 'Send', 'SoftDelete', 'MoveToDeletedItems', 'New-InboxRule', 'UserLoggedIn']; // prettier-ignore
const roles = ['Global Administrator', 'Security Reader', 'User Administrator', 'Exchange Administrator'];
const countries = ['SE', 'DK', 'DE', 'NO', 'GB', 'US', 'IN', 'BR', 'NL', 'FR'];

interface Person {
  readonly entity: Entity;
  readonly ip: string;
  readonly country: string;
  readonly device: string;
}
interface Company {
  readonly id: TenantId;
  readonly domain: string;
  readonly people: readonly Person[];
}

const companies = [
  ['c0a10000-0000-4000-8000-00000000c001', 'contoso.example', 4_000],
  ['fab10000-0000-4000-8000-00000000fa01', 'fabrikam.example', 1_200],
  ['0e7a0000-0000-4000-8000-00000000e001', 'northwind.example', 150],
] as const;
export const benchTenants = companies.map(([id]) => id as TenantId);

const guid = (text: string): string => {
  const h = hash('md5', text);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
};

const ascii = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[^a-zA-Z]/g, '')
    .toLowerCase();

function hire(company: (typeof companies)[number], random: () => number): Company {
  const [id, domain, size] = company;
  const people = Array.from({ length: size }, (_, n): Person => {
    const first = firstNames[n % firstNames.length] ?? '';
    const last = lastNames[Math.floor(n / firstNames.length) % lastNames.length] ?? '';
    const lap = Math.floor(n / (firstNames.length * lastNames.length));
    const address = `${ascii(first)}.${ascii(last)}${lap === 0 ? '' : lap}@${domain}`;
    return {
      entity: { kind: 'user', id: guid(address), name: `${first} ${last}`, address },
      ip:
        random() < 0.9
          ? `198.51.100.${n % 250}`
          : `2001:db8:${(n % 4096).toString(16)}::${(n % 97).toString(16)}`,
      country: countries[Math.floor(random() ** 3 * countries.length)] ?? 'SE',
      device: `LAPTOP-${(n * 7919).toString(36).toUpperCase().padStart(6, '0')}`,
    };
  });
  return { id: id as TenantId, domain, people };
}

const dayMs = 86_400_000;
/** The first day of the invented month. */
export const benchStart = Date.UTC(2026, 8, 5);
export const benchDays = 30;

/** A moment with a life: weekdays and working hours hold most of it. */
function moment(random: () => number): number {
  let day = Math.floor(random() * benchDays);
  const weekday = new Date(benchStart + day * dayMs).getUTCDay();
  if ((weekday === 0 || weekday === 6) && random() < 0.7) day = Math.floor(random() * benchDays);
  const hour = random() < 0.8 ? 7 + random() * 10 : random() * 24;
  return Math.floor(benchStart + day * dayMs + hour * 3_600_000);
}

/**
 * `count` invented events of three tenants over 30 days in the order a collector meets them: by time, with
 * stretches of late ones. The same seed gives the same events.
 */
export function* searchEvents(count: number, seed = 7): Generator<StoredEvent> {
  const random = numbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const staff = companies.map(company => hire(company, random));
  const times = Float64Array.from({ length: count }, () => moment(random)).sort();
  // One in fifty arrives about a day late.
  for (let n = 0; n + 40_000 < count; n += 50) {
    const other = n + 30_000 + Math.floor(random() * 10_000);
    const late = times[n] ?? 0;
    times[n] = times[other] ?? late;
    times[other] = late;
  }
  for (let n = 0; n < count; n++) {
    const at = random();
    const company = staff[at < 0.7 ? 0 : at < 0.95 ? 1 : 2] as Company;
    const person = company.people[Math.floor(random() ** 2 * company.people.length)] as Person;
    const kind = random();
    const make = kind < 0.15 ? directoryEvent : kind < 0.55 ? auditEvent : mailEvent;
    const time = times[n] ?? benchStart;
    yield complete(n, time, company, make({ n, random, pick, company, person }));
  }
}

interface About {
  readonly n: number;
  readonly random: () => number;
  readonly pick: <T>(list: readonly T[]) => T;
  readonly company: Company;
  readonly person: Person;
}
type Draft = Omit<StoredEvent, 'id' | 'tenant' | 'time' | 'ingestedAt' | 'raw' | 'mapping' | 'revision'>;

function complete(n: number, time: number, company: Company, draft: Draft): StoredEvent {
  const iso = new Date(time).toISOString();
  const id = `${iso.slice(0, 10).replaceAll('-', '')}-${hash('sha1', `event ${n}`)}` as EventId;
  return {
    ...draft, id, tenant: company.id, time: iso, ingestedAt: iso, mapping: 1, revision: 1,
    raw: { key: 'bench/page-0', index: n, sha256: '0'.repeat(64) as Sha256 },
  }; // prettier-ignore
}

function clientOf(about: About, app: string | null, userAgent: string | null): Client {
  const { person, random } = about;
  const roaming = random() < 0.02;
  return {
    ip: roaming ? `203.0.113.${Math.floor(random() * 256)}` : person.ip,
    port: null,
    userAgent,
    app,
    device: random() < 0.3 ? person.device : null,
    os: null,
    country: roaming ? 'US' : person.country,
    city: null,
  };
}

function directoryEvent(about: About): Draft {
  const { n, random, pick, company, person } = about;
  const operation = pick(directoryOperations);
  const other = pick(company.people).entity;
  const role = pick(roles);
  const targets: Entity[] = [{ ...other, kind: 'user' }];
  if (operation.includes('role')) targets.push({ kind: 'role', id: guid(role), name: role, address: null });
  const failed = random() < 0.04;
  return {
    source: 'entra.directory-audits' as SourceId,
    stream: 'default' as StreamId,
    category: operation.includes('role')
      ? 'role'
      : operation.includes('application')
        ? 'application'
        : 'directory',
    operation,
    outcome: failed ? 'failure' : 'success',
    reason: null,
    severity:
      operation === 'Add member to role' && role === 'Global Administrator' ? 'high' : 'informational',
    actor: { ...person.entity, kind: random() < 0.1 ? 'admin' : 'user' },
    targets,
    client: clientOf(about, 'Azure Portal', null),
    mail: null,
    correlationId: guid(`correlation ${n}`),
    summary: `${person.entity.name} did ${operation} on ${other.name}${failed ? ', which failed' : ''}`,
    ocsf: { class: 3001, activity: 3 },
  };
}

function auditEvent(about: About): Draft {
  const { n, random, pick, company, person } = about;
  const onFile = random() < 0.7;
  const operation = onFile ? pick(fileOperations) : pick(mailboxOperations);
  const file = `${pick(subjectWords)}-${pick(subjectWords)}-${Math.floor(random() * 4_000)}.docx`;
  const site = `https://${company.domain}/sites/team${Math.floor(random() * 60)}/Shared Documents/${file}`;
  const target: Entity = onFile
    ? { kind: 'file', id: site, name: file, address: null }
    : { kind: 'mailbox', id: person.entity.id, name: null, address: person.entity.address };
  const failed = random() < 0.02;
  return {
    source: 'm365.unified-audit' as SourceId,
    stream: (onFile
      ? 'Audit.SharePoint'
      : operation === 'UserLoggedIn'
        ? 'Audit.AzureActiveDirectory'
        : 'Audit.Exchange') as StreamId,
    category: onFile ? (operation.includes('Shar') ? 'sharing' : 'file') : 'mailbox',
    operation,
    outcome: failed ? 'failure' : 'success',
    reason: null,
    severity: operation === 'New-InboxRule' ? 'medium' : 'informational',
    actor: person.entity,
    targets: [target],
    client: clientOf(about, onFile ? 'SharePoint' : 'Exchange', random() < 0.6 ? pick(userAgents) : null),
    mail: null,
    correlationId: random() < 0.5 ? guid(`correlation ${n}`) : null,
    summary: onFile
      ? `${person.entity.name}: ${operation} ${file}`
      : `${person.entity.name}: ${operation} in a mailbox`,
    ocsf: { class: 6003, activity: 1 },
  };
}

function mailEvent(about: About): Draft {
  const { n, random, pick, company, person } = about;
  const inbound = random() < 0.6;
  // Most mail is with correspondents met before; a bulk sender's bounce address is new each time.
  const known = Math.floor(random() ** 3 * 40_000);
  const outside =
    random() < 0.03
      ? `bounce-${n.toString(36)}@lists.partner${known % 300}.example`
      : `${ascii(firstNames[known % firstNames.length] ?? '')}${known % 900}@partner${known % 300}.example`;
  const own = person.entity.address ?? '';
  const subject = `${pick(subjectWords)} ${pick(subjectWords)} ${pick(subjectWords)} ${Math.floor(random() * 100_000)}`;
  const state = random();
  const status =
    state < 0.93 ? 'delivered' : state < 0.96 ? 'pending' : state < 0.98 ? 'quarantined' : 'failed';
  const mail: MailFacts = {
    messageId: `<${guid(`message ${n}`)}@mail.${company.domain}>`,
    sender: inbound ? outside : own,
    recipients: [inbound ? own : outside],
    subject,
    direction: inbound ? 'inbound' : 'outbound',
    status,
    size: 20_000,
  };
  return {
    source: 'exchange.message-trace' as SourceId,
    stream: 'default' as StreamId,
    category: 'mail',
    operation: 'Message trace',
    outcome: status === 'delivered' ? 'success' : status === 'pending' ? 'partial' : 'failure',
    reason: status,
    severity: status === 'quarantined' ? 'low' : 'informational',
    actor: { kind: 'user', id: null, name: null, address: mail.sender },
    targets: mail.recipients.map(address => ({ kind: 'mailbox', id: null, name: null, address })),
    client: { ip: `192.0.2.${Math.floor(random() * 256)}`, port: null, userAgent: null, app: null, device: null, os: null, country: null, city: null },
    mail,
    correlationId: null,
    summary: `Mail from ${mail.sender} to ${mail.recipients[0]}: ${status}`,
    ocsf: { class: 4009, activity: 1 },
  }; // prettier-ignore
}
