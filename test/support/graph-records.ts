import { guidOf } from '../../simulator/seeded.ts';
import type { GraphFeed, SimRecord } from '../../simulator/world/world.ts';
import { record, smallWorldNow } from './small-world.ts';

const hour = 3_600_000;
const ago = (hours: number): number => smallWorldNow - hours * hour;
const seconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
const ticks = (time: number): string => `${new Date(time).toISOString().slice(0, -1)}3333Z`;

const person = {
  userId: guidOf('mira'),
  userDisplayName: 'Mira Holt',
  userPrincipalName: 'mira.holt@contoso.example',
};

/** A sign-in of v1.0: of beta with `signInEventTypes` in `over`. */
export const signIn = (id: string, time: number, over: object = {}): SimRecord =>
  record(time, {
    id: guidOf(`sign-in/${id}`),
    createdDateTime: seconds(time),
    ...person,
    appId: guidOf('payroll'),
    appDisplayName: 'Payroll Portal',
    ipAddress: '203.0.113.24',
    clientAppUsed: 'Browser',
    correlationId: guidOf(`correlation/${id}`),
    conditionalAccessStatus: 'success',
    isInteractive: true,
    riskState: 'none',
    resourceDisplayName: 'Microsoft Graph',
    status: { errorCode: 0, failureReason: 'Other.', additionalDetails: null },
    location: { city: 'Utrecht', state: 'Utrecht', countryOrRegion: 'NL' },
    appliedConditionalAccessPolicies: [
      { id: guidOf('policy'), displayName: 'Require MFA', result: 'success' },
    ],
    ...over,
  });

/** An application's sign-in. */
export const appSignIn = (
  id: string,
  time: number,
  type: 'servicePrincipal' | 'managedIdentity',
): SimRecord =>
  signIn(id, time, {
    signInEventTypes: [type],
    userId: '',
    userDisplayName: null,
    userPrincipalName: null,
    servicePrincipalId: guidOf('robot'),
    servicePrincipalName: 'Backup robot',
    isInteractive: false,
  });

export const intuneAudit = (id: string, time: number, over: object = {}): SimRecord =>
  record(time, {
    id: guidOf(`intune/${id}`),
    displayName: 'Patch MobileApp',
    componentName: 'MobileApp',
    activity: null,
    activityDateTime: ticks(time),
    activityType: 'Patch MobileApp',
    activityOperationType: 'Patch',
    activityResult: 'Success',
    correlationId: guidOf(`correlation/${id}`),
    category: 'Application',
    actor: { auditActorType: 'ItPro', userPrincipalName: 'oskar.lind@contoso.example', userId: guidOf('oskar'), ipAddress: null },
    resources: [{ displayName: 'Payroll client', auditResourceType: 'MobileApp', resourceId: guidOf('app'), modifiedProperties: [] }],
    ...over,
  }); // prettier-ignore

/** One version of an alert; `goneAt` is when the next one takes its place. */
export const alert = (id: string, updated: number, over: object = {}, goneAt?: number): SimRecord => ({
  ...record(updated, {
    id: `da${guidOf(`alert/${id}`)}_1`,
    incidentId: '1042',
    status: 'new',
    severity: 'medium',
    serviceSource: 'microsoftDefenderForOffice365',
    detectionSource: 'microsoftDefenderForOffice365',
    title: 'Message with suspicious link delivered',
    category: 'InitialAccess',
    createdDateTime: ticks(updated),
    lastUpdateDateTime: ticks(updated),
    investigationState: 'running',
    evidence: [{ '@odata.type': '#microsoft.graph.security.userEvidence', roles: [], userAccount: { userPrincipalName: person.userPrincipalName } }],
    ...over,
  }),
  ...(goneAt === undefined ? {} : { goneAt }),
}); // prettier-ignore

/** One version of an incident. */
export const incident = (id: number, updated: number, over: object = {}, goneAt?: number): SimRecord => ({
  ...record(updated, {
    id: String(id),
    status: 'active',
    redirectIncidentId: null,
    displayName: 'Multi-stage incident on one account',
    createdDateTime: ticks(updated),
    lastUpdateDateTime: ticks(updated),
    assignedTo: null,
    classification: 'unknown',
    determination: 'unknown',
    severity: 'medium',
    priorityScore: 40,
    customTags: [],
    summary: 'Sign-ins from 203.0.113.66',
    ...over,
  }),
  ...(goneAt === undefined ? {} : { goneAt }),
});

/** Some records in each of Graph's lists. */
export const fewGraphRecords: Readonly<Record<GraphFeed, readonly SimRecord[]>> = {
  'signIns.interactive': [signIn('1', ago(72)), signIn('2', ago(2)), signIn('3', ago(2)), signIn('4', ago(2)), signIn('5', ago(1))],
  'signIns.nonInteractive': ['6', '7', '8'].map((id, n) => signIn(id, ago(9 - n), { signInEventTypes: ['nonInteractiveUser'], isInteractive: false })),
  'signIns.servicePrincipal': ['9', '10', '11'].map((id, n) => appSignIn(id, ago(9 - n), 'servicePrincipal')),
  'signIns.managedIdentity': ['12', '13', '14'].map((id, n) => appSignIn(id, ago(9 - n), 'managedIdentity')),
  'intune.audits': [intuneAudit('1', ago(72)), intuneAudit('2', ago(3)), intuneAudit('3', ago(2)), intuneAudit('4', ago(2)), intuneAudit('5', ago(1))],
  'security.alerts': [alert('1', ago(72)), alert('2', ago(3)), alert('3', ago(2)), alert('4', ago(2)), alert('5', ago(1))],
  'security.incidents': [incident(1, ago(72)), incident(2, ago(3)), incident(3, ago(2)), incident(4, ago(2)), incident(5, ago(1))],
}; // prettier-ignore
