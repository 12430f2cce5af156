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
  threat: (operation, family) => (isHandling(operation) ? byVerb(operation, family) : finding(2004, family, 1)),
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
const finding = (ocsfClass: number, family: Family, activity: number): AuditClass => ({
  category: ofFamily[family],
  ocsf: { class: ocsfClass, activity },
});

function commandCategory(operation: string): Category {
  const noun = operation.slice(operation.indexOf('-') + 1);
  if (/^(RoleGroup|ManagementRole|RoleAssignment)|role group/.test(noun)) return 'role';
  if (
    /InboxRule|^Mailbox(?!AuditBypass|Search)|^CASMailbox|^Recipient(Permission)?$|^CalendarProcessing|^MailUser/.test(
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
  [/(Chang|Modifi|Updat)ed$|[a-z]Set$|Label|TagApplied$|Comment|^FileVersion\w*(Recycled|Deleted)/, 3],
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

/** Policies of the whole tenant: `SharingPolicyChanged` shares nothing. */
export const isOfAllSites = (operation: string): boolean => /Policy(Chang|Updat|Remov|Set)/.test(operation);

function fileClass(operation: string): AuditClass {
  if (isOfAllSites(operation))
    return { category: 'policy', ocsf: { class: 6003, activity: verbOf(operation) } };
  if (isSharing.test(operation)) {
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

/** `SearchPermissionUpdated` and `List Column Deleted` alike, in words. */
const wordsOf = (operation: string): string =>
  operation
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();

// OCSF 6003: 1 create, 2 read, 3 update, 4 delete, 99 other; the first that fits. What an operation begins or ends with
// says more than any word between: `Set-ClientAccessRule` is no access, `SearchCreated` no search. Not `search`, `view`
// and their like, which are things as often as acts. Short verbs are not looked for within a word (`Sentinel`, `Consent`,
// `Thread`). Who decides on a request does none of what was asked for.
const verbs: readonly (readonly [RegExp, number])[] = [
  [/^(new|add(ed)?|created?|install(ed)?|invited?|import(ed)?|generated?|cloned?)\b/, 1],
  [/^(get|retrieve|acquired?|received?)\b|^(test|export|search)-/, 2],
  [/^(set|updated?|edit(ed)?|modify|modified|enabled?|disabled?|grant(ed)?)\b|^(start|stop)-/, 3],
  [
    /^((re)?bind|undeleted?|patch|upsert|append(ed)?|put|(un)?assign(ed)?|attach(ed)?|convert(ed)?|migrated?|rotated?|refresh(ed)?)\b/,
    3,
  ],
  [/^((un)?publish(ed)?|(take|took) over|shared?(?! point)|restored? (?!(task|item)\b))\b/, 3],
  [/^(removed?|deleted?|uninstall(ed)?|purged?|revoked?|drop(ped)?)\b/, 4],
  // The label is gone, what it stood on is not.
  [/\blabel removed$/, 3],
  [/\b(created|added|installed|invited)$/, 1],
  [/\b(updated|modified|changed|edited|enabled|disabled|renamed|moved|copied|set)$/, 3],
  [/\b(approved|denied|rejected|accepted|declined|requested)$/, 99],
  [/delet|remov|uninstall|discard|purge|revoke/, 4],
  [
    /\b(read\b|view|bind|open|list|fetch|analyz|(get|query|explore|print)\b)|access|download|preview|search|export|discover|\breview$/,
    2,
  ],
  [
    /update|modif|chang|rename|release|enable|disable|applied|upgrade|downgrade|\b(edit|move|cop(y|ie)|grant)/,
    3,
  ],
  [/creat|upload|insert|submi|interaction|\b(add(s|ed)?\b|post(s|ed)?\b|sent\b|start|invite)/, 1],
];

const verbOf = (operation: string): number => {
  const words = wordsOf(operation);
  return verbs.find(([pattern]) => pattern.test(words))?.[1] ?? 99;
};
