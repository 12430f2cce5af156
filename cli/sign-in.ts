import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { instant, type Instant } from '../shared/kernel/time.ts';
import { CommandError, exitCodes } from './exit-code.ts';

/** What `GET /api/v1/config` says about signing in. */
export interface SignInConfig {
  /** A tenant id or `organizations` follows it. */
  readonly loginUrl: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

export interface SignedIn {
  readonly token: string;
  readonly expiresAt: Instant;
}

export interface SignInOptions {
  readonly config: SignInConfig;
  /** A tenant id, or `organizations` to let the account decide. */
  readonly tenant: string;
  /** The simulator's persona, signed in without a person; null opens the way for one. */
  readonly persona: string | null;
  /** Told the address to open in a browser. */
  show(url: string): void;
  readonly now: () => Instant;
  readonly signal: AbortSignal;
}

interface Attempt {
  readonly verifier: string;
  readonly state: string;
  readonly redirect: string;
}

const tokenReply = z.object({ access_token: z.string(), expires_in: z.number() });
const refusal = z.object({ error: z.string(), error_description: z.string().optional() });

/**
 * The authorization-code flow with PKCE (RFC 7636), as a public client with a redirect to this machine
 * (RFC 8252). With a persona the redirect is read without being followed; otherwise a person signs in with a
 * browser, and a server that lives for one request takes the answer.
 */
export async function signIn(options: SignInOptions): Promise<SignedIn> {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  if (options.persona !== null) {
    const attempt = { verifier, state, redirect: 'http://localhost' };
    return redeem(options, attempt, await codeOfPersona(options, attempt, options.persona));
  }
  return codeOfPerson(options, { verifier, state });
}

const authority = (options: SignInOptions): string =>
  `${options.config.loginUrl.replace(/\/$/, '')}/${encodeURIComponent(options.tenant)}/oauth2/v2.0`;

function authorizeUrl(
  options: SignInOptions,
  attempt: Attempt,
  extra: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams({
    client_id: options.config.clientId,
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: attempt.redirect,
    scope: options.config.scopes.join(' '),
    state: attempt.state,
    code_challenge: createHash('sha256').update(attempt.verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  });
  return `${authority(options)}/authorize?${query.toString()}`;
}

async function codeOfPersona(options: SignInOptions, attempt: Attempt, persona: string): Promise<string> {
  const url = authorizeUrl(options, attempt, { login_hint: persona, prompt: 'none' });
  const reply = await ask(url, { redirect: 'manual', signal: options.signal });
  const location = reply.headers.get('location');
  await reply.body?.cancel();
  if (location === null || !location.startsWith(attempt.redirect)) {
    throw new CommandError(exitCodes.refused, `Nobody could be signed in as "${persona}".`, {
      next: 'Personas exist only at the simulator. Sign in with a browser: holdfast token',
    });
  }
  return codeIn(new URL(location), attempt);
}

async function codeOfPerson(options: SignInOptions, start: Omit<Attempt, 'redirect'>): Promise<SignedIn> {
  let server: Server | undefined;
  try {
    const waiting = Promise.withResolvers<URL>();
    // A refusal may arrive before anybody waits for it.
    waiting.promise.catch(() => {});
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const answers = url.searchParams.has('code') || url.searchParams.has('error');
      response.writeHead(answers ? 200 : 404, {
        'content-type': 'text/plain; charset=utf-8',
        connection: 'close',
      });
      response.end(answers ? 'Signed in. You can close this page.\n' : 'Nothing here.\n');
      if (answers) waiting.resolve(url);
    });
    await new Promise<void>((settle, fail) => {
      server?.once('error', fail).listen(0, '127.0.0.1', settle);
    });
    options.signal.addEventListener('abort', () => {
      waiting.reject(new CommandError(exitCodes.interrupted, 'Interrupted.'));
    });
    const { port } = server.address() as AddressInfo;
    const attempt = { ...start, redirect: `http://localhost:${String(port)}` };
    options.show(authorizeUrl(options, attempt, { prompt: 'select_account' }));
    return await redeem(options, attempt, codeIn(await waiting.promise, attempt));
  } finally {
    server?.close();
  }
}

/** The code of a redirect that answers our question and no other. */
function codeIn(url: URL, attempt: Attempt): string {
  const error = url.searchParams.get('error');
  if (error !== null) throw refused(error, url.searchParams.get('error_description'));
  const code = url.searchParams.get('code');
  // Somebody else's answer sent to our address would sign the user in as somebody else.
  if (code === null || url.searchParams.get('state') !== attempt.state) {
    throw new CommandError(exitCodes.refused, 'The answer does not belong to this sign-in.', {
      next: 'Start again: holdfast token',
    });
  }
  return code;
}

async function redeem(options: SignInOptions, attempt: Attempt, code: string): Promise<SignedIn> {
  const asked = options.now();
  const reply = await ask(`${authority(options)}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: options.config.clientId,
      code,
      redirect_uri: attempt.redirect,
      code_verifier: attempt.verifier,
      scope: options.config.scopes.join(' '),
    }),
    signal: options.signal,
  });
  const body: unknown = await reply.json().catch(() => null);
  const parsed = tokenReply.safeParse(body);
  if (reply.ok && parsed.success) {
    return { token: parsed.data.access_token, expiresAt: instant(asked + parsed.data.expires_in * 1_000) };
  }
  const said = refusal.safeParse(body);
  throw refused(said.data?.error ?? `status ${String(reply.status)}`, said.data?.error_description ?? null);
}

/** Entra's descriptions go on with trace ids and times on lines of their own; the first sentence is for people. */
function refused(error: string, description: string | null): CommandError {
  const first = description?.split(/[\r\n]/)[0]?.replace(/ Trace ID:.*$/, '');
  return new CommandError(exitCodes.refused, `Sign-in was refused (${error}). ${first ?? ''}`.trim(), {
    next: 'Personas of the simulator: contoso-reader, contoso-admin, fabrikam-reader, operator, operator-reader, auditor, nobody.',
  });
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw new CommandError(exitCodes.interrupted, 'Interrupted.');
    throw new CommandError(
      exitCodes.unavailable,
      `The sign-in service at ${new URL(url).origin} does not answer.`,
      {
        next: 'Check that it runs and can be reached from here.',
        cause: error,
      },
    );
  }
}
