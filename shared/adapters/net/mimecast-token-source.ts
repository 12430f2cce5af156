import { AppError, type ErrorCode } from '../../kernel/errors.ts';
import { isTenantId } from '../../model/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { HttpTransport } from './http-transport.ts';
import { providerAddress } from './provider-address.ts';
import type { TokenSource } from './provider-token.ts';
import { requestToken, type Refused, type TokenGiver } from './request-token.ts';

export interface MimecastTokenSourceOptions {
  /** Asked for every token, so that a rotated secret counts at once. */
  readonly secrets: SecretStore;
  readonly transport: HttpTransport;
  readonly clock: Clock;
}

/** The secret with a customer's Mimecast API application, `<client id>:<client secret>`, as the secret store names it. */
export const mimecastSecret = (tenantId: string): string => `mimecast-${tenantId}`;

/**
 * Client credentials of each customer's own API application: `POST {host}/oauth/token`. The resource is the base
 * address of the customer's region, because a token holds there and nowhere else.
 */
export function mimecastTokenSource({ secrets, transport, clock }: MimecastTokenSourceOptions): TokenSource {
  return {
    async issue(tenantId, resource) {
      if (!isTenantId(tenantId)) throw new AppError('bug', 'give-up', 'A token was asked for no tenant.');
      const address = providerAddress(new URL(resource));
      const name = mimecastSecret(tenantId);
      const application = (await secrets.get(name)).reveal();
      const colon = application.indexOf(':');
      if (colon < 1 || colon === application.length - 1) throw notAPair(name);
      const form = {
        client_id: application.slice(0, colon),
        client_secret: application.slice(colon + 1),
        grant_type: 'client_credentials',
      };
      return requestToken({ service, address, path: '/oauth/token', form, transport, clock });
    },
  };
}

const notAPair = (name: string): AppError =>
  new AppError(
    'config.invalid',
    'pause-source',
    `The secret ${name} must be the client id and the client secret of the customer’s Mimecast API application, with a colon between them.`,
    { target: name },
  );

const service: TokenGiver = {
  api: 'mimecast',
  unavailable:
    'Mimecast’s sign-in does not answer. It is tried again later; if it stays so, check HOLDFAST_MIMECAST_URL and the network.',
  unreadable:
    'What answered at the Mimecast address does not speak as Mimecast does. Check HOLDFAST_MIMECAST_URL and what stands between.',
  throttled: 'Mimecast’s sign-in asks us to wait. The pull goes on by itself afterwards.',
  // Bad credentials come as 400 in one account and as 401 in another, and so does an account of another region.
  refusal(body, status) {
    if (typeof body !== 'object' || body === null || Array.isArray(body) || status === 200) return null;
    if (status === 400 || status === 401) return refused('provider.unauthorized', status, credentials);
    if (status === 403) return refused('provider.refused', status, forbidden);
    return null;
  },
};

const credentials =
  'Mimecast knows no such API application. Check the client id and secret, that the application is enabled, and that the customer’s region is the account’s own.';
const forbidden =
  'Mimecast refuses the API application. Have an administrator of the account enable it, and allow the address we come from.';

const refused = (code: ErrorCode, status: number, message: string): Refused => ({
  error: new AppError(code, 'pause-source', message, { facts: { api: 'mimecast', status, token: true } }),
  again: false,
});
