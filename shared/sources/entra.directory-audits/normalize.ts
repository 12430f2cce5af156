import { wordTable } from '../../kernel/word-table.ts';
import type { Category, Client, Entity, NormalizedEvent, Outcome, Severity } from '../../model/event.ts';
import { client, entity } from '../_kit/entity.ts';
import {
  classifyDirectoryOperation,
  namesPowerfulRole,
  type OperationClass,
} from '../_kit/entra-operation.ts';
import { parseIp } from '../_kit/ip.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { addressAmong, addressNamed } from '../_kit/named-address.ts';
import { namedValues } from '../_kit/named-values.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { fields, firstWord, integer, list, word, type Fields } from '../_kit/reading.ts';
import { Problem } from '../_kit/source.ts';
import { callable, ending, nameOf, shortened, summaryOf } from '../_kit/summary.ts';
import type { DirectoryAudit } from './schema.ts';
import { permissionTold, policyChange, type PolicyChange } from './changes.ts';
import { targetsOf, type Details } from './targets.ts';

/** mapping.md has every field, and why. */
export function normalizeDirectoryAudit(record: DirectoryAudit): NormalizedEvent {
  const time = readProviderTime(record.activityDateTime);
  if (time === null) throw new Problem('activityDateTime: not a time in any form known');
  const details = namedValues(record.additionalDetails, 'key', 'value');
  const initiator = fields(unpacked(record.initiatedBy ?? record.performedBy));
  const operation = operationOf(record, details);
  const { outcome, reason } = outcomeOf(record, details);
  const service = serviceNamed(fields(initiator?.['user']));
  const actor = actorOf(initiator, details, service);
  const targets = namedAsActor(targetsOf(record, details, operation), actor);
  const known = classifyDirectoryOperation(operation);
  const category = categoryOf(record, known);
  const policy = category === 'policy' ? policyChange(record, operation) : null;
  return {
    time,
    category,
    operation,
    outcome,
    reason,
    severity: severityOf(record, known, { category, outcome, actor, targets, policy }),
    actor,
    targets,
    client: clientOf(record, initiator, details, actor, service),
    mail: null,
    correlationId: word(record.correlationId),
    summary: sentence(operation, known, actor, targets, outcome, reason, policy),
    ocsf: known.ocsf,
  };
}

/** Records cut down by others lack the name; what stands for it is kept in the order of how much it says. */
function operationOf(record: DirectoryAudit, details: Details): string {
  const named = firstWord(
    record.activityDisplayName,
    record.operationName,
    details.get('action'),
    details.get('operation'),
  );
  return named ?? firstWord(record.operationType, record.loggedByService) ?? 'Activity without a name';
}

function outcomeOf(record: DirectoryAudit, details: Details): { outcome: Outcome; reason: string | null } {
  const result = numbered[integer(record.result) ?? -1] ?? word(record.result);
  const why = firstWord(record.resultReason, record.resultDescription);
  const outcome = outcomeOfWord(result ?? why);
  // On success Graph fills the reason with anything from nothing to a PIM justification; all of it is wanted.
  return { outcome, reason: why ?? (outcome === 'success' ? word(details.get('justification')) : result) };
}

/** Graph's own numbers for its words. */
const numbered: readonly string[] = ['success', 'failure', 'timeout'];

function outcomeOfWord(said: string | null): Outcome {
  if (said === null) return 'unknown';
  if (/^(success|succe|true|ok$)/i.test(said)) return 'success';
  if (
    /^(fail|timeout|false|denied|(client|server) ?error|error|reject|unsuccess|unauthori[sz]ed|forbidden|cancel|abort|interrupt|expired)/i.test(
      said,
    )
  )
    return 'failure';
  return /^partial/i.test(said) ? 'partial' : 'unknown';
}

function actorOf(initiator: Fields | null, details: Details, service: string | null): Entity | null {
  const user = fields(initiator?.['user']);
  if (user !== null) {
    const address = word(user['userPrincipalName']);
    if (service !== null && address === null)
      return entity('application', { id: word(user['id']), name: service });
    const found = entity(isGuest(user, address) ? 'guest' : 'user', {
      id: firstWord(user['id'], details.get('oid')),
      name: service === null ? word(user['displayName']) : null,
      address,
    });
    if (found !== null) return found;
  }
  const app = fields(initiator?.['app']);
  const found = entity('application', {
    id: firstWord(app?.['servicePrincipalId'], app?.['appId']),
    name: firstWord(app?.['displayName'], app?.['servicePrincipalName']),
  });
  return found ?? otherInitiator(initiator);
}

// `Azure ESTS Service`, `Microsoft_AAD_RegisteredApps`. Names that only end in `Service` are shared accounts', too.
const serviceName =
  /^(microsoft[ _]|(windows )?azure |ms-|office 365 |adibiza|(graph explorer|company portal|my signins|device registration service)$)/i;
/** What administrators call accounts of their own that begin so. */
const accountName =
  /\b(admin\w*|account|user|team|support|test|konto|benutzer|notfall\w*|emergency|break.?glass)\b/i;

/** The core directory puts the service a person used where the person's own name would stand. */
function serviceNamed(user: Fields | null): string | null {
  const said = word(user?.['displayName']);
  if (said === null || accountName.test(said)) return null;
  return serviceName.test(said) ? said : null;
}

/** Where the one who did it is told again by id alone, with the name he has there. */
function namedAsActor(targets: Entity[], actor: Entity | null): Entity[] {
  const { id = null, address = null } = actor ?? {};
  const at =
    id === null || address === null
      ? -1
      : targets.findIndex(target => target.id === id && target.name === null && target.address === null);
  const again = targets[at];
  if (again !== undefined) targets[at] = { ...again, address };
  return targets;
}

/** Whoever else it was, under a name not known yet. */
function otherInitiator(initiator: Fields | null): Entity | null {
  for (const [kind, held] of Object.entries(initiator ?? {})) {
    const who = kind === 'user' || kind === 'app' ? null : fields(held);
    const found =
      who === null
        ? null
        : entity(/app|principal|agent|identity/i.test(kind) ? 'application' : 'other', {
            id: firstWord(who['id'], who['servicePrincipalId'], who['appId']),
            name: firstWord(who['displayName'], who['servicePrincipalName']),
            address: word(who['userPrincipalName']),
          });
    if (found !== null) return found;
  }
  return null;
}

const isGuest = (user: Fields, address: string | null): boolean =>
  word(user['userType'])?.toLowerCase() === 'guest' || /#ext#/i.test(address ?? '');

function clientOf(
  record: DirectoryAudit,
  initiator: Fields | null,
  details: Details,
  actor: Entity | null,
  service: string | null,
): Client | null {
  const app = fields(initiator?.['app']);
  const places = [
    fields(initiator?.['user'])?.['ipAddress'], app?.['ipAddress'], record.ipAddress, details.get('ipaddr'),
    details.get('ipaddress'), details.get('ip address'), details.get('clientip'), details.get('client ip'),
    details.get('clientipaddress'), details.get('client ip address'),
  ]; // prettier-ignore
  let found = null;
  for (const place of places) found ??= parseIp(place);
  found ??= addressNamed(record) ?? addressAmong(details);
  return client({
    ip: found?.ip ?? null,
    port: found?.port ?? null,
    userAgent: firstWord(record.userAgent, details.get('user-agent'), details.get('useragent')),
    app:
      actor?.kind === 'application'
        ? null
        : (firstWord(app?.['displayName'], app?.['servicePrincipalName']) ?? service),
  });
}

const categories = wordTable<Category>({
  usermanagement: 'directory', groupmanagement: 'directory', directorymanagement: 'directory',
  administrativeunit: 'directory', rolemanagement: 'role', applicationmanagement: 'application', policy: 'policy',
  authorizationpolicy: 'policy', conditionalaccess: 'policy', crosstenantaccesssettings: 'policy', device: 'device',
  deviceconfiguration: 'device', devicemanagement: 'device', authentication: 'authentication',
}); // prettier-ignore

/** Graph's own category where we know it; its set is open, and trimmed records have none. */
function categoryOf(record: DirectoryAudit, known: OperationClass): Category {
  const said = word(record.category);
  return (said === null ? undefined : categories[said.toLowerCase()]) ?? known.category;
}

const administered: ReadonlySet<Category> = new Set(['role', 'policy', 'application']);

function severityOf(
  record: DirectoryAudit,
  known: OperationClass,
  its: {
    category: Category;
    outcome: Outcome;
    actor: Entity | null;
    targets: readonly Entity[];
    policy: PolicyChange | null;
  },
): Severity {
  const { category, outcome, actor, targets, policy } = its;
  if (outcome === 'failure')
    return administered.has(category) || known.severity === 'high' ? 'medium' : 'low';
  if (policy?.isWeaker === true) return 'high';
  const gives = known.ocsf.class === 3005 && known.ocsf.activity === 1;
  if (gives && (namesPowerfulRole(targets) || consentsForAll(record))) return 'high';
  // A factor of somebody else's account is a way into it.
  const addsFactor = known.ocsf.class === 3001 && known.ocsf.activity === 10;
  const isOfOther =
    /^admin\b/i.test(word(record.resultReason) ?? '') || targets.some(target => isAnother(target, actor));
  return addsFactor && isOfOther ? 'medium' : known.severity;
}

const isAnother = ({ kind, id, address }: Entity, actor: Entity | null): boolean => {
  // Services write down what a person did themselves.
  if (actor === null || actor.kind === 'application') return false;
  if (kind !== 'user' && kind !== 'guest') return false;
  if (id !== null && actor.id !== null) return id !== actor.id;
  return address !== null && actor.address !== null && address.toLowerCase() !== actor.address.toLowerCase();
};

/** An administrator's consent counts for everybody in the tenant. */
function consentsForAll(record: DirectoryAudit): boolean {
  return list(unpacked(record.targetResources)).some(target =>
    list(unpacked(fields(target)?.['modifiedProperties'])).some(property => {
      const change = fields(property);
      const value = word(unpacked(change?.['newValue']));
      if (change?.['displayName'] === 'ConsentContext.IsAdminConsent') return value?.toLowerCase() === 'true';
      return change?.['displayName'] === 'DelegatedPermissionGrant.ConsentType' && value === 'AllPrincipals';
    }),
  );
}

function sentence(
  operation: string,
  known: OperationClass,
  actor: Entity | null,
  targets: readonly Entity[],
  outcome: Outcome,
  reason: string | null,
  policy: PolicyChange | null,
): string {
  const membership = membershipOf(known);
  const who = targets.find(({ kind }) => kind === 'user' || kind === 'guest');
  const what = targets.find(({ kind }) => kind === membership?.of);
  if (membership === null || actor === null || who === undefined || what === undefined) {
    const addition = policy?.told ?? permissionTold(known, targets);
    return summaryOf({ operation, actor, targets: namedFirst(targets), outcome, reason }, addition);
  }
  const verb = outcome === 'failure' ? membership.tries : membership.does;
  const line = `${callable(actor)} ${verb} ${callable(who)} ${membership.way} the ${membership.of} ${nameOf(what)}${partOf(operation, targets)}`;
  return shortened(line + ending(outcome, reason));
}

/** `Add scoped member to role`: the role counts for an administrative unit alone. */
function partOf(operation: string, targets: readonly Entity[]): string {
  const part = /\bscoped\b/i.test(operation) ? targets.find(({ kind }) => kind === 'other') : undefined;
  return part === undefined ? '' : ` over ${nameOf(part)}`;
}

/** A request that is only an id comes after what it is about. */
function namedFirst(targets: readonly Entity[]): readonly Entity[] {
  const [first, ...others] = targets;
  return first === undefined || others.length === 0 || first.kind !== 'other' || first.name !== null
    ? targets
    : [...others, first];
}

function membershipOf({ ocsf, category }: OperationClass): {
  of: 'role' | 'group';
  does: string;
  tries: string;
  way: string;
} | null {
  const role = ocsf.class === 3005 && category === 'role';
  const group = ocsf.class === 3006;
  if ((role && ocsf.activity === 1) || (group && ocsf.activity === 3)) {
    return { of: role ? 'role' : 'group', does: 'added', tries: 'tried to add', way: 'to' };
  }
  if ((role && ocsf.activity === 2) || (group && ocsf.activity === 4)) {
    return { of: role ? 'role' : 'group', does: 'removed', tries: 'tried to remove', way: 'from' };
  }
  return null;
}
