import { accessContext, applicationId, doerOf, inner, unifiedJson, type Writer } from './audit-envelope.ts';
import { addressOf, type Cast, type Site } from './cast.ts';
import { folded } from './names.ts';
import type { Person } from './people.ts';
import { between, guid, pick, table, type Random } from './random.ts';

export interface FileAct {
  readonly operation: string;
  readonly person: Person;
  readonly ip: string;
  readonly agent: string;
  /** Where the file lies: a team's site, or the person's own OneDrive. */
  readonly site: Site;
  readonly workload: 'SharePoint' | 'OneDrive';
  readonly folder: string;
  readonly file: string;
  readonly recordType: number;
  /** Further members as JSON text, each with a comma before it. */
  readonly more: string;
}

/** A record about a file (6), a sharing (14), a list (36) or a page (4). */
export function fileJson(cast: Cast, r: Random, time: number, act: FileAct): string {
  const correlation = guid(r);
  const file = inner(act.file);
  const extension = act.file.slice(act.file.lastIndexOf('.') + 1);
  return unifiedJson(cast, r, time, {
    recordType: act.recordType,
    operation: act.operation,
    workload: act.workload,
    doer: {
      ...doerOf(act.person),
      userKey: `i:0h.f|membership|${act.person.userKey.toLowerCase()}@live.example`,
    },
    ip: act.ip,
    objectId: `${act.site.url}${act.folder}/${file}`,
    more:
      `,"CorrelationId":"${correlation}","EventSource":"SharePoint","ItemType":"File",` +
      `"ListId":"${act.site.listId}","ListItemUniqueId":"${guid(r)}","Site":"${act.site.id}","WebId":"${act.site.webId}",` +
      `"UserAgent":"${act.agent}","HighPriorityMediaProcessing":false,"MachineDomainInfo":"",` +
      `"MachineId":"${act.person.device}","SiteUrl":"${act.site.url}","SourceRelativeUrl":"${act.folder}",` +
      `"SourceFileName":"${file}","SourceFileExtension":"${extension}","ApplicationId":"${applicationId(r)}",` +
      `"ApplicationDisplayName":"Office Online"${act.more}${accessContext(r, correlation, 'Web Browser')}`,
  });
}

const operations = [
  'FileAccessed', 'FileAccessed', 'FileAccessed', 'FileModified', 'FileModified', 'FilePreviewed', 'FileDownloaded',
  'FileUploaded', 'FileSyncUploadedFull', 'FileSyncDownloadedFull', 'FileRenamed', 'FileDeleted', 'FileMoved',
] as const; // prettier-ignore
const folders = [
  'Shared Documents/2026',
  'Shared Documents/Übergabe',
  'Shared Documents',
  'Documents/Entwürfe',
];
const stems = [
  'forecast', 'budget', 'minutes', 'offer', 'contract', 'Präsentation', 'roadmap', 'inventory', 'résumé', '見積書',
  'price list (final)', 'notes #2', 'Übersicht', 'plan & risks',
]; // prettier-ignore
const extensions = ['xlsx', 'docx', 'pptx', 'pdf', 'csv', 'one', 'png'];

export const fileName = (r: Random): string =>
  `${pick(r, stems)} ${String(between(r, 1, 400))}.${pick(r, extensions)}`;

/** Somebody's own OneDrive. */
export function ownSite(cast: Cast, person: Person): Site {
  const box = folded(person.address.slice(0, person.address.indexOf('@')));
  const url = `https://${cast.slug}-my.sharepoint.example/personal/${box}/`;
  return { id: person.mailbox, webId: person.id, listId: person.mailbox, url };
}

const fileWork =
  (workload: 'SharePoint' | 'OneDrive'): Writer =>
  (cast, r, time) => {
    const person = cast.staff.someone(r, time);
    return fileJson(cast, r, time, {
      operation: pick(r, operations),
      person,
      ip: addressOf(r, person),
      agent: person.agent,
      site: workload === 'OneDrive' ? ownSite(cast, person) : pick(r, cast.sites),
      workload,
      folder: pick(r, folders),
      file: fileName(r),
      recordType: 6,
      more: '',
    });
  };
const sharing: Writer = (cast, r, time) => {
  const person = cast.staff.someone(r, time);
  const target = pick(r, cast.contacts);
  return fileJson(cast, r, time, {
    operation: pick(r, ['SharingSet', 'AddedToSecureLink', 'SharingInvitationCreated', 'CompanyLinkCreated']),
    person,
    ip: addressOf(r, person),
    agent: person.agent,
    site: pick(r, cast.sites),
    workload: 'SharePoint',
    folder: pick(r, folders),
    file: fileName(r),
    recordType: 14,
    more:
      `,"EventData":"<Type>View</Type><MembersCanShareApplied>False</MembersCanShareApplied>",` +
      `"TargetUserOrGroupName":"${target}","TargetUserOrGroupType":"Guest"`,
  });
};
const viewing =
  (operation: string, recordType: number): Writer =>
  (cast, r, time) => {
    const person = cast.staff.someone(r, time);
    return fileJson(cast, r, time, {
      operation,
      person,
      ip: addressOf(r, person),
      agent: person.agent,
      site: pick(r, cast.sites),
      workload: 'SharePoint',
      folder: 'SitePages',
      file: 'Home.aspx',
      recordType,
      more: '',
    });
  };

const kinds = table<Writer>([
  { weight: 46, value: fileWork('SharePoint') },
  { weight: 34, value: fileWork('OneDrive') },
  { weight: 8, value: sharing },
  { weight: 7, value: viewing('PageViewed', 4) },
  { weight: 5, value: viewing('ListViewed', 36) },
]);
/** An ordinary record of Audit.SharePoint, which is OneDrive's too. */
export const fileActivity: Writer = (cast, r, time) => kinds(r)(cast, r, time);
