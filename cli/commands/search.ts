import type { Answer, Ask } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { formatTable, type Column } from '../format-table.ts';
import { shortTime } from '../format-time.ts';
import { listPages, pageSize } from '../list-pages.ts';
import { columnsOf } from '../printable.ts';

type Reply = Answer<Contract['events.list']>['body'];
type EventReply = Reply['value'][number];
type Query = NonNullable<Ask<Contract['events.list']>['query']>;

export interface SearchOptions {
  readonly q: string;
  readonly from?: string;
  readonly to?: string;
  readonly tenant?: string;
  readonly order: 'newest' | 'oldest';
  readonly limit: number;
  readonly facets?: string;
  readonly interval?: string;
}

/** Enough of an id to open the event by: its day and 32 bits. */
export const shortId = (id: string): string => id.slice(0, 17);

const columns: readonly Column<EventReply>[] = [
  { title: 'TIME (UTC)', value: event => shortTime(event.time) },
  { title: 'ID', value: event => shortId(event.id), paint: () => 'dim' },
  { title: 'SOURCE', shown: 'when-wide', value: event => event.source, least: 20 },
  {
    title: 'OUTCOME',
    shown: 'when-wide',
    value: event => event.outcome,
    paint: event => (event.outcome === 'failure' ? 'red' : null),
  },
  {
    title: 'ACTOR',
    // The sentence names it too.
    shown: 'when-wide',
    value: event => event.actor?.address ?? event.actor?.name ?? event.actor?.id ?? '',
    least: 14,
  },
  { title: 'WHAT', value: event => event.summary, least: 38 },
];

/**
 * Lists matching events. With facets or a histogram the whole answer is shown: as tables, or as one JSON
 * document; otherwise JSON is one event a line, so that it can be streamed.
 */
export async function search(context: Context, options: SearchOptions): Promise<void> {
  const { terminal, client } = context;
  const query: Query = {
    limit: pageSize(options.limit),
    order: options.order,
    ...(options.q === '' ? {} : { q: options.q }),
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.to === undefined ? {} : { to: options.to }),
    ...(options.tenant === undefined ? {} : { tenant: options.tenant }),
    ...(options.facets === undefined ? {} : { facets: options.facets }),
    ...(options.interval === undefined ? {} : { interval: options.interval }),
  };
  const whole = options.facets !== undefined || options.interval !== undefined;
  let head: Reply | undefined;
  const rows: EventReply[] = [];
  const listed = await listPages<EventReply>(
    options.limit,
    async () => (head = (await client.call('events.list', { query })).body),
    async link => (await client.follow('events.list', link)).body,
    async events => {
      if (context.json && !whole) for (const event of events) await outJson(context, event);
      else rows.push(...events);
    },
  );
  if (context.json) {
    if (whole) await outJson(context, { ...head, value: rows, nextLink: undefined });
    return;
  }
  if (rows.length > 0) await terminal.out(formatTable(rows, columns, terminal));
  if (head?.facets !== undefined) await terminal.out(facetText(head.facets, context));
  if (head?.histogram !== undefined) await terminal.out(histogramText(head.histogram, context));
  terminal.note(terminal.paint('dim', footer(listed, head?.total)));
}

function footer(listed: { taken: number; more: boolean }, total: Reply['total']): string {
  if (listed.taken === 0 && (total === undefined || total.value === 0)) return 'No event matches.';
  const all =
    total === undefined ? '' : ` of ${total.exact ? '' : 'about '}${total.value.toLocaleString('en')}`;
  const more = listed.more ? '; --limit N shows more' : '';
  return `${String(listed.taken)}${all} events${more}. holdfast event ID shows one.`;
}

function facetText(facets: NonNullable<Reply['facets']>, { terminal }: Context): string {
  return Object.entries(facets)
    .map(([field, facet]) => {
      const title = terminal.paint('bold', `\n${field}${facet.exact ? '' : ' (estimated)'}\n`);
      const width = Math.max(0, ...facet.values.map(one => one.count.toLocaleString('en').length));
      const lines = facet.values.map(
        one => `  ${one.count.toLocaleString('en').padStart(width)}  ${one.value}\n`,
      );
      return title + lines.join('');
    })
    .join('');
}

const bar = 40;

function histogramText(histogram: NonNullable<Reply['histogram']>, { terminal }: Context): string {
  const most = Math.max(1, ...histogram.values.map(one => one.count));
  const width = Math.max(1, ...histogram.values.map(one => columnsOf(one.count.toLocaleString('en'))));
  const title = `\nby ${histogram.interval}, UTC${histogram.exact ? '' : ' (estimated)'}\n`;
  const lines = histogram.values.map(one => {
    const blocks = '█'.repeat(Math.ceil((one.count / most) * bar));
    const count = one.count.toLocaleString('en').padStart(width);
    return `  ${shortTime(one.from)}  ${count}  ${terminal.paint('cyan', blocks)}\n`;
  });
  return terminal.paint('bold', title) + lines.join('');
}
