/** Every provider route by its name: what requests are counted under and faults are aimed at. */
export const routeNames = [
  'entra.discovery',
  'entra.keys',
  'entra.authorize',
  'entra.token',
  'entra.identity',
  'graph.directoryAudits',
  'graph.directoryAudit',
  'graph.signIns',
  'graph.intuneAudits',
  'graph.alerts',
  'graph.incidents',
  'graph.messageTraces',
  'graph.messageTraceDetails',
  'graph.roleDefinitions',
  'graph.roleAssignments',
  'graph.roleSchedules',
  'graph.roleEligibilities',
  'graph.policies',
  'graph.namedLocations',
  'graph.registrations',
  'graph.getByIds',
  'graph.organization',
  'management.list',
  'management.start',
  'management.stop',
  'management.content',
  'management.blob',
  'management.notifications',
  'management.dlpSensitiveTypes',
  'mimecast.token',
  'mimecast.archiveSearches',
  'mimecast.archiveViews',
  'mimecast.auditEvents',
  'mimecast.auditCategories',
  'mimecast.messageTracking',
  'mimecast.messageInfo',
  'mimecast.ttpUrl',
  'mimecast.ttpAttachment',
  'mimecast.ttpImpersonation',
  'mimecast.dlp',
  'mimecast.siem',
  'mimecast.file',
] as const;
export type RouteName = (typeof routeNames)[number];

/** Requests nobody has a route for are counted under these. */
export type CountedRoute = RouteName | 'entra.other' | 'graph.other' | 'management.other' | 'mimecast.other';

/** Logs of Graph. */
const graphLists = [
  'graph.directoryAudits',
  'graph.signIns',
  'graph.intuneAudits',
  'graph.alerts',
  'graph.incidents',
  'graph.messageTraces',
] as const;
/** Logs of a Mimecast account, page by page; message tracking comes whole. */
const mimecastPagedRoutes: readonly RouteName[] = [
  'mimecast.archiveSearches',
  'mimecast.archiveViews',
  'mimecast.auditEvents',
  'mimecast.ttpUrl',
  'mimecast.ttpAttachment',
  'mimecast.ttpImpersonation',
  'mimecast.dlp',
];
export const mimecastLogRoutes: readonly RouteName[] = [...mimecastPagedRoutes, 'mimecast.messageTracking'];

/** Lists of how things are. */
export const stateRoutes = [
  'graph.roleDefinitions',
  'graph.roleAssignments',
  'graph.roleSchedules',
  'graph.roleEligibilities',
  'graph.policies',
  'graph.namedLocations',
  'graph.registrations',
] as const;
/** Routes whose answers are pages of records. */
export const recordRoutes: readonly RouteName[] = [
  ...graphLists,
  'management.blob',
  ...mimecastLogRoutes,
  'mimecast.file',
];
/** Routes whose answers may be followed by another page. */
export const pagedRoutes: readonly RouteName[] = [
  ...graphLists,
  ...stateRoutes,
  'management.content',
  ...mimecastPagedRoutes,
  'mimecast.siem',
];
/** Routes an application's provider token is needed for. */
export const guardedRoutes: readonly RouteName[] = routeNames.filter(
  name => !name.startsWith('entra.') && name !== 'mimecast.token' && name !== 'mimecast.file',
);

/** Whether a fault aimed at `aim` ('graph.messageTraces', 'graph', or null for all) concerns `route`. */
export const aimedAt = (aim: string | null, route: string): boolean =>
  aim === null || aim === route || route.startsWith(`${aim}.`);
