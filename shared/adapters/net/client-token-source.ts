import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { retryAfterMs } from '../../kernel/retry-after.ts';
import { Secret } from '../../kernel/secret.ts';
import { seconds, type Duration } from '../../kernel/time.ts';
import { isTenantId } from '../../model/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpReply } from '../../ports/http-client.ts';
import { WireFault, type HttpTransport, type WireLimits } from './http-transport.ts';
import { providerAddress, type ProviderAddress } from './provider-address.ts';
import type { IssuedToken, TokenSource } from './provider-token.ts';
import { tokenRefusal } from './token-refusal.ts';

export interface ClientTokenSourceOptions {
  /** `https://login.microsoftonline.com`, or the simulator's. */
  readonly loginUrl: URL;
  /** The application (client) id that collects. */
  readonly clientId: string;
  /** What shows that we are that application, as fields of the request; asked for with every token. */
  readonly proof: () => Promise<Readonly<Record<string, string>>>;
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

/** Client credentials: `POST {login}/{tenant}/oauth2/v2.0/token`. */
export function clientTokenSource(options: ClientTokenSourceOptions): TokenSource {
  const address = providerAddress(options.loginUrl);
  return {
    async issue(tenantId, resource) {
      if (!isTenantId(tenantId)) throw new AppError('bug', 'give-up', 'A token was asked for no tenant.');
      const body = new URLSearchParams({
        client_id: options.clientId,
        scope: `${resource}/.default`,
        grant_type: 'client_credentials',
        ...(await options.proof()),
      }).toString();
      for (let tries = 0; ; tries += 1) {
        const outcome = await ask(options.transport, address, tenantId, body);
        if ('secret' in outcome) return outcome;
        const wait = waits[tries];
        if (!outcome.again || wait === undefined) throw outcome.error;
        await options.clock.sleep(wait);
      }
    },
  };
}

type Refused = { readonly error: AppError; readonly again: boolean };

async function ask(
  transport: HttpTransport,
  address: ProviderAddress,
  tenantId: string,
  body: string,
): Promise<IssuedToken | Refused> {
  const request = {
    secure: address.secure,
    hostname: address.hostname,
    port: address.port,
    target: `${address.prefix}/${tenantId}/oauth2/v2.0/token`,
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body,
  };
  try {
    return read(await transport.exchange(request, limits), tenantId);
  } catch (thrown) {
    if (thrown instanceof WireFault) return { error: unavailable({ fault: thrown.kind }), again: true };
    throw thrown;
  }
}

// Visible ASCII: it becomes a header.
const issued = z.object({
  access_token: z.string().regex(/^[\u0021-\u007e]+$/),
  expires_in: z.coerce.number().positive(),
});

function read(reply: HttpReply, tenantId: string): IssuedToken | Refused {
  const { status } = reply;
  if (status === 429) return { error: throttled(retryAfterMs(reply.headers)), again: false };
  const body = parsed(reply.bytes);
  if (status === 200) {
    const token = issued.safeParse(body);
    if (token.success) {
      return { secret: new Secret(token.data.access_token), lifetime: seconds(token.data.expires_in) };
    }
    return { error: unreadable(status), again: true };
  }
  if (status >= 500) return { error: unavailable({ status }), again: true };
  return tokenRefusal(body, status, tenantId) ?? { error: unreadable(status), again: true };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // A gateway's page; both readers below refuse it.
  }
}

const unavailable = (facts: Record<string, string | number>): AppError =>
  new AppError(
    'provider.unavailable',
    'retry-later',
    'The sign-in service does not answer. It is tried again later; if it stays so, check HOLDFAST_LOGIN_URL and the network.',
    { facts: { api: 'login', ...facts } },
  );

const unreadable = (status: number): AppError =>
  new AppError(
    'provider.malformed',
    'retry-later',
    'What answered at the sign-in address does not speak as Entra does. Check HOLDFAST_LOGIN_URL and what stands between.',
    { facts: { api: 'login', status } },
  );

const throttled = (afterMs: number | null): AppError =>
  new AppError(
    'provider.throttled',
    'retry-later',
    'The sign-in service asks us to wait. The pull goes on by itself afterwards.',
    { retryAfterMs: afterMs ?? 60_000, facts: { api: 'login' } },
  );
