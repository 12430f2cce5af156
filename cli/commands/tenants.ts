import type { Answer } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { formatFacts, formatTable, type Column } from '../format-table.ts';
import { shortTime } from '../format-time.ts';
import { printList } from '../list-pages.ts';
import { tenantIdOf } from '../tenant-id.ts';
import type { Paint } from '../terminal.ts';

type TenantReply = Answer<Contract['tenants.get']>['body'];
type SourceReply = Answer<Contract['tenant-sources.list']>['body']['value'][number];

const columns: readonly Column<TenantReply>[] = [
  { title: 'TENANT', value: tenant => tenant.id },
  { title: 'NAME', value: tenant => tenant.name, least: 12 },
  { title: 'STATE', value: tenant => tenant.state },
  { title: 'KEPT', shown: 'when-wide', value: tenant => `${String(tenant.retentionDays)} d`, right: true },
  {
    title: 'SOURCES',
    shown: 'when-wide',
    value: tenant =>
      `${String(tenant.connections.length)}: ${tenant.connections.map(one => one.source).join(', ')}`,
    least: 16,
  },
];

export async function listTenants(context: Context, limit: number): Promise<void> {
  await printList(
    context,
    'tenants',
    limit,
    columns,
    async () =>
      (await context.client.call('tenants.list', { query: { limit: Math.min(limit, 1_000) } })).body,
    async link => (await context.client.follow('tenants.list', link)).body,
  );
}

interface StreamRow {
  readonly source: SourceReply;
  readonly stream: SourceReply['streams'][number] | null;
}

const streamColumns: readonly Column<StreamRow>[] = [
  { title: 'SOURCE', value: row => row.source.source },
  { title: 'STREAM', value: row => row.stream?.stream ?? '', least: 8 },
  {
    title: 'STATE',
    value: row => (row.source.enabled ? (row.stream?.state ?? '') : 'switched off'),
    paint: row => statePaint(row.stream?.state ?? ''),
  },
  { title: 'COMPLETE TO (UTC)', value: row => shortTime(row.stream?.committedTo ?? null) },
  { title: 'EVERY', shown: 'when-wide', value: row => everyText(row.stream?.everySeconds), right: true },
  { title: 'GAPS', shown: 'when-filled', value: row => countText(row.stream?.gaps), right: true },
  { title: 'WAITING', shown: 'when-filled', value: row => countText(row.stream?.waiting), right: true },
  {
    title: 'PROBLEM',
    shown: 'when-filled',
    value: row => row.stream?.problem ?? row.source.problem ?? '',
    least: 20,
  },
];

/** `5m`, `7.5m`, `20s` */
const everyText = (seconds: number | null | undefined): string => {
  if (seconds === null || seconds === undefined) return '';
  return seconds < 60 ? `${String(Math.round(seconds))}s` : `${String(Math.round(seconds / 6) / 10)}m`;
};

const countText = (count: number | undefined): string =>
  count === undefined || count === 0 ? '' : String(count);

/** How a stream's state looks: green is fine, yellow is on its way, red needs a person. */
export function statePaint(state: string): Paint | null {
  if (state === 'current') return 'green';
  if (state === 'failing' || state === 'unreadable') return 'red';
  return state === 'paused' || state === 'working' ? 'yellow' : null;
}

/** One tenant and where each of its streams stands. */
export async function showTenant(context: Context, given: string): Promise<void> {
  const id = await tenantIdOf(context, given);
  const { body: tenant } = await context.client.call('tenants.get', { params: { id } });
  const { body: sources } = await context.client.call('tenant-sources.list', { params: { id } });
  if (context.json) return outJson(context, { ...tenant, sources: sources.value });
  await context.terminal.out(
    formatFacts(
      [
        ['tenant', tenant.id],
        ['name', tenant.name],
        ['domains', tenant.domains.join(', ')],
        ['state', tenant.state],
        ['raw kept', `${String(tenant.retentionDays)} days`],
      ],
      context.terminal,
    ),
  );
  const rows = sources.value.flatMap((source): StreamRow[] =>
    source.streams.length === 0
      ? [{ source, stream: null }]
      : source.streams.map(stream => ({ source, stream })),
  );
  await context.terminal.out(`\n${formatTable(rows, streamColumns, context.terminal)}`);
}
