import { remembered } from '../../kernel/remembered.ts';
import type { Category } from '../../model/event.ts';
import { classifyDirectoryOperation } from '../_kit/entra-operation.ts';
import type { AuditFacts } from './audit-facts.ts';
import type { Family } from './record-types.ts';

export interface AuditClass {
  readonly category: Category;
  readonly ocsf: { readonly class: number; readonly activity: number };
}

const ofFamily: Readonly<Record<Family, Category>> = {
  admin: 'administration', mailbox: 'mailbox', file: 'file', directory: 'directory', logon: 'authentication',
  dlp: 'data-protection', label: 'data-protection', threat: 'security', alert: 'security', teams: 'collaboration',
  work: 'collaboration', platform: 'other', compliance: 'administration', other: 'other',
}; // prettier-ignore

type Classify = (operation: string, family: Family) => AuditClass;

/** API activity by the operation's verb: for everything without a class of its own. */
const byVerb: Classify = (operation, family) => ({
  category: ofFamily[family],
  ocsf: { class: 6003, activity: verbOf(operation) },
});

const classes: Readonly<Record<Family, Classify>> = {
  admin: operation => ({ category: commandCategory(operation), ocsf: { class: 6003, activity: verbOf(operation) } }),
  mailbox: mailboxClass,
  file: fileClass,
  directory: operation => {
    const { category, ocsf } = classifyDirectoryOperation(operation);
    return { category, ocsf };
  },
  logon: operation => ({ category: 'authentication', ocsf: { class: 3002, activity: /logged?off|logout/i.test(operation) ? 2 : 1 } }),
  dlp: (operation, family) => finding(2006, family, /undo/i.test(operation) ? 3 : 1),
  label: byVerb,
  threat: (operation, family) =>
    isHandling(operation) || isResponse.test(operation) ? byVerb(operation, family) : finding(2004, family, 1),
  alert: (operation, family) => finding(2004, family, /updated/i.test(operation) ? 2 : 1),
  teams: teamsClass,
  work: byVerb,
  platform: byVerb,
  compliance: byVerb,
  other: byVerb,
}; // prettier-ignore

const remembering = Object.fromEntries(
  // Object.entries forgets its keys' type; the record above cannot hold others.
  (Object.entries(classes) as [Family, Classify][]).map(([family, tell]) => [
    family,
    remembered(2_000, operation => tell(operation, family)),
  ]),
) as Readonly<Record<Family, (operation: string) => AuditClass>>;

/** What kind of thing happened, and its OCSF class and activity. Told from family and operation alone. */
export const classify = ({ family, operation }: AuditFacts): AuditClass => remembering[family](operation);

/** What people do with mail that was stopped, or report, and what they are taught; not a detection. */
export const isHandling = (operation: string): boolean => /^Quarantine|Submission|^Training/.test(operation);
/** What is done to devices, rules and incidents, in the imperative: `IsolateDevice`, `AssignUserToIncident`. */
const isResponse =
  /^(Isolate|Release|Run|Collect|Stop|Restrict|Offboard|Add|Create|New|Set|Edit|Update|Delete|Remove|Enable|Disable|Download|Upload|Start|Get|Assign|Unassign|Change|Suppress|Link|Unlink|Merge|Close|Resolve|Reopen)(?=[A-Z\s-])/;

const finding = (ocsfClass: number, family: Family, activity: number): AuditClass => ({
  category: ofFamily[family],
  ocsf: { class: ocsfClass, activity },
});

function commandCategory(operation: string): Category {
  const noun = operation.slice(operation.indexOf('-') + 1);
  if (/^(RoleGroup|ManagementRole|RoleAssignment)|role group/.test(noun)) return 'role';
  if (
    /InboxRule|^Mailbox(?!AuditBypass)|^CASMailbox|^Recipient(Permission)?$|^CalendarProcessing|^MailUser/.test(
      noun,
    )
  )
    return 'mailbox';
  if (/AuditLog|AuditBypass|AuditConfig/.test(noun)) return 'administration';
  return /Policy|Rule$|Connector$|TransportConfig|Filter|Dkim|SafeLinks|SafeAttachment|Quarantine(?!Message)/.test(
    noun,
  )
    ? 'policy'
    : 'administration';
}

function mailboxClass(operation: string): AuditClass {
  if (/^Send(As|OnBehalf)?$/.test(operation)) return { category: 'mail', ocsf: { class: 4009, activity: 1 } };
  if (operation.endsWith('Login')) return { category: 'authentication', ocsf: { class: 3002, activity: 1 } };
  return { category: 'mailbox', ocsf: { class: 6003, activity: verbOf(operation) } };
}

const isSharing =
  /shar(ed|ing)|securelink|anonymouslink|companylink|accessrequest|accessinvitation|invitation/i;

// OCSF file hosting, which knows no making of a folder or list: the first that fits.
const fileActivities: readonly (readonly [RegExp, number])[] = [
  [/(Chang|Modifi|Updat)ed$|[a-z]Set$|Label|Comment|^FileVersion\w*(Recycled|Deleted)/, 3],
  [/SyncUploaded|SyncDownloaded|SyncClient|SyncGetChanges/i, 15],
  [/Upload/i, 1],
  [/Download/i, 2],
  [/Preview/i, 9],
  [/Access|View|Fetch|Opened/i, 14],
  [/Restore/i, 8],
  [/Delet|Recycle|Removed/i, 4],
  [/Rename/i, 5],
  [/Copied|Copy/i, 6],
  [/Moved|Move/i, 7],
  [/CheckedIn|CheckOutDiscarded|Unlock/i, 11],
  [/CheckedOut|(?<!b)Lock/i, 10],
  [/Modif|Updat|Set$|Edit|Change|Added/i, 3],
];
// Of sharing: asked for or accepted is neither given nor taken.
const sharingActivities: readonly (readonly [RegExp, number])[] = [
  [/Used$/, 14],
  [/(Updat|Chang|Modifi)ed$/, 3],
  [/accessrequest(?!approved|accepted)|inheritance|invitationaccepted/i, 99],
  [/revoked|removed|deleted|disabled|expired|unshared/i, 13],
];
const firstIn = (
  table: readonly (readonly [RegExp, number])[],
  operation: string,
  otherwise: number,
): number => table.find(([pattern]) => pattern.test(operation))?.[1] ?? otherwise;

function fileClass(operation: string): AuditClass {
  if (isSharing.test(operation)) {
    // What is allowed to all is no file's.
    if (/policy/i.test(operation)) return { ...byVerb(operation, 'file'), category: 'sharing' };
    return {
      category: 'sharing',
      ocsf: { class: 6006, activity: firstIn(sharingActivities, operation, 12) },
    };
  }
  if (isOfGroup.test(operation)) {
    return { category: 'sharing', ocsf: { class: 3006, activity: firstIn(groupActivities, operation, 99) } };
  }
  if (operation.startsWith('Search')) return byVerb(operation, 'file');
  return { category: 'file', ocsf: { class: 6006, activity: firstIn(fileActivities, operation, 99) } };
}

const isOfGroup =
  /^(User|Group)?(AddedTo|RemovedFrom)(Group|SiteCollection)|^Group(Added|Updated|Removed)$|SiteCollectionAdmin|SitePermission|PermissionLevel/;
// OCSF group management. What a permission level allows is nobody's membership.
const groupActivities: readonly (readonly [RegExp, number])[] = [
  [/Permission/, 99],
  [/^GroupAdded$/, 6],
  [/^GroupRemoved$/, 5],
  [/Removed|Deleted/, 4],
  [/Added/, 3],
];

function teamsClass(operation: string): AuditClass {
  if (operation === 'MemberAdded') return { category: 'collaboration', ocsf: { class: 3006, activity: 3 } };
  if (operation === 'MemberRemoved') return { category: 'collaboration', ocsf: { class: 3006, activity: 4 } };
  if (/^TeamsSessionStarted$|UserSigned(Into|In|Out)/.test(operation)) {
    return {
      category: 'authentication',
      ocsf: { class: 3002, activity: operation.endsWith('Out') ? 2 : 1 },
    };
  }
  return byVerb(operation, 'teams');
}

// What an operation begins with, in the imperative, says more than any word further on: `Set-ClientAccessRule` is no
// access, `CreateUpdateRequest` no update. Not `Search`, `View` and their like, which are things as often as acts.
const leading: readonly (readonly [RegExp, number])[] = [
  [/^(New|Add|Create|Install|Invite)(?=[A-Z\s-])/, 1],
  [/^(Get|Retrieve)(?=[A-Z\s-]|$)|^(Test|Export|Search)-/, 2],
  [/^(Set|Update|Edit|Modify|Enable|Disable|Grant)(?=[A-Z\s-])|^(Start|Stop)-/, 3],
  [/^(Remove|Delete|Uninstall|Purge|Revoke)(?=[A-Z\s-])/, 4],
];

// What one ends with, in the past: `SearchCreated` reads nothing, `AccessRemoved` is no access.
const ending: readonly (readonly [RegExp, number])[] = [
  [/(Creat|Add|Install|Post|Upload|Insert)ed$/, 1],
  [/(View|Access|Download|Export|Preview|Open|List|Search)ed$/, 2],
  [/(Updat|Chang|Modifi|Edit|Renam|Enabl|Disabl|Mov|Releas|Appli)ed$|[a-z]Set$|LabelRemoved$/, 3],
  [/(Delet|Remov|Purg|Revok|Uninstall|Discard)ed$/, 4],
  // A request for access that was decided on gave none yet.
  [/(Approv|Deni|Reject)ed$/, 99],
];

/** OCSF 6003: 1 create, 2 read, 3 update, 4 delete, 99 other. */
function verbOf(operation: string): number {
  const begun = leading.find(([pattern]) => pattern.test(operation))?.[1];
  const ended = ending.find(([pattern]) => pattern.test(operation))?.[1];
  if (begun !== undefined || ended !== undefined) return begun ?? ended ?? 99;
  if (/delete|remove|^uninstall|discard|purge|revoke/i.test(operation)) return 4;
  if (
    /^(get|test|search|export)-|read|view|access|bind|open|download|preview|search|export|list|discover|fetch/i.test(
      operation,
    )
  )
    return 2;
  if (
    /^(set|update|enable|disable|start|stop)-|update|modif|chang|edit|rename|move|copy|set$|grant|release|enable|disable|applied|upgrade|downgrade/i.test(
      operation,
    )
  )
    return 3;
  return /^(new|add|install)-|creat|add|upload|insert|post|(?<!con)sent(?!inel)|submi|installed|start|invite|interaction/i.test(
    operation,
  )
    ? 1
    : 99;
}
