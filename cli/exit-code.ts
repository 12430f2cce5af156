/** What the command's exit code means. Contract: scripts branch on these. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  unavailable: 5,
  partial: 6,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `Exit codes:
  0    done
  1    something unexpected, or the work asked for has failed
  2    wrong usage: an option, a query or a value that cannot be understood
  3    not signed in, or not allowed
  4    no such thing
  5    the service does not answer or asks to wait; try again later
  6    done in part: some lines were quarantined, or not every source is ready
  130  interrupted with Ctrl-C (work on the server goes on)`;

/** An end of the command that is not success. The message is a sentence; `next` says what to do about it. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly next: string | null;
  /** The API's error code, what it is about, and the request to ask an operator about. */
  readonly facts: { readonly code?: string; readonly target?: string; readonly requestId?: string };
  constructor(
    exitCode: ExitCode,
    message: string,
    options: { next?: string; facts?: CommandError['facts']; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.next = options.next ?? null;
    this.facts = options.facts ?? {};
  }
}

export const usageError = (message: string, next?: string): CommandError =>
  new CommandError(exitCodes.usage, message, next === undefined ? {} : { next });
