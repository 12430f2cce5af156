import type { Answer } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { formatTable, type Column } from '../format-table.ts';
import { tenantIdOf } from '../tenant-id.ts';
import { statePaint } from './tenants.ts';

type Standing = Answer<Contract['source.pause']>['body']['value'][number];

const columns: readonly Column<Standing>[] = [
  { title: 'STREAM', value: one => one.stream },
  { title: 'STATE', value: one => one.state, paint: one => statePaint(one.state) },
  { title: 'PROBLEM', shown: 'when-filled', value: one => one.problem ?? '', least: 20 },
];

export interface StandingOptions {
  readonly stream?: string;
  readonly reason?: string;
}

/** Pauses or resumes a source, or one stream of it, and shows where its streams stand then. */
export async function changeStanding(
  context: Context,
  kind: 'pause' | 'resume',
  tenant: string,
  source: string,
  options: StandingOptions,
): Promise<void> {
  const params = { id: await tenantIdOf(context, tenant), source };
  const { reason, ...stream } = options;
  const { body } =
    kind === 'resume'
      ? await context.client.call('source.resume', { params, body: stream })
      : await context.client.call('source.pause', {
          params,
          body: reason === undefined ? stream : { ...stream, reason },
        });
  if (context.json) return outJson(context, body);
  await context.terminal.out(formatTable(body.value, columns, context.terminal));
}
