import { parseIp } from '../../shared/sources/_kit/ip.ts';
import { parseProviderTime } from '../../shared/sources/_kit/provider-time.ts';
import { fields, flag, integer, list, word } from '../../shared/sources/_kit/reading.ts';

type Record_ = Readonly<Record<string, unknown>>;

/** Whether the record holds a thing, told in another way than the mapping tells it. */
export interface Holds {
  readonly time: (record: Record_) => boolean;
  readonly actor: (record: Record_) => boolean;
  readonly operation: (record: Record_) => boolean;
  readonly outcome: (record: Record_) => boolean;
  readonly target: (record: Record_) => boolean;
  readonly ip: (record: Record_) => boolean;
}

const says = (value: unknown): boolean => word(value) !== null || flag(value) !== null;
const some = (record: Record_, ...names: string[]): boolean => names.some(name => says(record[name]));
const timed =
  (...names: string[]) =>
  (record: Record_): boolean =>
    names.some(name => parseProviderTime(record[name]) !== null);

/** Every object anywhere in a value. */
function* objectsIn(value: unknown): Generator<Record_> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item);
  const object = fields(value);
  if (object === null) return;
  yield object;
  for (const inner of Object.values(object)) yield* objectsIn(inner);
}
const anywhere = (value: unknown, ...names: string[]): boolean =>
  [...objectsIn(value)].some(object => some(object, ...names));

/** What the records of Graph's further sources hold. */
export const graphHolds: Readonly<Record<string, Holds>> = {
  'entra.sign-ins': {
    time: timed('createdDateTime'),
    actor: record =>
      some(record, 'userId', 'userPrincipalName', 'servicePrincipalId', 'servicePrincipalName'),
    operation: () => true,
    outcome: record => integer(fields(record['status'])?.['errorCode']) !== null || some(record, 'result'),
    target: record => some(record, 'resourceId', 'resourceDisplayName', 'appId', 'appDisplayName'),
    ip: record => parseIp(record['ipAddress']) !== null,
  },
  'intune.audit-events': {
    time: timed('activityDateTime'),
    actor: record => anywhere(record['actor'], 'userPrincipalName', 'userId', 'applicationId'),
    operation: record => some(record, 'activityType', 'displayName', 'activity'),
    outcome: record => some(record, 'activityResult'),
    target: record =>
      list(record['resources']).some(one => some({ ...fields(one) }, 'displayName', 'resourceId')),
    ip: record => parseIp(fields(record['actor'])?.['ipAddress']) !== null,
  },
  'defender.alerts': {
    time: timed('createdDateTime'),
    actor: record => anywhere(record['evidence'], 'userPrincipalName', 'accountName'),
    operation: record => some(record, 'title'),
    outcome: record => some(record, 'status'),
    target: record =>
      anywhere(record['evidence'], 'userPrincipalName', 'ipAddress', 'deviceDnsName', 'fileName'),
    ip: record => [...objectsIn(record['evidence'])].some(one => parseIp(one['ipAddress']) !== null),
  },
  'defender.incidents': {
    time: timed('createdDateTime', 'createdTime'),
    actor: record => anywhere(record['alerts'], 'userPrincipalName', 'accountName'),
    operation: record => some(record, 'displayName', 'incidentName'),
    outcome: record => some(record, 'status'),
    target: record => anywhere(record['alerts'], 'userPrincipalName', 'mailboxAddress', 'deviceDnsName'),
    ip: record => [...objectsIn(record['alerts'])].some(one => parseIp(one['ipAddress']) !== null),
  },
};
