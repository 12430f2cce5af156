import { wordTable } from '../../kernel/word-table.ts';
import type { Client, Entity, NormalizedEvent, Outcome } from '../../model/event.ts';
import { addEntity, client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { addressNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { fields, firstWord, flag, integer, list, word, type Fields } from '../_kit/reading.ts';
import { Problem } from '../_kit/source.ts';
import { callable, ending, nameOf, shortened } from '../_kit/summary.ts';
import type { SignInKind } from './config.ts';
import { isOfApplication, kindOf } from './kind.ts';
import { riskOf, severityOf } from './risk.ts';
import type { SignIn } from './schema.ts';

/** A sign-in has no name of its own; these are the names of the four lists in Microsoft's portal, shortened. */
const operations: Readonly<Record<SignInKind, string>> = {
  interactive: 'Sign-in',
  nonInteractive: 'Non-interactive sign-in',
  servicePrincipal: 'Service principal sign-in',
  managedIdentity: 'Managed identity sign-in',
};

/** mapping.md has every field, and why. */
export function normalizeSignIn(record: SignIn): NormalizedEvent {
  const time = readProviderTime(record.createdDateTime ?? record.timeGenerated);
  if (time === null) throw new Problem('createdDateTime: not a time in any form known');
  const kind = kindOf(record);
  const { outcome, reason } = outcomeOf(record);
  const actor = actorOf(record, kind);
  const target = targetOf(record);
  const place = fields(unpacked(record.location)) ?? fields(unpacked(record.locationDetails));
  const device = clientOf(record, kind, place);
  return {
    time,
    category: 'authentication',
    operation: operations[kind],
    outcome,
    reason,
    severity: severityOf(record, kind, outcome, reason),
    actor,
    targets: targetsOf(record, target, outcome),
    client: device,
    mail: null,
    correlationId: word(record.correlationId),
    summary: sentence(record, { kind, actor, target, device, outcome, reason }),
    // Authentication, logon.
    ocsf: { class: 3002, activity: 1 },
  };
}

/**
 * Nobody was refused: whether to stay signed in was asked, or a password had to be set. What came of it is a record of
 * its own.
 */
const interruptions: ReadonlySet<number> = new Set([50_125, 50_140]);

/** `errorCode` decides; the text beside a success says what the sign-in was satisfied by. */
function outcomeOf(record: SignIn): { outcome: Outcome; reason: string | null } {
  // Exports of others lay the three fields of `status` beside the rest, tables have two of them there again.
  const status = fields(unpacked(record.status)) ?? (record as Fields);
  const code = integer(status['errorCode']) ?? integer(record.resultType);
  const addition = said(status['additionalDetails']);
  if (code === 0) return { outcome: 'success', reason: addition };
  if (code !== null) {
    // Of a second factor the reason says that it failed, and only the addition how: declined, not answered, reported.
    const stated = said(status['failureReason']) ?? said(record.resultDescription);
    const parts = [stated, addition ?? failedStep(record)].filter(part => part !== null);
    const why = [...new Set(parts)].reduce((all, part) => (all === '' ? part : joinedTo(all, part)), '');
    const outcome = interruptions.has(code) ? 'unknown' : 'failure';
    return { outcome, reason: why === '' ? String(code) : `${code}: ${why}` };
  }
  return outcomeWithoutCode(record) ?? { outcome: 'unknown', reason: addition };
}

const joinedTo = (said: string, more: string): string => `${said}${/[.!?]$/.test(said) ? '' : ';'} ${more}`;

/** How each step of proving who one is went. Beta only. */
const stepsOf = (record: SignIn) => list(unpacked(record.authenticationDetails)).map(fields);

/** What went wrong with the last step, if that is what went wrong. */
function failedStep(record: SignIn): string | null {
  const last = stepsOf(record).at(-1);
  return flag(last?.['succeeded']) === false ? said(last?.['authenticationStepResultDetail']) : null;
}

/** Rows that others kept of sign-ins have a word for the result, or only how each step went. */
function outcomeWithoutCode(record: SignIn): { outcome: Outcome; reason: string | null } | null {
  const why = said(record.resultDescription);
  const result = firstWord(record.result, record.resultType);
  if (result !== null) {
    const outcome = /^succ/i.test(result)
      ? 'success'
      : /^(fail|interrupt)/i.test(result)
        ? 'failure'
        : 'unknown';
    return { outcome, reason: outcome === 'success' ? why : (why ?? result) };
  }
  const last = stepsOf(record).findLast(step => flag(step?.['succeeded']) !== null);
  const hasFailed =
    flag(last?.['succeeded']) === false || word(record.conditionalAccessStatus)?.toLowerCase() === 'failure';
  const stated = said(fields(unpacked(record.status))?.['failureReason']);
  return hasFailed || stated !== null
    ? { outcome: 'failure', reason: stated ?? word(last?.['authenticationStepResultDetail']) }
    : null;
}

/** `Other.` is what Graph writes where it has no reason. */
function said(value: unknown): string | null {
  const found = word(value);
  return found === null || /^other\.?$/i.test(found) ? null : found;
}

/** Rows of guests in other tenants come with their names, and those of their devices, cut out. */
function known(value: unknown): string | null {
  const found = word(value);
  return found === null || /^\{?pii removed\b/i.test(found) ? null : found;
}

const isGuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function actorOf(record: SignIn, kind: SignInKind): Entity | null {
  const principal = known(record.userPrincipalName);
  // Rows of accounts in other tenants, and of some that services use, repeat the id there.
  const isId = principal !== null && isGuid.test(principal);
  const id = known(record.userId) ?? (isId ? principal : null);
  // Of a user nobody knows only what was typed is there.
  const address =
    (isId ? null : principal) ?? (isOfApplication(kind) ? null : known(record.signInIdentifier));
  if (id !== null || address !== null) {
    const guest = known(record.userType)?.toLowerCase() === 'guest' || /#ext#/i.test(address ?? '');
    return entity(guest ? 'guest' : 'user', { id, name: known(record.userDisplayName), address });
  }
  // Somebody sat there: what they used did not sign in by itself.
  if (!isOfApplication(kind) && flag(record.isInteractive) === true)
    return entity('user', { name: known(record.userDisplayName) });
  const app = entity('application', {
    id: firstWord(record.servicePrincipalId, record.appId),
    name: firstWord(record.servicePrincipalName, record.appDisplayName),
  });
  return app ?? entity('user', { name: known(record.userDisplayName) });
}

/** What was signed in to; where the record does not say, the application itself. */
const targetOf = (record: SignIn): Entity | null =>
  entity('application', { id: resourceOf(record), name: word(record.resourceDisplayName) }) ??
  entity('application', { id: word(record.appId), name: word(record.appDisplayName) });

/** In rows of a table `resourceId` is the log the row belongs to. */
function resourceOf(record: SignIn): string | null {
  const id = word(record.resourceId);
  return id?.startsWith('/tenants/') === true ? word(record.resourceIdentity) : id;
}

function targetsOf(record: SignIn, target: Entity | null, outcome: Outcome): Entity[] {
  const found: Entity[] = [];
  addEntity(found, target);
  const managed = fields(unpacked(record.managedServiceIdentity));
  const resource = firstWord(managed?.['associatedResourceId'], record.azureResourceId);
  addEntity(found, entity('other', { id: resource }));
  if (outcome === 'success') return found;
  // The policies that stood in the way; those that were met, or were not asked, stay in raw.
  for (const item of [
    ...list(unpacked(record.appliedConditionalAccessPolicies)),
    ...list(unpacked(record.conditionalAccessPolicies)),
  ]) {
    const policy = fields(item);
    if (word(policy?.['result'])?.toLowerCase() !== 'failure') continue;
    addEntity(found, entity('policy', { id: word(policy?.['id']), name: word(policy?.['displayName']) }));
  }
  return found;
}

function clientOf(record: SignIn, kind: SignInKind, place: Fields | null): Client | null {
  const device = fields(unpacked(record.deviceDetail));
  const found =
    parseIp(record.ipAddress) ?? parseIp(record.ipAddressFromResourceProvider) ?? addressNamed(record);
  return client({
    ip: found?.ip ?? null,
    port: found?.port ?? null,
    userAgent: firstWord(record.userAgent, device?.['browser']),
    app: isOfApplication(kind) ? null : firstWord(record.appDisplayName, record.appId, record.clientAppUsed),
    device: known(device?.['displayName']) ?? known(device?.['deviceId']),
    os: word(device?.['operatingSystem']),
    // Rows of a table have the two letters alone there.
    country:
      word(place?.['countryOrRegion']) ??
      (typeof record.location === 'string' ? countryIn(record.location) : null),
    city: word(place?.['city']),
  });
}

const countryIn = (text: string): string | null => (/^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : null);

// Ways to sign in that a person is easily talked into, or that know no second factor.
const flows = wordTable<string>({
  devicecode: 'device code',
  devicecodeflow: 'device code',
  authenticationtransfer: 'authentication transfer',
  ropc: 'password in the request',
});
const modern = new Set(['browser', 'mobile apps and desktop clients']);

function sentence(
  record: SignIn,
  its: {
    kind: SignInKind;
    actor: Entity | null;
    target: Entity | null;
    device: Client | null;
    outcome: Outcome;
    reason: string | null;
  },
): string {
  const { actor, target, device, outcome, reason } = its;
  const who = actor === null ? 'Somebody' : callable(actor);
  const does =
    outcome === 'failure' ? 'failed to sign in' : outcome === 'success' ? 'signed in' : 'tried to sign in';
  const to = target === null ? '' : ` to ${nameOf(target)}`;
  const way = its.kind === 'nonInteractive' ? ' (non-interactive)' : '';
  const place = [device?.city, device?.country]
    .filter(part => part !== null && part !== undefined)
    .join(', ');
  const ip = device?.ip ?? null;
  const from = ip === null ? '' : ` from ${ip}`;
  const at = place === '' ? '' : ` (${place})`;
  const protocol = word(record.clientAppUsed);
  // How the session began, where this is a later sign-in of it.
  const flow = [record.authenticationProtocol, record.originalTransferMethod]
    .map(method => flows[word(method)?.toLowerCase() ?? ''])
    .find(method => method !== undefined);
  const old = protocol === null || modern.has(protocol.toLowerCase()) ? '' : ` by ${protocol}`;
  const by = flow === undefined ? old : `${old} by ${flow}`;
  const why = outcome === 'success' ? '' : ending('failure', reason).replace(', failed', '');
  return shortened(
    `${who} ${does}${to}${way}${from}${at}${by}${across(record)}${factor(record, reason)}${knownPassword(record, outcome)}${riskOf(record, its.kind)}${why}`,
  );
}

/** From a tenant to another: of a guest, or of a partner who looks after this one. */
function across(record: SignIn): string {
  const type = word(record.crossTenantAccessType);
  return type === null ? '' : `, across tenants (${type})`;
}

/** Who was stopped by a policy or a second factor may be somebody else who knows the password. */
function knownPassword(record: SignIn, outcome: Outcome): string {
  if (outcome !== 'failure') return '';
  const isKnown = stepsOf(record).some(
    step =>
      /^password/i.test(word(step?.['authenticationMethod']) ?? '') && flag(step?.['succeeded']) === true,
  );
  return isKnown ? ', password correct' : '';
}

function factor(record: SignIn, reason: string | null): string {
  if (word(record.authenticationRequirement)?.toLowerCase() !== 'multifactorauthentication') return '';
  // A policy wants one, and lets whoever comes from a known place or device off it, or brings proof of an earlier one.
  if (/mfa requirement skipped/i.test(reason ?? '')) return ', second factor skipped';
  return /satisfied by claim/i.test(reason ?? '')
    ? ', second factor satisfied by a claim'
    : ', second factor asked';
}
