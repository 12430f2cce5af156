import { forgetting } from './graph-streams.ts';
/** Mimecast's logs under fault: the routes each one asks. */
export const mimecastStreams = [
  { source: 'mimecast.archive-searches', stream: 'default', routes: ['mimecast.token', 'mimecast.archiveSearches'] },
  { source: 'mimecast.archive-views', stream: 'default', routes: ['mimecast.token', 'mimecast.archiveViews'] },
  { source: 'mimecast.audit-events', stream: 'default', routes: ['mimecast.token', 'mimecast.auditEvents'] },
  { source: 'mimecast.message-tracking', stream: 'default', routes: ['mimecast.token', 'mimecast.messageTracking'] },
  { source: 'mimecast.ttp-url', stream: 'default', routes: ['mimecast.token', 'mimecast.ttpUrl'] },
  { source: 'mimecast.ttp-attachment', stream: 'default', routes: ['mimecast.token', 'mimecast.ttpAttachment'] },
  { source: 'mimecast.ttp-impersonation', stream: 'default', routes: ['mimecast.token', 'mimecast.ttpImpersonation'] },
  { source: 'mimecast.dlp', stream: 'default', routes: ['mimecast.token', 'mimecast.dlp'] },
  { source: 'mimecast.siem', stream: 'receipt', routes: ['mimecast.token', 'mimecast.siem', 'mimecast.file'] },
] as const; // prettier-ignore

type States = Readonly<Record<string, string>>;

/** What an operator sees of each after four tries under a fault, where it differs from the other providers'. */
export function mimecastStates(everywhere: States): Readonly<Record<string, States>> {
  const states: States = {
    ...everywhere,
    'licence-missing': 'provider.licence-missing paused',
    'throttled-reset-in-ms': 'provider.throttled',
    'throttled-reset-epoch-seconds': 'provider.throttled',
    'throttled-reset-epoch-ms': 'provider.throttled',
    // A page without records ends the paging, whatever token it carries; what it held back comes with a re-read.
    'empty-page-with-link': 'fine',
    'page-repeated': 'provider.endless',
    'endless-paging': 'provider.endless',
  };
  // A flat record that comes as text as a whole is no record: it waits in quarantine.
  const flat = { ...states, 'json-inside-string': 'fine quarantined' };
  const paging = ['page-repeated', 'endless-paging'];
  return {
    'mimecast.archive-searches': forgetting(flat, paging),
    'mimecast.archive-views': forgetting(flat, paging),
    'mimecast.audit-events': forgetting(flat, paging),
    'mimecast.message-tracking': forgetting(states, paging),
    'mimecast.ttp-url': forgetting(states, paging),
    'mimecast.ttp-attachment': forgetting(flat, paging),
    'mimecast.ttp-impersonation': forgetting(states, paging),
    'mimecast.dlp': forgetting(flat, paging),
    'mimecast.siem': feedStates(states),
  };
}

/** A feed is not asked for spans of time, so an outage costs none while its token lives. */
function feedStates(states: States): States {
  return {
    ...states,
    'json-inside-string': 'fine quarantined',
    // A listing that names itself as the next has nothing new.
    'page-repeated': 'fine',
    'endless-paging': 'fine',
    'content-on-stranger': 'provider.untrusted-url',
    'content-expired': 'provider.content-gone',
    'content-absent': 'provider.content-gone',
  };
}
