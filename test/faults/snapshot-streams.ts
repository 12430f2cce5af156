/** The streams that tell how things are, the routes they are read from, and what a changed thing of each looks like. */
export const snapshotStreams = [
  {
    source: 'entra.role-assignments',
    stream: 'active',
    list: 'roleAssignments',
    routes: ['entra.token', 'graph.roleDefinitions', 'graph.roleAssignments'],
    changed: { directoryScopeId: '/administrativeUnits/a' },
  },
  {
    source: 'entra.conditional-access',
    stream: 'default',
    list: 'conditionalAccessPolicies',
    routes: ['entra.token', 'graph.policies', 'graph.namedLocations'],
    changed: { state: 'disabled' },
  },
  {
    source: 'entra.mfa-coverage',
    stream: 'default',
    list: 'userRegistrationDetails',
    routes: ['entra.token', 'graph.registrations'],
    changed: { methodsRegistered: ['email'] },
  },
] as const;
export type SnapshotStream = (typeof snapshotStreams)[number];

const unavailable = 'provider.unavailable';
const throttled = 'provider.throttled';
const malformed = 'provider.malformed';
const endless = 'provider.endless';

/**
 * What an operator sees after four tries under each fault, as in expected-states.ts. There is no gap: what a snapshot
 * missed meanwhile is in the next difference.
 */
export const snapshotStates: Readonly<Record<string, string>> = {
  'body-cut-length': unavailable,
  'body-cut-chunked': unavailable,
  'connection-reset': unavailable,
  'reset-mid-body': unavailable,
  hang: unavailable,
  'hang-mid-body': unavailable,
  'slow-first-byte': 'fine',
  'throttled-with-retry-after': throttled,
  'throttled-with-fraction': throttled,
  'throttled-without-retry-after': throttled,
  'server-error': unavailable,
  'bad-gateway': unavailable,
  unavailable,
  'gateway-timeout': unavailable,
  'sign-in-unavailable': unavailable,
  unauthorized: 'provider.unauthorized paused',
  'consent-withdrawn': 'provider.refused paused',
  'licence-missing': 'provider.licence-missing paused',
  'failure-inside-200': unavailable,
  'html-200': malformed,
  'html-403': malformed,
  'truncated-json': malformed,
  'redirect-to-stranger': malformed,
  'empty-page-with-link': endless,
  // Everything gone at once is not believed so soon.
  'empty-page-then-late': 'provider.truncated',
  'record-late': 'fine',
  'page-repeated': endless,
  'endless-paging': endless,
  'next-link-expired': 'fine',
  'next-link-to-stranger': 'provider.untrusted-url',
  'record-duplicated': 'fine',
  'page-order-changed': 'fine',
  'unknown-field': 'fine',
  'clock-skew': 'fine',
};

/**
 * Under these the provider says, whole and well-formed, that things are otherwise than they are: what is told is what
 * it said, and what it says later puts it right.
 */
export const saysOtherwise: ReadonlySet<string> = new Set(['record-late', 'unknown-field']);
