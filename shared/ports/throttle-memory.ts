import type { Instant } from '../kernel/time.ts';

/**
 * One worker's throttle is everyone's. Keys are `api/tenant`, or `api` for the app as a whole.
 * remember keeps the later of two instants. until answers null when nothing is remembered.
 */
export interface ThrottleMemory {
  until(keys: readonly string[]): Promise<Instant | null>;
  remember(key: string, until: Instant): Promise<void>;
}
