import { describe, expect, test } from 'vitest';
import { httpClientContract } from './http-client.contract.ts';
import { honest, saboteurs } from './http-client.saboteurs.ts';
import { seed } from '../support/seed.ts';
import type { MakeHttpClient } from './http-client.stage.ts';

describe('HttpClient', () => {
  test.each(httpClientContract(honest, seed))('$name', async one => {
    await one.run();
  });
});

async function failing(make: MakeHttpClient): Promise<string[]> {
  const outcomes = await Promise.all(
    httpClientContract(make, seed).map(one =>
      one.run().then(
        () => [],
        () => [one.name],
      ),
    ),
  );
  return outcomes.flat();
}

describe('the suite finds a client that', () => {
  test.each(saboteurs)('$does', async ({ make, fails }) => {
    expect(await failing(make)).toEqual(fails);
  });
});
