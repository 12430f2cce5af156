import { describe, expect, test } from 'vitest';
import { instant, isoInstant } from '../../shared/kernel/time.ts';
import { printQuery } from '../../shared/query/print.ts';
import { translateSearch, type SearchParameters } from '../../shared/query/translate.ts';

const asOf = instant(Date.UTC(2026, 9, 5, 12));
const query = (parameters: SearchParameters): string => printQuery(translateSearch(parameters, asOf).node);

describe('plain parameters become a query', () => {
  const table: readonly (readonly [SearchParameters, string])[] = [
    [{}, '*'],
    [{ q: ' ' }, '*'],
    [{ q: 'a OR b', status: 'failed' }, '(a OR b) status:failed'],
    [{ q: 'a b', actor: 'oskar' }, '(a b) actor:oskar'],
    [{ search: 'Budget (final) inv* - "x' }, 'Budget "(final)" inv* "\\"x"'],
    [{ service: 'Exchange' }, 'source:exchange.* OR stream:Audit.Exchange'],
    [{ service: 'AzureActiveDirectory' }, 'source:entra.* OR stream:Audit.AzureActiveDirectory'],
    [{ service: 'OneDrive' }, 'stream:Audit.SharePoint'],
    [{ service: 'Power BI' }, 'source:"Power BI" OR stream:"Power BI" OR app:"Power BI"'],
    [{ service: 'constructor' }, 'source:constructor OR stream:constructor OR app:constructor'],
    [{ operation: 'Add member, to role' }, 'operation:"Add member, to role"'],
    [{ operation: 'Add*' }, 'operation:Add*'],
    [{ result: 'Succeeded' }, 'outcome:success'],
    [{ result: ['failed', 'partial'] }, 'outcome:failure OR outcome:partial'],
    [{ sender: 'a@x.example', sender_contains: 'x.ex' }, 'sender:a@x.example sender:x.ex*'],
    [{ recipient: ['a', 'b'], subject: 'two words' }, '(recipient:a OR recipient:b) subject:"two words"'],
    [{ direction: 'inbound', ip: '10.1.2.3/8' }, 'direction:inbound ip:10.0.0.0/8'],
    [{ ip: '198.51.*' }, 'ip:198.51.*'],
    [{ direction: 'in*' }, 'direction:in*'],
    [{ correlation_id: ' abc ' }, 'correlationId:abc'],
    [{ actor: [] }, '*'],
    [{ q: 'time:>=now-1d' }, 'time:>=2026-10-04T12:00:00.000Z'],
  ];
  test.each(table)('%j is %s', (parameters, text) => expect(query(parameters)).toBe(text));
});

describe('time parameters become a window', () => {
  const window = (parameters: SearchParameters): string[] | null => {
    const found = translateSearch(parameters, asOf).window;
    return found && [isoInstant(found.from), isoInstant(found.to)];
  };
  test('none is no window', () => expect(window({ q: 'a' })).toBeNull());
  test('instants are half-open, whole days belong to it', () => {
    expect(window({ from: 'now-7d', to: '2026-10-05T11:00:00Z' })).toEqual([
      '2026-09-28T12:00:00.000Z',
      '2026-10-05T11:00:00.000Z',
    ]);
    expect(window({ start_date: '2026-10-01', end_date: '2026-10-03' })).toEqual([
      '2026-10-01T00:00:00.000Z',
      '2026-10-04T00:00:00.000Z',
    ]);
  });
  test('the latest start and the earliest end hold', () => {
    expect(window({ from: '2026-10-01', since: '24h', to: '2026-10-05', end_date: '2026-10-31' })).toEqual([
      '2026-10-04T12:00:00.000Z',
      '2026-10-06T00:00:00.000Z',
    ]);
  });
  test('an open end reaches to where dates end', () => {
    expect(window({ since: '2026-10-01' })).toEqual([
      '2026-10-01T00:00:00.000Z',
      '+010000-01-01T00:00:00.000Z',
    ]);
    expect(window({ to: '2026-10-01' })?.[0]).toBe('0000-01-01T00:00:00.000Z');
  });
});

describe('what cannot be asked is refused by name', () => {
  test.each([
    [{ from: 'lately' }, 'from'],
    [{ end_date: '2026-02-30' }, 'end_date'],
    [{ since: '7x' }, 'since'],
    [{ from: '2026-10-05', to: '2026-10-04' }, 'to'],
    [{ start_date: '2026-10-05', end_date: '2026-10-04' }, 'end_date'],
    [{ from: '2026-10-05', to: '2026-10-31', end_date: '2026-10-04' }, 'end_date'],
    // Leaving it out would answer a question nobody asked, with everything.
    [{ search: '@@@' }, 'search'],
    [{ search: ' - "" ' }, 'search'],
    [{ ip: '10.0.0.0/99' }, 'ip'],
    [{ ip: '999.1.1.1' }, 'ip'],
    [{ result: 'banana' }, 'result'],
    [{ result: 'constructor' }, 'result'],
    [{ direction: ['inbound', 'up'] }, 'direction'],
    [{ actor: '!' }, 'actor'],
    [{ status: '*' }, 'status'],
  ])('%j', (parameters, target) => {
    expect(() => translateSearch(parameters, asOf)).toThrow(
      expect.objectContaining({ code: 'request.invalid', target }),
    );
  });
  test('a value that no event can have, with the values there are', () => {
    expect(() => translateSearch({ direction: 'inbond' }, asOf)).toThrow(
      "The parameter 'direction' takes one of inbound, outbound, internal, external, unknown; did you mean 'inbound'?",
    );
  });
  test('a time whose plus sign an address has made a space says how to write it', () => {
    for (const from of ['2026-10-05T09:12:44 02:00', 'now 7d']) {
      expect(() => translateSearch({ from }, asOf)).toThrow(/a \+ in an address is written %2B/);
    }
  });
  test('more than 50 clauses in all', () => {
    const list = Array.from({ length: 26 }, (_, n) => `w${n}`);
    expect(() => translateSearch({ q: list.join(' '), actor: list }, asOf)).toThrow(/50 clauses.*make 52/);
  });
});
