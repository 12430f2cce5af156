import { isIP } from 'node:net';
import { ApiProblem, createClient, type Client } from '../shared/api/client.ts';
import { AppError } from '../shared/kernel/errors.ts';
import type { Instant } from '../shared/kernel/time.ts';
import { CommandError, exitCodes, usageError, type ExitCode } from './exit-code.ts';
import { savedToken, tokenPath } from './token-file.ts';

export interface ConnectionOptions {
  /** As given with --url; undefined falls back to HOLDFAST_URL, then to this machine. */
  readonly url: string | undefined;
  /** As given with --token; undefined falls back to HOLDFAST_TOKEN, then to a saved one. */
  readonly token: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Instant;
  readonly signal: AbortSignal;
}

export const defaultUrl = 'http://127.0.0.1:7071';

/** The service's address, without a path. A token never goes over plain http to another machine. */
export function serviceUrl(options: Pick<ConnectionOptions, 'url' | 'env'>): string {
  const given = options.url ?? (options.env['HOLDFAST_URL'] || defaultUrl);
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw usageError(`"${given}" is not an address of a service.`, `Give one such as ${defaultUrl}.`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw usageError(
      `${url.origin} would carry your token in the clear.`,
      'Use https, or http to this machine only.',
    );
  }
  return url.origin;
}

function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

/** A client of the service, with the caller's token. */
export function connect(options: ConnectionOptions): Client {
  const baseUrl = serviceUrl(options);
  return createClient({
    baseUrl,
    token: async () => {
      // An empty variable is one that is not set; an empty option is a script whose variable was not.
      if (options.token?.trim() === '') {
        throw usageError('--token is empty.', 'Give a token, or leave it out to use the saved one.');
      }
      const given = options.token ?? options.env['HOLDFAST_TOKEN'];
      if (given !== undefined && given.trim() !== '') return sendable(given.trim());
      return savedToken(tokenPath(options.env), baseUrl, options.now());
    },
    send: (url, init) => send(url, { ...init, signal: withOurs(init.signal, options.signal) }, baseUrl),
  });
}

/** Checked here, because the platform's own complaint would print the token. */
function sendable(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw usageError(
    'The token holds characters that no token has.',
    'Give it in one line, as `holdfast token` prints it.',
  );
}

const withOurs = (theirs: AbortSignal | null | undefined, ours: AbortSignal): AbortSignal =>
  theirs === null || theirs === undefined ? ours : AbortSignal.any([theirs, ours]);

async function send(url: string, init: RequestInit, baseUrl: string): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw new CommandError(exitCodes.interrupted, 'Interrupted.');
    throw new CommandError(exitCodes.unavailable, `Nothing answers at ${baseUrl}.`, {
      next: 'Start it with `npm start`, or say where it is with --url or HOLDFAST_URL.',
      cause: error,
    });
  }
}

/** What went wrong, in the command's own terms. */
export function asCommandError(thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown;
  if (thrown instanceof ApiProblem) return ofProblem(thrown);
  const wrongInput =
    thrown instanceof AppError && ['request.invalid', 'config.invalid'].includes(thrown.code);
  if (wrongInput) return usageError(thrown.message);
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new CommandError(exitCodes.unexpected, `Something failed that should not: ${text}`, {
    cause: thrown,
  });
}

function ofProblem(problem: ApiProblem): CommandError {
  const next = nextFor(problem);
  const details = problem.details
    .filter(detail => detail.message !== problem.message)
    .map(detail => `\n  ${detail.target}: ${detail.message}`)
    .join('');
  return new CommandError(exitCodeFor(problem), problem.message + details, {
    ...(next === null ? {} : { next }),
    facts: {
      code: problem.code,
      ...(problem.target === null ? {} : { target: problem.target }),
      ...(problem.requestId === null ? {} : { requestId: problem.requestId }),
    },
    cause: problem,
  });
}

function exitCodeFor({ status, code }: ApiProblem): ExitCode {
  if (code === 'NotTheApi') return exitCodes.unavailable;
  if (status === 401 || status === 403) return exitCodes.refused;
  if (status === 404) return exitCodes.notFound;
  if (
    status === 400 ||
    status === 405 ||
    status === 410 ||
    status === 413 ||
    status === 415 ||
    status === 431
  )
    return exitCodes.usage;
  if (status === 429 || status === 502 || status === 503 || status === 504) return exitCodes.unavailable;
  return exitCodes.unexpected;
}

function nextFor({ status, code, retryAfterSeconds }: ApiProblem): string | null {
  if (status === 401)
    return 'Sign in: holdfast token --as contoso-reader --save (or without --as, in the browser).';
  if (status === 403) return 'Ask whoever runs this service for the role, or sign in as somebody who has it.';
  if (code === 'QueryInvalid') return 'The query language is in docs/operations.md.';
  if (retryAfterSeconds !== null) return `Try again in ${String(retryAfterSeconds)} s.`;
  if (status >= 500) return 'If it stays so, give the request id to whoever runs this service.';
  return null;
}
