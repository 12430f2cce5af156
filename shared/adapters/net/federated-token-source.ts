import { applicationTokenSource, type ApplicationTokenSourceOptions } from './application-token-source.ts';
import type { TokenSource } from './provider-token.ts';

export interface FederatedTokenSourceOptions extends Omit<ApplicationTokenSourceOptions, 'proof'> {
  /** A token of the identity that is the application's federated credential (RFC 7523). */
  readonly assertion: () => Promise<string>;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Tokens for the application without a secret anywhere: another identity's token stands for it. */
export function federatedTokenSource({ assertion, ...options }: FederatedTokenSourceOptions): TokenSource {
  const proof = async (): Promise<Record<string, string>> => ({
    client_assertion_type: assertionType,
    client_assertion: await assertion(),
  });
  return applicationTokenSource({ ...options, proof });
}
