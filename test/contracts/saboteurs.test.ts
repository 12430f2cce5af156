import { describe, expect, test } from 'vitest';
import { fastFolder } from '../support/fast-folder.ts';
import { failing } from './failing.ts';
import { embeddedSuites } from './suites.ts';

// Fixed: whether a case finds a saboteur must not be a matter of luck.
const seed = 1;

describe.each(embeddedSuites(seed, fastFolder))('the suite of $port finds one that', suite => {
  test.each(suite.saboteurs)('$does', async ({ cases, fails }) => {
    expect(fails.length).toBeGreaterThan(0);
    expect(await failing(cases)).toEqual(fails);
  });
  test('and passes the adapter itself', async () => {
    expect(suite.saboteurs.length).toBeGreaterThanOrEqual(3);
    expect(await failing(suite.cases)).toEqual([]);
  });
});
