import { describe, expect, test } from 'vitest';
import { azureSuites } from './azure-suites.ts';
import { failing } from './failing.ts';

// Fixed: whether a case finds a saboteur must not be a matter of luck.
const seed = 1;

describe.each(azureSuites(seed))('the suite of $port over the Azure adapter finds one that', suite => {
  test.each(suite.saboteurs)('$does', async ({ cases, fails }) => {
    expect(fails.length).toBeGreaterThan(0);
    expect(await failing(cases)).toEqual(fails);
  });
});
