import { everyMimecastPermission } from './mimecast/log-table.ts';

/** What control can change about a tenant while the simulator runs. */
export interface TenantFlags {
  /** Whether the unified audit log is on. */
  readonly auditing: boolean;
  /** Whether Microsoft's own service principal for message traces exists in the tenant. */
  readonly traceServicePrincipal: boolean;
  /** `free`: directory audits for 7 days, no sign-ins. `refused`: the licence refusal, which real tenants also get wrongly. */
  readonly licence: 'premium' | 'free' | 'refused';
  /** Whether the tenant has Privileged Identity Management (Entra ID P2 or Governance). */
  readonly pim: boolean;
  /** Whether the tenant has Intune. */
  readonly intune: boolean;
  /** Whether a Defender product is provisioned. */
  readonly defender: boolean;
  /** Whether Graph's beta answers here: national clouds lack parts of it. */
  readonly beta: boolean;
  /** Application permissions granted to the collecting application. A new one is in tokens issued from now on. */
  readonly permissions: readonly string[];
  /** The collecting application's service principal in the tenant. Absent and no-principal are two numbers for one thing. */
  readonly application: 'present' | 'absent' | 'no-principal' | 'disabled';
  readonly secret: 'valid' | 'expired';
  /** By source id, instead of what the world says. */
  readonly remembersDays: Readonly<Record<string, number>>;
  /** Content listings wider than 24 h answer 200 with the first 24 h only, instead of 400. */
  readonly silentPartial: boolean;
  /** How far before a subscription's start content is listed; null: all there is. */
  readonly contentBeforeStartHours: number | null;
  /** How long after a subscription's start nothing is listed yet. */
  readonly firstContentMinutes: number;
  /** The tenant's own API application at Mimecast. A disabled one is as unknown as one that never was. */
  readonly mimecastApplication: 'enabled' | 'disabled';
  /** What the application's role permits, and `Security Events`, the product of the SIEM endpoints. */
  readonly mimecastPermissions: readonly string[];
  /** How a 429 says how long: readers of the header disagree. */
  readonly mimecastReset: 'milliseconds' | 'epoch-seconds' | 'epoch-milliseconds' | 'retry-after';
  /** How paging ends: without `next`; with one that leads to an empty page; or with `next` as an object. */
  readonly mimecastPaging: 'plain' | 'empty-last-page' | 'object';
  /** What the logs whose limit is documented nowhere answer to a window from before it. None says how old is too old. */
  readonly mimecastForgotten: 'empty' | 'refused';
}

export const everyPermission: readonly string[] = [
  'AuditLog.Read.All',
  'DeviceManagementApps.Read.All',
  'Directory.Read.All',
  'ExchangeMessageTrace.Read.All',
  'Organization.Read.All',
  'Policy.Read.All',
  'RoleManagement.Read.Directory',
  'SecurityAlert.Read.All',
  'SecurityIncident.Read.All',
  'ActivityFeed.Read',
  'ActivityFeed.ReadDlp',
];

export const usualFlags: TenantFlags = {
  auditing: true,
  traceServicePrincipal: true,
  licence: 'premium',
  pim: true,
  intune: true,
  defender: true,
  beta: true,
  permissions: everyPermission,
  application: 'present',
  secret: 'valid',
  remembersDays: {},
  silentPartial: false,
  contentBeforeStartHours: null,
  firstContentMinutes: 0,
  mimecastApplication: 'enabled',
  mimecastPermissions: everyMimecastPermission,
  mimecastReset: 'milliseconds',
  mimecastPaging: 'plain',
  mimecastForgotten: 'empty',
};

const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
const oneOf =
  (...allowed: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === 'string' && allowed.includes(value);

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every(item => typeof item === 'string');

const checks: Readonly<Record<keyof TenantFlags, (value: unknown) => boolean>> = {
  auditing: isBoolean,
  traceServicePrincipal: isBoolean,
  licence: oneOf('premium', 'free', 'refused'),
  pim: isBoolean,
  intune: isBoolean,
  defender: isBoolean,
  beta: isBoolean,
  permissions: isNames,
  application: oneOf('present', 'absent', 'no-principal', 'disabled'),
  secret: oneOf('valid', 'expired'),
  remembersDays: value =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isCount),
  silentPartial: isBoolean,
  contentBeforeStartHours: value => value === null || isCount(value),
  firstContentMinutes: isCount,
  mimecastApplication: oneOf('enabled', 'disabled'),
  mimecastPermissions: isNames,
  mimecastReset: oneOf('milliseconds', 'epoch-seconds', 'epoch-milliseconds', 'retry-after'),
  mimecastPaging: oneOf('plain', 'empty-last-page', 'object'),
  mimecastForgotten: oneOf('empty', 'refused'),
};

export const flagNames: readonly string[] = Object.keys(checks);

/** Whether `input` holds nothing but flags with values they can have. */
export const isFlags = (input: unknown): input is Partial<TenantFlags> => flagProblem(input) === null;

/** What is wrong with `input` as a change of flags, or null. */
export function flagProblem(input: unknown): string | null {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return 'The body must be an object.';
  for (const [name, value] of Object.entries(input)) {
    const check = new Map(Object.entries(checks)).get(name);
    if (check === undefined) return `There is no flag ${name}. Flags: ${Object.keys(checks).join(', ')}.`;
    if (!check(value)) return `The flag ${name} cannot have that value.`;
  }
  return null;
}
