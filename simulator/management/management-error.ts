import { jsonReply, type Reply } from '../exchange.ts';
import type { Site } from '../site.ts';

/** What is wrong with a Management API request. */
export interface ManagementProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const problem = (status: number, code: string, message: string): ManagementProblem => ({
  status,
  code,
  message,
});

/** The AF refusals. Meanings are Microsoft's; where the status is not confirmed anywhere it is 400 or 404. */
export const af = {
  missing: (name: string) => problem(400, 'AF20001', `Missing parameter: ${name}.`),
  wrongType: (name: string, type: string) => problem(400, 'AF20002', `Invalid parameter type: ${name}. Expected type: ${type}`), // prettier-ignore
  otherTenant: (url: string, token: string) =>
    problem(400, 'AF20010', `The tenant ID passed in the URL (${url}) does not match the tenant ID passed in the access token (${token}).`), // prettier-ignore
  unknownTenant: (tenant: string) =>
    problem(
      400,
      'AF20011',
      `Specified tenant ID (${tenant}) does not exist in the system or has been deleted.`,
    ),
  notGuid: (tenant: string) => problem(400, 'AF20013', `The tenant ID passed in the URL (${tenant}) is not a valid GUID.`), // prettier-ignore
  contentType: () => problem(400, 'AF20020', 'The specified content type is not valid.'),
  webhook: () => problem(400, 'AF20021', 'The webhook endpoint could not be validated.'),
  noSubscription: () => problem(400, 'AF20022', 'No subscription found for the specified content type.'),
  disabled: () => problem(400, 'AF20023', 'The subscription was disabled by a tenant admin.'),
  alreadyEnabled: () => problem(400, 'AF20024', 'The subscription is already enabled. No property change.'),
  bounds: () =>
    problem(400, 'AF20030', 'Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time prior to end time and start time no more than 7 days in the past.'), // prettier-ignore
  width: () =>
    problem(400, 'AF20055', 'Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time prior to end time and start time no more than 7 days in the past.'), // prettier-ignore
  nextPage: (token: string) => problem(400, 'AF20031', `Invalid nextPage Input: ${token.slice(0, 40)}.`),
  noContent: (id: string) => problem(404, 'AF20050', `The specified content (${id}) does not exist.`),
  contentExpired: (id: string) =>
    problem(400, 'AF20051', `Content requested with the key ${id} has already expired. Content older than 7 days cannot be retrieved.`), // prettier-ignore
  contentId: (id: string) => problem(400, 'AF20052', `Content ID ${id} in the URL is invalid.`),
  languages: () => problem(400, 'AF20053', 'Only one language may be present in the Accept-Language header.'),
  permission: (roles: readonly string[]) =>
    problem(401, 'AF10001', `The permission set (${roles.join(' ')}) sent in the request does not include the expected permission.`), // prettier-ignore
  throttled: (method: string, publisher: string) =>
    problem(403, 'AF429', `Too many requests. Method=${method}, PublisherId=${publisher}`),
  internal: () => problem(500, 'AF50000', 'An internal error occurred. Retry the request.'),
  /** Not an AF code at all: throttling dressed as a refusal. */
  startTooOften: (waitMs: number) => {
    const total = Math.ceil(waitMs / 1_000);
    const wait = `${Math.floor(total / 60)}m ${total % 60}s`;
    return problem(
      403,
      '429',
      `Too many frequent subscription start requests. Please retry again after ${wait}.`,
    );
  },
  /** Auditing is off: the "code" is a text, and the message brings a stack trace. */
  auditingOff: (action: string, tenant: string, contentType: string, app: string, publisher: string) =>
    problem(
      400,
      `${action} [TenantId=${tenant},ContentType=${contentType},ApplicationId=${app},PublisherId=${publisher}] failed. Exception`,
      `Microsoft.Office.Compliance.Audit.DataServiceException: Tenant ${tenant} does not exist.\r\n   at Microsoft.Office.Compliance.Audit.DataServiceClient.Check(Guid tenantId)\r\n   at Microsoft.Office.Compliance.Audit.API.SubscriptionController.Run()`,
    ),
} as const;

export const managementError = ({ status, code, message }: ManagementProblem): Reply =>
  jsonReply(status, { error: { code, message } });

/** A bad token gets another shape than every other error: no `error`, a capital `Message`. */
export const managementUnauthorized = (_site: Site): Reply =>
  jsonReply(
    401,
    { Message: 'Authorization has been denied for this request.' },
    { 'www-authenticate': 'Bearer' },
  );
