import { AppError } from '../../kernel/errors.ts';
import type { SearchRequest } from '../../model/query.ts';
import { ordered, type Filter } from './search-filter.ts';

/** Hits are in the order of these, one after the other. */
export const placeFields = ['at', 'idHigh', 'idLow'] as const;
export type Place = readonly [at: number, idHigh: number, idLow: number];

/** The service gives at most so many documents at once; so does the port. */
export const mostHits = 1_000;

/** @throws AppError `request.invalid` for numbers out of bounds. */
export function checkRequest({ limit, facetLimit, interval }: SearchRequest): void {
  const isWhole = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= most;
  const wrong = (target: string, says: string): AppError =>
    new AppError('request.invalid', 'give-up', `The ${target} must be ${says}.`, { target });
  if (!isWhole(limit, mostHits)) throw wrong('limit', 'a whole number from 1 to 1,000');
  if (!isWhole(facetLimit, 1_000)) throw wrong('facetLimit', 'a whole number from 1 to 1,000');
  if (interval !== null && !isWhole(interval, 1e15)) {
    throw wrong('interval', 'a whole number of milliseconds, at least 1');
  }
}

/** Where a page ends, for the next to go on from. */
export const printPlace = (place: Place): string => place.join('.');

/** @throws AppError `continuation.invalid` for a text this index never gave. */
export function readPlace(after: string): Place {
  const found = /^(-?\d{1,16})\.(\d{1,16})\.(\d{1,16})$/.exec(after);
  const [, at, idHigh, idLow] = (found ?? []).map(Number);
  if (at === undefined || idHigh === undefined || idLow === undefined || !Number.isSafeInteger(at)) {
    throw new AppError(
      'continuation.invalid',
      'give-up',
      'The place to continue from is not one this index gave out. Start the search again.',
    );
  }
  return [at, idHigh, idLow];
}

/** The hits behind a place. `$skip` would miss and repeat hits while events are written. */
export const behind = (place: Place, order: SearchRequest['order']): Filter =>
  ordered(placeFields, place, order === 'newest' ? 'lt' : 'gt');

export const orderOf = (order: SearchRequest['order']): readonly string[] =>
  placeFields.map(field => `${field} ${order === 'newest' ? 'desc' : 'asc'}`);
