import type { Answer, Ask } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { parseInstant } from '../../shared/kernel/time.ts';
import { outJson, type Context } from '../context.ts';
import { formatFacts, type Column } from '../format-table.ts';
import { longTime, shortTime, spanText } from '../format-time.ts';
import { pageSize, printList } from '../list-pages.ts';

type RunReply = Answer<Contract['runs.get']>['body'];

const duration = (run: RunReply): string => {
  const from = parseInstant(run.startedAt);
  const to = run.endedAt === null ? null : parseInstant(run.endedAt);
  return from === null || to === null ? '' : spanText(to - from);
};

const columns: readonly Column<RunReply>[] = [
  { title: 'STARTED (UTC)', value: run => shortTime(run.startedAt) },
  { title: 'TOOK', shown: 'when-wide', value: duration, right: true },
  { title: 'SOURCE', value: run => run.source, least: 20 },
  { title: 'STREAM', value: run => run.stream, least: 8 },
  { title: 'STATUS', value: run => run.status, paint: run => (run.status === 'failed' ? 'red' : null) },
  { title: 'WINDOW FROM (UTC)', shown: 'when-wide', value: run => shortTime(run.window?.from ?? null) },
  { title: 'TO (UTC)', shown: 'when-wide', value: run => shortTime(run.window?.to ?? null) },
  { title: 'SEEN', value: run => run.counts.seen.toLocaleString('en'), right: true },
  {
    title: 'NEW',
    value: run => (run.counts.inserted + run.counts.replaced).toLocaleString('en'),
    right: true,
  },
  {
    title: 'QUARANTINED',
    shown: 'when-filled',
    value: run => (run.counts.quarantined === 0 ? '' : String(run.counts.quarantined)),
    right: true,
    paint: () => 'yellow',
  },
  { title: 'ERROR', shown: 'when-filled', value: run => run.error?.message ?? '', least: 16 },
  { title: 'RUN', shown: 'when-wide', value: run => run.id, least: 8, paint: () => 'dim' },
];

export interface RunsOptions {
  readonly tenant?: string;
  readonly source?: string;
  readonly status?: NonNullable<NonNullable<Ask<Contract['runs.list']>['query']>['status']>;
  readonly limit: number;
}

export async function listRuns(context: Context, options: RunsOptions): Promise<void> {
  const { limit, ...filter } = options;
  await printList(
    context,
    'runs',
    limit,
    columns,
    async () =>
      (await context.client.call('runs.list', { query: { ...filter, limit: pageSize(limit) } })).body,
    async link => (await context.client.follow('runs.list', link)).body,
  );
}

export async function showRun(context: Context, id: string): Promise<void> {
  const run = (await context.client.call('runs.get', { params: { id } })).body;
  if (context.json) return outJson(context, run);
  const counts = Object.entries(run.counts).map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
  await context.terminal.out(
    formatFacts(
      [
        ['run', run.id],
        ['tenant', run.tenant],
        ['source', `${run.source}, stream ${run.stream}`],
        ['status', run.status],
        ['why', run.purpose === null ? run.trigger : `${run.trigger}, ${run.purpose}`],
        ['window', run.window === null ? null : `${longTime(run.window.from)} to ${longTime(run.window.to)}`],
        ['started', longTime(run.startedAt)],
        ['took', duration(run)],
        ['counts', counts.join(', ')],
        ['error', run.error === null ? null : `${run.error.message} (${run.error.code})`],
      ],
      context.terminal,
    ),
  );
}
