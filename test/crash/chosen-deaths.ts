/**
 * Which effects (counted from 1) a pull dies at: each `every`th, and the first of each name whatever its number, so
 * that a sweep that leaves some out still meets every kind.
 */
export const chosenDeaths = (effects: readonly string[], every = 1): readonly number[] =>
  effects.flatMap((name, n) => (n % every === 0 || effects.indexOf(name) === n ? [n + 1] : []));
