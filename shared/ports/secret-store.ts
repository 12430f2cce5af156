import type { Secret } from '../kernel/secret.ts';

/** Secrets by reference. Unknown name: `secret.missing`, naming the reference and how to set it, never a value. */
export interface SecretStore {
  get(name: string): Promise<Secret>;
}
