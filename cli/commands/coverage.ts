import type { Answer, Ask } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { formatTable, type Column } from '../format-table.ts';
import { shortTime } from '../format-time.ts';
import { statePaint } from './tenants.ts';

type Entry = Answer<Contract['coverage.list']>['body']['value'][number];
export type CoverageOptions = NonNullable<Ask<Contract['coverage.list']>['query']>;

const first = (entry: Entry): string | null => entry.covered[0]?.from ?? null;

const columns: readonly Column<Entry>[] = [
  { title: 'TENANT', value: entry => entry.tenant, least: 13 },
  { title: 'SOURCE', value: entry => entry.source },
  { title: 'STREAM', value: entry => entry.stream },
  { title: 'STATE', value: entry => entry.state, paint: entry => statePaint(entry.state) },
  { title: 'COVERED FROM (UTC)', shown: 'when-wide', value: entry => shortTime(first(entry)) },
  { title: 'COMPLETE TO (UTC)', value: entry => shortTime(entry.committedTo) },
  {
    title: 'THINGS',
    shown: 'when-filled',
    value: entry => (entry.lastReading === null ? '' : String(entry.lastReading.things)),
    right: true,
  },
  {
    title: 'GAPS',
    value: entry => (entry.gaps.length === 0 ? 'none' : String(entry.gaps.length)),
    right: true,
  },
  { title: 'PROBLEM', shown: 'when-filled', value: entry => entry.problem ?? '', least: 16 },
];

interface GapRow {
  readonly entry: Entry;
  readonly gap: Entry['gaps'][number];
}
const gapColumns: readonly Column<GapRow>[] = [
  { title: 'GAP FROM (UTC)', value: row => shortTime(row.gap.from), paint: () => 'red' },
  { title: 'TO (UTC)', value: row => shortTime(row.gap.to), paint: () => 'red' },
  { title: 'SOURCE', value: row => row.entry.source },
  { title: 'STREAM', value: row => row.entry.stream },
  { title: 'WHY', value: row => row.gap.reason, least: 12 },
  { title: 'TENANT', value: row => row.entry.tenant, least: 13 },
];

/**
 * What has been asked and answered, and below it each span that never can be. A snapshot is complete to its last whole
 * reading, and shows how many things there were then.
 */
export async function showCoverage(context: Context, query: CoverageOptions): Promise<void> {
  const { value } = (await context.client.call('coverage.list', { query })).body;
  if (context.json) {
    for (const entry of value) await outJson(context, entry);
    return;
  }
  if (value.length === 0) return context.terminal.note('Nothing has been asked for yet.');
  await context.terminal.out(formatTable(value, columns, context.terminal));
  const gaps = value.flatMap(entry => entry.gaps.map(gap => ({ entry, gap })));
  if (gaps.length > 0) await context.terminal.out(`\n${formatTable(gaps, gapColumns, context.terminal)}`);
}
