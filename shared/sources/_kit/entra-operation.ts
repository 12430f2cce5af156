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
type Activity = number | 'access' | 'entity' | 'group' | 'account' | 'factor' | 'secret';
type SeverityOf = (operation: string) => Severity;

const adds =
  /\b(add|added|create|created|assign|assigned|grant|set|enable|activat|eligible|register|consent|invite)/;
const removes =
  /\b(remove|removed|delete|deleted|hard delete|revoke|unassign|expired?|deactivat|disable|unregister)/;
const asks = /requests?(ed)?\b|cancel|denied|renew|^download/;

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
  // A person’s wish to be forgotten or told of, carried out table by table.
  [/^dsr /, 'directory', 3004, 99, always('informational')],
  [/compromised|(fraud|suspicious activity) reported/, 'directory', 3001, 'account', always('high')],
  [/consent to application/, 'application', 3005, 1, always('medium')],
  [/app role assignment|permission ?grant(?! ?policy)|consent/, 'application', 3005, 'access', byRemoval('low', 'medium')],
  [/role ?assignment/, 'role', 3005, 'access', always('medium')],
  [/role (definition|setting|from template)|\bpim (alert|policy)/, 'role', 3004, 'entity', always('medium')],
  [/\broles?\b|\bpim\b/, 'role', 3005, 'access', always('medium')],
  [/federation settings|domain authentication|domain federation/, 'directory', 3004, 3, always('high')],
  [/\bdomain\b/, 'directory', 3004, 'entity', always('medium')],
  [/windows hello|passwordless|passkey|fido2|security key|temporary access pass|platform credential/, 'authentication', 3001, 'factor', byRemoval('medium', 'low')],
  [/application password/, 'authentication', 3001, 'account', always('low')],
  [/credential|certificates and secrets|password to (application|service)/, 'application', 3004, 3, byRemoval('low', 'high')],
  [/^(?!.*policy).*(strong auth|security info|authentication method|\bmfa\b|multi-?factor)/, 'authentication', 3001, 'factor', byRemoval('medium', 'low')],
  [/policy|conditional access|named location|security defaults|cross-tenant/, 'policy', 3004, 'entity', byRemoval('high', 'medium')],
  [/owner to (application|service)/, 'application', 3004, 3, always('medium')],
  [/application|service principal|\bapp\b/, 'application', 3004, 'entity', always('low')],
  [/bitlocker|local admin(istrator)? password|\blaps\b/, 'device', 3004, 'secret', always('medium')],
  [/device|registered (owner|user)/, 'device', 3004, 'entity', always('informational')],
  [/(?<!connector )\bgroup/, 'directory', 3006, 'group', byRemoval('low', 'informational')],
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
  secret: operation => (/\b(read|get|view|reveal|recover)/.test(operation) ? 2 : 3),
  factor: operation => (removes.test(operation) ? 11 : adds.test(operation) ? 10 : 99),
};

/**
 * `Remove owner from application`, `Add member to administrative unit`: what stands last is what changes, and nothing is
 * made or deleted.
 */
const changesAnother = /\b(add|added|assign)\b.* (to|as)\b|\b(remove|removed|delete|deleted)\b.* (from|as)\b/;

/** OCSF 3004. */
function entityActivity(operation: string): number {
  if (changesAnother.test(operation)) return 3;
  if (/\b(delete|deleted|remove|removed|hard delete)\b/.test(operation)) return 4;
  if (/\b(add|added|create|created|new|register)\b/.test(operation)) return 1;
  if (/\b(update|updated|set|change|changed|modify|edit)\b/.test(operation)) return 3;
  if (/\bdisable/.test(operation)) return 9;
  if (/\benable/.test(operation)) return 8;
  if (/\bunregister/.test(operation)) return 7;
  if (/\bdeactivate/.test(operation)) return 11;
  return /\b(read|get|view|recover)/.test(operation) ? 2 : 99;
}

/** OCSF 3006. */
function groupActivity(operation: string): number {
  if (/\b(add|added|import)\b.*\b(member|user)/.test(operation)) return 3;
  if (/\b(remove|removed|delete)\b.*\b(members?|user)\b.*\bgroup|\bremove\b.*\bmembers\b/.test(operation))
    return 4;
  if (/owner|settings|licen[cs]e|request/.test(operation) || changesAnother.test(operation)) return 99;
  if (/\b(delete|deleted|remove|hard delete)\b/.test(operation)) return 5;
  return /\b(add|create|created|new)\b/.test(operation) ? 6 : 99;
}

/** OCSF 3001. What was begun, asked for, allowed or undone is not done, and a list of those who may not call is no account. */
function accountActivity(operation: string): number {
  if (notDone.test(operation) || changesAnother.test(operation)) return 99;
  if (/reset.*password|password.*reset/.test(operation)) return 4;
  if (/change.*password|password.*change/.test(operation)) return 3;
  if (/\b(delete|deleted|remove|hard delete)\b/.test(operation)) return 6;
  if (/\bdisabled?\b.*\b(account|user)|\b(account|user) disabled/.test(operation)) return 5;
  if (/\benabled?\b.*\b(account|user)|\b(account|user) enabled/.test(operation)) return 2;
  if (/unlock/.test(operation)) return 12;
  return /\b(add|create|created|creation|new|invite)\b/.test(operation) ? 1 : 99;
}

const notDone =
  /licen[cs]e|manager|redeem|invite internal|restore|\brequests?\b|\b(blocked|bypass(ed)?) user|password.*\b(start|force|flow|writeback)|\b(start|block|register|force|application|flow).*password/;

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
