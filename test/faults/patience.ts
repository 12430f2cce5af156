import type { Fault } from '../../simulator/faults/fault.ts';

/** Delays are the simulator's real milliseconds. */
export const delays = { delayMs: 20 };

/**
 * Real milliseconds until a silent provider counts as gone: every try at one that hangs waits for so long. Where nothing
 * hangs, a busy machine must not be taken for it.
 */
export const silenceUnder = (fault: Fault | null): number =>
  fault?.name.startsWith('hang') === true ? 75 : 10_000;
