import { describe, test } from 'vitest';
import { seed } from '../support/seed.ts';
import { azureSuites, turningSuite, wireSuites } from './azure-suites.ts';

describe.each(azureSuites(seed))('$port, azure', ({ cases }) => {
  test.each(cases)('$name', one => one.run());
});

describe('EventStore, azure, over volumes that are soon full', () => {
  test.each(turningSuite(seed).cases)('$name', one => one.run());
});

describe.each(wireSuites(seed))('$port, azure, on a fake of the wire', ({ cases }) => {
  test.each(cases)('$name', one => one.run());
});
