import type { Answer } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { formatTable, type Column } from '../format-table.ts';
import { tenantIdOf } from '../tenant-id.ts';

type Entry = Answer<Contract['tenant-readiness.get']>['body']['value'][number];

interface Row {
  readonly entry: Entry;
  readonly check: Entry['checks'][number] | null;
}

const stateOf = ({ entry, check }: Row): string => {
  if (!entry.enabled) return 'switched off';
  return check?.state ?? 'not asked';
};

const columns: readonly Column<Row>[] = [
  { title: 'SOURCE', value: row => row.entry.source },
  { title: 'PERMISSION', value: row => row.check?.permissions.join(', ') ?? '', least: 16 },
  {
    title: 'STATE',
    value: stateOf,
    paint: row => (row.check === null ? null : row.check.state === 'ready' ? 'green' : 'red'),
  },
  { title: 'CODE', shown: 'when-filled', value: row => row.check?.code ?? '' },
];

/** Whether each source of a tenant may be read today; below the table, each problem with what mends it. */
export async function showReadiness(context: Context, given: string): Promise<ExitCode> {
  const id = await tenantIdOf(context, given);
  const { body } = await context.client.call('tenant-readiness.get', { params: { id } });
  const code = body.ready ? exitCodes.ok : exitCodes.partial;
  if (context.json) {
    await outJson(context, body);
    return code;
  }
  const rows = body.value.flatMap((entry): Row[] =>
    entry.checks.length === 0 ? [{ entry, check: null }] : entry.checks.map(check => ({ entry, check })),
  );
  await context.terminal.out(formatTable(rows, columns, context.terminal));
  const problems = new Map<string, Set<string>>();
  const tell = (sentence: string | null, source: string): void => {
    if (sentence === null) return;
    problems.set(sentence, (problems.get(sentence) ?? new Set()).add(source));
  };
  for (const entry of body.value) {
    for (const check of entry.checks) tell(check.problem, entry.source);
    if (entry.ready) tell(entry.next, entry.source);
  }
  if (body.names !== null) tell(body.names.problem, 'names');
  for (const [sentence, sources] of problems)
    context.terminal.note(`${[...sources].join(', ')}: ${sentence}`);
  return code;
}
