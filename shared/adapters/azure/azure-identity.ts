import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { AppError } from '../../kernel/errors.ts';

/**
 * Who the app is to Azure's services: the user-assigned identity with this client id, or whoever the machine says
 * (a developer's sign-in) where none is given. Holds no secret, and asks nobody until a token is needed.
 */
export const azureCredential = (clientId: string): TokenCredential =>
  clientId === '' ? new DefaultAzureCredential() : new ManagedIdentityCredential({ clientId });

const exchange = 'api://AzureADTokenExchange/.default';

/**
 * The managed identity's token as proof of the collecting application, for the token endpoint of any customer's
 * tenant: the application has this identity as a federated credential, and no secret exists.
 */
export const federatedAssertion = (credential: TokenCredential) => async (): Promise<string> => {
  try {
    const token = await credential.getToken(exchange);
    if (token !== null) return token.token;
  } catch (cause) {
    throw isUnanswered(cause) ? unanswered(cause) : noAssertion(cause);
  }
  throw noAssertion(undefined);
};

/** The SDK tells one failure for all; its cause says whether anybody answered. */
const isUnanswered = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  thrown.cause instanceof Error &&
  Reflect.get(thrown.cause, 'errorCode') === 'network_error';

const unanswered = (cause: unknown): AppError =>
  new AppError(
    'provider.unavailable',
    'retry-later',
    'The platform’s place for tokens of the managed identity does not answer. It is tried again; if it stays so, restart the app.',
    { cause },
  );

const noAssertion = (cause: unknown): AppError =>
  new AppError(
    'provider.unauthorized',
    'retry-later',
    'The managed identity gave no token to prove the collecting application with. Check that the identity is assigned to the app, and HOLDFAST_IDENTITY_CLIENT_ID.',
    cause === undefined ? {} : { cause },
  );
