import type { Client } from '../shared/api/client.ts';
import type { Duration, Instant } from '../shared/kernel/time.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface Context {
  readonly terminal: Terminal;
  /** One JSON document, or one line per item of a list. */
  readonly json: boolean;
  readonly client: Client;
  readonly url: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): Instant;
  /** Ends early on Ctrl-C. */
  sleep(span: Duration): Promise<void>;
}

/** One JSON document on one line. */
export const outJson = (context: Context, value: unknown): Promise<void> =>
  context.terminal.out(`${JSON.stringify(value)}\n`);
