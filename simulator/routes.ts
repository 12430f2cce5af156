/** Every provider route by its name: what requests are counted under and faults are aimed at. */
export const routeNames = [
  'entra.discovery',
  'entra.keys',
  'entra.authorize',
  'entra.token',
  'graph.directoryAudits',
  'graph.directoryAudit',
  'graph.signIns',
  'graph.intuneAudits',
  'graph.alerts',
  'graph.incidents',
  'graph.messageTraces',
  'graph.messageTraceDetails',
  'graph.getByIds',
  'graph.organization',
  'management.list',
  'management.start',
  'management.stop',
  'management.content',
  'management.blob',
  'management.notifications',
  'management.dlpSensitiveTypes',
] as const;
export type RouteName = (typeof routeNames)[number];

/** Requests nobody has a route for are counted under these. */
export type CountedRoute = RouteName | 'entra.other' | 'graph.other' | 'management.other';

const graphLists = [
  'graph.directoryAudits',
  'graph.signIns',
  'graph.intuneAudits',
  'graph.alerts',
  'graph.incidents',
  'graph.messageTraces',
] as const;
/** Routes whose answers are pages of records. */
export const recordRoutes: readonly RouteName[] = [...graphLists, 'management.blob'];
/** Routes whose answers may be followed by another page. */
export const pagedRoutes: readonly RouteName[] = [...graphLists, 'management.content'];
/** Routes an application's provider token is needed for. */
export const guardedRoutes: readonly RouteName[] = routeNames.filter(name => !name.startsWith('entra.'));

/** Whether a fault aimed at `aim` ('graph.messageTraces', 'graph', or null for all) concerns `route`. */
export const aimedAt = (aim: string | null, route: string): boolean =>
  aim === null || aim === route || route.startsWith(`${aim}.`);
