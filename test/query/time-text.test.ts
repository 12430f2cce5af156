import { describe, expect, test } from 'vitest';
import { instant, isoInstant } from '../../shared/kernel/time.ts';
import { resolveTimes } from '../../shared/query/resolve-times.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { printQuery } from '../../shared/query/print.ts';
import { timeSpan } from '../../shared/query/time-text.ts';

const asOf = instant(Date.UTC(2026, 9, 5, 12, 0, 0, 500));

describe('a time text names a span', () => {
  test.each([
    ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2026-10-05T09:12', '2026-10-05T09:12:00.000Z', '2026-10-05T09:13:00.000Z'],
    ['2026-10-05t09:12:44z', '2026-10-05T09:12:44.000Z', '2026-10-05T09:12:45.000Z'],
    ['2026-10-05T09:12:44.183999Z', '2026-10-05T09:12:44.183Z', '2026-10-05T09:12:44.184Z'],
    ['2026-10-05T11:12:44+02:00', '2026-10-05T09:12:44.000Z', '2026-10-05T09:12:44.001Z'],
    ['now', '2026-10-05T12:00:00.500Z', '2026-10-05T12:00:00.501Z'],
    ['NOW-1w+1d-2h+3m-4s', '2026-09-29T10:02:56.500Z', '2026-09-29T10:02:56.501Z'],
  ])('%s', (text, from, to) => {
    const span = timeSpan(text, asOf);
    expect(span && [isoInstant(span.from), isoInstant(span.to)]).toEqual([from, to]);
  });
  test.each([
    '',
    '26',
    '2026-13',
    '2026-02-29',
    '2026-10-05T25:00',
    '2026-10-05 09:12',
    'yesterday',
    'now-7',
    'now-1y',
    'now -1d',
    '0000',
    'now+999999w',
  ])('%j names none', text => expect(timeSpan(text, asOf)).toBeNull());
});

test('resolved trees hold no now, and nothing else changes', () => {
  const tree = parseQuery(
    'a -(time:>=now-1d OR severity:>=low) time:now time:{2026 TO now] ip:10.0.0.0/8 actor:* now',
  );
  expect(printQuery(resolveTimes(tree, asOf))).toBe(
    'a -(time:>=2026-10-04T12:00:00.500Z OR severity:>=low) time:2026-10-05T12:00:00.500Z ' +
      'time:{2026 TO 2026-10-05T12:00:00.500Z] ip:10.0.0.0/8 actor:* now',
  );
});
