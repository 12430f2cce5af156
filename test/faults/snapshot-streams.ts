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

/**
 * What an operator sees after four tries under each fault, where a snapshot differs from what holds everywhere. It has
 * no gap: what it missed meanwhile is in the next difference. And a thing has no time that could be spelled otherwise.
 */
export const snapshotStates = (
  everywhere: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({
  ...everywhere,
  'licence-missing': 'provider.licence-missing paused',
  'empty-page-with-link': 'provider.endless',
  // Everything gone at once is not believed so soon.
  'empty-page-then-late': 'provider.truncated',
});

/**
 * Under these the provider says, whole and well-formed, that things are otherwise than they are: what is told is what
 * it said, and what it says later puts it right.
 */
export const saysOtherwise: ReadonlySet<string> = new Set(['record-late', 'unknown-field']);
