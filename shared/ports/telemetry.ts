import type { AppError } from '../kernel/errors.ts';

/** Ids, counts, durations in milliseconds. Never addresses, subjects, tokens or query text. */
export type Fields = Readonly<Record<string, string | number | boolean | null>>;

export interface Telemetry {
  /** One line per job or request. Names are `noun.verb-past`: `window.committed`. */
  event(name: string, fields: Fields): void;
  /** A person must act. None on a healthy day. */
  error(name: string, error: AppError, fields: Fields): void;
  /** A monotonic counter, shown at /metrics as holdfast_<name>_total. */
  count(name: string, by: number, labels?: Readonly<Record<string, string>>): void;
}
