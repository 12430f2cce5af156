import { isPage, jsonReply, type Answer, type Call, type Reply, type Resolved } from '../exchange.ts';
import type { RouteName } from '../routes.ts';
import type { Site } from '../site.ts';
import { auditCategories } from '../world/mimecast/console-life.ts';
import { logPage } from './log-page.ts';
import { readLogRequest } from './log-request.ts';
import { logTable, siemProduct, type LogEndpoint } from './log-table.ts';
import { messageInfo } from './message-info.ts';
import { errorObject, flatFail, notKnown, problems } from './mimecast-error.ts';
import { mimecastLimit, quotaHeaders, withHeaders } from './mimecast-limits.ts';
import { checkMimecastBearer, tokenEndpoint, type MimecastCaller } from './mimecast-token.ts';
import { ownerOf } from './mimecast-application.ts';
import { siemListing } from './siem-listing.ts';

interface MimecastCall {
  readonly site: Site;
  readonly call: Call;
  readonly caller: MimecastCaller;
  readonly now: number;
}
interface MimecastRoute {
  readonly route: RouteName;
  readonly method: 'GET' | 'POST';
  readonly paths: readonly string[];
  readonly needs: string;
  answer(it: MimecastCall): Answer;
}

const ofLog = (endpoint: LogEndpoint): MimecastRoute => ({
  route: endpoint.route,
  method: 'POST',
  paths: endpoint.paths,
  needs: endpoint.needs,
  answer: ({ site, call, caller, now }) => logPage({ site, endpoint, caller, body: call.body, now }),
});

const table: readonly MimecastRoute[] = [
  ...logTable.map(ofLog),
  {
    route: 'mimecast.messageInfo',
    method: 'POST',
    paths: ['/api/message-finder/get-message-info'],
    needs: 'Gateway > Tracking > Read',
    answer: ({ call, caller, now }) => messageInfo(caller, call.body, now),
  },
  {
    route: 'mimecast.auditCategories',
    method: 'POST',
    paths: ['/api/audit/get-categories'],
    needs: 'Account > Logs > Read',
    answer: () =>
      jsonReply(200, { meta: { status: 200 }, data: [{ categories: auditCategories }], fail: [] }),
  },
  {
    route: 'mimecast.siem',
    method: 'GET',
    paths: ['/siem/v1/batch/events/cg'],
    needs: siemProduct,
    answer: siemListing,
  },
];

/** Mimecast's API 2.0: everything under /mimecast. `path` begins with the region, which in reality is in the host's name. */
export function mimecastRoutes(site: Site, call: Call, path: string): Resolved {
  const [, region = '', rest = ''] = /^\/([a-z]+)(\/.*)$/.exec(path) ?? [];
  if (rest === '/oauth/token') {
    return {
      route: 'mimecast.token',
      tenant: tenantOfForm(site, call),
      continued: false,
      answer: () => (call.method === 'POST' ? tokenEndpoint(site, call, region) : flatFail(problems.method)),
    };
  }
  const found = table.find(it => it.paths.includes(rest));
  const caller = checkMimecastBearer(site, call, region);
  return {
    route: found?.route ?? 'mimecast.other',
    tenant: caller?.tenant.id ?? null,
    continued: goesOn(call),
    answer(now) {
      if (caller === null)
        return notKnown(
          'err_xdk_client_unauthorized',
          'The access token is missing, has ended or is not of this host.',
        );
      if (found === undefined) return flatFail(problems.noSuchPath);
      if (call.method !== found.method) return flatFail(problems.method);
      const limited = mimecastLimit(site, caller, now);
      if (limited !== null) return limited;
      if (!caller.tenant.flags.mimecastPermissions.includes(found.needs)) return refusal(found);
      const answer = found.answer({ site, call, caller, now });
      const quota = quotaHeaders(site, caller, now);
      if (!isPage(answer)) return withHeaders(answer, quota);
      return { ...answer, render: (records, next) => withHeaders(answer.render(records, next), quota) };
    },
  };
}

/** What an application is told on a route it may not use, by the route's name. */
export const refusalOf = (route: string): Reply =>
  refusal(table.find(it => it.route === route) ?? { route, needs: '' });

/** Without the product an endpoint is not there for the application; without the permission it is closed. */
const refusal = ({ route, needs }: { readonly route: string; readonly needs: string }): Reply =>
  route === 'mimecast.siem' ? errorObject(problems.appForbidden) : flatFail(problems.permission(needs));

/** Whether the request goes on from an earlier page. */
function goesOn(call: Call): boolean {
  if (call.method === 'GET') return (call.query.get('nextPage') ?? '') !== '';
  const request = readLogRequest(call.body);
  return !('code' in request) && request.pageToken !== null;
}

const tenantOfForm = (site: Site, call: Call): string | null =>
  ownerOf(site, new URLSearchParams(call.body).get('client_id') ?? '')?.id ?? null;
