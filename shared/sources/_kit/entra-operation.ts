import { remembered } from '../../kernel/remembered.ts';
import { wordTable } from '../../kernel/word-table.ts';
import type { Category, Entity, Severity } from '../../model/event.ts';

/** What an operation of the directory amounts to, told from its name alone. */
export interface OperationClass {
  readonly category: Category;
  readonly severity: Severity;
  readonly ocsf: { readonly class: number; readonly activity: number };
}

type Rule = readonly [when: RegExp, category: Category, ocsfClass: number, Activity, SeverityOf];
/** An OCSF activity, or the kind of table that tells it from the verb. */
type Activity = number | 'access' | 'entity' | 'group' | 'account' | 'factor' | 'secret';
type SeverityOf = (operation: string) => Severity;

const adds =
  /\b((add|assign|register)(ed|s)?|created?|set|saved|restore)\b|\b(grant|enable|activat|eligible|consent|invite)/;
const removes =
  /\b(remove|removed|delete|deleted|hard delete|revoke|unassign|expired?|deactivat|disable|unregister)/;
const asks = /requests?(ed)?\b|cancel|denied|renew|^download/;
/** Of a device's keys and passwords: the provider writes them anew by itself, and people read them. */
const reads = /\b(read|reveal|get|view|recover)\b/;

const always =
  (severity: Severity): SeverityOf =>
  () =>
    severity;
const byRemoval =
  (removal: Severity, otherwise: Severity): SeverityOf =>
  operation =>
    removes.test(operation) ? removal : otherwise;

// Order matters: the first rule that fits decides.
const rules: readonly Rule[] = [
  [/elevateaccess|elevated? (their|his|her) access/, 'role', 3005, 1, always('high')],
  [/partner to company|partner relationship/, 'directory', 3004, 'entity', always('high')],
  [/^dsr /, 'directory', 3004, 99, always('informational')],
  // What an identity platform for customers does at each sign-in; the credentials are a person's, not an application's.
  [/\bissue an? .*(token|code|assertion)\b|validate (local account|client) credentials|federate with/, 'authentication', 3002, 1, always('informational')],
  [/^(get|retrieve|(bulk )?download) (?!role)/, 'directory', 3004, 2, always('informational')],
  [/^(evaluate|validate) /, 'authentication', 3004, 99, always('informational')],
  [/compromised|(fraud|suspicious activity) reported/, 'directory', 3001, 'account', always('high')],
  [/consent to application/, 'application', 3005, 1, always('medium')],
  [/app role assignment|permission ?grant(?!s? ?polic)|consent/, 'application', 3005, 'access', byRemoval('low', 'medium')],
  [/role ?assignment (to|from) role ?definition/, 'role', 3005, 'access', always('medium')],
  [/role (definition|setting|from template)|\bpim (alert|policy)/, 'role', 3004, 'entity', always('medium')],
  [/\broles?\b|\bpim\b/, 'role', 3005, 'access', always('medium')],
  [/federation settings|domain authentication|domain federation/, 'directory', 3004, 3, always('high')],
  // From where the directory learns who somebody is: what lets others in who take it over.
  [/pass-?through authentication|desktop sso|dirsync|basedauthconfiguration|identity provider/, 'directory', 3004, 'entity', always('medium')],
  [/\bconnector\b/, 'application', 3004, 'entity', operation => (adds.test(operation) && !/\bgroup/.test(operation) ? 'medium' : 'low')],
  [/\bdomain\b/, 'directory', 3004, 'entity', always('medium')],
  [/windows hello|passwordless|passkey|fido2|security key|temporary access pass|platform credential/, 'authentication', 3001, 'factor', byRemoval('medium', 'low')],
  [/application password/, 'authentication', 3001, 'account', always('low')],
  [/credential|certificates and secrets|password to (application|service)/, 'application', 3004, 3, byRemoval('low', 'high')],
  // Who is refused, or let off, every second factor for a while.
  [/(blocked|bypass(ed)?) ?user\b|block on user/, 'authentication', 3001, 99, operation => (/bypass/.test(operation) && !removes.test(operation) ? 'medium' : 'low')],
  [/strong auth|security info|authentication method(?!s policy)|\bmfa\b(?!.*polic)|multi-?factor|\btotp\b|hardware oath token/, 'authentication', 3001, 'factor', byRemoval('medium', 'low')],
  [/policy|policies|conditional access|named location|security defaults|cross-tenant|continuous access|authenticationcontext/, 'policy', 3004, 'entity', byRemoval('high', 'medium')],
  [/owner (to|from) (application|service)/, 'application', 3004, 3, byRemoval('low', 'medium')],
  [/application|service principal|\bapp\b/, 'application', 3004, 'entity', always('low')],
  [/bitlocker|local admin(istrator)? password|\blaps\b/, 'device', 3004, 'secret', operation => (reads.test(operation) ? 'medium' : byRemoval('low', 'informational')(operation))],
  [/device|registered (owner|user)/, 'device', 3004, 'entity', always('informational')],
  [/\bgroup/, 'directory', 3006, 'group', byRemoval('low', 'informational')],
  [/signed? ?in|logged ?in|sign-in|logon/, 'authentication', 3002, 1, always('informational')],
  [/user(?! (flow|attribute|setting))|password|guest|invite|licen[cs]e|account|manager|refreshtoken/, 'directory', 3001, 'account', byRemoval('low', 'informational')],
]; // prettier-ignore

/** Class of a directory operation such as `Add member to role.`; case and a final full stop do not matter. */
export const classifyDirectoryOperation = remembered(5_000, operation =>
  classify(operation.toLowerCase().replace(/\.$/, '')),
);

function classify(operation: string): OperationClass {
  const rule = rules.find(([when]) => when.test(operation));
  if (rule === undefined) {
    return {
      category: 'directory',
      severity: 'informational',
      ocsf: { class: 3004, activity: entityActivity(operation) },
    };
  }
  const [, category, ocsfClass, activity, severity] = rule;
  return {
    category,
    severity: severity(operation),
    ocsf: {
      class: ocsfClass,
      activity: typeof activity === 'number' ? activity : activities[activity](operation),
    },
  };
}

const activities: Readonly<Record<Exclude<Activity, number>, (operation: string) => number>> = {
  // Asked for is not given.
  access: operation =>
    asks.test(operation) ? 99 : removes.test(operation) ? 2 : adds.test(operation) ? 1 : 99,
  entity: entityActivity,
  group: groupActivity,
  account: accountActivity,
  secret: operation => (reads.test(operation) ? 2 : 3),
  factor: operation => (removes.test(operation) ? 11 : adds.test(operation) ? 10 : 99),
};

/** OCSF 3004. */
function entityActivity(operation: string): number {
  // What is added to a thing, or removed from it, changes the thing.
  if (/\badd(ed)? .+ to |\bremoved? .+ from /.test(operation)) return 3;
  if (/\b(delete|deleted|remove|removed|hard delete)\b/.test(operation)) return 4;
  if (/\b(add|added|create|created|new|register)\b/.test(operation)) return 1;
  if (/\b(update|updated|set|change|changed|modify|edit)\b/.test(operation)) return 3;
  if (/\bdisable/.test(operation)) return 9;
  if (/\benable/.test(operation)) return 8;
  if (/\bunregister/.test(operation)) return 7;
  if (/\bdeactivate/.test(operation)) return 11;
  return reads.test(operation) ? 2 : 99;
}

/** Where the group itself is made or deleted; of other things it is only where they are. */
const ofGroup =
  /\b(add|create|new|delete|remove)(e?d)? (the |an? )?((security|unified|microsoft 365|office 365) )?groups?(?=$| -| \()|\bgroups? (was )?(created|deleted)\b/;

/** OCSF 3006. */
function groupActivity(operation: string): number {
  if (/(add|import).*\b(member|user)/.test(operation)) return 3;
  if (/(remove|delete).*\b(members?|user)\b/.test(operation)) return 4;
  if (!ofGroup.test(operation)) return 99;
  return /delete|remove/.test(operation) ? 5 : 6;
}

/** Where the account itself is: not what a person has, sees or asks for. */
const ofAccount =
  /\b(add|create|new|invite|delete|remove|disable|enable)(e?d)? (the |an? )?((external|internal|guest|agent|user) )?(users?|accounts?|guests?)(?=$| -| \(| with | account| task)|\b(?:user|account|guest) (?:was )?(create|invite|delete|remove|disable|enable)d\b/;
const isNotDone = /\brestore|\bstarted\b|progress|\bblocked\b|request|\bforce\b|\bregister/;

/** OCSF 3001. */
function accountActivity(operation: string): number {
  if (isNotDone.test(operation)) return 99;
  if (/reset.*password|password.*reset/.test(operation)) return 4;
  if (/change.*password|password.*change/.test(operation)) return 3;
  if (/unlock/.test(operation)) return 12;
  if (/\buser creation\b/.test(operation)) return 1;
  const found = ofAccount.exec(operation);
  return accountVerbs[found?.[1] ?? found?.at(-1) ?? ''] ?? 99;
}

const accountVerbs = wordTable<number>({ add: 1, create: 1, new: 1, invite: 1, enable: 2, disable: 5, delete: 6, remove: 6 }); // prettier-ignore

const powerfulRoles = new Set([
  'global administrator', 'company administrator', 'privileged role administrator', 'user access administrator',
  'privileged authentication administrator', 'authentication administrator', 'security administrator',
  'application administrator', 'cloud application administrator', 'conditional access administrator',
  'exchange administrator', 'sharepoint administrator', 'user administrator', 'helpdesk administrator',
  'hybrid identity administrator', 'intune administrator', 'domain name administrator', 'directory writers',
  'partner tier2 support', 'owner', 'organization management',
  'tenantadmins', // the directory's own name for global administrators in Role.WellKnownObjectName
  // What lets an application give itself any of these.
  'rolemanagement.readwrite.directory', 'approleassignment.readwrite.all',
]); // prettier-ignore

/** Whether one of the targets is a role that can take over the tenant, or lead to one that can. */
export const namesPowerfulRole = (targets: readonly Entity[]): boolean =>
  targets.some(({ kind, name }) => kind === 'role' && name !== null && powerfulRoles.has(name.toLowerCase()));
