import type { Answer } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { formatTable, type Column } from '../format-table.ts';
import { shortTime } from '../format-time.ts';
import { pageSize, printList } from '../list-pages.ts';
import type { Paint } from '../terminal.ts';

type OperationReply = Answer<Contract['operations.get']>['body'];

const columns: readonly Column<OperationReply>[] = [
  { title: 'OPERATION', value: one => one.id },
  { title: 'KIND', value: one => one.kind },
  { title: 'STATUS', value: one => one.status, paint: one => statusPaint(one.status) },
  { title: '%', value: one => String(Math.floor(one.percentComplete)), right: true },
  { title: 'STARTED (UTC)', shown: 'when-wide', value: one => shortTime(one.createdAt) },
  { title: 'CHANGED (UTC)', shown: 'when-wide', value: one => shortTime(one.updatedAt) },
  { title: 'ERROR', shown: 'when-filled', value: one => one.error?.message ?? '', least: 20 },
];

function statusPaint(status: OperationReply['status']): Paint | null {
  if (status === 'Succeeded') return 'green';
  if (status === 'Failed') return 'red';
  return status === 'Canceled' ? 'yellow' : null;
}

export const operationText = (operations: readonly OperationReply[], { terminal }: Context): string =>
  formatTable(operations, columns, terminal);

export async function listOperations(
  context: Context,
  options: { readonly tenant?: string; readonly limit: number },
): Promise<void> {
  const { limit, ...filter } = options;
  await printList(
    context,
    'operations',
    limit,
    columns,
    async () =>
      (await context.client.call('operations.list', { query: { ...filter, limit: pageSize(limit) } })).body,
    async link => (await context.client.follow('operations.list', link)).body,
  );
}

export async function showOperation(context: Context, id: string, cancel: boolean): Promise<void> {
  const { body } = await context.client.call(cancel ? 'operations.cancel' : 'operations.get', {
    params: { id },
  });
  await (context.json ? outJson(context, body) : context.terminal.out(operationText([body], context)));
}
