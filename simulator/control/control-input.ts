import type { FederatedCredential } from '../entra/federated-credentials.ts';
import type { IdentityRequest } from '../entra/managed-identities.ts';
import { isTokenFlaw, tokenFlaws, type MintRequest, type TokenFlaw } from '../entra/mint-token.ts';
import type { FaultRequest } from '../faults/fault-board.ts';
import type { Throttling } from '../limits.ts';
import { flagNames, flagProblem, isFlags, type TenantFlags } from '../tenant-flags.ts';

/** Input that control does not understand; the sentence says what it expected. */
export class ControlProblem extends Error {}

type Fields = ReadonlyMap<string, unknown>;

/** The body as an object with no other fields than these. */
export function fieldsOf(body: string, allowed: readonly string[]): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new ControlProblem('The body must be JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ControlProblem('The body must be an object.');
  }
  const fields = new Map<string, unknown>(Object.entries(parsed));
  for (const name of fields.keys()) {
    if (!allowed.includes(name))
      throw new ControlProblem(`There is no field ${name}. Fields: ${allowed.join(', ')}.`);
  }
  return fields;
}

function optional<T>(
  fields: Fields,
  name: string,
  is: (value: unknown) => value is T,
  what: string,
): T | undefined {
  const value = fields.get(name);
  if (value === undefined || is(value)) return value;
  throw new ControlProblem(`${name} must be ${what}.`);
}
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isNumbers = (value: unknown): value is Record<string, number> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isNumber);
const isFlaw = (value: unknown): value is TokenFlaw => isText(value) && isTokenFlaw(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Leaves out what is undefined, so that an optional property is absent and not undefined. */
function present<T extends object>(value: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  const kept: Partial<T> = {};
  for (const name in value) {
    const own = value[name];
    if (own !== undefined) kept[name] = own;
  }
  return kept;
}

export function readFaultRequest(body: string): FaultRequest {
  const fields = fieldsOf(body, ['name', 'tenant', 'route', 'times', 'after', 'probability', 'options']);
  const name = optional(fields, 'name', isText, 'text');
  if (name === undefined) throw new ControlProblem('name is missing: the fault to switch on.');
  return {
    name,
    ...present<Omit<FaultRequest, 'name'>>({
      tenant: optional(fields, 'tenant', isText, 'text'),
      route: optional(fields, 'route', isText, 'text'),
      times: optional(fields, 'times', isNumber, 'a number'),
      after: optional(fields, 'after', isNumber, 'a number'),
      probability: optional(fields, 'probability', isNumber, 'a number'),
      options: optional(fields, 'options', isNumbers, 'an object of numbers'),
    }),
  };
}

export function readClockChange(body: string): { now: number } | { advanceMs: number } {
  const fields = fieldsOf(body, ['now', 'advanceMs']);
  const advanceMs = optional(fields, 'advanceMs', isNumber, 'a number');
  if (advanceMs !== undefined) return { advanceMs };
  const given = fields.get('now');
  const now = isText(given) ? Date.parse(given) : given;
  if (isNumber(now)) return { now };
  throw new ControlProblem('Send { "now": a time or ms } or { "advanceMs": ms }.');
}

export function readThrottling(body: string): Partial<Throttling> {
  const fields = fieldsOf(body, ['on', 'retryAfter']);
  const isMood = (value: unknown): value is Throttling['retryAfter'] =>
    value === 'mixed' || value === 'always' || value === 'never';
  return present<Throttling>({
    on: optional(fields, 'on', isBoolean, 'true or false'),
    retryAfter: optional(fields, 'retryAfter', isMood, 'mixed, always or never'),
  });
}

export function readMintRequest(body: string): MintRequest {
  const fields = fieldsOf(body, ['as', 'audience', 'flaw', 'claims']);
  const as = optional(fields, 'as', isText, 'text');
  if (as === undefined) throw new ControlProblem('as is missing: a persona or a client id.');
  return {
    as,
    ...present<Omit<MintRequest, 'as'>>({
      audience: optional(fields, 'audience', isText, 'text'),
      flaw: optional(fields, 'flaw', isFlaw, `one of ${tokenFlaws.join(', ')}`),
      claims: optional(fields, 'claims', isObject, 'an object'),
    }),
  };
}

export function readFlags(body: string): Partial<TenantFlags> {
  const flags: unknown = Object.fromEntries(fieldsOf(body, flagNames));
  if (isFlags(flags)) return flags;
  throw new ControlProblem(flagProblem(flags) ?? 'The flags could not be read.');
}

export function readDropOld(body: string): boolean {
  return optional(fieldsOf(body, ['dropOld']), 'dropOld', isBoolean, 'true or false') ?? false;
}

export function readLinkLifetime(body: string): number | null {
  const value = fieldsOf(body, ['lifetimeMs']).get('lifetimeMs');
  if (value === null || isNumber(value)) return value;
  throw new ControlProblem('lifetimeMs must be a number or null.');
}

export function readAssertionKey(body: string): { clientId: string; publicKeyPem: string } {
  const fields = fieldsOf(body, ['clientId', 'publicKeyPem']);
  const clientId = optional(fields, 'clientId', isText, 'text');
  const publicKeyPem = optional(fields, 'publicKeyPem', isText, 'text');
  if (clientId !== undefined && publicKeyPem !== undefined) return { clientId, publicKeyPem };
  throw new ControlProblem('Send { "clientId", "publicKeyPem" }.');
}

export function readFederatedCredential(body: string): FederatedCredential & { clientId: string } {
  const fields = fieldsOf(body, ['clientId', 'issuer', 'subject', 'audiences']);
  const [clientId, issuer, subject] = ['clientId', 'issuer', 'subject'].map(name => fields.get(name));
  const audiences: unknown = fields.get('audiences');
  if (isText(clientId) && isText(issuer) && isText(subject) && Array.isArray(audiences)) {
    return { clientId, issuer, subject, audiences: audiences.map(String) };
  }
  throw new ControlProblem('Send { "clientId", "issuer", "subject", "audiences": […] }.');
}

export function readClientId(query: URLSearchParams): string {
  const clientId = query.get('clientId');
  if (clientId !== null) return clientId;
  throw new ControlProblem('clientId is missing: whose federated credentials.');
}

export function readIdentity(body: string): IdentityRequest {
  const fields = fieldsOf(body, ['clientId', 'principalId', 'lifetimeSeconds', 'flaw']);
  const clientId = optional(fields, 'clientId', isText, 'text');
  if (clientId === undefined) throw new ControlProblem('clientId is missing: which identity.');
  return {
    clientId,
    ...present<Omit<IdentityRequest, 'clientId'>>({
      principalId: optional(fields, 'principalId', isText, 'text'),
      lifetimeSeconds: optional(fields, 'lifetimeSeconds', isNumber, 'a number'),
      flaw: optional(fields, 'flaw', isFlaw, `one of ${tokenFlaws.join(', ')}`),
    }),
  };
}
