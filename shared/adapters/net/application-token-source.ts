import { AppError } from '../../kernel/errors.ts';
import { isTenantId } from '../../model/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpTransport } from './http-transport.ts';
import { providerAddress } from './provider-address.ts';
import type { TokenSource } from './provider-token.ts';
import { requestToken, type TokenGiver } from './request-token.ts';
import { tokenRefusal } from './token-refusal.ts';

export interface ApplicationTokenSourceOptions {
  /** `https://login.microsoftonline.com`, or the simulator's. */
  readonly loginUrl: URL;
  /** The application (client) id that collects. */
  readonly clientId: string;
  /** What shows that we are that application, as fields of the request; asked for with every token. */
  readonly proof: () => Promise<Readonly<Record<string, string>>>;
  readonly transport: HttpTransport;
  readonly clock: Clock;
}

/** Client credentials: `POST {login}/{tenant}/oauth2/v2.0/token`. */
export function applicationTokenSource(options: ApplicationTokenSourceOptions): TokenSource {
  const address = providerAddress(options.loginUrl);
  const { transport, clock } = options;
  return {
    async issue(tenantId, resource) {
      if (!isTenantId(tenantId)) throw new AppError('bug', 'give-up', 'A token was asked for no tenant.');
      const form = {
        client_id: options.clientId,
        scope: `${resource}/.default`,
        grant_type: 'client_credentials',
        ...(await options.proof()),
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
