import type { SecretStore } from '../../ports/secret-store.ts';
import { applicationTokenSource, type ApplicationTokenSourceOptions } from './application-token-source.ts';
import type { TokenSource } from './provider-token.ts';

export interface SecretTokenSourceOptions extends Omit<ApplicationTokenSourceOptions, 'proof'> {
  /** Asked for every token, so that a rotated secret counts at once. */
  readonly secrets: SecretStore;
  readonly secretName: string;
}

/** Tokens for the application by its secret. */
export function secretTokenSource({
  secrets,
  secretName,
  ...options
}: SecretTokenSourceOptions): TokenSource {
  const proof = async (): Promise<Record<string, string>> => ({
    client_secret: (await secrets.get(secretName)).reveal(),
  });
  return applicationTokenSource({ ...options, proof });
}
