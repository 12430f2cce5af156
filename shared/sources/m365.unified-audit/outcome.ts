import { remembered } from '../../kernel/remembered.ts';
import { wordTable } from '../../kernel/word-table.ts';
import type { Outcome } from '../../model/event.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { fields, flag, firstWord, integer, list, text, word, type Fields } from '../_kit/reading.ts';
import { withheld } from './assistant.ts';
import type { AuditFacts } from './audit-facts.ts';
import { isHandling } from './classify.ts';
import type { Family } from './record-types.ts';
import type { UnifiedAudit } from './schema.ts';

export interface OutcomeAndReason {
  readonly outcome: Outcome;
  readonly reason: string | null;
}

/** What came of it, and the provider's word for that. */
export function outcomeOf(facts: AuditFacts): OutcomeAndReason {
  const told = outcomeTold(facts);
  // What names its failure failed, though the exchange about it went well.
  return told.outcome === 'success' && namesFailure(facts.operation)
    ? { outcome: 'failure', reason: told.reason }
    : told;
}

const namesFailure = remembered(2_000, operation => /fail(ed|ure)$/i.test(operation));

function outcomeTold(facts: AuditFacts): OutcomeAndReason {
  if (facts.family === 'logon' || /^UserLog(gedIn|inFailed)$/.test(facts.operation))
    return logonOutcome(facts);
  const { record } = facts;
  const status = statusOf(record.ResultStatus);
  const why = firstWord(
    record.ResultMessage, record.ResultDescription, record.Reason, record.ResultReason, record.FailureReason, record.ErrorMessage,
  ); // prettier-ignore
  if (status !== null) return ended(facts.family === 'work' ? (plannerWords[status] ?? status) : status, why);
  // A placeholder anywhere else; of a result it says that nobody knows.
  if (text(record.ResultStatus)?.toLowerCase() === 'unknown') return { outcome: 'unknown', reason: why };
  const success = flag(
    record.IsSuccess ?? record.Success ?? record.IsSuccessful ?? record.Succeeded ?? successAmong(facts),
  );
  if (success !== null) return { outcome: success ? 'success' : 'failure', reason: why };
  // The encrypted-message portal: 0 is success.
  const portal = integer(record.OperationStatus ?? record.AuthenticationStatus);
  if (portal !== null) return { outcome: portal === 0 ? 'success' : 'failure', reason: why };
  const end = firstWord(record.OperationStatus, record.CommandStatus, record.CompletionStatus);
  const result = end ?? word(facts.extended().get('resulttype'));
  if (result !== null) return read(result, why);
  return (
    (facts.family === 'alert' ? stateOf(facts) : statedOf(facts, why)) ??
    disposalOf(facts) ??
    ofAssistant(record) ??
    withoutStatus(facts, why)
  );
}

/** An assistant answers all the same without what was kept from it. */
function ofAssistant({ CopilotEventData }: UnifiedAudit): OutcomeAndReason | null {
  const reason = CopilotEventData === undefined ? null : withheld(fields(CopilotEventData));
  return reason === null ? null : { outcome: 'partial', reason };
}

/** Planner's own numbers for what it elsewhere says in words. */
const plannerWords = wordTable<string>({
  1: 'Success',
  2: 'Failure',
  3: 'AuthorizationFailure',
});

/** `Status` is how a thing stands for some services; only where it says how an act ended is it taken for that. */
function statedOf({ record, family }: AuditFacts, why: string | null): OutcomeAndReason | null {
  const failure = firstWord(record.FailureType, record.FailureReason);
  const said = saysAnywhere.has(family);
  if (said && isDenied(record)) return { outcome: 'failure', reason: why ?? 'AccessDenied' };
  if (failure !== null) return { outcome: 'failure', reason: why ?? failure };
  // A number there is some service's own.
  for (const status of [
    typeof record.Status === 'string' ? word(record.Status) : null,
    word(record.ActionStatus),
    typeof record.Result === 'string' ? word(record.Result) : null,
    word(record.ResultDescription),
    ...(said ? resultsNamed(record) : []),
  ]) {
    if (status !== null && outcomeOfWord(status) !== 'unknown') return read(status, why);
  }
  return said ? ofNumber(record, why) : null;
}

/** Forms writes who opened one also of those who may not, and that among the parameters. */
const isDenied = ({ ActivityParameters }: UnifiedAudit): boolean =>
  ActivityParameters !== undefined && flag(fields(unpacked(ActivityParameters))?.['AccessDenied']) === true;

/** The number of HTTP, or an error's name or number. */
function ofNumber(record: UnifiedAudit, why: string | null): OutcomeAndReason | null {
  const http = firstWord(record.HttpStatusCode, record.StatusCode);
  const found = http === null ? null : ended(http, why);
  if (found !== null && found.outcome !== 'unknown') return found;
  const error = word(record.ErrorCode);
  const isError = error !== null && !/^(0+|no ?error|ok|success\w*|2\d\d)$/i.test(error);
  return isError ? { outcome: 'failure', reason: why ?? error } : null;
}

/** Families of services with names of their own for it. */
const saysAnywhere: ReadonlySet<Family> = new Set(['other', 'platform', 'work', 'compliance', 'teams']);
const ofAct =
  /^(Outcome|ResultCode|ResultType)$|^(Action|Activity|Backup|Execution|Export|Import|Job|Operation|Restore|Run|Task)(Outcome|Result|Status)$/;
const isOfAct = remembered(2_000, field => ofAct.test(field));

/** `OperationResult`, `JobStatus` …: of an act, never how a thing stands. */
const resultsNamed = (record: Fields): (string | null)[] =>
  Object.keys(record)
    .filter(isOfAct)
    .map(field => (typeof record[field] === 'string' ? word(record[field]) : null));

const successAmong = ({ record, properties }: AuditFacts): unknown =>
  record.PropertyCollection === undefined
    ? undefined
    : (properties().get('powerplatform.analytics.operation.is_successful') ??
      properties().get('powerplatform.analytics.resource.tenant.governance.api_policy.operation_result'));

/** How an investigation or an action of one stands. */
function stateOf({ record }: AuditFacts): OutcomeAndReason | null {
  const state = firstWord(record.Status, record.ActionStatus);
  if (state === null) return null;
  const done = /^(remediated|fullyremediated|nothreats|no threats|benign|resolved)/i.test(state);
  return { outcome: done ? 'success' : outcomeOfWord(state), reason: state };
}

/** Clicks on a link: 2 a page that blocks, 3 one that waits, 4 and 5 the same and the person went on. */
const clicks: readonly (OutcomeAndReason | undefined)[] = [
  { outcome: 'success', reason: 'allowed' }, undefined,
  { outcome: 'failure', reason: 'blocked' },
  { outcome: 'unknown', reason: 'pending' },
  { outcome: 'success', reason: 'block overridden' },
  { outcome: 'success', reason: 'pending overridden' },
]; // prettier-ignore
/** The same in words: `ClickBlocked`, `ClickAllowed`, `BlockPageOverride`. */
function clickOf(action: unknown): OutcomeAndReason | null {
  const number = integer(action);
  if (number !== null) return clicks[number] ?? null;
  const said = word(action);
  if (said === null) return null;
  const wentOn = /allow|overrid|through/i.test(said);
  return { outcome: wentOn ? 'success' : /block/i.test(said) ? 'failure' : 'unknown', reason: said };
}
/** What a policy did on a device. */
const enforced: readonly (OutcomeAndReason | undefined)[] = [
  undefined,
  { outcome: 'success', reason: 'audited' },
  { outcome: 'partial', reason: 'warned' },
  { outcome: 'success', reason: 'warned and overridden' },
  { outcome: 'failure', reason: 'blocked' },
  { outcome: 'success', reason: 'allowed' },
];
const disposals = wordTable<Outcome>({
  delivered: 'success', deliveredasspam: 'partial', junked: 'partial', replaced: 'partial', blocked: 'failure',
}); // prettier-ignore

/** What became of the mail, the click or the file a finding is about. */
function disposalOf({ record, family, operation }: AuditFacts): OutcomeAndReason | null {
  if (family !== 'threat' && family !== 'dlp') return null;
  const delivery = word(record.DeliveryAction);
  if (delivery !== null) return { outcome: disposals[delivery.toLowerCase()] ?? 'unknown', reason: delivery };
  const click = family === 'threat' ? clickOf(record.UrlClickAction ?? record.URLClickAction) : null;
  if (click !== null) return click;
  if (family === 'dlp' && /undo$/i.test(operation)) {
    return { outcome: 'success', reason: exceptionOf(record.ExceptionInfo) };
  }
  const device = fields(record.EndpointMetaData);
  const mode =
    family === 'dlp'
      ? enforced[integer(record.EnforcementMode ?? device?.['EnforcementMode']) ?? -1]
      : undefined;
  if (mode !== undefined) return mode;
  const actions = list(record.PolicyDetails).flatMap(ruleActions);
  const block = actions.find(action => /^block/i.test(action));
  return block === undefined ? null : { outcome: 'failure', reason: block };
}

/** Why a rule no longer holds: an override, a changed document. Never what a person typed to justify it. */
const exceptionOf = (value: unknown): string | null => {
  const held = unpacked(value);
  return word(fields(held)?.['Reason']) ?? (typeof held === 'string' ? word(held) : null);
};

/** Names of actions only: the rest of a rule holds what was found. A rule on trial names what it would do. */
const ruleActions = (policy: unknown): string[] =>
  list(fields(policy)?.['Rules'])
    .map(fields)
    .filter(rule => !/^(test|audit|simulat|disab)/i.test(word(rule?.['RuleMode']) ?? ''))
    .flatMap(rule => list(rule?.['Actions']).map(word))
    .filter(action => action !== null);

/**
 * Sign-ins: ResultStatus tells of the HTTP exchange, not of the sign-in, and says `Success` for wrong passwords.
 * The operation and the error decide.
 */
function logonOutcome({ record, operation, extended }: AuditFacts): OutcomeAndReason {
  const error = firstWord(record.LogonError, extended().get('loginerror'));
  const code = [record.ErrorNumber, record.ErrorCode, record.LoginStatus]
    .map(integer)
    .find(n => n !== null && n !== 0);
  const status = word(record.ResultStatus);
  const said = status === null ? 'unknown' : outcomeOfWord(status);
  const failed = /fail/i.test(operation) || error !== null || said === 'failure';
  // A successful sign-in can carry the number of an interruption on its way (keep me signed in: 50140).
  if (failed || (code !== undefined && operation !== 'UserLoggedIn')) {
    return { outcome: 'failure', reason: error ?? code?.toString() ?? status };
  }
  const outcome = operation === 'UserLoggedIn' ? 'success' : said;
  return { outcome, reason: outcome === 'success' ? null : status };
}

/** Words that say how an act ended where a result is asked for, and elsewhere how a thing stands; numbers of HTTP. */
function ended(status: string, why: string | null): OutcomeAndReason {
  const said = outcomeOfWord(status);
  const outcome =
    said !== 'unknown' ? said : isDone.test(status) ? 'success' : isRefused.test(status) ? 'failure' : said;
  return { outcome, reason: why ?? (outcome === 'success' ? null : status) };
}

const isDone = /^(yes|done|approved|accepted|finished|2\d\d)$/i;
const isRefused = /^(no|declined|expired|throttled|conflict|not ?found|bad ?request|invalid\w*|[45]\d\d)$/i;

function read(status: string, why: string | null): OutcomeAndReason {
  const outcome = outcomeOfWord(status);
  return { outcome, reason: why ?? (outcome === 'success' ? null : status) };
}

/** A word, true or false; supervision writes an object as text there, with what it found or nothing. */
function statusOf(value: unknown): string | null {
  if (typeof value === 'boolean') return String(value);
  const said = word(value);
  return said !== null && (said.startsWith('{') || said.startsWith('[')) ? null : said;
}

function outcomeOfWord(status: string): Outcome {
  if (/^partial|with ?errors$/i.test(status)) return 'partial';
  if (/^(succ|true|ok$|complete|pass|allow|0$)/i.test(status)) return 'success';
  return /^(false|time|terminat|cancel|interrupt|unsuccess)|fail|error|denied|block|reject|abort|unauthori[sz]ed|forbidden/i.test(
    status,
  )
    ? 'failure'
    : 'unknown';
}

/**
 * SharePoint, Teams and others write a record when a thing was done, and no status. What was prevented they name
 * so; who denies or rejects what others asked for has done it. A detection is a statement, not an act: nothing came of
 * it yet.
 */
function withoutStatus({ record, family, operation }: AuditFacts, why: string | null): OutcomeAndReason {
  const isAct = family === 'threat' && isHandling(operation);
  if (!isAct && (family === 'alert' || family === 'threat' || family === 'dlp' || family === 'other')) {
    return { outcome: 'unknown', reason: why ?? word(record.RiskEventType) };
  }
  const prevented = /^failed|((?<!request)denied|blocked|timeout)$/i.test(operation);
  return { outcome: prevented ? 'failure' : 'success', reason: why };
}
