import { z } from 'zod';

export const signInKinds = ['interactive', 'nonInteractive', 'servicePrincipal', 'managedIdentity'] as const;
export type SignInKind = (typeof signInKinds)[number];

export const signInsConfig = z.strictObject({
  /** Which kinds are pulled; each is a stream of its own. All but `interactive` exist in Graph's beta only. */
  kinds: z
    .array(z.enum(signInKinds))
    .min(1)
    .default([...signInKinds]),
  /** Where interactive sign-ins are asked for: `v1.0` is stable, `beta` tells how somebody proved who they are. */
  interactiveFrom: z.enum(['v1.0', 'beta']).default('v1.0'),
});
export type SignInsConfig = z.infer<typeof signInsConfig>;
