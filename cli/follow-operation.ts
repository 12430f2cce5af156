import { seconds } from '../shared/kernel/time.ts';
import type { Answer } from '../shared/api/client.ts';
import type { Contract } from '../shared/api/contract/contract.ts';
import { operationText } from './commands/operations.ts';
import { outJson, type Context } from './context.ts';
import { CommandError, exitCodes } from './exit-code.ts';
import { spanText } from './format-time.ts';

type OperationReply = Answer<Contract['operations.get']>['body'];

const over = (operation: OperationReply): boolean =>
  operation.status === 'Succeeded' || operation.status === 'Failed' || operation.status === 'Canceled';

/**
 * Waits for an operation and shows how far it is: a line that moves where somebody watches, a line per tenth
 * otherwise. Ctrl-C ends the waiting, not the work, and says how to look again.
 */
export async function followOperation(context: Context, id: string): Promise<void> {
  const { terminal } = context;
  const began = context.now();
  let told = -1;
  let wait = seconds(0.5);
  for (;;) {
    if (terminal.interrupt.aborted) throw interrupted(id);
    const operation = await look(context, id);
    const tenth = Math.floor(operation.percentComplete / 10);
    const line = `${String(Math.floor(operation.percentComplete)).padStart(3)} %  ${operation.kind}  ${spanText(context.now() - began)}`;
    terminal.status(line);
    if (!terminal.watched && tenth > told) terminal.note(line);
    told = Math.max(told, tenth);
    if (over(operation)) return end(context, operation);
    await context.sleep(wait);
    wait = seconds(Math.min(5, (wait / 1_000) * 1.3));
  }
}

async function look(context: Context, id: string): Promise<OperationReply> {
  try {
    return (await context.client.call('operations.get', { params: { id } })).body;
  } catch (error) {
    if (context.terminal.interrupt.aborted) throw interrupted(id);
    throw error;
  }
}

const interrupted = (id: string): CommandError =>
  new CommandError(exitCodes.interrupted, 'Stopped watching. The work goes on.', {
    next: `Look again: holdfast operations ${id} --wait    Cancel it: holdfast operations ${id} --cancel`,
  });

async function end(context: Context, operation: OperationReply): Promise<void> {
  context.terminal.status('');
  await (context.json
    ? outJson(context, operation)
    : context.terminal.out(operationText([operation], context)));
  if (operation.status === 'Succeeded') return;
  const error = operation.error;
  throw new CommandError(
    exitCodes.unexpected,
    error?.message ?? `The operation was ${operation.status === 'Canceled' ? 'cancelled' : 'not completed'}.`,
    {
      next: 'holdfast runs shows each pull and its error.',
      facts: error === null ? {} : { code: error.code },
    },
  );
}
