import { remembered } from '../../kernel/remembered.ts';
import type { Category, Entity, Severity } from '../../model/event.ts';

/** What an operation of the directory amounts to, told from its name alone. */
export interface OperationClass {
  readonly category: Category;
  readonly severity: Severity;
  readonly ocsf: { readonly class: number; readonly activity: number };
}

type Rule = readonly [when: RegExp, category: Category, ocsfClass: number, Activity, SeverityOf];
/** An OCSF activity, or the kind of table that tells it from the verb. */
type Activity = number | 'access' | 'entity' | 'group' | 'account' | 'factor';
type SeverityOf = (operation: string) => Severity;

const adds =
  /\b(add|added|create|created|assign|assigned|grant|set|enable|activat|eligible|register|consent|invite)/;
const removes =
  /\b(remove|removed|delete|deleted|hard delete|revoke|unassign|expired?|deactivat|disable|unregister)/;
const asks = /request(ed)?\b|cancel|denied|renew/;

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
  // What an identity platform for customers does at each sign-in; the credentials are a person's, not an application's.
  [/\bissue an? .*(token|code|assertion)\b|validate (local account|client) credentials|federate with/, 'authentication', 3002, 1, always('informational')],
  [/compromised|(fraud|suspicious activity) reported/, 'directory', 3001, 'account', always('high')],
  [/consent to application/, 'application', 3005, 1, always('medium')],
  [/app role assignment|permission grant|permissiongrant|consent/, 'application', 3005, 'access', byRemoval('low', 'medium')],
  [/role (definition|setting)/, 'role', 3004, 'entity', always('medium')],
  [/\broles?\b|\bpim\b/, 'role', 3005, 'access', always('medium')],
  [/federation settings|domain authentication|domain federation/, 'directory', 3004, 3, always('high')],
  [/\bdomain\b/, 'directory', 3004, 'entity', always('medium')],
  [/windows hello|passwordless|passkey|fido2|security key|temporary access pass|platform credential/, 'authentication', 3001, 'factor', byRemoval('medium', 'low')],
  [/credential|certificates and secrets|password to (application|service)/, 'application', 3004, 3, byRemoval('low', 'high')],
  [/strong auth|security info|authentication method(?!s policy)|\bmfa\b|multi-?factor/, 'authentication', 3001, 'factor', byRemoval('medium', 'low')],
  [/policy|conditional access|named location|security defaults|cross-tenant/, 'policy', 3004, 'entity', byRemoval('high', 'medium')],
  [/owner to (application|service)/, 'application', 3004, 3, always('medium')],
  [/application|service principal|\bapp\b/, 'application', 3004, 'entity', always('low')],
  [/bitlocker|local admin(istrator)? password|\blaps\b/, 'device', 3004, 2, always('medium')],
  [/device|registered (owner|user)/, 'device', 3004, 'entity', always('informational')],
  [/\bgroup/, 'directory', 3006, 'group', byRemoval('low', 'informational')],
  [/signed? ?in|logged ?in|sign-in|logon/, 'authentication', 3002, 1, always('informational')],
  [/user|password|guest|invite|licen[cs]e|account|manager|refreshtoken/, 'directory', 3001, 'account', byRemoval('low', 'informational')],
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
  factor: operation => (removes.test(operation) ? 11 : adds.test(operation) ? 10 : 99),
};

/** OCSF 3004. */
function entityActivity(operation: string): number {
  if (/\b(delete|deleted|remove|removed|hard delete)\b/.test(operation)) return 4;
  if (/\b(add|added|create|created|new|register)\b/.test(operation)) return 1;
  if (/\b(update|updated|set|change|changed|modify|edit)\b/.test(operation)) return 3;
  if (/\bdisable/.test(operation)) return 9;
  if (/\benable/.test(operation)) return 8;
  return /\b(read|get|view|recover)/.test(operation) ? 2 : 99;
}

/** OCSF 3006. */
function groupActivity(operation: string): number {
  if (/(add|added).*\b(member|user)/.test(operation)) return 3;
  if (/(remove|removed|delete).*\b(member|user)\b.*\bgroup/.test(operation)) return 4;
  if (/owner|settings|licen[cs]e/.test(operation)) return 99;
  if (/\b(delete|deleted|remove|hard delete)\b/.test(operation)) return 5;
  return /\b(add|create|created|new)\b/.test(operation) ? 6 : 99;
}

/** OCSF 3001. */
function accountActivity(operation: string): number {
  if (/reset.*password|password.*reset/.test(operation)) return 4;
  if (/change.*password|password.*change/.test(operation)) return 3;
  if (/licen[cs]e|manager/.test(operation)) return 99;
  if (/\b(delete|deleted|remove|hard delete)\b/.test(operation)) return 6;
  if (/\bdisable/.test(operation)) return 5;
  if (/\benable/.test(operation)) return 2;
  if (/unlock/.test(operation)) return 12;
  return /\b(add|create|created|new|invite)\b/.test(operation) ? 1 : 99;
}

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
