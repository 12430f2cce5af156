import { randomUUID } from 'node:crypto';
import { outJson, type Context } from '../context.ts';
import { followOperation } from '../follow-operation.ts';
import { tenantIdOf } from '../tenant-id.ts';
import { operationText } from './operations.ts';

export interface RenormalizeOptions {
  readonly source?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

/** Starts making a tenant's events anew, or counts what that would change. */
export async function renormalize(
  context: Context,
  tenant: string,
  options: RenormalizeOptions,
): Promise<void> {
  const { body: operation } = await context.client.call('maintenance.renormalize', {
    body: {
      tenant: await tenantIdOf(context, tenant),
      ...(options.source === undefined ? {} : { source: options.source }),
      all: options.all === true,
      dryRun: options.dryRun === true,
    },
    headers: { 'idempotency-key': randomUUID() },
  });
  // A dry run is asked for its answer.
  if (options.wait === true || options.dryRun === true) {
    await followOperation(context, operation.id);
    if (!context.json) await showResult(context, operation.id);
    return;
  }
  if (context.json) return outJson(context, operation);
  await context.terminal.out(operationText([operation], context));
  context.terminal.note(`Accepted. See how it goes: holdfast operations ${operation.id} --wait`);
}

async function showResult(context: Context, id: string): Promise<void> {
  const { result } = (await context.client.call('operations.get', { params: { id } })).body;
  const counts: unknown = result?.['counts'];
  const samples: unknown = result?.['samples'];
  const lines: string[] = [];
  if (typeof counts === 'object' && counts !== null) {
    for (const [name, count] of Object.entries(counts))
      lines.push(`${String(count).padStart(8)}  ${worded(name)}`);
  }
  if (Array.isArray(samples) && samples.length > 0) {
    lines.push('', 'some of the differences:', ...samples.map(sampleLine));
  }
  await context.terminal.out(`\n${lines.join('\n')}\n`);
}

/** `stillInQuarantine` → `still in quarantine` */
const worded = (name: string): string => name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);

function sampleLine(sample: unknown): string {
  if (typeof sample !== 'object' || sample === null) return '';
  const id: unknown = Reflect.get(sample, 'id');
  const said: unknown = Reflect.get(sample, 'differences');
  return `  ${String(id)}  ${Array.isArray(said) ? said.join(', ') : ''}`;
}
