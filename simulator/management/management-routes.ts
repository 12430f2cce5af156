import { decodePart, jsonReply, type Answer, type Call, type Resolved } from '../exchange.ts';
import { checkBearer, type Caller } from '../entra/check-bearer.ts';
import { managementAudience } from '../entra/issue-token.ts';
import type { RouteName } from '../routes.ts';
import { isGuid } from '../seeded.ts';
import type { Site } from '../site.ts';
import type { SimTenant } from '../world/world.ts';
import { readBlob } from './blob.ts';
import { listContent, listingPage } from './content.ts';
import { af, managementError, managementUnauthorized, type ManagementProblem } from './management-error.ts';
import { isContentType, type ContentType } from '../world/content-id.ts';

interface ManagementCall {
  readonly site: Site;
  readonly call: Call;
  readonly caller: Caller;
  readonly sim: SimTenant;
  readonly now: number;
  readonly publisher: string;
  /** What the path's bracket caught, decoded. */
  readonly part: string;
}
interface ManagementRoute {
  readonly route: RouteName;
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** The method as throttling names it. */
  readonly name: string;
  answer(it: ManagementCall): Answer;
}

const table: readonly ManagementRoute[] = [
  {
    route: 'management.list',
    method: 'GET',
    path: /^\/subscriptions\/list$/,
    name: 'ListSubscriptions',
    answer: ({ site, caller, now }) =>
      jsonReply(200, site.subscriptions.list(caller.tenant.id, caller.app, now)),
  },
  {
    route: 'management.start',
    method: 'POST',
    path: /^\/subscriptions\/start$/,
    name: 'StartSubscription',
    answer: start,
  },
  {
    route: 'management.stop',
    method: 'POST',
    path: /^\/subscriptions\/stop$/,
    name: 'StopSubscription',
    answer: stop,
  },
  {
    route: 'management.content',
    method: 'GET',
    path: /^\/subscriptions\/content$/,
    name: 'GetContent',
    answer: content,
  },
  {
    route: 'management.notifications',
    method: 'GET',
    path: /^\/subscriptions\/notifications$/,
    name: 'GetNotifications',
    // Deliveries to webhooks: there are none here.
    answer: () => listingPage([], null, ''),
  },
  {
    route: 'management.blob',
    method: 'GET',
    path: /^\/audit\/([^/]+)$/,
    name: 'GetBlob',
    answer: ({ sim, part, call, now }) => readBlob(sim, part, call.origin + call.path, now),
  },
  {
    route: 'management.dlpSensitiveTypes',
    method: 'GET',
    path: /^\/resources\/dlpSensitiveTypes$/,
    name: 'GetDlpSensitiveTypes',
    answer: dlpSensitiveTypes,
  },
];

/** Requests without a publisher share one pool, shown as this. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** The Management Activity API: everything under /manage. Versions v1.0 and v1 are the same. */
export function managementRoutes(site: Site, call: Call, path: string): Resolved {
  const [, part = '', rest = ''] = /^\/api\/v1(?:\.0)?\/([^/]+)\/activity\/feed(\/.*)$/.exec(path) ?? [];
  const found = table.find(it => it.method === call.method && it.path.test(rest));
  const caller = checkBearer(site, call.headers.authorization, managementAudience);
  return {
    route: found?.route ?? 'management.other',
    tenant: typeof caller === 'string' ? null : caller.tenant.id,
    continued: call.query.has('nextPage'),
    answer(now) {
      if (typeof caller === 'string') return managementUnauthorized(site);
      const { sim } = caller.tenant;
      if (found === undefined || sim === null) {
        return jsonReply(404, { Message: 'No HTTP resource was found that matches the request URI.' });
      }
      const asked = call.query.get('PublisherIdentifier');
      if (asked !== null && !isGuid(asked))
        return managementError(af.wrongType('PublisherIdentifier', 'guid'));
      const publisher = asked ?? nobody;
      const waitMs = site.limits.take('management', `${caller.tenant.id}/${publisher}`, now);
      if (waitMs !== null) return managementError(af.throttled(found.name, publisher));
      const wrong = tenantProblem(site, decodePart(part), caller);
      if (wrong !== null) return managementError(wrong);
      const match = decodePart(found.path.exec(rest)?.[1] ?? '');
      return found.answer({ site, call, caller, sim, now, publisher, part: match });
    },
  };
}

function tenantProblem(site: Site, inUrl: string, { tenant, permissions }: Caller): ManagementProblem | null {
  if (!isGuid(inUrl)) return af.notGuid(inUrl.slice(0, 100));
  if (site.tenants.find(inUrl) === null) return af.unknownTenant(inUrl);
  if (inUrl.toLowerCase() !== tenant.id) return af.otherTenant(inUrl, tenant.id);
  return permissions.includes('ActivityFeed.Read') ? null : af.permission(permissions);
}

/** The content type asked for, which for DLP needs a permission of its own. */
function typeOf({ call, caller }: ManagementCall): ContentType | ManagementProblem {
  const type = call.query.get('contentType');
  if (type === null || type === '') return af.missing('contentType');
  if (!isContentType(type)) return af.contentType();
  if (type !== 'DLP.All' || caller.permissions.includes('ActivityFeed.ReadDlp')) return type;
  return af.permission(caller.permissions);
}

function start(it: ManagementCall): Answer {
  const { site, call, caller, now } = it;
  const type = typeOf(it);
  if (typeof type !== 'string') return managementError(type);
  const { tenant, app } = caller;
  if (!tenant.flags.auditing) {
    return managementError(af.auditingOff('StartSubscription', tenant.id, type, app, it.publisher));
  }
  // We call nobody's webhook, so none can be validated.
  if (call.body.includes('"webhook"')) return managementError(af.webhook());
  const problem = site.subscriptions.start(tenant.id, app, type, now);
  return problem === null
    ? jsonReply(200, { contentType: type, status: 'enabled', webhook: null })
    : managementError(problem);
}

function stop(it: ManagementCall): Answer {
  const type = typeOf(it);
  if (typeof type !== 'string') return managementError(type);
  const problem = it.site.subscriptions.stop(it.caller.tenant.id, it.caller.app, type, it.now);
  return problem === null ? { status: 200, headers: {}, body: '' } : managementError(problem);
}

function content(it: ManagementCall): Answer {
  const { site, call, caller, sim, now } = it;
  const type = typeOf(it);
  if (typeof type !== 'string') return managementError(type);
  const { tenant, app } = caller;
  const subscription = site.subscriptions.forContent(tenant.id, app, type, now);
  if ('code' in subscription) return managementError(subscription);
  if (!tenant.flags.auditing) {
    return managementError(af.auditingOff('ListContent', tenant.id, type, app, it.publisher));
  }
  return listContent({ site, call, tenant, sim, type, subscription, now });
}

function dlpSensitiveTypes({ call }: ManagementCall): Answer {
  const language = call.headers['accept-language'];
  if (language?.includes(',') === true) return managementError(af.languages());
  return jsonReply(200, [
    { id: '50842eb7-edc8-4019-85dd-5a5c1f2bb085', name: 'Credit Card Number' },
    { id: 'a44669fe-0d48-453d-a9b1-2cc83f2cba77', name: 'U.S. Social Security Number (SSN)' },
  ]);
}
