import { apiRoot, contract, probeRoot, routeIds } from '../../api/contract/contract.ts';
import type { RouteSpec } from '../../api/contract/route-spec.ts';

/**
 * Every function of the app, as data: outside its host the Functions library registers nothing, and a test could not
 * see what is there.
 */
export interface HttpTrigger {
  readonly kind: 'http';
  readonly name: string;
  readonly methods: readonly HttpMethod[];
  /** Below the route prefix `api` of host.json. */
  readonly route: string;
}
export interface TimerTrigger {
  readonly kind: 'timer';
  readonly name: string;
  /** Six fields: second minute hour day month weekday. */
  readonly schedule: string;
}
export interface QueueTrigger {
  readonly kind: 'queue';
  readonly name: string;
  readonly queue: string;
}
export type Trigger = HttpTrigger | TimerTrigger | QueueTrigger;
type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** The setting group with which the host reaches its own storage account; the queues are there too. */
export const queueConnection = 'AzureWebJobsStorage';
export const jobsQueue = 'jobs';
/** A message here says that there is something to index; what it is stands in the store. */
export const bellQueue = 'index-events';

/** Where the host moves a message that failed five times. */
const poisonOf = (queue: string): string => `${queue}-poison`;

const prefix = `${probeRoot}/`;

function routeTriggers(): HttpTrigger[] {
  return routeIds.flatMap(id => {
    const spec: RouteSpec = contract[id];
    const methods: HttpMethod[] = spec.method === 'GET' ? ['GET', 'HEAD'] : [spec.method];
    const name = id.replaceAll('.', '-');
    const under = (root: string): string => `${root}${spec.path}`.slice(prefix.length);
    const own: HttpTrigger = { kind: 'http', name, methods, route: under(apiRoot) };
    if (spec.alsoUnderApi !== true) return [own];
    return [own, { kind: 'http', name: `${name}-probe`, methods, route: under(probeRoot) }];
  });
}

/**
 * One function per route, and one for everything else: unknown paths, wrong methods and browsers' preflights are
 * answered by the API in its own form. It does not matter which function the host chooses: all answer through the
 * same API, which looks at the path itself.
 */
export const httpTriggers: readonly HttpTrigger[] = [
  ...routeTriggers(),
  {
    kind: 'http',
    name: 'everything-else',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    route: '{*path}',
  },
];

export const pullTimer: TimerTrigger = { kind: 'timer', name: 'pull-timer', schedule: '0 * * * * *' };
export const upkeepTimer: TimerTrigger = { kind: 'timer', name: 'upkeep-timer', schedule: '30 */10 * * * *' };
export const jobs: QueueTrigger = { kind: 'queue', name: 'jobs', queue: jobsQueue };
export const jobsPoison: QueueTrigger = { kind: 'queue', name: 'jobs-poison', queue: poisonOf(jobsQueue) };
export const indexEvents: QueueTrigger = { kind: 'queue', name: 'index-events', queue: bellQueue };

export const triggers: readonly Trigger[] = [
  ...httpTriggers,
  pullTimer,
  upkeepTimer,
  jobs,
  jobsPoison,
  indexEvents,
];
