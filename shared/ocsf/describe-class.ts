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
/** What it was done to. Where it was done, a console or the like, is named among it, and among what was used. */
const thingsOf = ({ targets, client }: OcsfInput): readonly Entity[] =>
  targets.filter(({ kind, name }) => kind !== 'application' || name === null || name !== client?.app);
const first = (event: OcsfInput): Entity | null => event.targets[0] ?? null;
/** The first that is known by an id: a directory that does not say what it names names its own. */
const numbered = (event: OcsfInput): Entity | null => event.targets.find(({ id }) => id !== null) ?? null;
const isPerson = ({ kind }: Entity): boolean => people.includes(kind);
/**
 * Whose account or access it is about: a person, a group, or an application, of which the one that stands last is given
 * what the others offer. Never who did it: an administrator who gives a role to an application has not got it.
 */
function subjectOf(event: OcsfInput): Entity | null {
  // Who is not told to be anything stands before the role.
  const [before] = event.targets.some(({ kind }) => kind === 'role') ? event.targets : [];
  return (
    find(event, ...people) ??
    (before?.kind === 'other' ? before : null) ??
    find(event, 'group', 'team') ??
    thingsOf(event).findLast(({ kind }) => kind === 'application') ??
    find(event, 'device')
  );
}
const resourcesOf = (event: OcsfInput): readonly OcsfObject[] => thingsOf(event).map(one => resourceOf(one));
/** What evidence names may have attacked or been attacked: only of who did it is the part known. */
const foundOf = ({ targets, actor }: OcsfInput): readonly OcsfObject[] =>
  targets.map(one => resourceOf(one, actor !== null && isSame(one, actor) ? 'actor' : 'related'));
const isSame = (a: Entity, b: Entity): boolean =>
  a.id === b.id && a.name === b.name && a.address === b.address;

/** What was given or taken away: roles, or else what stands beside whoever got it. Never empty, as OCSF demands. */
function privilegesOf(event: OcsfInput, subject: Entity | null): readonly string[] {
  const roles = event.targets.filter(({ kind }) => kind === 'role');
  const things =
    roles.length > 0 ? roles : thingsOf(event).filter(target => !isPerson(target) && target !== subject);
  const names = things.flatMap(({ name, id, address }) => name ?? address ?? id ?? []);
  return names.length > 0 ? names : [unknownName];
}

function findingOf(event: OcsfInput): OcsfObject {
  return {
    // Ours: what correlates is shared by an incident's alerts, and by a mail's.
    uid: event.id ?? (event.ocsf.class === 2005 ? event.correlationId : null) ?? unknownName,
    title: event.summary,
    types: [event.operation],
    ...(event.ocsf.activity === 1 ? { created_time: Date.parse(event.time) } : {}),
  };
}

/** What a finding was found in: first what goes with who, where from and which mail, then what more is named. */
function evidencesOf(event: OcsfInput): readonly OcsfObject[] {
  const [user, ...users] = event.targets.filter(({ kind }) => /^(user|guest|admin)$/.test(kind)).map(userOf);
  const files = event.targets.filter(({ kind }) => kind === 'file');
  const [file, ...others] = files.map(one => fileOf(one, event.operation));
  const texts = event.targets.filter(({ kind }) => kind !== 'file').flatMap(({ id, name }) => [id, name]);
  const [url, ...urls] = [...new Set(texts)]
    .filter(text => text !== null && /^https?:\/\//i.test(text))
    .map(url_string => ({ url_string }));
  const whole = filled({
    actor: event.actor === null ? null : demandedActor(event.actor, null),
    user,
    file,
    url,
    email: emailOf(event.mail),
    src_endpoint: endpointOf(event.client),
  });
  return [
    ...(whole === null ? [] : [whole]),
    ...users.map(one => ({ user: one })),
    ...others.map(one => ({ file: one })),
    ...urls.map(one => ({ url: one })),
  ];
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
  return app === null ? { name: productOf(event.source).product['name'] } : namedOf(app);
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

const finding = (event: OcsfInput): OcsfObject => ({
  finding_info: findingOf(event),
  ...filled({
    evidences: evidencesOf(event),
    resources: foundOf(event),
    // A scan that found nothing wrong is written down as well.
    is_alert: event.severity === 'informational' ? null : true,
  }),
});

/** By class_uid. Every class of the compiled schema is here, which a test sees to. */
export const describeClass: Readonly<Record<number, Describe>> = {
  2003: event => ({
    compliance: compliance(event),
    finding_info: findingOf(event),
    ...filled({ resources: foundOf(event) }),
  }),
  2004: finding,
  // OCSF demands who works on it, which no event tells.
  2005: event => ({
    finding_info_list: [findingOf(event)],
    assignee_group: { name: unknownName },
    desc: event.summary,
  }),
  2006: event => {
    const file = find(event, 'file');
    const { evidences: _, ...found } = finding(event);
    return { ...found, ...(file === null ? {} : { file: fileOf(file, event.operation) }) };
  },
  3001: event => ({ user: userOf(subjectOf(event) ?? numbered(event)) }),
  3002: event => {
    const { actor } = event;
    const who = actor !== null && actor.kind !== 'application' ? actor : (find(event, ...people) ?? actor);
    return { user: userOf(who), service: serviceOf(event) };
  },
  3003: event => {
    const group = find(event, 'group', 'team');
    const person = find(event, ...people);
    const given = group === null ? { privileges: privilegesOf(event, person) } : { group: namedOf(group) };
    return { user: userOf(person), ...given };
  },
  // Accounts have a class of their own: somebody beside another thing is its owner or member.
  3004: event => ({
    entity: managedEntityOf(event.targets.find(target => !isPerson(target)) ?? first(event)),
  }),
  3005: event => {
    const subject = subjectOf(event);
    const rest = thingsOf(event).filter(target => !isPerson(target) && target !== subject);
    return {
      user: userOf(subject),
      privileges: privilegesOf(event, subject),
      ...filled({ resources: rest.map(one => resourceOf(one)) }),
    };
  },
  3006: event => {
    const person = find(event, ...people);
    const groups = event.targets.filter(({ kind }) => kind === 'group' || kind === 'team');
    const [inner] = groups.length > 1 && person === null ? groups : [];
    const group =
      (inner === undefined ? groups[0] : groups.at(-1)) ??
      find(event, 'site', 'role') ??
      thingsOf(event).find(one => !isPerson(one));
    return {
      group: namedOf(group ?? null),
      ...(person === null ? {} : { user: userOf(person) }),
      ...(inner === undefined ? {} : { subgroup: namedOf(inner) }),
    };
  },
  4009: mailActivity,
  5001: event => ({ device: deviceOf(event) }),
  5003: event => ({ user: userOf(subjectOf(event) ?? numbered(event)) }),
  5019: event => ({ device: deviceOf(event) }),
  6001: event => ({ web_resources: webResources(event) }),
  6002: event => ({ app: namedOf(find(event, 'application') ?? first(event)) }),
  6003: event => ({
    ...demanded(event),
    api: { operation: event.operation },
    ...filled({ resources: resourcesOf(event) }),
  }),
  6005: event => ({ ...demanded(event), databucket: { ...namedOf(first(event)), type_id: 0 } }),
  6006: event => {
    const [file = null, result] = event.targets.filter(({ kind }) => kind === 'file');
    const held = find(event, 'site') ?? thingsOf(event).find(one => !isPerson(one) && one.kind !== 'group');
    return {
      ...demanded(event),
      file: fileOf(file ?? held ?? null, event.operation),
      // Renamed, copied, moved: what it is now.
      ...([5, 6, 7].includes(event.ocsf.activity) && result !== undefined
        ? { file_result: fileOf(result, event.operation) }
        : {}),
    };
  },
};

const deviceOf = (event: OcsfInput): OcsfObject => ({
  ...namedOf(find(event, 'device') ?? first(event)),
  type_id: 0,
});
