import { wordTable } from '../../kernel/word-table.ts';
import type { Category, Entity, Outcome, Severity } from '../../model/event.ts';
import { severities } from '../../model/event.ts';
import { classifyDirectoryOperation, namesPowerfulRole } from '../_kit/entra-operation.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { namedValues } from '../_kit/named-values.ts';
import { fields, firstWord, flag, list, word } from '../_kit/reading.ts';
import type { AuditFacts } from './audit-facts.ts';
import { isOfAllSites } from './classify.ts';

/** How much this should be looked at. The provider's own word counts first; then what attackers do. */
export function severityOf(
  facts: AuditFacts,
  category: Category,
  outcome: Outcome,
  targets: readonly Entity[],
): Severity {
  const own = statedSeverity(facts);
  if (own !== null) return own;
  const done = severityWhenDone(facts, targets);
  if (outcome !== 'failure') return done;
  if (category === 'authentication') return 'low';
  // A refused act of an administrator, or of somebody who would like to be one.
  return administered.has(category) || atLeastMedium(done) ? 'medium' : 'low';
}

const administered: ReadonlySet<Category> = new Set(['role', 'policy', 'application', 'administration']);
const atLeastMedium = (severity: Severity): boolean =>
  severities.indexOf(severity) >= severities.indexOf('medium');

const stated = wordTable<Severity>({
  informational: 'informational', low: 'low', medium: 'medium', high: 'high', critical: 'critical',
}); // prettier-ignore

/** Of an alert, or the highest of the rules a data-loss finding matched. */
function statedSeverity({ record, family, data }: AuditFacts): Severity | null {
  if (family !== 'alert' && family !== 'dlp') return null;
  let found: Severity | null = null;
  const said = [
    firstWord(record.Severity, record.AlertSeverity, record.RiskLevel) ??
      (family === 'alert' ? firstWord(data()?.['Severity'], data()?.['sev']) : null),
    ...list(record.PolicyDetails).flatMap(ruleSeverities),
  ];
  for (const text of said) {
    const next = stated[text?.toLowerCase() ?? ''];
    if (next !== undefined && (found === null || severities.indexOf(next) > severities.indexOf(found)))
      found = next;
  }
  return found ?? (family === 'alert' ? 'medium' : null);
}

const ruleSeverities = (policy: unknown): (string | null)[] =>
  list(fields(policy)?.['Rules']).map(rule => word(fields(rule)?.['Severity']));

function severityWhenDone(facts: AuditFacts, targets: readonly Entity[]): Severity {
  switch (facts.family) {
    case 'directory':
      return directorySeverity(facts, targets);
    case 'admin':
    case 'mailbox':
    case 'compliance':
      return commandSeverity(facts);
    case 'threat':
      return threatSeverity(facts);
    case 'dlp':
      return /match/i.test(facts.operation) ? 'medium' : 'low';
    case 'file':
      return fileSeverity(facts);
    case 'platform':
      return openedToOthers.test(facts.operation) ? 'medium' : 'informational';
    case 'work':
      return isMisled(facts) ? 'medium' : 'informational';
    default:
      return 'informational';
  }
}

function directorySeverity(facts: AuditFacts, targets: readonly Entity[]): Severity {
  const { severity, ocsf } = classifyDirectoryOperation(facts.operation);
  const gives = ocsf.class === 3005 && ocsf.activity === 1;
  return gives && (namesPowerfulRole(targets) || consentsForAll(facts)) ? 'high' : severity;
}

/** Power BI: shown to anybody or to other tenants, somebody's own workspace opened to an administrator, settings of all. */
const openedToOthers =
  /^(PublishToWebReport|CreateExternalDataShare|AddAdminPersonalWorkspaceAccess|UpdatedAdminFeatureSwitch)$/;

/** An assistant was talked into what it must not do, by the person or by what it read. */
function isMisled({ record }: AuditFacts): boolean {
  if (record.CopilotEventData === undefined) return false;
  const data = fields(record.CopilotEventData);
  return [...list(data?.['Messages']), ...list(data?.['AccessedResources'])].some(entry => {
    const known = fields(entry);
    return flag(known?.['JailbreakDetected']) === true || flag(known?.['XPIADetected']) === true;
  });
}

/** An administrator's consent counts for everybody in the tenant. */
function consentsForAll({ record }: AuditFacts): boolean {
  return list(record.ModifiedProperties).some(entry => {
    const change = fields(entry);
    const value = word(unpacked(change?.['NewValue']))?.toLowerCase();
    if (change?.['Name'] === 'ConsentContext.IsAdminConsent') return value === 'true';
    return change?.['Name'] === 'DelegatedPermissionGrant.ConsentType' && value === 'allprincipals';
  });
}

const forwards = [
  'forwardto', 'redirectto', 'forwardasattachmentto', 'forwardingsmtpaddress', 'forwardingaddress', 'blindcopyto',
  'redirectmessageto',
]; // prettier-ignore

// Commands that open a door, cover a trace or take data out.
const high: readonly RegExp[] = [
  /^(Remove|Delete)-?\w*Audit\w*RetentionPolicy$/,
  /^Set-MailboxAuditBypassAssociation$/,
  /^New-(ComplianceSearchAction|MailboxExportRequest)$|^SearchResultsPurged$/,
  /^(Add|Update)-RoleGroupMember$|^Add member to role group$/,
  /^New-ManagementRoleAssignment$/,
];
// Those that may.
const medium: readonly RegExp[] = [
  /^Add-(Mailbox|Recipient|MailboxFolder)Permission$/,
  /^Set-MailboxFolderPermission$|^(Add|Modify|Update)FolderPermissions$/,
  /^(New|Set|Enable|Disable|Remove)-TransportRule$/,
  /^(New|Set)-(InboundConnector|OutboundConnector|RemoteDomain)$/,
  /^(Set|Disable|Remove)-(Malware|HostedContent|AntiPhish|SafeLinks|SafeAttachment|(ATP|EOP)Protection)/,
  /^(New|Set|Remove)-?\w*(Dlp|Retention|ConditionalAccess)/,
  /^SearchExport(ed|Downloaded)$|^(PurviewSearch|ReviewSet)ExportJobSubmitted$|^New-(Compliance|Mailbox)Search$|eDiscovery/i,
  /^CaseAdmin(Added|Updated)$/,
  /^SendAs$|^Release-QuarantineMessage$/,
];
const anyFits = (patterns: readonly RegExp[], operation: string): boolean =>
  patterns.some(pattern => pattern.test(operation));

function commandSeverity(facts: AuditFacts): Severity {
  const { operation } = facts;
  if (/InboxRule/i.test(operation)) return inboxRuleSeverity(facts);
  const parameters = facts.parameters();
  if (forwards.some(name => word(parameters.get(name)) !== null)) return 'high';
  if (turnsAuditingOff(facts)) return 'high';
  if (anyFits(high, operation)) return 'high';
  return anyFits(medium, operation) ? 'medium' : 'informational';
}

/** Folders of every mailbox that nobody opens, by their English names. */
const unread = /\b(RSS|Junk E-?mail|Deleted Items|Conversation History)\b/i;

/** Rules that send mail away or hide it are how a taken-over mailbox is used. */
function inboxRuleSeverity(facts: AuditFacts): Severity {
  const parameters = facts.parameters();
  if (forwards.some(name => word(parameters.get(name)) !== null)) return 'high';
  // Outlook's own form has no parameters; what the rule does stands in a property.
  const actions = list(unpacked(facts.record.OperationProperties)).map(fields);
  const does = actions.find(property => property?.['Name'] === 'RuleActions')?.['Value'];
  if (typeof does === 'string' && /Forward|Redirect/i.test(does)) return 'high';
  const hides =
    flag(parameters.get('deletemessage')) === true ||
    unread.test(word(parameters.get('movetofolder')) ?? '') ||
    (typeof does === 'string' && /Delete/i.test(does));
  return hides ? 'medium' : 'low';
}

const auditing = ['unifiedauditlogingestionenabled', 'adminauditlogenabled', 'auditenabled'];

/** By a command's argument, or by a setting that changed. */
function turnsAuditingOff({ record, parameters }: AuditFacts): boolean {
  const given = parameters();
  const changed =
    record.ModifiedProperties === undefined
      ? null
      : namedValues(record.ModifiedProperties, 'Name', 'NewValue');
  return (
    auditing.some(name => flag(given.get(name)) === false || flag(changed?.get(name)) === false) ||
    flag(given.get('auditdisabled')) === true
  );
}

/** Delivered malware or phishing is worse than blocked. */
function threatSeverity({ record, operation }: AuditFacts): Severity {
  if (/^Quarantine.*Release/i.test(operation)) return 'medium';
  const verdict = firstWord(record.Verdict, record.ResultStatus) ?? '';
  const bad = /phish|malware|malicious/i.test(`${verdict} ${operation}`) || record.FileData !== undefined;
  if (!bad && record.P2Sender === undefined && record.Url === undefined) return 'low';
  return bad && /deliver/i.test(word(record.DeliveryAction) ?? '') ? 'high' : 'medium';
}

function fileSeverity({ operation, record }: AuditFacts): Severity {
  if (/MalwareDetected/i.test(operation)) return 'high';
  if (/SiteCollectionAdminAdded|AnonymousLink(Created|Updated)/i.test(operation)) return 'medium';
  if (isOfAllSites(operation)) return 'medium';
  const outside = /guest|partner/i.test(word(record.TargetUserOrGroupType) ?? '');
  return outside ? 'low' : 'informational';
}
