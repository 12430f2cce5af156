import { wordTable } from '../../kernel/word-table.ts';
import type { Entity, EntityKind, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { differencesOf, tellDifferences } from '../_kit/difference.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { namesPowerfulRole } from '../_kit/entra-operation.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, firstWord, flag, list, word } from '../_kit/reading.ts';
import { changeTime, changeWord, isAnnotation } from '../_kit/snapshot-change.ts';
import type { About } from '../_kit/source.ts';
import { ending, nameOf, shortened } from '../_kit/summary.ts';
import { builtInRoleName } from './built-in-roles.ts';
import type { RoleRecord } from './schema.ts';

type ChangeWord = ReturnType<typeof changeWord>;
type Kind = 'assignment' | 'schedule' | 'activation' | 'eligibility' | 'role';

/** What is no change of an assignment: how others are called, and where the answer came from. */
export const isNoChange = (path: string): boolean =>
  /^(principal|roleDefinition|directoryScope|appScope|activatedUsing)(\.|$)/.test(path) || isAnnotation(path);

/** mapping.md has every field, and why. */
export function normalizeRoleRecord(record: RoleRecord, about: About): NormalizedEvent {
  const kind = kindOf(record);
  const became = asks(record, about) ?? changeWord(about);
  const time = changeTime(about, {
    added: record.startDateTime ?? record.createdDateTime ?? fields(record.scheduleInfo)?.['startDateTime'],
    changed: record.modifiedDateTime,
  });
  const role = roleOf(record, kind, about);
  const [principal = null, ...others] = kind === 'role' ? [] : principalsOf(record);
  const told = became === 'changed' ? differencesOf(about.change?.before, record, isNoChange) : [];
  const changes = told.length === 0 ? null : tellDifferences(told, id => about.change?.names.get(id) ?? id);
  const targets = targetsOf(record, principal === null ? [] : [principal, ...others], role);
  const outcome = outcomeOf(record);
  return {
    time,
    category: 'role',
    operation: `${titles[kind]} ${became}`,
    outcome,
    reason: changes?.slice(0, 4_096).toWellFormed() ?? reasonOf(record, outcome),
    severity: severityOf(kind, became, targets, record),
    actor: creatorOf(record) ?? (isOwn(record) ? principal : null),
    targets,
    client: null,
    mail: null,
    correlationId: firstWord(
      record.roleAssignmentScheduleId,
      record.roleEligibilityScheduleId,
      record.roleAssignmentOriginId,
      record.targetScheduleId,
    ),
    summary: shortened(
      sentence(kind, became, record, principal, role) +
        (changes === null ? howItStands(record, outcome) : `: ${changes}`),
    ),
    ocsf: kind === 'role' ? { class: 3004, activity: entityActivity[became] } : { class: 3005, activity: accessActivity[became] }, // prettier-ignore
  };
}

/** A request that stands alone may be one to take a role away. */
const asks = (record: RoleRecord, { change }: About): 'removed' | null =>
  change === undefined && takesAway(record) ? 'removed' : null;
const takesAway = (record: RoleRecord): boolean => /remove|deactivate/i.test(word(record.action) ?? '');

const titles: Readonly<Record<Kind, string>> = {
  assignment: 'Role assignment', schedule: 'Role assignment schedule', activation: 'Role activation',
  eligibility: 'Role eligibility', role: 'Role definition',
}; // prettier-ignore
const entityActivity: Readonly<Record<ChangeWord, number>> = { found: 2, added: 1, changed: 3, removed: 4 };
const accessActivity: Readonly<Record<ChangeWord, number>> = { found: 99, added: 1, changed: 99, removed: 2 };

/** Told by what a record has: the lists it came in do not say, and records are also read one by one. */
function kindOf(record: RoleRecord): Kind {
  if (principalsOf(record).length === 0) return 'role';
  const type = firstWord(record.assignmentType, record.assignmentState)?.toLowerCase();
  if (type === 'activated' || /^self(de)?activate$/i.test(word(record.action) ?? '')) return 'activation';
  const isEligibility = /\.unifiedRoleEligibility/i.test(word(record['@odata.type']) ?? '');
  if (isEligibility || word(record.roleEligibilityScheduleId) !== null || type === 'eligible')
    return 'eligibility';
  if (type !== undefined || word(record.roleAssignmentScheduleId) !== null) return 'schedule';
  // An eligibility without its schedule's id still says since when.
  return word(record.memberType) !== null ? 'eligibility' : 'assignment';
}

function roleOf(record: RoleRecord, kind: Kind, about: About): Entity {
  if (kind === 'role') {
    const id = firstWord(record.id, record.templateId, record.roleTemplateId);
    const name =
      firstWord(record.displayName) ?? builtInRoleName(firstWord(record.templateId, record.roleTemplateId));
    return { kind: 'role', id, name, address: null };
  }
  const given = fields(unpacked(record.roleDefinition));
  const id = firstWord(record.roleDefinitionId, given?.['id']);
  const listed = id === null ? null : (about.change?.names.get(id) ?? null);
  return {
    kind: 'role',
    id,
    // Of a group somebody is eligible for, the role is to be its member or owner.
    name: firstWord(given?.['displayName']) ?? listed ?? builtInRoleName(id) ?? word(record.accessId),
    address: null,
  };
}

const principalKinds = wordTable<EntityKind>({
  user: 'user', agentuser: 'user', group: 'group', serviceprincipal: 'application', agentidentity: 'application',
  agentidentityblueprintprincipal: 'application', device: 'device',
}); // prettier-ignore

/** Whom a role is given: one, or several by id alone. None where the record is a role itself. */
function principalsOf(record: RoleRecord): Entity[] {
  const named = firstWord(record.principalId, record.subjectId) !== null;
  if (named || fields(unpacked(record.principal)) !== null) return [principalOf(record)];
  return list(record.principalIds).flatMap(id => entity('other', { id: word(id) }) ?? []);
}

function principalOf(record: RoleRecord): Entity {
  const given = fields(unpacked(record.principal));
  const type = word(given?.['@odata.type'])?.split('.').at(-1)?.toLowerCase() ?? '';
  const address = firstWord(given?.['userPrincipalName'], given?.['mail']);
  const isGuest = address?.includes('#EXT#') === true || word(given?.['userType'])?.toLowerCase() === 'guest';
  const kind = principalKinds[type] ?? (address === null ? 'other' : 'user');
  return {
    kind: kind === 'user' && isGuest ? 'guest' : kind,
    id: firstWord(record.principalId, record.subjectId, given?.['id']),
    name: firstWord(given?.['displayName']),
    address,
  };
}

function targetsOf(record: RoleRecord, principals: readonly Entity[], role: Entity): Entity[] {
  const found: Entity[] = [];
  for (const principal of principals) addEntity(found, principal);
  addEntity(found, role);
  for (const scope of scopesOf(record)) addEntity(found, scope);
  addEntity(found, groupOf(record));
  for (const scope of [...list(record.directoryScopeIds), ...list(record.appScopeIds)]) {
    if (scope !== '/') addEntity(found, entity('other', { id: word(scope) }));
  }
  return found;
}

/** What the role is limited to: a part of the directory, or of an application. */
const scopesOf = (record: RoleRecord): Entity[] =>
  [
    [record.directoryScopeId, record.directoryScope],
    [record.appScopeId, record.appScope],
  ].flatMap(([scope, known]) => {
    const id = word(scope);
    return id === null || id === '/'
      ? []
      : (entity('other', { id, name: word(fields(known)?.['displayName']) }) ?? []);
  });

/** The group a membership is of. */
const groupOf = (record: RoleRecord): Entity | null =>
  entity('group', { id: word(record.groupId), name: word(fields(record.group)?.['displayName']) });

/** A schedule, or a request for one, says how far it got; an assignment is there or is not. */
function outcomeOf(record: RoleRecord): Outcome {
  const status = word(record.status)?.toLowerCase() ?? '';
  // Of a request to take a role away it says that it is done.
  if (status === 'revoked' && takesAway(record)) return 'success';
  if (/fail|denied|revoked|cancel|invalid|timedout/.test(status)) return 'failure';
  return status.startsWith('pending') ? 'unknown' : 'success';
}

/** The provider's word where it was not done, or not yet, and what whoever asked for it gave as reason. */
function reasonOf(record: RoleRecord, outcome: Outcome): string | null {
  const parts = [outcome === 'success' ? null : word(record.status), word(record.justification)];
  const said = parts.filter(part => part !== null).join(': ');
  return said === '' ? null : said;
}

function howItStands(record: RoleRecord, outcome: Outcome): string {
  const status = word(record.status);
  if (outcome === 'unknown' && status !== null) return `: ${status}`;
  return ending(outcome, status);
}

/** `selfActivate` and the like: asked for by whoever it is for. */
const isOwn = (record: RoleRecord): boolean => /^self/i.test(word(record.action) ?? '');

/** Requests say who made them. */
function creatorOf(record: RoleRecord): Entity | null {
  const by = fields(unpacked(record.createdBy));
  const [user, app] = [fields(by?.['user']), fields(by?.['application'])];
  return (
    entity('user', { id: word(user?.['id']), name: word(user?.['displayName']) }) ??
    entity('application', { id: word(app?.['id']), name: word(app?.['displayName']) })
  );
}

function severityOf(
  kind: Kind,
  became: ChangeWord,
  targets: readonly Entity[],
  record: RoleRecord,
): Severity {
  if (became === 'found') return 'informational';
  // Microsoft writes its own roles anew now and then; what a customer's roles may do is the customer's doing.
  if (kind === 'role') return flag(record.isBuiltIn) === false ? 'medium' : 'informational';
  if (became === 'removed') return 'low';
  if (kind === 'activation') return namesPowerfulRole(targets) ? 'medium' : 'low';
  return became === 'added' && namesPowerfulRole(targets) ? 'high' : 'medium';
}

function sentence(
  kind: Kind,
  became: ChangeWord,
  record: RoleRecord,
  principal: Entity | null,
  role: Entity,
): string {
  const what = `the role ${nameOf(role)}${scopeOf(record)}`;
  if (principal === null || kind === 'role') {
    return became === 'found' ? `There is ${what}` : `${what.replace('the', 'The')} was ${became}`;
  }
  const who = principal.address ?? nameOf(principal);
  if (became === 'changed') return `The ${titles[kind].toLowerCase()} of ${who} for ${what} changed`;
  // What was only asked for is told so: a request that waits, or came to nothing.
  const does =
    became !== 'found' && outcomeOf(record) !== 'success' ? asked[kind][became] : verbs[kind][became];
  return `${who} ${does} ${what}${became === 'removed' ? '' : howLong(record)}`;
}

/** An instance says when it ends; a schedule, or a request for one, when or how long after it begins. */
function howLong(record: RoleRecord): string {
  const expiration = fields(fields(unpacked(record.scheduleInfo))?.['expiration']);
  const end = firstWord(record.endDateTime, expiration?.['endDateTime']);
  if (end !== null) return ` until ${end}`;
  const duration = word(expiration?.['duration']);
  return duration === null ? '' : ` for ${duration}`;
}

const scopeOf = (record: RoleRecord): string => {
  const scope = scopesOf(record)[0] ?? groupOf(record);
  return scope === null ? '' : ` over ${nameOf(scope)}`;
};

type Verbs = Readonly<Record<Exclude<ChangeWord, 'changed'>, string>>;
const verbs: Readonly<Record<Exclude<Kind, 'role'>, Verbs>> = {
  assignment: { found: 'has', added: 'was given', removed: 'no longer has' },
  schedule: {
    found: 'has on schedule',
    added: 'was given on schedule',
    removed: 'no longer has on schedule',
  },
  activation: { found: 'has activated', added: 'activated', removed: 'no longer has activated' },
  eligibility: {
    found: 'may activate',
    added: 'was made eligible for',
    removed: 'is no longer eligible for',
  },
};

const asked: Readonly<Record<Exclude<Kind, 'role'>, Omit<Verbs, 'found'>>> = {
  assignment: { added: 'was to be given', removed: 'was to lose' },
  schedule: { added: 'was to be given on schedule', removed: 'was to lose on schedule' },
  activation: { added: 'asked to activate', removed: 'asked to deactivate' },
  eligibility: { added: 'was to be made eligible for', removed: 'was to be no longer eligible for' },
};
