import type { Client, Entity, EntityKind } from '../model/event.ts';
import { filled, type OcsfObject } from './ocsf-event.ts';
import { isOcsfEmail, isOcsfIp } from './type-problem.ts';

/** What stands where OCSF demands a name and the event has none. */
export const unknownName = 'unknown';

const nothing: Entity = { kind: 'other', id: null, name: null, address: null };

const labelled = (ids: Readonly<Partial<Record<EntityKind, readonly [number, string]>>>, kind: EntityKind) =>
  ids[kind] ?? ([0, 'Unknown'] as const);

const userTypes = {
  user: [1, 'User'], guest: [1, 'User'], admin: [2, 'Admin'], system: [3, 'System'], application: [4, 'Service'],
} as const; // prettier-ignore

/** OCSF `user`. An address of another form than OCSF's stays in the name. */
export function userOf(someone: Entity | null): OcsfObject {
  const { kind, id, name, address } = someone ?? nothing;
  const [type_id, type] = labelled(userTypes, kind);
  const called = address ?? name ?? (id === null ? unknownName : null);
  return {
    ...filled({
      uid: id,
      name: called,
      display_name: name === called ? null : name,
      email_addr: address !== null && isOcsfEmail(address) ? address : null,
    }),
    type_id,
    type,
  };
}

/** OCSF `actor`: an application is one itself, everybody else is a user of the application they went through. */
export function actorOf(someone: Entity | null, app: string | null): OcsfObject | null {
  if (someone === null) return filled({ app_name: app });
  if (someone.kind !== 'application') return filled({ user: userOf(someone), app_name: app });
  const name = someone.name ?? someone.address ?? app;
  return filled({ app_name: name ?? (someone.id === null ? unknownName : null), app_uid: someone.id });
}

/** OCSF `actor` where the class demands one. */
export const demandedActor = (someone: Entity | null, app: string | null): OcsfObject =>
  actorOf(someone, app) ?? { user: userOf(null) };

/** Objects that are told apart by name and uid alone. */
export const namedOf = (thing: Entity | null): OcsfObject =>
  filled({ name: thing === null ? null : (thing.name ?? thing.address), uid: thing?.id ?? null }) ?? {
    name: unknownName,
  };

const managedTypes = {
  device: [1, 'Device'], user: [2, 'User'], guest: [2, 'User'], admin: [2, 'User'], group: [3, 'Group'],
  policy: [5, 'Policy'], message: [6, 'Email'],
} as const; // prettier-ignore

/** OCSF `managed_entity`. */
export function managedEntityOf(thing: Entity | null): OcsfObject {
  const kind = thing?.kind ?? 'other';
  const known: readonly [number, string] | undefined = Object.hasOwn(managedTypes, kind)
    ? labelled(managedTypes, kind)
    : undefined;
  const [type_id, type] = known ?? (thing === null ? ([0, 'Unknown'] as const) : ([99, kind] as const));
  return { ...namedOf(thing), type_id, type };
}

const parts = { target: [1, 'Target'], actor: [2, 'Actor'], related: [4, 'Related'] } as const;

/** OCSF `resource_details`, with the part it had in the event. */
export function resourceOf(thing: Entity, part: keyof typeof parts = 'target'): OcsfObject {
  const [role_id, role] = parts[part];
  return { ...namedOf(thing), role_id, role };
}

/** By the length of what is written in hexadecimal digits. */
const algorithms: Readonly<Record<number, readonly [number, string]>> = {
  32: [1, 'MD5'], 40: [2, 'SHA-1'], 64: [3, 'SHA-256'], 128: [4, 'SHA-512'],
}; // prettier-ignore

/** OCSF `fingerprint`s of a file that is known by its hash; none of one known by something else. */
function hashesOf(id: string | null): readonly OcsfObject[] {
  const known = id !== null && /^[0-9a-f]+$/i.test(id) ? algorithms[id.length] : undefined;
  return known === undefined ? [] : [{ algorithm_id: known[0], algorithm: known[1], value: id }];
}

/** OCSF `file`: an id that is a path or URL is its path, one that is a hash no id. */
export function fileOf(thing: Entity | null, operation: string): OcsfObject {
  const { kind, id, name, address } = thing ?? nothing;
  const where = id !== null && /[/\\]/.test(id) ? id : null;
  const hashes = hashesOf(id);
  const last = where?.split(/[/\\]/).findLast(part => part !== '') ?? null;
  const [type_id, type] = /folder/i.test(operation)
    ? [2, 'Folder']
    : kind === 'file'
      ? [1, 'Regular File']
      : [0, 'Unknown'];
  return {
    name: name ?? address ?? last ?? id ?? unknownName,
    ...filled({ path: where, uid: where === null && hashes.length === 0 ? id : null, hashes }),
    type_id,
    type,
  };
}

/** OCSF `network_endpoint` of who called; null when nothing is known of it. */
export function endpointOf(client: Client | null): OcsfObject | null {
  if (client === null) return null;
  const { ip, port, device, country, city } = client;
  const known = filled({
    ip: ip !== null && isOcsfIp(ip) ? ip : null,
    name: device,
    location: filled({ country, city }),
  });
  if (known === null) return null;
  const named = 'ip' in known || 'name' in known ? known : { ...known, name: unknownName };
  return port === null ? named : { ...named, port };
}

/** The same where the class demands one: a service that calls by itself comes from no address. */
export function demandedEndpoint(client: Client | null, actor: Entity | null): OcsfObject {
  const known = endpointOf(client);
  if (known !== null) return known;
  const service = actor?.kind === 'application' ? (actor.name ?? actor.id) : (client?.app ?? null);
  return service === null ? { name: unknownName } : { svc_name: service };
}
