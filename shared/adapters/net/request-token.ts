import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { retryAfterMs } from '../../kernel/retry-after.ts';
import { Secret } from '../../kernel/secret.ts';
import { seconds, type Duration } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpReply } from '../../ports/http-client.ts';
import { WireFault, type HttpTransport, type WireLimits } from './http-transport.ts';
import type { ProviderAddress } from './provider-address.ts';
import type { IssuedToken } from './provider-token.ts';

/** Why there is no token, and whether asking once more may help. */
export type Refused = { readonly error: AppError; readonly again: boolean };

/** A service that gives tokens for a form, and how its failures are told. */
export interface TokenGiver {
  /** As facts of an error name it. */
  readonly api: string;
  readonly unavailable: string;
  readonly unreadable: string;
  readonly throttled: string;
  /** What an answer below 500 that is no token means; null when it is not the service's. */
  refusal(body: unknown, status: number): Refused | null;
}

export interface TokenRequest {
  readonly service: TokenGiver;
  readonly address: ProviderAddress;
  /** Below the address. */
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
  readonly transport: HttpTransport;
  readonly clock: Clock;
}

const limits: WireLimits = {
  connectMs: 10_000,
  headersMs: 30_000,
  stallMs: 15_000,
  bodyMs: 30_000,
  bodyBytes: 1_048_576,
};
const waits: readonly Duration[] = [seconds(1), seconds(3)];

/** `POST` of an OAuth 2.0 token request; a fault of the moment is tried again twice. */
export async function requestToken(request: TokenRequest): Promise<IssuedToken> {
  for (let tries = 0; ; tries += 1) {
    const outcome = await ask(request);
    if ('secret' in outcome) return outcome;
    const wait = waits[tries];
    if (!outcome.again || wait === undefined) throw outcome.error;
    await request.clock.sleep(wait);
  }
}

async function ask({
  service,
  address,
  path,
  form,
  transport,
}: TokenRequest): Promise<IssuedToken | Refused> {
  const { secure, hostname, port, prefix } = address;
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(form).toString();
  try {
    const sent = { secure, hostname, port, target: prefix + path, method: 'POST', headers, body };
    return read(service, await transport.exchange(sent, limits));
  } catch (thrown) {
    if (!(thrown instanceof WireFault)) throw thrown;
    return { error: unavailable(service, { fault: thrown.kind }), again: true };
  }
}

// Visible ASCII: it becomes a header.
const issued = z.object({
  access_token: z.string().regex(/^[\u0021-\u007e]+$/),
  expires_in: z.coerce.number().positive(),
});

function read(service: TokenGiver, reply: HttpReply): IssuedToken | Refused {
  const { status } = reply;
  if (status === 429) return { error: throttled(service, retryAfterMs(reply.headers)), again: false };
  const body = parsed(reply.bytes);
  if (status === 200) {
    const token = issued.safeParse(body);
    if (token.success) {
      return { secret: new Secret(token.data.access_token), lifetime: seconds(token.data.expires_in) };
    }
  }
  if (status >= 500) return { error: unavailable(service, { status }), again: true };
  return service.refusal(body, status) ?? { error: unreadable(service, status), again: true };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // A gateway's page; both readers refuse it.
  }
}

const unavailable = (
  { api, unavailable: text }: TokenGiver,
  facts: Record<string, string | number>,
): AppError => new AppError('provider.unavailable', 'retry-later', text, { facts: { api, ...facts } });

const unreadable = ({ api, unreadable: text }: TokenGiver, status: number): AppError =>
  new AppError('provider.malformed', 'retry-later', text, { facts: { api, status } });

const throttled = ({ api, throttled: text }: TokenGiver, afterMs: number | null): AppError =>
  new AppError('provider.throttled', 'retry-later', text, {
    retryAfterMs: afterMs ?? 60_000,
    facts: { api },
  });
