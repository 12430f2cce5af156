import type { Answer, Ask } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { formatTable, type Column } from '../format-table.ts';
import { shortTime } from '../format-time.ts';
import { statePaint } from './tenants.ts';

type Entry = Answer<Contract['coverage.list']>['body']['value'][number];
export type CoverageOptions = NonNullable<Ask<Contract['coverage.list']>['query']>;

/** A stream, or all streams of a source of which the same can be said. */
interface Row extends Pick<Entry, 'source' | 'stream' | 'state' | 'committedTo' | 'gaps' | 'problem'> {
  readonly from: string | null;
  /** Of a snapshot. */
  readonly things: number | null;
}

const columns: readonly Column<Row>[] = [
  { title: 'SOURCE', value: entry => entry.source, least: 20 },
  { title: 'STREAM', value: entry => entry.stream, least: 8 },
  { title: 'STATE', value: entry => entry.state, paint: entry => statePaint(entry.state) },
  { title: 'FROM (UTC)', shown: 'when-wide', value: entry => shortTime(entry.from).slice(0, 16) },
  { title: 'COMPLETE TO (UTC)', value: entry => shortTime(entry.committedTo) },
  {
    title: 'THINGS',
    shown: 'when-filled',
    value: entry => (entry.things === null ? '' : String(entry.things)),
    right: true,
  },
  {
    title: 'GAPS',
    value: entry => (entry.gaps.length === 0 ? 'none' : String(entry.gaps.length)),
    right: true,
  },
  { title: 'PROBLEM', shown: 'when-filled', value: entry => entry.problem ?? '', least: 16 },
];

const rowOf = (entry: Entry): Row => ({
  ...entry,
  from: entry.covered[0]?.from ?? null,
  things: entry.lastReading?.things ?? null,
});

/** Of times, all in UTC and of one form; null where there is none yet. */
const first = (times: readonly (string | null)[]): string | null =>
  times.reduce((a, b) => (a === null || b === null ? null : a < b ? a : b));
const last = (times: readonly (string | null)[]): string | null =>
  times.reduce((a, b) => (a === null || b === null ? null : a > b ? a : b));

/** One row for all streams of a source that are fine; any other stands for itself. */
function bySource(entries: readonly Entry[]): Row[] {
  return [...new Set(entries.map(entry => entry.source))].flatMap((source): Row[] => {
    const streams = entries.filter(entry => entry.source === source);
    const [one, ...more] = streams;
    const fine = streams.every(
      ({ state, gaps, problem }) =>
        ['current', 'working'].includes(state) && gaps.length === 0 && problem === null,
    );
    if (one === undefined || more.length === 0 || !fine) return streams.map(rowOf);
    return [
      {
        ...one,
        stream: `all ${String(streams.length)}`,
        state: streams.find(({ state }) => state === 'working')?.state ?? one.state,
        from: last(streams.map(entry => rowOf(entry).from)),
        committedTo: first(streams.map(({ committedTo }) => committedTo)),
        things:
          one.lastReading === null
            ? null
            : streams.reduce((sum, { lastReading }) => sum + (lastReading?.things ?? 0), 0),
      },
    ];
  });
}

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
 * What has been asked and answered, a table a tenant, and below it each span that never can be. A snapshot is complete to its last whole
 * reading, and shows how many things there were then. Asked for one source or stream, it shows each stream.
 */
export async function showCoverage(context: Context, query: CoverageOptions): Promise<void> {
  const { value } = (await context.client.call('coverage.list', { query })).body;
  if (context.json) {
    for (const entry of value) await outJson(context, entry);
    return;
  }
  const apart = query.source !== undefined || query.stream !== undefined;
  if (value.length === 0) {
    const nothing = apart ? 'Nothing of that source or stream' : 'Nothing';
    return context.terminal.note(`${nothing} has been asked for yet.`);
  }
  const tenants = [...new Set(value.map(entry => entry.tenant))];
  for (const [at, tenant] of tenants.entries()) {
    const entries = value.filter(entry => entry.tenant === tenant);
    const rows = apart ? entries.map(rowOf) : bySource(entries);
    const title = `${at === 0 ? '' : '\n'}${context.terminal.paint('bold', tenant)}\n`;
    await context.terminal.out(title + formatTable(rows, columns, context.terminal));
  }
  const gaps = value.flatMap(entry => entry.gaps.map(gap => ({ entry, gap })));
  if (gaps.length > 0) await context.terminal.out(`\n${formatTable(gaps, gapColumns, context.terminal)}`);
}
