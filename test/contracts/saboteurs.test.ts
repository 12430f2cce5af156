import { describe, expect, test } from 'vitest';
import type { ContractCase } from './contract.ts';
import { fastFolder } from '../support/embedded-storage.ts';
import { embeddedSuites } from './suites.ts';

// Fixed: whether a case finds a saboteur must not be a matter of luck.
const seed = 1;

async function failing(cases: readonly ContractCase[]): Promise<readonly string[]> {
  const outcomes = await Promise.allSettled(cases.map(one => one.run()));
  return cases.filter((_, i) => outcomes[i]?.status === 'rejected').map(one => one.name);
}

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
