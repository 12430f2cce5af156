import type { Call } from '../exchange.ts';
import type { Order } from '../world/slots.ts';
import { badRequest, GraphRefusal } from './graph-error.ts';

/** Refuses query options the list does not know. */
export function refuseOtherOptions(call: Call, allowed: readonly string[]): void {
  for (const name of call.query.keys()) {
    if (!name.startsWith('$') || allowed.includes(name)) continue;
    const option = name.charAt(1).toUpperCase() + name.slice(2);
    throw new GraphRefusal(
      badRequest(`Query option '${option}' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.`), // prettier-ignore
    );
  }
}

/** The order by this one field; newest first where none is asked for. */
export function orderOf(text: string | null, field: string): Order {
  if (text === null) return 'desc';
  const [, name, way] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/.exec(text) ?? [];
  if (name !== field) throw new GraphRefusal(badRequest('Invalid orderby clause'));
  return way === 'desc' ? 'desc' : 'asc';
}

/** `$top`: a whole number from 1 on; what is more than `most` is cut to it. */
export function sizeOf(text: string | null, usual: number, most: number): number {
  if (text === null) return usual;
  return Math.min(wholeNumber('$top', text, 1), most);
}

/** A query option that must be a whole number. */
export function wholeNumber(option: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new GraphRefusal(
    badRequest(`Invalid value '${text.slice(0, 20)}' for ${option} query option found. The ${option} query option requires a non-negative integer value.`), // prettier-ignore
  );
}
