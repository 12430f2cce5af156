import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Where the command reads and writes. Results go to `out`, everything else to `note`. */
export interface Terminal {
  /** Resolves when there is room for more: a slow reader slows the writer. */
  out(text: string | Uint8Array): Promise<void>;
  note(text: string): void;
  /** Replaces the last line of standard error; where that is no terminal, does nothing. */
  status(text: string): void;
  paint(format: Paint, text: string): string;
  /** Columns a table may fill; null where nobody looks and nothing is cut. */
  readonly width: number | null;
  /** Somebody watches standard error. */
  readonly watched: boolean;
  readonly input: Readable;
  /** Aborts on Ctrl-C. */
  readonly interrupt: AbortSignal;
}

export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupt: AbortSignal;
}

/** A terminal over the given streams. Colours only where a person looks, and never against NO_COLOR. */
export function openTerminal(streams: Streams): Terminal {
  const { stdout, stderr, env } = streams;
  const noColour = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  const coloured = stdout.isTTY === true && !noColour;
  const watched = stderr.isTTY === true;
  let statusShown = false;
  const clearStatus = (): void => {
    if (statusShown) stderr.write('\r\u001b[K');
    statusShown = false;
  };
  return {
    async out(text) {
      clearStatus();
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    note(text) {
      clearStatus();
      stderr.write(`${text}\n`);
    },
    status(text) {
      if (!watched) return;
      clearStatus();
      if (text === '') return;
      stderr.write(text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1)));
      statusShown = true;
    },
    paint: (format, text) => (coloured ? styleText(format, text, { validateStream: false }) : text),
    width: stdout.isTTY === true ? Math.max(40, stdout.columns ?? 80) : null,
    watched,
    input: streams.stdin,
    interrupt: streams.interrupt,
  };
}
