import { describe, expect, test } from 'vitest';
import { freshAiSearch } from '../support/fresh-ai-search.ts';
import { seed } from '../support/seed.ts';
import { casesToMeet, sparedLine } from './cases-to-meet.ts';
import { searchIndexContract } from './search-index.contract.ts';
import { searchIndexSaboteurs } from './search-index.saboteurs.ts';
import { suite } from './suites.ts';

const onFake = (of: number) =>
  suite('SearchIndex', searchIndexContract(of), freshAiSearch, searchIndexSaboteurs);

// Twenty thousand events over HTTP take seconds.
const slow = ['is exact up to 10,000 matches and says so when it is not'];

describe('SearchIndex, on the AI Search fake', () => {
  test.each(onFake(seed).cases)('$name', one => one.run());
});

// Fixed: whether a case finds a saboteur must not be a matter of luck.
const { saboteurs } = onFake(1);
console.log(sparedLine('SearchIndex, on the AI Search fake', saboteurs, slow));

describe('the suite of SearchIndex, on the AI Search fake, finds one that', () => {
  test.each(saboteurs)('$does', async saboteur => {
    const failed: string[] = [];
    for (const one of casesToMeet(saboteur, slow)) await one.run().catch(() => failed.push(one.name));
    expect(failed).toEqual(saboteur.fails);
  });
});
