import { afterAll, beforeAll, describe, test } from 'vitest';
import { sharedCosmos } from '../support/azure-cosmos.ts';
import { seed } from '../support/seed.ts';
import { azureSuites, wireSuites } from './azure-suites.ts';

describe.each(azureSuites(seed))('$port, azure', ({ cases }) => {
  test.each(cases)('$name', one => one.run());
});

describe('on fakes of the wire', () => {
  beforeAll(async () => {
    (await sharedCosmos()).pageSize = 2;
  });
  afterAll(async () => {
    (await sharedCosmos()).pageSize = null;
  });
  describe.each(wireSuites(seed))('$port, azure', ({ cases }) => {
    test.each(cases)('$name', one => one.run());
  });
});
