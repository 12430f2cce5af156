import { afterAll, describe, test } from 'vitest';
import { seed } from '../support/seed.ts';
import { matrixLines } from './matrix.ts';
import { embeddedSuites } from './suites.ts';

describe.each(embeddedSuites(seed))('$port, embedded', ({ cases }) => {
  test.each(cases)('$name', one => one.run());
});

// Whoever reads a green run must see what it did not say anything about.
afterAll(() => {
  for (const line of matrixLines()) console.log(line);
});
