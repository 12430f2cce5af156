import { wordTable } from '../kernel/word-table.ts';
import type { Severity } from '../model/event.ts';
import { describeClass } from './describe-class.ts';
import { actorOf, endpointOf } from './describe-entity.ts';
import { observablesOf } from './observables.ts';
import { filled, type OcsfEvent, type OcsfInput, type OcsfObject } from './ocsf-event.ts';
import { productOf } from './products.ts';
import {
  categoryNames,
  enumerationFor,
  eventClasses,
  schemaVersion,
  type Enumeration,
  type EventClass,
} from './schema/compiled.ts';
import { unmappedOf } from './unmapped.ts';

const severities: Readonly<Record<Severity, readonly [number, string]>> = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** API Activity: what an event is that lacks what its own class demands. Its own class stays in `unmapped`. */
const fallback = 6003;
const other = 99;

/**
 * An event as OCSF 1.8.0. Always valid against the compiled schema, and nothing of the event is lost: what has no
 * place of its own is in `unmapped`, where `ocsf` names the class and activity of an event that could not have them.
 */
export function toOcsf(event: OcsfInput): OcsfEvent {
  const wanted = eventClasses.get(event.ocsf.class);
  const own = wanted === undefined ? null : describeClass[wanted.uid]?.(event);
  if (wanted !== undefined && own !== null && own !== undefined) {
    const known = wanted.activities.captions.has(event.ocsf.activity);
    return assembled(event, wanted, known ? event.ocsf.activity : other, own);
  }
  const of = eventClasses.get(fallback);
  const parts = describeClass[fallback]?.(event);
  if (of === undefined || parts === undefined || parts === null)
    throw new TypeError('no class to fall back on');
  return assembled(event, of, other, parts);
}

function assembled(event: OcsfInput, of: EventClass, activity: number, own: OcsfObject): OcsfEvent {
  const [severity_id, severity] = severities[event.severity];
  const category = Math.floor(of.uid / 1_000);
  const parts = { ...around(event, of), ...verdictOf(event, of), ...own };
  const names = activity === other ? event.operation : of.activities.captions.get(activity);
  const made: OcsfEvent = {
    activity_id: activity,
    activity_name: names,
    category_uid: category,
    category_name: categoryNames[category],
    class_uid: of.uid,
    type_uid: of.uid * 100 + activity,
    severity_id,
    severity,
    ...statusOf(event, of),
    time: Date.parse(event.time),
    message: event.summary,
    metadata: metadataOf(event, profilesOf(of, parts)),
    ...parts,
  };
  const changed = of.uid !== event.ocsf.class || activity !== event.ocsf.activity;
  const unmapped = filled({ ...unmappedOf(event, made), ocsf: changed ? event.ocsf : null });
  const observables = observablesOf(made);
  return {
    ...made,
    ...(observables.length === 0 ? {} : { observables }),
    ...(unmapped === null ? {} : { unmapped }),
  };
}

/** Who did it and from where, on the classes that have a place for it. */
function around(event: OcsfInput, of: EventClass): OcsfObject {
  const has = (name: string): boolean => of.attributes.has(name);
  const evident = has('evidences') && of.attributes.get('actor')?.profile === 'host';
  const agent = event.client?.userAgent ?? null;
  return {
    ...filled({
      actor: evident ? null : actorOf(event.actor, event.client?.app ?? null),
      src_endpoint: has('src_endpoint') ? endpointOf(event.client) : null,
      http_request: has('http_request') && agent !== null ? { user_agent: agent } : null,
    }),
  };
}

/** The profiles that what the event holds asks for. */
const profilesOf = (of: EventClass, parts: OcsfObject): readonly string[] => [
  ...new Set(Object.keys(parts).flatMap(name => of.attributes.get(name)?.profile ?? [])),
];

function metadataOf(event: OcsfInput, profiles: readonly string[]): OcsfObject {
  return {
    version: schemaVersion,
    ...productOf(event.source),
    log_name: event.source,
    event_code: event.operation,
    ...filled({
      uid: event.id,
      tenant_uid: event.tenant,
      correlation_uid: event.correlationId,
      processed_time: event.ingestedAt === undefined ? null : Date.parse(event.ingestedAt),
      profiles,
    }),
  };
}

const outcomes = {
  success: [1, 'Success'], failure: [2, 'Failure'], partial: [99, 'partial'], unknown: [0, 'Unknown'],
} as const; // prettier-ignore

function statusOf(event: OcsfInput, of: EventClass): OcsfObject {
  const finding = Math.floor(of.uid / 1_000) === 2;
  const [status_id, status] = finding ? findingStatus(event, of) : outcomes[event.outcome];
  // `50126: Invalid user name or password`
  const code = /^\d+(?=:|$)/.exec(event.reason ?? '')?.[0] ?? null;
  return { status_id, status, ...filled({ status_code: code, status_detail: event.reason }) };
}

/** A finding's status says how far somebody has come with it, not whether it succeeded. */
const findingStatus = (event: OcsfInput, of: EventClass): readonly [number, string] =>
  saidIn(event.reason, of.statuses) ?? [0, 'Unknown'];

/** What somebody judged a detection or incident to be, where its reason says so: `resolved, truePositive`. */
function verdictOf(event: OcsfInput, of: EventClass): OcsfObject | null {
  const verdicts = of.uid === 2004 || of.uid === 2005 ? enumerationFor(null, 'verdict_id') : undefined;
  const found = verdicts === undefined ? null : saidIn(event.reason, verdicts);
  return found === null ? null : { verdict_id: found[0], verdict: found[1] };
}

const bare = (text: string): string => text.replaceAll(/[^A-Za-z]/g, '').toLowerCase();
/** Microsoft's words for the same: an active incident is one nobody began on, a redirected one lives on as another. */
const inOtherWords = wordTable<string>({
  active: 'new',
  redirected: 'closed',
  informationalexpectedactivity: 'benign',
  benignpositive: 'benign',
});

/** The value whose caption is one of the words of a reason, which providers list with commas. */
function saidIn(reason: string | null, { captions }: Enumeration): readonly [number, string] | null {
  const words = (reason ?? '').split(/[,;:]/).map(text => inOtherWords[bare(text)] ?? bare(text));
  return (
    [...captions].find(([id, caption]) => id !== 0 && id !== other && words.includes(bare(caption))) ?? null
  );
}
