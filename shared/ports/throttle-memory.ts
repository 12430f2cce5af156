import type { Instant } from '../kernel/time.ts';

/**
 * One worker's throttle is everyone's. Keys are `api/tenant`, or `api` for the app as a whole; `api/tenant/family`
 * where one service behind an API throttles by itself and the tenant's other requests may go on.
 * remember keeps the later of two instants. until answers null when nothing is remembered; what this handle remembers
 * it knows at once, what others remember within seconds.
 */
export interface ThrottleMemory {
  until(keys: readonly string[]): Promise<Instant | null>;
  remember(key: string, until: Instant): Promise<void>;
}
