import { days, hours, minutes, seconds } from '../../kernel/time.ts';
import type { Permission, WindowPolicy } from './source.ts';

/**
 * The rhythm of Mimecast's logs. Nothing is published on how late records come: connectors stay 15 minutes behind,
 * and see duplicates and latecomers, so windows overlap by hours and are read again for a week. Times are whole
 * seconds, and so are the bounds: equal records lie in one window all together or not at all.
 */
export const mimecastPolicy = (lookbackDays: number): WindowPolicy => ({
  step: minutes(15),
  // Page tokens live for nobody knows how long: a window must not have too many pages.
  maxWidth: days(2),
  lag: minutes(15),
  overlap: hours(2),
  lookback: days(lookbackDays),
  rereads: [hours(6), hours(24), days(7)],
  grain: seconds(1),
});

/** A permission of the API application's role, and how it is given. */
export const mimecastPermission = (name: string, product: string): Permission => ({
  api: 'mimecast',
  name,
  how: `In the Mimecast administration console, create an API 2.0 application (Services, API and Platform Integrations) with the product “${product}” and a role that has “${name}”; enter its client id and secret in Holdfast.`,
});
