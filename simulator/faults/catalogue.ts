import { mimecastReset } from '../mimecast/mimecast-faults.ts';
import {
  guardedRoutes,
  mimecastLogRoutes,
  pagedRoutes,
  recordRoutes,
  routeNames,
  stateRoutes,
  type RouteName,
} from '../routes.ts';
import * as page from './alter-page.ts';
import * as records from './alter-records.ts';
import type { Effect, Fault, FaultedCall } from './fault.ts';
import * as instead from './instead.ts';

// Not the sign-in page, which people see, nor the identity's endpoint, which is the app's own machine.
const every: readonly RouteName[] = routeNames.filter(
  name => name !== 'entra.authorize' && name !== 'entra.identity',
);
const management = guardedRoutes.filter(name => name.startsWith('management.'));
const pages: readonly RouteName[] = [...new Set([...recordRoutes, ...pagedRoutes])];
const reports: readonly RouteName[] = [
  'graph.directoryAudits',
  'graph.directoryAudit',
  'graph.signIns',
  'graph.registrations',
];
const mimecast = guardedRoutes.filter(name => name.startsWith('mimecast.'));
/** Where going on means a link, and not a token in the next request's body. */
const linkedRoutes = pagedRoutes.filter(name => !name.startsWith('mimecast.'));
/** Routes whose pages can be asked for again: a feed's token only goes on. */
const repeatableRoutes = pagedRoutes.filter(name => name !== 'mimecast.siem');
/** Records with a time that is spelled: a SIEM event has a number. */
const spelledTimes = recordRoutes.filter(name => name !== 'mimecast.file');
const security: readonly RouteName[] = ['graph.alerts', 'graph.incidents'];

const reply = (make: (at: FaultedCall) => ReturnType<typeof instead.linkExpired>): Effect => ({ stage: 'instead', reply: make }); // prettier-ignore
const alter = (make: Extract<Effect, { stage: 'page' }>['alter']): Effect => ({ stage: 'page', alter: make });
const wire = (manner: Extract<Effect, { stage: 'wire' }>['manner']): Effect => ({ stage: 'wire', manner });
const option = ({ options }: FaultedCall, name: string, usual: number): number => options[name] ?? usual;

const fault = (name: string, routes: readonly RouteName[], effect: Effect, says: string): Fault => ({ name, says, routes, effect }); // prettier-ignore

/** Every way the simulator can misbehave. Tests walk this table: a new row is tested without being asked for. */
// prettier-ignore
export const faultCatalogue: readonly Fault[] = [
  // On the wire
  fault('body-cut-length', every, wire('cut-length'), 'Half of the body arrives, less than Content-Length says, and the connection closes.'),
  fault('body-cut-chunked', every, wire('cut-chunked'), 'Half of a chunked body arrives and the connection closes without the last chunk.'),
  fault('connection-reset', every, wire('reset'), 'The connection is reset before a byte of the answer.'),
  fault('reset-mid-body', every, wire('reset-mid-body'), 'The connection is reset in the middle of the body.'),
  fault('hang', every, wire('hang'), 'No answer ever comes; the connection stays open.'),
  fault('hang-mid-body', every, wire('hang-mid-body'), 'Half of the body arrives and then nothing; the connection stays open.'),
  fault('slow-first-byte', every, wire('slow-first-byte'), 'The right answer comes late: after delayMs real milliseconds (1000).'),
  // Throttled
  fault('throttled-with-retry-after', guardedRoutes, reply(at => instead.throttled(at, String(option(at, 'seconds', 1)))), '429 with Retry-After in whole seconds (1).'),
  fault('throttled-with-fraction', guardedRoutes, reply(at => instead.throttled(at, option(at, 'seconds', 1.128).toFixed(3))), '429 with a Retry-After that has a fraction (1.128).'),
  fault('throttled-without-retry-after', guardedRoutes, reply(at => instead.throttled(at, null)), '429 that does not say how long.'),
  fault('throttled-reset-in-ms', mimecast, reply(at => mimecastReset(at, option(at, 'waitMs', 1_500), 'milliseconds')), '429 with X-RateLimit-Reset as the milliseconds to wait (1500), as it is documented.'),
  fault('throttled-reset-epoch-seconds', mimecast, reply(at => mimecastReset(at, option(at, 'waitMs', 1_500), 'epoch-seconds')), '429 with X-RateLimit-Reset as seconds since 1970.'),
  fault('throttled-reset-epoch-ms', mimecast, reply(at => mimecastReset(at, option(at, 'waitMs', 1_500), 'epoch-milliseconds')), '429 with X-RateLimit-Reset as milliseconds since 1970.'),
  fault('throttled-as-forbidden', management, reply(instead.throttledAsForbidden), '403 whose body says AF429 (or 429 for a start): throttling dressed as a refusal.'),
  fault('throttled-as-error', ['graph.intuneAudits'], reply(instead.throttledAsError), '500 whose text says that there were too many requests: throttling dressed as a fault.'),
  // Failing
  fault('server-error', guardedRoutes, reply(at => instead.broken(at, 500, null)), '500 with the error body of the service.'),
  fault('bad-gateway', every, reply(at => instead.broken(at, 502, null)), '502 with a page of HTML.'),
  fault('unavailable', guardedRoutes, reply(at => instead.broken(at, 503, String(option(at, 'seconds', 1)))), '503 with Retry-After (1 second).'),
  fault('gateway-timeout', guardedRoutes, reply(at => ({ ...instead.broken(at, 504, null), delayMs: option(at, 'delayMs', 1_000) })), '504 after delayMs real milliseconds (1000): the query was too wide.'),
  fault('sign-in-unavailable', ['entra.token', 'mimecast.token'], reply(instead.signInBusy), 'The token endpoint answers 503 temporarily_unavailable.'),
  // Refused
  fault('unauthorized', guardedRoutes, reply(instead.unauthorized), '401 although the token is fresh, as when it ends in mid-walk.'),
  fault('consent-withdrawn', guardedRoutes, reply(instead.consentWithdrawn), 'The refusal of an application whose permission was taken back.'),
  fault('licence-missing', [...reports, ...mimecastLogRoutes, 'mimecast.siem'], reply(instead.licenceMissing), '403 (404 at Mimecast) for a missing licence, which licensed tenants get as well for a while.'),
  fault('product-missing', ['graph.intuneAudits', ...security], reply(instead.productMissing), 'The tenant has no Intune, or no Defender product: a 400 or a 401 that is no matter of tokens.'),
  fault('auditing-off', ['management.start', 'management.content'], reply(instead.auditingOff), '400 with a text as code and a stack trace: the unified audit log is off.'),
  // Answers that look right
  fault('failure-inside-200', [...recordRoutes.filter(name => name !== 'mimecast.file'), ...stateRoutes, 'management.content', 'management.list', 'mimecast.siem'], reply(instead.failureInside), '200 with an error in the body; at Mimecast the failure of the request itself (flat with shape 1, an error object with 2).'),
  fault('html-200', guardedRoutes, reply(() => instead.gatewayHtml(200)), '200 with a page of HTML.'),
  fault('html-403', guardedRoutes, reply(() => instead.gatewayHtml(403)), '403 with a page of HTML from a gateway: not a refusal by the service.'),
  fault('truncated-json', [...pages, 'management.list'], { stage: 'reply', alter: page.halfOfTheJson }, 'Half of the JSON, complete as HTTP.'),
  fault('redirect-to-stranger', guardedRoutes, reply(instead.redirected), '302 to another host.'),
  fault('answer-in-part', security, { stage: 'reply', alter: page.inPart }, '206 with a Warning: a service behind Graph did not answer, and its records are missing.'),
  // Paging
  fault('empty-page-with-link', pagedRoutes, alter(page.emptyWithLink), 'An empty page whose next link leads to the records.'),
  fault('empty-page-then-late', pagedRoutes, alter(page.emptyThenLate), 'An empty last page; the records are there when asked again.'),
  fault('record-late', repeatableRoutes, alter(page.lastRecordLate), 'The page lacks its last record (or listed blob), which is there when asked again.'),
  fault('blob-still-filling', ['management.blob'], alter(page.lastRecordLate), 'The blob lacks its last record, which is there when read again: it was listed while it was being written.'),
  fault('page-repeated', pagedRoutes, alter(page.linkToItself), 'The next link leads to the same page again.'),
  fault('endless-paging', pagedRoutes, alter(page.linkToItself), 'As page-repeated, meant to stay: the same link for ever.'),
  fault('next-link-expired', pagedRoutes, reply(instead.linkExpired), 'Going on by a next link is refused: its token is dead.'),
  fault('next-link-to-stranger', linkedRoutes, alter(page.linkToStranger), 'The next link leads to another host.'),
  fault('content-on-stranger', ['management.content', 'mimecast.siem'], alter(page.contentOnStranger), 'The first contentUri (or file) leads to another host.'),
  fault('content-expired', ['management.blob', 'mimecast.file'], reply(at => instead.contentGone(at, 'expired')), 'AF20051, or 403 from the file store: the blob or the address has expired.'),
  fault('content-absent', ['management.blob', 'mimecast.file'], reply(at => instead.contentGone(at, 'absent')), 'AF20050, or 404 from the file store: it never existed.'),
  // Records
  fault('record-duplicated', pages, alter(records.duplicate), "The page's first record (or listed blob) stands in it twice."),
  fault('page-order-changed', pages, alter((it, at) => records.shuffle(it, at.random)), 'The same records in another order each time.'),
  fault('unknown-field', pages, alter(records.unknownField), 'Every record has a property nobody announced.'),
  fault('field-of-other-type', recordRoutes, alter(records.otherType), 'Known properties have another type: numbers as text, lists as an object.'),
  fault('json-inside-string', recordRoutes, alter(records.jsonInString), 'A nested value comes as text holding JSON; a flat record as a whole.'),
  fault('time-without-zone', spelledTimes, alter(records.timeWithoutZone), "The records' times have no zone (UTC is meant)."),
  fault('time-with-seven-digits', spelledTimes, alter(records.timeWithSevenDigits), "The records' times have seven fraction digits."),
  fault('time-with-slashes', spelledTimes, alter(records.timeWithSlashes), "The records' times are spelled /Date(ms)/."),
  fault('record-too-large', recordRoutes, alter((it, at) => records.tooLarge(it, option(at, 'bytes', 2_000_000))), 'The first record has bytes (2,000,000) of padding.'),
  // Time
  fault('clock-skew', guardedRoutes, { stage: 'clock', skewMs: at => option(at, 'skewMs', 7_200_000) }, "The provider's clock is off by skewMs (7,200,000: two hours ahead), in its Date header and in what it shows."),
];

export const faultNames: readonly string[] = faultCatalogue.map(({ name }) => name);
export const findFault = (name: string): Fault | null => faultCatalogue.find(it => it.name === name) ?? null;
