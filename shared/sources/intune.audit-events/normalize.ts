import { wordTable } from '../../kernel/word-table.ts';
import type {
  Category,
  Client,
  Entity,
  EntityKind,
  NormalizedEvent,
  Outcome,
  Severity,
} from '../../model/event.ts';
import { isAddress } from '../_kit/address.ts';
import { addEntity, client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { addressNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { fields, firstWord, list, word, type Fields } from '../_kit/reading.ts';
import { Problem } from '../_kit/source.ts';
import { summaryOf } from '../_kit/summary.ts';
import type { AuditEvent } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalizeAuditEvent(record: AuditEvent): NormalizedEvent {
  const time = readProviderTime(record.activityDateTime);
  if (time === null) throw new Problem('activityDateTime: not a time in any form known');
  const operation = operationOf(record);
  const who = objectsIn(record.actor)[0] ?? null;
  const resources = objectsIn(record.resources);
  const result = word(record.activityResult);
  const outcome = outcomeOf(result);
  const reason = outcome === 'success' ? null : result;
  const actor = actorOf(who);
  const targets = targetsOf(resources, word(record.componentName));
  const verb = verbOf(record, operation);
  return {
    time,
    category: categoryOf(record, operation),
    operation,
    outcome,
    reason,
    severity: severityOf(named(record, operation), verb, outcome),
    actor,
    targets: withDirectoryIds(targets, resources),
    client: clientOf(record, who, actor),
    mail: null,
    correlationId: word(record.correlationId),
    summary: summaryOf(
      { operation, actor, targets: withoutLinks(targets), outcome, reason },
      changesOf(resources),
    ),
    // Entity management.
    ocsf: { class: 3004, activity: activities[verb] ?? 99 },
  };
}

/** `Create DeviceConfiguration`. Where the type is the verb or the thing alone, another name says both. */
function operationOf(record: AuditEvent): string {
  const names = [record.activityType, record.displayName, record.activity].map(word);
  return (
    names.find(name => name?.includes(' ') === true) ??
    firstWord(...names, record.activityOperationType) ??
    'Activity without a name'
  );
}

function outcomeOf(result: string | null): Outcome {
  if (result === null) return 'unknown';
  if (/^(succ|ok$|true|2\d\d$|completed?$)/i.test(result)) return 'success';
  if (
    /^(fail|error|denied|unauthori[sz]ed|forbidden|reject|cancel|false|timeout|client ?error|server ?error|conflict|not ?found|bad ?request|invalid|abort|[45]\d\d$)/i.test(
      result,
    )
  )
    return 'failure';
  return /^partial/i.test(result) ? 'partial' : 'unknown';
}

/** `type` is how the documentation spells what answers call `auditActorType`. */
function actorOf(who: Fields | null): Entity | null {
  if (who === null) return null;
  const type = firstWord(who['auditActorType'], who['type'])?.toLowerCase() ?? '';
  const id = firstWord(who['userId'], who['remoteUserId']);
  const address = word(who['userPrincipalName']);
  // Those repeat their own id where a user's would stand.
  const isService =
    /^(application|serviceprincipal)$/.test(type) ||
    (address === null && word(who['servicePrincipalName']) !== null);
  const isGuest = type === 'guestuser' || /#ext#/i.test(address ?? '');
  if ((id !== null || address !== null) && !isService) {
    return entity(type === 'itpro' ? 'admin' : isGuest ? 'guest' : 'user', { id, address });
  }
  const app = entity(type === 'system' ? 'system' : 'application', {
    id: word(who['applicationId']),
    name: firstWord(who['servicePrincipalName'], who['applicationDisplayName']),
  });
  return (
    app ??
    entity('user', { id, address }) ??
    (type === 'system' ? entity('system', { name: 'Intune' }) : null)
  );
}

const clientOf = (record: AuditEvent, who: Fields | null, actor: Entity | null): Client | null => {
  const found =
    parseIp(who?.['ipAddress']) ?? addressNamed(record) ?? (who === null ? null : addressNamed(who));
  const byApplication = actor?.kind === 'application' || actor?.kind === 'system';
  return client({
    ip: found?.ip ?? null,
    port: found?.port ?? null,
    app: byApplication ? null : word(who?.['applicationDisplayName']),
  });
};

// Order matters: an assignment of an application is a policy's doing, a role assignment a role's.
const kinds: readonly (readonly [RegExp, EntityKind])[] = [
  [/role(?!scopetag)/i, 'role'],
  [/policy|assignment|configuration|compliance|baseline|script|profile|intent|setting/i, 'policy'],
  [/app(?!roval|le)/i, 'application'],
  [/device(?!management|category)|cloudpc/i, 'device'],
  [/group/i, 'group'],
  [/user/i, 'user'],
];
const kindOf = (type: string | null): EntityKind =>
  kinds.find(([when]) => when.test(type ?? ''))?.[1] ?? 'other';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The only changed values an event takes over: object ids, and only where they are written as such. */
const groupChanges = new Set(['targetgroupids', 'target.groupid', 'groupid', 'members', 'scopemembers']);

function targetsOf(resources: readonly Fields[], component: string | null): Entity[] {
  const found: Entity[] = [];
  for (const resource of resources) {
    const type = firstWord(resource['auditResourceType'], resource['type']) ?? component;
    const name = word(resource['displayName']);
    const kind = kindOf(type);
    const address = kind === 'user' && name !== null && isAddress(name) ? name : null;
    addEntity(found, entity(kind, { id: word(resource['resourceId']), name, address }));
  }
  for (const change of resources.flatMap(changesIn)) {
    const property = word(change['displayName'])?.toLowerCase() ?? '';
    const value = change['newValue'] ?? change['oldValue'];
    if (property === 'target.type') {
      const name = everybody[word(value)?.toLowerCase() ?? ''];
      if (name !== undefined) addEntity(found, entity('group', { name }));
    }
    if (!groupChanges.has(property)) continue;
    for (const id of idsIn(value)) {
      addEntity(found, entity('group', { id, name: everybody[id.toLowerCase()] ?? null }));
    }
  }
  return found;
}

/** Groups that are none: what they stand for, by the kind of an assignment's target or by the id it has everywhere. */
const everybody = wordTable<string>({
  alldevicesassignmenttarget: 'All devices',
  'adadadad-808e-44e2-905a-0b7873a8a531': 'All devices',
  alllicensedusersassignmenttarget: 'All users',
  'acacacac-9df4-4c7d-9d50-4ef0226f57a9': 'All users',
});

/** An assignment without a name, its id made of what is assigned and to whom, says nothing beside those two. */
const withoutLinks = (targets: readonly Entity[]): readonly Entity[] =>
  targets.filter(
    ({ id, name }) =>
      name !== null ||
      id === null ||
      !targets.some(other => other.id !== null && id.startsWith(`${other.id}_`)),
  );

/** A device has another id in the directory, which sign-ins have; it is told beside the change, not as another device. */
function withDirectoryIds(targets: readonly Entity[], resources: readonly Fields[]): Entity[] {
  const found = [...targets];
  for (const change of resources.flatMap(changesIn)) {
    if (!isDirectoryId.test(word(change['displayName']) ?? '')) continue;
    for (const id of idsIn(change['newValue'])) addEntity(found, entity('device', { id }));
  }
  return found;
}

const isDirectoryId = /^azureaddeviceid$/i;

const changesIn = (resource: Fields): readonly Fields[] => objectsIn(resource['modifiedProperties']);

/** The objects of a list, or the only one; the list, and each of them, may be JSON inside a string. */
const objectsIn = (value: unknown): readonly Fields[] =>
  listOrOne(unpacked(value))
    .map(item => fields(unpacked(item)))
    .filter(item => item !== null);

const listOrOne = (value: unknown): readonly unknown[] => (fields(value) === null ? list(value) : [value]);

/** `"guid"`, `guid,guid`, or `["guid"]` inside a string. */
function idsIn(value: unknown): string[] {
  const inner = unpacked(value);
  const texts = Array.isArray(inner) ? inner.map(String) : (word(inner) ?? '').split(/[,;\s]+/);
  return texts.filter(text => guid.test(text));
}

/** Names of what changed, never the values: they have been seen to be passwords, keys and whole certificates. */
function changesOf(resources: readonly Fields[]): string {
  const names = new Set<string>();
  for (const change of resources.flatMap(changesIn)) {
    const name = word(change['displayName']);
    if (name === null || isNoChange.test(name)) continue;
    // `$Collection.Rules.Value[3]`: one of several in a list.
    names.add(name.replace(/^\$Collection\.|\[\d+\]/g, '').slice(0, 80));
  }
  if (names.size === 0) return '';
  const shown = [...names].slice(0, 3).join(', ');
  return `; changed ${shown}${names.size > 3 ? ` and ${names.size - 3} more` : ''}`;
}

const isNoChange = /^(DeviceManagementAPIVersion|AzureADDeviceId)$/i;

type Verb = 'create' | 'read' | 'update' | 'delete' | 'act';
const activities: Readonly<Record<Verb, number>> = { create: 1, read: 2, update: 3, delete: 4, act: 99 };

function verbOf(record: AuditEvent, operation: string): Verb {
  // `Action` says nothing of what was done: `createDeviceManagementScript` is one, too.
  const type = word(record.activityOperationType)?.toLowerCase() ?? '';
  const said = `${type === 'action' ? '' : type} ${operation}`.trim().toLowerCase();
  // `createRemoteHelpSession ManagedDevice` makes no device, and what somebody is taken off is still there.
  if (/^(delete|remove)\w+From[A-Z]/.test(operation)) return 'update';
  const [, thing = null, resource = null] = madeBy.exec(operation) ?? [];
  if (thing !== resource) return 'act';
  if (/^(create|add)/.test(said)) return 'create';
  if (/^(patch|update|set|put|assign)/.test(said)) return 'update';
  if (/^(delete|remove)/.test(said)) return 'delete';
  return /^(get|list|read|export)/.test(said) ? 'read' : 'act';
}

const madeBy = /^(?:create|add|delete|remove)([A-Z]\w*) (\w+)$/;

const categories: readonly (readonly [RegExp, Category])[] = [
  [/^role/i, 'role'],
  [/^(application|mobileapp)/i, 'application'],
  [/^(deviceconfiguration|compliance|policy|deviceintent|securitybaseline)/i, 'policy'],
  [/^(device|enrollment|cloudpc)/i, 'device'],
];

const byKind: Partial<Record<EntityKind, Category>> = { role: 'role', policy: 'policy', application: 'application', device: 'device' }; // prettier-ignore

function categoryOf(record: AuditEvent, operation: string): Category {
  const said = firstWord(record.category, record.componentName);
  // What it was done to has longer names than the category it is of.
  if (said === null) return byKind[kindOf(operation.split(' ').at(-1) ?? '')] ?? 'administration';
  return categories.find(([when]) => when.test(said))?.[1] ?? 'administration';
}

/** The operation, with what it is of where it is the verb alone. */
const named = (record: AuditEvent, operation: string): string =>
  operation.includes(' ')
    ? operation
    : `${operation} ${firstWord(record.category, record.componentName) ?? ''}`;

const destroys =
  /\b(bulk)?(wipe|retire|factoryreset|cleanwindowsdevice|automaticredeployment|disable(?!lostmode)|removedevicemanagement|deprovision|reprovision)/i;
const reveals = /passcode|password|bitlocker|filevault|recoverykey|keyrecovery|laps|activationlock/i;
const governs =
  /role|script|remediation|compliance|conditionalaccess|enrollment|certificate|baseline|approval|elevation/i;

function severityOf(operation: string, verb: Verb, outcome: Outcome): Severity {
  if (outcome === 'failure') return 'low';
  if (destroys.test(operation)) return 'high';
  if (reveals.test(operation) || verb === 'delete' || /^(delete|remove)/i.test(operation)) return 'medium';
  return verb !== 'read' && governs.test(operation) ? 'medium' : 'informational';
}
