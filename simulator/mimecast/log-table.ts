import type { RouteName } from '../routes.ts';
import type { MimecastLog } from '../world/world.ts';
import { problems, type MimecastProblem } from './mimecast-error.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One endpoint that gives records of a log. */
export interface LogEndpoint {
  readonly route: RouteName;
  readonly log: MimecastLog;
  readonly paths: readonly string[];
  /** Permission of the application's role. */
  readonly needs: string;
  /** The names of the window's bounds in the request. */
  readonly bounds: readonly [from: string, to: string];
  readonly boundsRequired: boolean;
  /** The list inside `data[0]`; null where `data` holds the records themselves. */
  readonly wrapper: string | null;
  /** The record's own time. */
  readonly timeField: string;
  readonly counted: boolean;
  /** No paging: everything in one answer. */
  readonly whole: boolean;
  /** What a window that begins before the log's memory is told; null where it is simply empty, but for a flag. */
  readonly tooOld: MimecastProblem | null;
  /** Whether a record is wanted; null where nothing is filtered. A problem for a filter there is not. */
  filter(item: Fields): ((record: Fields) => boolean) | MimecastProblem | null;
}

const says = (record: Fields, text: string): boolean =>
  JSON.stringify(record).toLowerCase().includes(text.toLowerCase());

const byQuery = (item: Fields): ((record: Fields) => boolean) | null => {
  const { query } = item;
  return typeof query === 'string' && query !== '' ? record => says(record, query) : null;
};

/** `all`, or a value of a field. */
const oneOf = (record: Fields, field: string, wanted: unknown): boolean =>
  wanted === undefined || wanted === 'all' || record[field] === wanted;

const byRouteAnd =
  (name: string, field: string) =>
  (item: Fields): ((record: Fields) => boolean) | null =>
    [item['route'], item[name]].every(value => value === undefined || value === 'all')
      ? null
      : record => oneOf(record, 'route', item['route']) && oneOf(record, field, item[name]);

function byCategory(item: Fields): ((record: Fields) => boolean) | MimecastProblem | null {
  const { categories } = item;
  if (categories === undefined) return byQuery(item);
  if (!Array.isArray(categories)) return problems.field('categories');
  const query = byQuery(item);
  return record => categories.includes(record['category']) && (query === null || query(record));
}

/** By message id, or by what advanced options say: exactly one of the two. */
function byMessage(item: Fields): ((record: Fields) => boolean) | MimecastProblem | null {
  const { messageId, advancedTrackAndTraceOptions: options } = item;
  if ((messageId === undefined) === (options === undefined))
    return problems.field('advancedTrackAndTraceOptions');
  // Rows do not show a Message-ID; asked for one, only a search in their text is left.
  if (typeof messageId === 'string') return record => says(record, messageId);
  if (typeof options !== 'object' || options === null) return problems.field('advancedTrackAndTraceOptions');
  const wanted = Object.entries(options).filter(([, value]) => value !== '' && value !== null);
  if (wanted.length === 0) return null;
  return record =>
    wanted.every(([name, value]) => {
      if (name === 'route') return [value].flat().includes(record['route']);
      if (name === 'senderIP') return record['senderIP'] === value;
      const field = new Map([['from', 'fromEnv'], ['to', 'to'], ['subject', 'subject']]).get(name);
      return field === undefined || says({ it: record[field] }, String(value));
    }); // prettier-ignore
}

const archive = {
  boundsRequired: false,
  counted: true,
  whole: false,
  tooOld: null,
  filter: byQuery,
} as const;
const protection = {
  bounds: ['from', 'to'],
  boundsRequired: false,
  counted: false,
  whole: false,
  tooOld: null,
} as const;

export const logTable: readonly LogEndpoint[] = [
  {
    ...archive,
    route: 'mimecast.archiveSearches',
    log: 'archive-searches',
    paths: ['/api/archive/get-archive-search-logs', '/api/archive/get-search-logs'],
    needs: 'Archive > Search Logs > Read',
    bounds: ['start', 'end'],
    wrapper: 'logs',
    timeField: 'createTime',
  },
  {
    ...archive,
    route: 'mimecast.archiveViews',
    log: 'archive-views',
    paths: ['/api/archive/get-view-logs'],
    needs: 'Archive > View Logs > Read',
    bounds: ['start', 'end'],
    wrapper: null,
    timeField: 'viewed',
  },
  {
    route: 'mimecast.auditEvents',
    log: 'audit-events',
    paths: ['/api/audit/get-audit-events'],
    needs: 'Account > Logs > Read',
    bounds: ['startDateTime', 'endDateTime'],
    boundsRequired: true,
    wrapper: null,
    timeField: 'eventTime',
    counted: false,
    whole: false,
    tooOld: problems.auditTooOld,
    filter: byCategory,
  },
  {
    route: 'mimecast.messageTracking',
    log: 'message-tracking',
    paths: ['/api/message-finder/search'],
    needs: 'Gateway > Tracking > Read',
    bounds: ['start', 'end'],
    boundsRequired: false,
    wrapper: 'trackedEmails',
    timeField: 'received',
    counted: false,
    whole: true,
    tooOld: problems.trackingTooOld,
    filter: byMessage,
  },
  {
    ...protection,
    route: 'mimecast.ttpUrl',
    log: 'ttp-url',
    paths: ['/api/ttp/url/get-logs'],
    needs: 'Monitoring > URL Protection > Read',
    wrapper: 'clickLogs',
    timeField: 'date',
    filter: byRouteAnd('scanResult', 'scanResult'),
  },
  {
    ...protection,
    route: 'mimecast.ttpAttachment',
    log: 'ttp-attachment',
    paths: ['/api/ttp/attachment/get-logs'],
    needs: 'Monitoring > Attachment Protection > Read',
    wrapper: 'attachmentLogs',
    timeField: 'date',
    filter: byRouteAnd('result', 'result'),
  },
  {
    ...protection,
    route: 'mimecast.ttpImpersonation',
    log: 'ttp-impersonation',
    paths: ['/api/ttp/impersonation/get-logs'],
    needs: 'Monitoring > Impersonation Protection > Read',
    wrapper: 'impersonationLogs',
    timeField: 'eventTime',
    filter: byQuery,
  },
  {
    ...protection,
    route: 'mimecast.dlp',
    log: 'dlp',
    paths: ['/api/dlp/get-logs'],
    needs: 'Monitoring > Data Leak Prevention > Read',
    wrapper: 'dlpLogs',
    timeField: 'eventTime',
    filter: byRouteAnd('action', 'action'),
  },
];

/** What the role of a collecting application can be given, and the product the SIEM endpoints belong to. */
export const siemProduct = 'Security Events';
export const everyMimecastPermission: readonly string[] = [
  ...logTable.map(({ needs }) => needs),
  siemProduct,
];
