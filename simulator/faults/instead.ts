import { graphError, graphUnauthorized, skipTokenNull } from '../graph/graph-error.ts';
import { genericThrottle, intuneThrottle, reportsThrottle, traceThrottle } from '../graph/graph-limits.ts';
import { consentRefusal, licenceRefusal, productRefusal } from '../graph/graph-refusals.ts';
import * as mimecast from '../mimecast/mimecast-faults.ts';
import { fileGone } from '../mimecast/siem-file.ts';
import { htmlReply, jsonReply, type Reply } from '../exchange.ts';
import { af, managementError, managementUnauthorized } from '../management/management-error.ts';
import type { FaultedCall } from './fault.ts';

const nobody = '00000000-0000-0000-0000-000000000000';
const isGraph = (route: string): boolean => route.startsWith('graph.');
const isManagement = (route: string): boolean => route.startsWith('management.');
const isTrace = (route: string): boolean => route.startsWith('graph.messageTrace');
const isReport = (route: string): boolean => /^graph\.(directoryAudit|signIn|registrations)/.test(route);
const isIntune = (route: string): boolean => route === 'graph.intuneAudits';
const isSecurity = (route: string): boolean => route === 'graph.alerts' || route === 'graph.incidents';

const withHeader = (reply: Reply, name: string, value: string | null): Reply =>
  value === null ? reply : { ...reply, headers: { ...reply.headers, [name]: value } };

/** A 429 in the words of the service that was asked. */
export function throttled({ site, route }: FaultedCall, after: string | null): Reply {
  if (mimecast.isMimecast(route)) return mimecast.mimecastThrottled(after);
  if (isTrace(route)) return traceThrottle(site, after);
  if (isReport(route)) return reportsThrottle(site, after);
  if (!isManagement(route)) return genericThrottle(site, after);
  const reply = { ...managementError(af.throttled('GetBlob', nobody)), status: 429 };
  return withHeader(reply, 'retry-after', after);
}

/** Management API throttling as it was for years: 403, and only the body tells. */
export const throttledAsForbidden = ({ route }: FaultedCall): Reply =>
  route === 'management.start'
    ? managementError(af.startTooOften(526_000))
    : managementError(af.throttled(route === 'management.blob' ? 'GetBlob' : 'GetContent', nobody));

/** A 5xx from the service itself or from what stands before it. */
export function broken({ site, route }: FaultedCall, status: number, after: string | null): Reply {
  if (status === 502) {
    return htmlReply(
      502,
      '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
    );
  }
  if (mimecast.isMimecast(route)) {
    return withHeader(mimecast.mimecastBroken(route, status), 'retry-after', after);
  }
  const reply = isManagement(route)
    ? { ...managementError(af.internal()), status }
    : graphError(site, {
        status,
        code: status === 500 ? 'InternalServerError' : status === 503 ? 'ServiceUnavailable' : 'UnknownError',
        message: status === 504 ? '' : 'The service is temporarily unavailable. Please retry.',
      });
  return withHeader(reply, 'retry-after', after);
}

/** 401 although the token is fresh: it ended in the middle of a walk, or the service lost its mind for a moment. */
export function unauthorized({ site, route }: FaultedCall): Reply {
  if (mimecast.isMimecast(route)) return mimecast.mimecastUnauthorized();
  return isManagement(route)
    ? managementUnauthorized(site)
    : graphUnauthorized(site, 'Lifetime validation failed, the token is expired.');
}

/** What the service answers once an admin has taken the permission back. */
export function consentWithdrawn(at: FaultedCall): Reply {
  const { site, route } = at;
  if (mimecast.isMimecast(route)) return mimecast.mimecastRefused(at);
  if (isManagement(route)) return managementError(af.permission([]));
  if (isReport(route)) return graphError(site, consentRefusal('reports', ['AuditLog.Read.All'], []));
  if (isIntune(route))
    return graphError(site, consentRefusal('intune', ['DeviceManagementApps.Read.All'], []));
  if (isSecurity(route)) return graphError(site, consentRefusal('security', ['SecurityAlert.Read.All'], []));
  return graphError(site, consentRefusal('directory', [], []));
}

/** The tenant has not got what the route reads: no Intune, no Defender product. */
export function productMissing({ site, route }: FaultedCall): Reply | null {
  const problem = productRefusal(isIntune(route) ? 'intune' : 'security');
  return problem === null ? null : graphError(site, problem);
}

/** Intune's throttle: a 500 whose text says so. */
export const throttledAsError = ({ site }: FaultedCall): Reply => intuneThrottle(site, null);

export const licenceMissing = ({ site, route }: FaultedCall): Reply =>
  mimecast.isMimecast(route) ? mimecast.mimecastUnlicensed() : graphError(site, licenceRefusal);

/** 200, and inside it an error. Whoever reads only the status sees an empty page. */
export function failureInside(at: FaultedCall): Reply {
  const { site, route } = at;
  if (mimecast.isMimecast(route)) return mimecast.mimecastFailureInside(at);
  const failed = isGraph(route)
    ? graphError(site, { status: 200, code: 'UnknownError', message: '' })
    : managementError(af.internal());
  return { ...failed, status: 200 };
}

/** The continuation is refused: the token died during a long pause. */
export const linkExpired = (at: FaultedCall): Reply | null => {
  const { site, route, continued } = at;
  if (!continued) return null;
  if (mimecast.isMimecast(route)) return mimecast.mimecastLinkExpired(at);
  return isManagement(route) ? managementError(af.nextPage('expired')) : graphError(site, skipTokenNull);
};

export const contentGone = ({ route }: FaultedCall, code: 'expired' | 'absent'): Reply =>
  route === 'mimecast.file'
    ? fileGone(code)
    : managementError(
        code === 'expired' ? af.contentExpired('the content id') : af.noContent('the content id'),
      );

const gatewayPage =
  '<!DOCTYPE html><html><head><title>Service notice</title></head><body><h1>Our services are not available right now</h1></body></html>';
export const gatewayHtml = (status: number): Reply => htmlReply(status, gatewayPage);

/** Auditing is off, as the start of a subscription finds out. */
export const auditingOff = ({ tenant }: FaultedCall): Reply =>
  managementError(af.auditingOff('StartSubscription', tenant ?? nobody, 'Audit.General', nobody, nobody));

/** Another host than the one that was asked; a client that follows it hands its token to strangers. */
export const elsewhere = 'https://collector.attacker.example';
export const redirected = (): Reply => ({
  status: 302,
  headers: { location: `${elsewhere}/v1.0/auditLogs/directoryAudits` },
  body: '',
});

/** A token endpoint when it cannot cope. */
export function signInBusy({ site, route }: FaultedCall): Reply {
  if (mimecast.isMimecast(route)) return mimecast.mimecastSignInBusy();
  return jsonReply(
    503,
    {
      error: 'temporarily_unavailable',
      error_description: `AADSTS90033: A transient error has occurred. Please try again. Trace ID: ${site.nextId()}`,
      error_codes: [90033],
    },
    { 'retry-after': '1' },
  );
}
