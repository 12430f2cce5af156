import { mimecastStates } from './mimecast-streams.ts';
import { forgetting, graphStates } from './graph-streams.ts';

/**
 * What an operator sees of a stream after four tries under each fault: the code of the last failure (`fine` for
 * none), whether the stream pauses, and whether something is in quarantine. `gap` is the time the provider forgot
 * while nothing could be asked, or an object it listed and no longer has.
 */
type States = Readonly<Record<string, string>>;

const unavailable = 'provider.unavailable';
const throttled = 'provider.throttled';
const malformed = 'provider.malformed';

export const everywhere: States = {
  'body-cut-length': unavailable,
  'body-cut-chunked': unavailable,
  'connection-reset': unavailable,
  'reset-mid-body': unavailable,
  hang: unavailable,
  'hang-mid-body': unavailable,
  'slow-first-byte': 'fine',
  'throttled-with-retry-after': throttled,
  'throttled-with-fraction': throttled,
  'throttled-without-retry-after': throttled,
  'server-error': unavailable,
  'bad-gateway': unavailable,
  unavailable,
  'gateway-timeout': unavailable,
  'sign-in-unavailable': unavailable,
  unauthorized: 'provider.unauthorized paused',
  'consent-withdrawn': 'provider.refused paused',
  'failure-inside-200': unavailable,
  'html-200': malformed,
  'html-403': malformed,
  'truncated-json': malformed,
  'redirect-to-stranger': malformed,
  // With a link that leads on for ever, an empty page is endless paging.
  'empty-page-with-link': 'provider.endless',
  'empty-page-then-late': 'fine',
  'record-late': 'fine',
  'page-repeated': 'provider.endless',
  'endless-paging': 'provider.endless',
  'next-link-expired': 'fine',
  'next-link-to-stranger': 'provider.untrusted-url',
  'record-duplicated': 'fine',
  'page-order-changed': 'fine',
  'unknown-field': 'fine',
  'field-of-other-type': 'fine',
  'json-inside-string': 'fine',
  'time-without-zone': 'fine',
  'time-with-seven-digits': 'fine',
  'time-with-slashes': 'fine',
  'record-too-large': 'fine',
  'clock-skew': 'fine',
};

export const expectedStates: Readonly<Record<string, States>> = {
  ...mimecastStates(everywhere),
  ...graphStates(everywhere),
  'entra.directory-audits': {
    ...everywhere,
    'licence-missing': 'provider.licence-missing paused',
  },
  // A flat record that comes as text as a whole is no record: it waits in quarantine.
  'exchange.message-trace': { ...everywhere, 'json-inside-string': 'fine quarantined' },
  'm365.unified-audit': forgetting(
    {
      ...everywhere,
      'throttled-as-forbidden': throttled,
      'auditing-off': 'provider.not-provisioned paused',
      'blob-still-filling': 'fine',
      'content-on-stranger': 'provider.untrusted-url',
      'content-expired': 'fine gap',
      'content-absent': 'fine gap',
    },
    ['empty-page-with-link', 'content-on-stranger'],
  ),
};
