import type { Entity, EntityKind } from '../model/event.ts';
import {
  demandedActor, demandedEndpoint, endpointOf, fileOf, managedEntityOf, namedOf, resourceOf, unknownName, userOf,
} from './describe-entity.ts'; // prettier-ignore
import { directionOf, emailOf, verdictOf } from './describe-mail.ts';
import { filled, type OcsfInput, type OcsfObject } from './ocsf-event.ts';
import { productOf } from './products.ts';

/** A class's own attributes; null where the event lacks what the class demands. */
type Describe = (event: OcsfInput) => OcsfObject | null;

const people: readonly EntityKind[] = ['user', 'guest', 'admin', 'mailbox'];
const find = (event: OcsfInput, ...kinds: readonly EntityKind[]): Entity | null =>
  event.targets.find(({ kind }) => kinds.includes(kind)) ?? null;
const first = (event: OcsfInput): Entity | null => event.targets[0] ?? null;
const isPerson = ({ kind }: Entity): boolean => people.includes(kind);
/** Who it was done to; where the event names nobody, who did it. */
const personOf = (event: OcsfInput): Entity | null => find(event, ...people) ?? event.actor ?? first(event);
const resourcesOf = (event: OcsfInput): readonly OcsfObject[] => event.targets.map(resourceOf);

/** What was given or taken away: roles, or else what stands beside the person. Never empty, as OCSF demands. */
function privilegesOf(event: OcsfInput): readonly string[] {
  const roles = event.targets.filter(({ kind }) => kind === 'role');
  const things = roles.length > 0 ? roles : event.targets.filter(target => !isPerson(target));
  const names = things.flatMap(({ name, id, address }) => name ?? address ?? id ?? []);
  return names.length > 0 ? names : [unknownName];
}

function findingOf(event: OcsfInput): OcsfObject {
  return {
    // Ours: what correlates is shared by an incident's alerts, and by a mail's.
    uid: event.id ?? event.correlationId ?? event.operation,
    title: event.summary,
    types: [event.operation],
    ...(event.ocsf.activity === 1 ? { created_time: Date.parse(event.time) } : {}),
  };
}

/** What a finding was found in, as one piece of evidence; null when nothing is named. */
function evidenceOf(event: OcsfInput): OcsfObject | null {
  const person = find(event, 'user', 'guest', 'admin');
  const file = find(event, 'file');
  const urls = event.targets.filter(target => target !== file).flatMap(({ id, name }) => [id, name]);
  const url = urls.find(text => text !== null && /^https?:\/\//i.test(text));
  return filled({
    actor: event.actor === null ? null : demandedActor(event.actor, null),
    user: person === null ? null : userOf(person),
    file: file === null ? null : fileOf(file, event.operation),
    url: url === undefined ? null : { url_string: url },
    email: emailOf(event.mail),
    src_endpoint: endpointOf(event.client),
  });
}

const complianceStates = {
  success: [1, 'Pass'], partial: [2, 'Warning'], failure: [3, 'Fail'], unknown: [0, 'Unknown'],
} as const; // prettier-ignore

function compliance(event: OcsfInput): OcsfObject {
  const [status_id, status] = complianceStates[event.outcome];
  const policy = find(event, 'policy');
  return { control: policy?.name ?? policy?.id ?? event.operation, desc: event.summary, status_id, status };
}

/** The application that was signed in to: OCSF demands one, and the product stands in where none is named. */
function serviceOf(event: OcsfInput): OcsfObject {
  const app = find(event, 'application');
  if (app !== null) return namedOf(app);
  return { name: event.client?.app ?? productOf(event.source).product['name'] };
}

function mailActivity(event: OcsfInput): OcsfObject | null {
  const sender = event.mail?.sender ?? event.actor?.address ?? null;
  const email = emailOf(event.mail === null ? null : { ...event.mail, sender });
  const known = email ?? emailOf(mailNamedBeside(event));
  if (known === null) return null;
  return {
    email: known,
    ...directionOf(event.mail),
    ...verdictOf(event.mail),
    ...filled({ message_trace_uid: event.ocsf.activity === 4 ? event.correlationId : null }),
    ...(event.mail !== null && event.mail.sender === null ? {} : filled({ from: known['from'] })),
    ...filled({ to: known['to'] }),
  };
}

/** A mail whose addresses stand only among those who sent and got it. */
function mailNamedBeside({ mail, actor, targets }: OcsfInput): OcsfInput['mail'] {
  const recipients = targets.flatMap(({ kind, address }) =>
    kind === 'mailbox' && address !== null ? [address] : [],
  );
  const none = { messageId: null, subject: null, direction: 'unknown', status: null, size: null } as const;
  return { ...none, ...mail, sender: actor?.address ?? null, recipients };
}

const webResources = (event: OcsfInput): readonly OcsfObject[] =>
  event.targets.length === 0 ? [{ name: unknownName }] : event.targets.map(namedOf);

const demanded = (event: OcsfInput): OcsfObject => ({
  actor: demandedActor(event.actor, event.client?.app ?? null),
  src_endpoint: demandedEndpoint(event.client, event.actor),
});

const finding = (event: OcsfInput): OcsfObject => {
  const evidence = evidenceOf(event);
  return {
    finding_info: findingOf(event),
    ...(evidence === null ? {} : { evidences: [evidence] }),
    ...filled({ resources: resourcesOf(event) }),
    is_alert: true,
  };
};

/** By class_uid. Every class of the compiled schema is here, which a test sees to. */
export const describeClass: Readonly<Record<number, Describe>> = {
  2003: event => ({
    compliance: compliance(event),
    finding_info: findingOf(event),
    ...filled({ resources: resourcesOf(event) }),
  }),
  2004: finding,
  // An incident nobody is named for has no assignee, which OCSF does not know: a placeholder stands there.
  2005: event => ({
    finding_info_list: [findingOf(event)],
    assignee_group: { name: 'unassigned' },
    desc: event.summary,
  }),
  2006: event => {
    const file = find(event, 'file');
    const { evidences: _, ...found } = finding(event);
    return { ...found, ...(file === null ? {} : { file: fileOf(file, event.operation) }) };
  },
  3001: event => ({ user: userOf(personOf(event)) }),
  3002: event => {
    const who = event.actor !== null && event.actor.kind !== 'application' ? event.actor : personOf(event);
    return { user: userOf(who), service: serviceOf(event) };
  },
  3003: event => {
    const group = find(event, 'group', 'team');
    const given = group === null ? { privileges: privilegesOf(event) } : { group: namedOf(group) };
    return { user: userOf(personOf(event)), ...given };
  },
  3004: event => ({ entity: managedEntityOf(first(event)) }),
  3005: event => ({
    user: userOf(personOf(event)),
    privileges: privilegesOf(event),
    ...filled({ resources: event.targets.filter(target => !isPerson(target)).map(resourceOf) }),
  }),
  3006: event => {
    const person = find(event, ...people);
    const group = find(event, 'group', 'team', 'site', 'role') ?? event.targets.find(one => one !== person);
    return { group: namedOf(group ?? null), ...(person === null ? {} : { user: userOf(person) }) };
  },
  4009: mailActivity,
  5001: event => ({ device: deviceOf(event) }),
  5003: event => ({ user: userOf(personOf(event)) }),
  5019: event => ({ device: deviceOf(event) }),
  6001: event => ({ web_resources: webResources(event) }),
  6002: event => ({ app: namedOf(find(event, 'application') ?? first(event)) }),
  6003: event => ({
    ...demanded(event),
    api: { operation: event.operation },
    ...filled({ resources: resourcesOf(event) }),
  }),
  6005: event => ({ ...demanded(event), databucket: { ...namedOf(first(event)), type_id: 0 } }),
  6006: event => ({
    ...demanded(event),
    file: fileOf(find(event, 'file') ?? first(event), event.operation),
  }),
};

const deviceOf = (event: OcsfInput): OcsfObject => ({
  ...namedOf(find(event, 'device') ?? first(event)),
  type_id: 0,
});
