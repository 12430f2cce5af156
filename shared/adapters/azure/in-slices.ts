/** The values in their order, so many at a time. */
export function inSlices<T>(values: readonly T[], size: number): readonly (readonly T[])[] {
  const slices: T[][] = [];
  for (let from = 0; from < values.length; from += size) slices.push(values.slice(from, from + size));
  return slices;
}
