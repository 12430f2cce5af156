import { accessContext, doerOf, inner, unifiedJson, type Doer, type Writer } from './audit-envelope.ts';
import { addressOf, type Cast } from './cast.ts';
import { everydaySubject } from './mail-words.ts';
import type { Person } from './people.ts';
import { between, chance, code, guid, hex8, pick, table, type Random } from './random.ts';

export interface MailboxAct {
  readonly operation: string;
  readonly recordType: number;
  readonly person: Person;
  readonly ip: string;
  /** Insides of JSON strings. */
  readonly subjects: readonly string[];
  readonly folder: string;
}

/** A mailbox record: 2 one item, 3 a group of items, 50 an aggregate of reads. */
export function mailboxJson(cast: Cast, r: Random, time: number, act: MailboxAct): string {
  const { person } = act;
  const items = act.subjects.map(subject => itemJson(cast, r, subject, act.folder)).join(',');
  const more =
    `,"ClientIPAddress":"${act.ip}","ClientInfoString":"Client=REST;;","ExternalAccess":false,"InternalLogonType":0,` +
    `"LogonType":0,"LogonUserSid":"${person.sid}","MailboxGuid":"${person.mailbox}",` +
    `"MailboxOwnerSid":"${person.sid}","MailboxOwnerUPN":"${person.address}",` +
    `"OrganizationName":"${cast.slug}.onmicrosoft.example","OriginatingServer":"MBX${code(r, 4)} (15.20.8182.024)\\r\\n",` +
    `"SessionId":"${guid(r)}"`;
  const what =
    act.recordType === 2
      ? `,"Item":${items}`
      : act.recordType === 3
        ? `,"AffectedItems":[${items}],"CrossMailboxOperation":false,"Folder":{"Id":"LgAAAAC${hex8(r)}AB","Path":"\\\\${act.folder}"}`
        : `,"OperationCount":${act.subjects.length},"OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},` +
          `{"Name":"IsThrottled","Value":"False"}],"Folders":[{"Path":"\\\\${act.folder}","FolderItems":[${items}]}]`;
  return unifiedJson(cast, r, time, {
    recordType: act.recordType,
    operation: act.operation,
    workload: 'Exchange',
    doer: doerOf(person),
    result: 'Succeeded',
    more: more + what + accessContext(r, guid(r), 'Mail Client'),
  });
}

const itemJson = (cast: Cast, r: Random, subject: string, folder: string): string =>
  `{"Id":"RgAAAAD${hex8(r)}${hex8(r)}AAAJ","ImmutableId":"LgAAAAB${hex8(r)}AB",` +
  `"InternetMessageId":"<${code(r, 18)}@mail.${cast.domain}>",` +
  `"ParentFolder":{"Id":"LgAAAAC${hex8(r)}AB","Path":"\\\\${folder}"},` +
  `"SizeInBytes":${between(r, 2_000, 900_000)},"Subject":"${subject}"}`;

export interface MailboxCmdlet {
  readonly operation: string;
  readonly doer: Doer;
  /** Absent when the service ran it. */
  readonly ip?: string;
  readonly object: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly external: boolean;
}

/** An Exchange cmdlet (record type 1) with its parameters. */
export function cmdletJson(cast: Cast, r: Random, time: number, cmdlet: MailboxCmdlet): string {
  const parameters = Object.entries(cmdlet.parameters)
    .map(([name, value]) => `{"Name":"${name}","Value":"${inner(value)}"}`)
    .join(',');
  return unifiedJson(cast, r, time, {
    recordType: 1,
    operation: cmdlet.operation,
    workload: 'Exchange',
    doer: cmdlet.doer,
    ...(cmdlet.ip === undefined ? {} : { ip: cmdlet.ip }),
    result: 'True',
    objectId: inner(cmdlet.object),
    more:
      `,"AppId":"","ClientAppId":"","ExternalAccess":${cmdlet.external},` +
      `"OrganizationName":"${cast.slug}.onmicrosoft.example","OriginatingServer":"MBX${code(r, 4)} (15.20.8182.024)",` +
      `"Parameters":[${parameters}],"SessionId":"${guid(r)}","RequestId":"${guid(r)}"`,
  });
}

const itemActs = ['Create', 'Send', 'Update', 'MailboxLogin', 'SendAs'] as const;
const groupActs = ['MoveToDeletedItems', 'SoftDelete', 'Move', 'HardDelete'] as const;
const folders = ['Inbox', 'Sent Items', 'Posteingang', 'Drafts', 'Archive', '受信トレイ'] as const;
const system: Doer = {
  userId: 'NT AUTHORITY\\\\SYSTEM (ServiceHost)',
  userKey: 'NT AUTHORITY\\\\SYSTEM (ServiceHost)',
  userType: 3,
};

/** Exchange writes the client with a port, IPv6 in brackets, or bare. */
const withPort = (r: Random, ip: string): string => {
  if (chance(r, 0.4)) return ip;
  return `${ip.includes(':') ? `[${ip}]` : ip}:${String(between(r, 1_025, 65_000))}`;
};
const subjects = (r: Random, most: number): readonly string[] =>
  Array.from({ length: between(r, 1, most) }, () => everydaySubject(r));

const acting =
  (recordType: number, operations: readonly string[], most: number): Writer =>
  (cast, r, time) => {
    const person = cast.staff.someone(r, time);
    return mailboxJson(cast, r, time, {
      operation: pick(r, operations),
      recordType,
      person,
      ip: addressOf(r, person),
      subjects: subjects(r, most),
      folder: pick(r, folders),
    });
  };
const harmlessRule: Writer = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  const rule = {
    MoveToFolder: 'Newsletters',
    SubjectContainsWords: 'newsletter',
    StopProcessingRules: 'True',
  };
  return cmdletJson(cast, r, time, {
    operation: 'New-InboxRule',
    doer: doerOf(person),
    ip: withPort(r, addressOf(r, person)),
    object: `${person.address}\\Newsletters`,
    parameters: { AlwaysDeleteOutlookRulesBlob: 'False', Name: 'Newsletters – später lesen', ...rule },
    external: false,
  });
};
const mailboxSet: Writer = (cast, r, time) => {
  const admin = cast.staff.admin(r);
  const person = cast.staff.someone(r, time);
  const operation = pick(r, ['Set-Mailbox', 'Add-MailboxPermission', 'Set-CASMailbox'] as const);
  const parameters: Record<string, string> =
    operation === 'Add-MailboxPermission'
      ? { Identity: person.address, User: admin.address, AccessRights: 'FullAccess' }
      : { Identity: person.address, RetainDeletedItemsFor: `${String(between(r, 14, 30))}.00:00:00` };
  const ip = withPort(r, admin.officeIp);
  return cmdletJson(cast, r, time, {
    operation, doer: { ...doerOf(admin), userType: 2 }, ip, object: person.address, parameters, external: false,
  }); // prettier-ignore
};
const maintenance: Writer = (cast, r, time) =>
  cmdletJson(cast, r, time, {
    operation: pick(r, [
      'Set-MailboxPlan',
      'Set-TenantObjectVersion',
      'Install-DefaultSharingPolicy',
    ] as const),
    doer: system,
    object: `${cast.slug}.onmicrosoft.example\\${guid(r)}`,
    parameters: { DomainController: '', Organization: `${cast.slug}.onmicrosoft.example` },
    external: true,
  });

const kinds = table<Writer>([
  { weight: 34, value: acting(2, itemActs, 1) },
  { weight: 18, value: acting(3, groupActs, 3) },
  { weight: 36, value: acting(50, ['MailItemsAccessed'], 3) },
  { weight: 3, value: harmlessRule },
  { weight: 5, value: mailboxSet },
  { weight: 4, value: maintenance },
]);
/** An ordinary record of Audit.Exchange. */
export const mailboxActivity: Writer = (cast, r, time) => kinds(r)(cast, r, time);
