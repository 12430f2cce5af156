import { openRecord } from '../../../shared/sources/_kit/open-record.ts';

/** What the mapping reads if it is there, of any type. */
export const optionalFields = ['swipe', 'badge', 'door', 'opened', 'because'] as const;

/**
 * What doors do not know.
 * @public read by the tests of sources
 */
export const neverHeld = ['actor', 'ip', 'correlation'] as const;

/** A swipe as the doors report it. Only the time is indispensable; everything else may come and go, and stays in raw. */
export type AcmeDoorLog = { readonly at: string | number } & {
  readonly [Field in (typeof optionalFields)[number]]?: unknown;
};

export const recordAcmeDoorLogSchema = openRecord<AcmeDoorLog>('at');
