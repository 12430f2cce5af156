import { randomUUID } from 'node:crypto';
import type { Answer } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { usageError } from '../exit-code.ts';
import { followOperation } from '../follow-operation.ts';
import { formatTable } from '../format-table.ts';
import { instantOption, shortTime } from '../format-time.ts';
import { tenantIdOf } from '../tenant-id.ts';
import { operationText } from './operations.ts';

export interface PullOptions {
  readonly kind: 'run' | 'backfill';
  readonly tenant: string;
  readonly source: string;
  readonly from?: string;
  readonly to?: string;
  readonly stream?: string;
  readonly dryRun: boolean;
  readonly wait: boolean;
}

/** Starts a pull of what is due (`run`) or of a range (`run`, `backfill`), or shows what it would ask for. */
export async function pull(context: Context, options: PullOptions): Promise<void> {
  const range = rangeOf(context, options);
  const params = { id: await tenantIdOf(context, options.tenant), source: options.source };
  const rest = {
    ...(options.stream === undefined ? {} : { stream: options.stream }),
    dryRun: options.dryRun,
  };
  // A repeated key would get the first answer; a fresh one each time makes every command its own request.
  const headers = { 'idempotency-key': randomUUID() };
  let answer: Answer<Contract['source.run']>;
  if (options.kind === 'run') {
    const body = range === null ? rest : { ...rest, range };
    answer = await context.client.call('source.run', { params, body, headers });
  } else {
    if (range === null) throw usageError('A backfill needs --from.', 'For what is due now: holdfast run.');
    answer = await context.client.call('source.backfill', { params, body: { ...rest, range }, headers });
  }
  if (answer.status === 200) return showPlan(context, answer.body);
  const operation = answer.body;
  if (options.wait) return followOperation(context, operation.id);
  if (context.json) return outJson(context, operation);
  await context.terminal.out(operationText([operation], context));
  context.terminal.note(`Accepted. See how it goes: holdfast operations ${operation.id} --wait`);
}

// Providers are still writing what is newer; a range up to this very moment would stay open until they have, and
// the timer pulls that anyway.
const defaultEnd = '10m';

function rangeOf(context: Context, options: PullOptions): { from: string; to: string } | null {
  if (options.from === undefined) {
    if (options.to !== undefined) throw usageError('--to needs --from.');
    return null;
  }
  const now = context.now();
  const from = instantOption('from', options.from, now);
  const to = instantOption('to', options.to ?? defaultEnd, now);
  if (from < to) return { from, to };
  throw usageError(
    options.to === undefined ? '--from must be more than ten minutes ago.' : '--from must be before --to.',
    options.to === undefined ? 'Where --to is not given the range ends then.' : undefined,
  );
}

async function showPlan(
  context: Context,
  plan: Extract<Answer<Contract['source.run']>, { status: 200 }>['body'],
): Promise<void> {
  if (context.json) return outJson(context, plan);
  if (plan.windows.length === 0) return context.terminal.note('Nothing is due. Nothing was done.');
  await context.terminal.out(
    formatTable(
      plan.windows,
      [
        { title: 'STREAM', value: row => row.stream },
        { title: 'FROM (UTC)', value: row => shortTime(row.from) },
        { title: 'TO (UTC)', value: row => shortTime(row.to) },
      ],
      context.terminal,
    ),
  );
  const count = plan.windows.length;
  const windows = count === 1 ? '1 window' : `${String(count)} windows`;
  context.terminal.note(`A dry run: ${windows} would be asked for. Nothing was done.`);
}
