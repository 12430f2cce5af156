import type { InvocationContext } from '@azure/functions';
import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<InvocationContext>();

/** Runs work so that its log lines go out under this invocation. */
export const underInvocation = <T>(context: InvocationContext, work: () => Promise<T>): Promise<T> =>
  current.run(context, work);

/** Log lines for the Functions host: under the invocation that writes them, so that they carry its id. */
export const invocationLog = {
  write(line: string): void {
    const context = current.getStore();
    const text = line.trimEnd();
    if (context === undefined) process.stdout.write(`${text}\n`);
    else if (text.includes('"level":"error"')) context.error(text);
    else context.log(text);
  },
};
