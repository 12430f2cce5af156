import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { costOf, costPage, readCostInputs } from '../../tools/azure-cost.ts';

const text = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/azure/inputs.json'), 'utf8');
const inputs = readCostInputs(text);
const dollars = (of: typeof inputs, what: string): number =>
  costOf(of, 1_000).find(line => line.what === what)?.dollars ?? NaN;

test('what is kept costs by the bytes measured, the days and the price', () => {
  const { assumed, measured, prices } = inputs;
  const thousands = (1_000 * assumed.eventsPerUserAndDay * assumed.daysKept) / 1_000;
  const gigabytes = (thousands * measured.blobBytesPer1000) / 1e9;
  expect(dollars(inputs, 'Archive, kept')).toBeCloseTo(gigabytes * prices.blobPerGigabyteMonth, 6);
  const dear = { ...inputs, prices: { ...prices, blobPerGigabyteMonth: prices.blobPerGigabyteMonth * 2 } };
  expect(dollars(dear, 'Archive, kept')).toBeCloseTo(2 * dollars(inputs, 'Archive, kept'), 6);
});

test('the search service is the cheapest that has room, and the page says which', () => {
  const of = (users: number): string =>
    costOf(inputs, users).find(line => line.what === 'AI Search')?.amount ?? '';
  expect(of(100)).toContain('Basic');
  expect(of(10_000)).not.toContain('Basic');
  expect(costPage(inputs)).toContain(of(10_000));
});

test('an unknown input is refused', () => {
  expect(() => readCostInputs(text.replace('"prices"', '"price"'))).toThrow(/prices/);
});
