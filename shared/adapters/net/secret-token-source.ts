import { AppError } from '../../kernel/errors.ts';
import { isTenantId } from '../../model/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { HttpTransport } from './http-transport.ts';
import { providerAddress } from './provider-address.ts';
import type { TokenSource } from './provider-token.ts';
import { requestToken, type TokenGiver } from './request-token.ts';
import { tokenRefusal } from './token-refusal.ts';

export interface SecretTokenSourceOptions {
  /** `https://login.microsoftonline.com`, or the simulator's. */
  readonly loginUrl: URL;
  /** The application (client) id that collects. */
  readonly clientId: string;
  /** Asked for every token, so that a rotated secret counts at once. */
  readonly secrets: SecretStore;
  readonly secretName: string;
  readonly transport: HttpTransport;
  readonly clock: Clock;
}

/** Client credentials with a secret: `POST {login}/{tenant}/oauth2/v2.0/token`. */
export function secretTokenSource(options: SecretTokenSourceOptions): TokenSource {
  const address = providerAddress(options.loginUrl);
  const { transport, clock } = options;
  return {
    async issue(tenantId, resource) {
      if (!isTenantId(tenantId)) throw new AppError('bug', 'give-up', 'A token was asked for no tenant.');
      const secret = await options.secrets.get(options.secretName);
      const form = {
        client_id: options.clientId,
        scope: `${resource}/.default`,
        grant_type: 'client_credentials',
        client_secret: secret.reveal(),
      };
      const path = `/${tenantId}/oauth2/v2.0/token`;
      return requestToken({ service: entra(tenantId), address, path, form, transport, clock });
    },
  };
}

const entra = (tenantId: string): TokenGiver => ({
  api: 'login',
  unavailable:
    'The sign-in service does not answer. It is tried again later; if it stays so, check HOLDFAST_LOGIN_URL and the network.',
  unreadable:
    'What answered at the sign-in address does not speak as Entra does. Check HOLDFAST_LOGIN_URL and what stands between.',
  throttled: 'The sign-in service asks us to wait. The pull goes on by itself afterwards.',
  // A 200 without a token is nobody's refusal.
  refusal: (body, status) => (status === 200 ? null : tokenRefusal(body, status, tenantId)),
});
