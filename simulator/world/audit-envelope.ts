import type { Cast } from './cast.ts';
import type { Person } from './people.ts';
import { chance, guid, pick, type Random } from './random.ts';

/** Who a unified audit record says acted. */
export interface Doer {
  readonly userId: string;
  readonly userKey: string;
  readonly userType: number;
}
export const doerOf = (person: Person): Doer => ({
  userId: person.address,
  userKey: person.userKey,
  userType: 0,
});

/** The common part of a unified audit record and what its workload adds. */
export interface AuditFacts {
  readonly recordType: number;
  readonly operation: string;
  readonly workload: string;
  readonly doer: Doer;
  /** Absent on what the services do by themselves. */
  readonly ip?: string;
  readonly result?: string;
  /** The inside of a JSON string. */
  readonly objectId?: string;
  /** Further members as JSON text, each with a comma before it. */
  readonly more: string;
}

/** A unified audit record as the Management API sends it. CreationTime is UTC, as a rule without saying so. */
export function unifiedJson(cast: Cast, r: Random, time: number, facts: AuditFacts): string {
  const iso = new Date(time).toISOString().slice(0, 19);
  const { doer } = facts;
  return (
    `{"CreationTime":"${iso}${chance(r, 0.01) ? 'Z' : ''}","Id":"${guid(r)}","Operation":"${facts.operation}",` +
    `"OrganizationId":"${cast.tenantId}","RecordType":${facts.recordType},` +
    (facts.result === undefined ? '' : `"ResultStatus":"${facts.result}",`) +
    `"UserKey":"${doer.userKey}","UserType":${doer.userType},"Version":1,"Workload":"${facts.workload}",` +
    (facts.ip === undefined ? '' : `"ClientIP":"${facts.ip}",`) +
    (facts.objectId === undefined ? '' : `"ObjectId":"${facts.objectId}",`) +
    `"UserId":"${doer.userId}"${facts.more}}`
  );
}

/** Ids of the applications people sign in to: a few dozen make up all of a tenant's traffic. */
const applications = Array.from(
  { length: 24 },
  (_, n) => `a9900000-0000-4000-8000-${(n + 1).toString(16).padStart(12, '0')}`,
);
export const applicationId = (r: Random): string => pick(r, applications);

/** The tokens a request came with. */
export const accessContext = (r: Random, correlation: string, appName: string): string =>
  `,"AppAccessContext":{"AADSessionId":"${guid(r)}","ClientAppId":"${applicationId(r)}","ClientAppName":"${appName}",` +
  `"CorrelationId":"${correlation}","UniqueTokenId":"${guid(r).slice(0, 22)}"}`;

/** The inside of a JSON string. */
export const inner = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Writes one ordinary record of its kind. */
export type Writer = (cast: Cast, r: Random, time: number) => string;
