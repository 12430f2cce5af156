import type { Group, Principal } from './cast.ts';
import type { Person } from './people.ts';
import { below, code, guid, type Random } from './random.ts';

/** What one directory audit says. `initiator`, `targets` and `details` are JSON text. */
export interface AuditFacts {
  /** The service's own prefix of the id: Directory, PIM, SSGM, SSPR. */
  readonly prefix: string;
  readonly correlation: string;
  readonly category: string;
  readonly activity: string;
  readonly service: string;
  readonly operation: string;
  readonly result: 'success' | 'failure' | 'timeout';
  readonly reason: string;
  readonly initiator: string;
  readonly targets: string;
  readonly details: string;
}

/** A directory audit as Graph sends it. `r` gives the id and the digits of the time beyond milliseconds. */
export function auditJson(r: Random, time: number, facts: AuditFacts): string {
  const digits = String(below(r, 10_000)).padStart(4, '0');
  const id = `${facts.prefix}_${facts.correlation}_${code(r, 5)}_${String(below(r, 99_999_999)).padStart(8, '0')}`;
  return (
    `{"id":"${id}","category":"${facts.category}","correlationId":"${facts.correlation}",` +
    `"result":"${facts.result}","resultReason":"${facts.reason}","activityDisplayName":"${facts.activity}",` +
    `"activityDateTime":"${new Date(time).toISOString().slice(0, 23)}${digits}Z",` +
    `"loggedByService":"${facts.service}","operationType":"${facts.operation}",` +
    `"initiatedBy":${facts.initiator},"targetResources":[${facts.targets}],"additionalDetails":${facts.details}}`
  );
}

/** The display name is null more often than not: names are resolved by id. */
export const byUser = (person: Person, ip: string): string =>
  `{"user":{"id":"${person.id}","displayName":null,"userPrincipalName":"${person.address}","ipAddress":"${ip}",` +
  `"userType":null,"homeTenantId":null,"homeTenantName":null},"app":null}`;
/** `appId` is null even when an application acted. */
export const byApp = (app: Principal): string =>
  `{"user":null,"app":{"appId":null,"displayName":${app.nameJson},"servicePrincipalId":"${app.id}",` +
  `"servicePrincipalName":null}}`;
/** The service itself acted: null on both sides. */
export const byNobody = '{"user":null,"app":null}';

export const userTarget = (person: Person, changes: string): string =>
  `{"id":"${person.id}","displayName":${person.nameJson},"type":"User","userPrincipalName":"${person.address}",` +
  `"groupType":null,"modifiedProperties":[${changes}]}`;
export const groupTarget = (group: Group, changes: string): string =>
  `{"id":"${group.id}","displayName":${group.nameJson},"type":"Group","userPrincipalName":null,` +
  `"groupType":"${group.unified ? 'unifiedGroups' : 'azureAD'}","modifiedProperties":[${changes}]}`;
/** Anything else that has an id and a name: Role, Application, ServicePrincipal, Policy, Device. */
export const thingTarget = (type: string, id: string, nameJson: string, changes: string): string =>
  `{"id":"${id}","displayName":${nameJson},"type":"${type}","userPrincipalName":null,"groupType":null,` +
  `"modifiedProperties":[${changes}]}`;

/** A modified property whose values are JSON inside a JSON string, as most are. */
export const changed = (name: string, before: unknown, after: unknown): string =>
  `{"displayName":"${name}","oldValue":${encoded(before)},"newValue":${encoded(after)}}`;
/** A modified property whose values are plain text, as some are. */
export const plainChange = (name: string, before: string | null, after: string | null): string =>
  `{"displayName":"${name}","oldValue":${JSON.stringify(before)},"newValue":${JSON.stringify(after)}}`;

const encoded = (value: unknown): string => (value === null ? 'null' : JSON.stringify(JSON.stringify(value)));

export const agentDetails = (agent: string): string => `[{"key":"User-Agent","value":"${agent}"}]`;
export const noDetails = '[]';

export interface Role {
  readonly name: string;
  readonly template: string;
}
/** Role names with the template ids that are the same in every directory. */
export const roles = {
  globalAdministrator: { name: 'Global Administrator', template: '62e90394-69f5-4237-9190-012177145e10' },
  securityReader: { name: 'Security Reader', template: '5d6b6bb7-de71-4623-b4af-96380a352509' },
  userAdministrator: { name: 'User Administrator', template: 'fe930be7-5e62-47db-91af-98c3a49a38b1' },
} as const satisfies Record<string, Role>;

/** The targets of a role change: who, and which role (its name is new when added, old when removed). */
export function roleTargets(person: Person, role: Role, objectId: string, added: boolean): string {
  const value = (name: string, text: string): string =>
    added ? changed(name, null, text) : changed(name, text, null);
  const changes =
    `${value('Role.ObjectID', objectId)},${value('Role.DisplayName', role.name)},` +
    `${value('Role.TemplateId', role.template)},${value('Role.WellKnownObjectName', role.name.replaceAll(' ', ''))}`;
  return `${userTarget(person, changes)},${thingTarget('Role', objectId, 'null', '')}`;
}

export const freshCorrelation = (r: Random): string => guid(r);
