/** Delays are the simulator's real milliseconds. */
export const delays = { delayMs: 20 };

/**
 * Real milliseconds until a silent provider counts as gone: every try at one that hangs waits for so long. Where nothing
 * hangs it is as patient as the product: a busy machine must not be taken for it.
 */
export const silenceUnder = (fault: { readonly name: string } | null): number | undefined =>
  fault?.name.startsWith('hang') === true ? 75 : undefined;
