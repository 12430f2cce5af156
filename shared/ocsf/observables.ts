import type { OcsfObject } from './ocsf-event.ts';
import { isOcsfIp } from './type-problem.ts';

/** What somebody looks for: where it stands, OCSF's number for what it is, and how it is told where other things stand too. */
const places: readonly (readonly [path: string, typeId: number, is?: (value: string) => boolean])[] = [
  ['src_endpoint.ip', 2],
  ['user.uid', 31],
  ['user.name', 4],
  ['user.email_addr', 5],
  ['actor.user.uid', 31],
  ['actor.user.name', 4],
  ['actor.user.email_addr', 5],
  ['email.from', 5],
  ['email.to', 5],
  ['email.subject', 40],
  ['email.message_uid', 42],
  ['file.name', 7],
  ['file.path', 45],
  ['file.hashes.value', 8],
  ['group.uid', 33],
  ['device.uid', 47],
  ['http_request.user_agent', 16],
  ['evidences.src_endpoint.ip', 2],
  ['evidences.user.uid', 31],
  ['evidences.user.name', 4],
  ['evidences.user.email_addr', 5],
  ['evidences.actor.user.uid', 31],
  ['evidences.actor.user.name', 4],
  ['evidences.actor.user.email_addr', 5],
  ['evidences.email.from', 5],
  ['evidences.email.to', 5],
  ['evidences.email.subject', 40],
  ['evidences.file.name', 7],
  ['evidences.file.hashes.value', 8],
  ['evidences.url.url_string', 6],
  ['resources.name', 2, isOcsfIp],
];
/** A mail to everybody has thousands of recipients, all of which stand in `email.to`. */
const most = 100;

/** The event's indicators, each with the path at which it stands. */
export function observablesOf(event: OcsfObject): readonly OcsfObject[] {
  const found: OcsfObject[] = [];
  for (const [name, type_id, is = () => true] of places) {
    for (const value of valuesAt(event, name.split('.'))) {
      if (found.length < most && is(value)) found.push({ name, type_id, value });
    }
  }
  return found;
}

function valuesAt(value: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(inner => valuesAt(inner, path));
  const [name, ...rest] = path;
  if (name === undefined) return typeof value === 'string' && value !== '' ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return valuesAt(Reflect.get(value, name), rest);
}
