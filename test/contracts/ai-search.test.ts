import { describe, expect, test } from 'vitest';
import { freshAiSearch } from '../support/fresh-ai-search.ts';
import { seed } from '../support/seed.ts';
import type { ContractCase } from './contract.ts';
import { searchIndexContract } from './search-index.contract.ts';
import { searchIndexSaboteurs } from './search-index.saboteurs.ts';
import { suite } from './suites.ts';

const onFake = (of: number) =>
  suite('SearchIndex', searchIndexContract(of), freshAiSearch, searchIndexSaboteurs);

async function failing(cases: readonly ContractCase[]): Promise<readonly string[]> {
  const names: string[] = [];
  // One after the other: each has a service of its own, and two cores have enough to do.
  for (const one of cases) await one.run().catch(() => names.push(one.name));
  return names;
}

describe('SearchIndex, on the AI Search fake', () => {
  test.each(onFake(seed).cases)('$name', one => one.run());
});

// Fixed: whether a case finds a saboteur must not be a matter of luck.
describe('the suite of SearchIndex, on the AI Search fake, finds one that', () => {
  test.each(onFake(1).saboteurs)('$does', { timeout: 120_000 }, async ({ cases, fails }) => {
    expect(await failing(cases)).toEqual(fails);
  });
});
