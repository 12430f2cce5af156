import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { QueryField, QueryNode } from '../../shared/model/query.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { printQuery } from '../../shared/query/print.ts';
import { maxClauses, maxDepth, maxQueryLength } from '../../shared/query/reader.ts';
import { seed } from '../support/seed.ts';
import { queryTree } from './arbitrary-query.ts';

const is = (field: QueryField | null, value: string, prefix = false): QueryNode => ({
  kind: 'match', field, value, prefix,
}); // prettier-ignore
const and = (...of: QueryNode[]): QueryNode => ({ kind: 'and', of });
const or = (...of: QueryNode[]): QueryNode => ({ kind: 'or', of });
const not = (of: QueryNode): QueryNode => ({ kind: 'not', of });
const range = (field: QueryField, from: string | null, to: string | null, brackets = '[]'): QueryNode => ({
  kind: 'range', field, from, to, includeFrom: brackets[0] === '[', includeTo: brackets[1] === ']',
}); // prettier-ignore
const all: QueryNode = { kind: 'all' };

describe('the query language is read as', () => {
  const table: readonly (readonly [string, QueryNode])[] = [
    ['', all],
    ['  \t ', all],
    ['*', all],
    ['invoice', is(null, 'invoice')],
    ['inv*', is(null, 'inv', true)],
    ['"past due"', is(null, 'past due')],
    ['"past du"*', is(null, 'past du', true)],
    ['"a \\" and a \\\\"', is(null, 'a " and a \\')],
    ['"CONTOSO\\oskar"', is(null, 'CONTOSO\\oskar')],
    ['"a*b"', is(null, 'a*b')],
    ['a b', and(is(null, 'a'), is(null, 'b'))],
    ['a AND b', and(is(null, 'a'), is(null, 'b'))],
    ['a b OR c', or(and(is(null, 'a'), is(null, 'b')), is(null, 'c'))],
    ['a (b OR c)', and(is(null, 'a'), or(is(null, 'b'), is(null, 'c')))],
    ['(a b) c', and(and(is(null, 'a'), is(null, 'b')), is(null, 'c'))],
    ['((a))', is(null, 'a')],
    ['a and b or not', and(...['a', 'and', 'b', 'or', 'not'].map(word => is(null, word)))],
    ['-a', not(is(null, 'a'))],
    ['NOT a', not(is(null, 'a'))],
    ['NOT(a OR b)', not(or(is(null, 'a'), is(null, 'b')))],
    ['--a', not(not(is(null, 'a')))],
    ['-*', not(all)],
    ['-actor:oskar b', and(not(is('actor', 'oskar')), is(null, 'b'))],
    ['ACTOR:oskar', is('actor', 'oskar')],
    ['correlationid:abc', is('correlationId', 'abc')],
    ['operation:"Add user"', is('operation', 'Add user')],
    ['operation:Add*', is('operation', 'Add', true)],
    ['actor:oskar.lind@contoso.example', is('actor', 'oskar.lind@contoso.example')],
    ['actor:CONTOSO\\oskar', is('actor', 'CONTOSO\\oskar')],
    ['messageId:<a-1@mail.contoso.example>', is('messageId', '<a-1@mail.contoso.example>')],
    ['actor:*', { kind: 'present', field: 'actor' }],
    ['status:(failed OR quarantined)', or(is('status', 'failed'), is('status', 'quarantined'))],
    ['status:(-failed f*)', and(not(is('status', 'failed')), is('status', 'f', true))],
    ['status:((a OR b) -c)', and(or(is('status', 'a'), is('status', 'b')), not(is('status', 'c')))],
    ['severity:(low)', is('severity', 'low')],
    ['severity:>=medium', range('severity', 'medium', null)],
    ['severity:>medium', range('severity', 'medium', null, '{]')],
    ['severity:<=medium', range('severity', null, 'medium')],
    ['severity:<"medium"', range('severity', null, 'medium', '[}')],
    ['severity:[low TO high]', range('severity', 'low', 'high')],
    ['severity:{low TO high]', range('severity', 'low', 'high', '{]')],
    ['severity:[ low  TO high}', range('severity', 'low', 'high', '[}')],
    ['operation:["Add user" TO "b]"]', range('operation', 'Add user', 'b]')],
    ['time:{* TO 2026-10-05}', range('time', null, '2026-10-05', '[}')],
    ['time:>=2026-10-05', range('time', '2026-10-05', null)],
    ['time:2026-10', is('time', '2026-10')],
    ['time:[now-7d TO now]', range('time', 'now-7d', 'now')],
    ['ip:10.1.2.3/8', { kind: 'cidr', network: '10.0.0.0/8' }],
    ['ip:2001:DB8::1/32', { kind: 'cidr', network: '2001:db8::/32' }],
    ['ip:"192.0.2.7/24"', { kind: 'cidr', network: '192.0.2.0/24' }],
    ['ip:("192.0.2.0/24" OR 10.0.0.0/8)', or({ kind: 'cidr', network: '192.0.2.0/24' }, { kind: 'cidr', network: '10.0.0.0/8' })],
    ['time:[2026-10 TO 2026-10-05]', range('time', '2026-10', '2026-10-05')],
    ['time:[2026-10-05 TO 2026-10-05]', range('time', '2026-10-05', '2026-10-05')],
    ['time:[2026-10-05 TO now]', range('time', '2026-10-05', 'now')],
    ['ip:2001:db8::1', is('ip', '2001:db8::1')],
    ['fe80::1', is(null, 'fe80::1')],
    ['10:30', is(null, '10:30')],
    ['outcome:Success', is('outcome', 'Success')],
    ['severity:"hi"*', is('severity', 'hi', true)],
    ['ip:198.51.*', is('ip', '198.51.', true)],
    ['id:20261005-1F*', is('id', '20261005-1F', true)],
    ['ip:2001:DB8:*', is('ip', '2001:DB8:', true)],
    ['id:2026*', is('id', '2026', true)],
    ['tenant:C0A1*', is('tenant', 'C0A1', true)],
    ['source:entra.*', is('source', 'entra.', true)],
    ['source:no.longer-here', is('source', 'no.longer-here')],
    ['country:nowhere', is('country', 'nowhere')],
    ['20261005-0123456789012345678901234567890123456789', is('id', '20261005-0123456789012345678901234567890123456789')],
  ]; // prettier-ignore
  test.each(table)('%j', (text, tree) => expect(parseQuery(text)).toEqual(tree));
});

const refusal = (text: string): AppError => {
  try {
    parseQuery(text);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error(`not refused: ${text.slice(0, 80)}`);
};

describe('a wrong query is refused with its position, what was found and what was expected', () => {
  const table: readonly (readonly [string, number, RegExp])[] = [
    ['operation:', 10, /at 10: expected a value after 'operation:', found the end/],
    ['operation: x', 10, /a value after 'operation:'/],
    ['a operation:)', 12, /found '\)'/],
    ['(a', 2, /expected a '\)' for the '\(' at 0, found the end/],
    ['a)', 1, /'\)' without its '\('/],
    ['()', 1, /expected a word, a quoted phrase or field:value, found '\)'/],
    ['a OR', 4, /found the end/],
    ['OR a', 0, /found 'OR'/],
    ['a AND', 5, /found the end/],
    ['a AND OR b', 6, /found 'OR'/],
    ['NOT', 3, /found the end/],
    ['a - b', 2, /a term right after '-', found '-' alone/],
    ['"open', 5, /expected a closing quote for the one at 0, found the end/],
    ['a "" b', 2, /expected text between the quotes, found none/],
    ['"a"b', 3, /expected a space between terms, found 'b'/],
    ['a*b', 1, /'\*' only at the end of a word/],
    ['*a', 0, /'\*' only at the end of a word/],
    ['!!!', 0, /expected at least one letter or digit/],
    ['subject:🎉', 8, /at least one letter or digit/],
    ['usr:x', 0, /'usr' is not a field\. .*Fields: tenant, source/],
    ['user:x', 0, /Did you mean 'actor'\?/],
    ['acter:x', 0, /Did you mean 'actor'\?/],
    ['constructor:x', 0, /'constructor' is not a field/],
    ['a https://x', 2, /'https' is not a field.*put it in quotes/],
    ['status:(actor:x)', 8, /expected values of 'status' inside its parentheses, found the field 'actor'/],
    ['ip:10.0.0.0/33', 3, /expected a network such as/],
    ['ip:10.0.0/8', 3, /expected a network such as/],
    ['ip:10.0.0.0/8*', 3, /expected a network such as/],
    ['ip:"10.0.0/8"', 3, /expected a network such as/],
    ['ip:"10.0.0.0/8"*', 3, /expected a network such as/],
    ['ip:>x', 4, /expected an IP address/],
    ['outcome:banana', 8, /expected one of success, failure, partial, unknown\.$/],
    ['-outcome:failed', 9, /expected one of success, failure, .*; did you mean 'failure'\?/],
    ['outcome:(success OR fialure)', 20, /did you mean 'failure'\?/],
    ['a severity:x', 11, /expected one of informational, low, medium, high, critical/],
    ['severity:hx*', 9, /expected the beginning of one of informational, low/],
    ['category:rol', 9, /did you mean 'role'\?/],
    ['actorKind:robot', 10, /expected one of user, guest/],
    ['direction:inbond', 10, /did you mean 'inbound'\?/],
    ['ip:999.1.1.1', 3, /expected an IP address such as 198\.51\.100\.7/],
    ['ip:"192.0.2.7:443"', 3, /expected an IP address/],
    ['ip:2001', 3, /expected an IP address/],
    ['ip:banana*', 3, /expected the beginning of an IP address/],
    ['ip:::ffff:192.*', 3, /expected the beginning of an IP address/],
    ['id:12', 3, /expected an event id: a day and 40 hexadecimal digits/],
    ['id:2026x*', 3, /expected the beginning of an event id/],
    ['tenant:contoso', 7, /expected a tenant id: a GUID/],
    ['tenant:x*', 7, /expected the beginning of a tenant id/],
    ['source:nope', 7, /expected a source id such as entra\.directory-audits, or its beginning and a \*/],
    ['source:"!"*', 7, /expected the beginning of a source id/],
    ['severity:>=hgh', 11, /expected one of informational, low, medium, high, critical/],
    ['subject:>=a', 8, /'subject' has no order/],
    ['subject:[a TO b]', 8, /'subject' has no order/],
    ['id:[a TO b]', 3, /'id' has no order/],
    ['severity:[low high]', 14, /expected 'TO' between the bounds, found 'high'/],
    ['severity:[low TO high', 21, /expected '\]' or '\}', found the end/],
    ['severity:[TO high]', 10, /expected the lower bound, or '\*' for none, found 'TO'/],
    ['severity:[low TO ]', 17, /expected the upper bound/],
    ['time:[now TO now-1d]', 5, /the range ends before it begins: write time:\[now-1d TO now\]\./],
    ['a time:{2026-10-05 TO 2025]', 7, /the range ends before it begins: write time:\[2025 TO 2026-10-05\}/],
    ['time:[2026-10-06 TO 2026-10-05T23:59Z]', 5, /write time:\[2026-10-05T23:59Z TO 2026-10-06\]/],
    ['severity:[High TO low]', 9, /write severity:\[low TO High\]/],
    ['severity:>critical', 9, /nothing lies between these bounds: write severity:>=critical/],
    ['severity:{low TO medium}', 9, /nothing lies between these bounds: write severity:\[low TO medium\]/],
    ['time:{2026-10-05 TO 2026-10-05}', 5, /write time:\[2026-10-05 TO 2026-10-05\]/],
    ['operation:["Delete user" TO "Add user"]', 10, /write operation:\["Add user" TO "Delete user"\]/],
    ['operation:[a TO A}', 10, /nothing lies between these bounds: write operation:\[a TO A\]/],
    [
      `app:[b${'x'.repeat(200)} TO a]`,
      4,
      /the range ends before it begins: write its bounds the other way round\./,
    ],
    ['ip:[192.0.2.9 TO 192.0.2.1]', 3, /write ip:\[192\.0\.2\.1 TO 192\.0\.2\.9\]/],
    ['ip:[192.0.2.1 TO 2001:db8::1]', 3, /an IPv4 and an IPv6 address have no range between them/],
    ['time:yesterday', 5, /expected a time such as/],
    ['time:2026-02-30', 5, /expected a time such as/],
    ['time:2026-1*', 5, /a time takes no '\*'/],
    ['time:now-999999w-999999w-999999w-999999w', 5, /expected a time such as/],
  ];
  test.each(table)('%j', (text, position, says) => {
    const error = refusal(text);
    expect([error.code, error.facts['position'], error.target]).toEqual(['query.invalid', position, 'q']);
    expect(error.message).toContain(`at ${position}:`);
    expect(error.message).toMatch(says);
  });
});

describe('a range between now and a date', () => {
  const asOf = instant(Date.UTC(2026, 9, 5, 12));
  test('is refused where it ends before it begins as of the time of asking', () => {
    expect(() => parseQuery('time:[now TO 2026-10-04]', asOf)).toThrow('write time:[2026-10-04 TO now]');
    expect(() => parseQuery('time:[2026-10-06 TO now]', asOf)).toThrow('write time:[now TO 2026-10-06]');
  });
  test('is read where it does not, and where nobody asks yet', () => {
    const tree = range('time', '2026-10-04', 'now');
    expect(parseQuery('time:[2026-10-04 TO now]', asOf)).toEqual(tree);
    expect(parseQuery('time:[now TO 2026-10-04]')).toEqual(range('time', 'now', '2026-10-04'));
  });
});

describe('limits', () => {
  test('2,000 characters are read, one more is not', () => {
    expect(parseQuery('a'.repeat(maxQueryLength)).kind).toBe('match');
    expect(refusal('a'.repeat(maxQueryLength + 1)).message).toContain('2000 characters');
  });
  test('50 clauses are read, one more is not, however they are grouped', () => {
    const clauses = (count: number): string => Array.from({ length: count }, (_, n) => `w${n}`).join(' ');
    expect(parseQuery(clauses(maxClauses)).kind).toBe('and');
    expect(refusal(clauses(maxClauses + 1)).message).toContain('50 clauses');
    expect(refusal(`subject:(${clauses(maxClauses + 1)})`).message).toContain('50 clauses');
    expect(parseQuery(`subject:(${clauses(maxClauses)})`).kind).toBe('and');
  });
  test('nesting is bounded: 2,000 parentheses, minuses or NOTs overflow no stack', () => {
    for (const text of [
      '('.repeat(2_000),
      '-'.repeat(1_999) + 'a',
      'NOT '.repeat(499) + 'a',
      'actor:' + '('.repeat(1_990),
    ]) {
      expect(refusal(text).message).toContain(`nest ${maxDepth} deep`);
    }
    expect(parseQuery(`${'('.repeat(maxDepth)}a${')'.repeat(maxDepth)}`)).toEqual(is(null, 'a'));
  });
});

describe('printing', () => {
  test('parse∘print is the identity on every tree', () => {
    fc.assert(
      fc.property(queryTree, tree => {
        const text = printQuery(tree);
        fc.pre(text.length <= maxQueryLength);
        expect(parseQuery(text)).toEqual(tree);
      }),
      { seed, numRuns: 2_000 },
    );
  });
  test('any text is read or refused, and what is read prints to a text that stays', () => {
    const tokens = fc.constantFrom(
      'a',
      'actor:',
      ':',
      '(',
      ')',
      '"',
      '*',
      '-',
      ' ',
      ' OR ',
      ' AND ',
      'NOT ',
      '[',
      ']',
      '{',
      '}',
      ' TO ',
      '>=',
      '<',
      'ip:',
      '10.0.0.0/8',
      'time:',
      'now',
      '\\',
      'x',
    );
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(tokens, { maxLength: 12 }).map(list => list.join('')),
    );
    fc.assert(
      fc.property(anything, text => {
        let tree: QueryNode;
        try {
          tree = parseQuery(text);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'query.invalid' });
          const { position } = (thrown as AppError).facts;
          expect(position).toBeGreaterThanOrEqual(0);
          expect(position).toBeLessThanOrEqual(text.length);
          return;
        }
        const printed = printQuery(tree);
        expect(printQuery(parseQuery(printed))).toBe(printed);
      }),
      { seed, numRuns: 5_000 },
    );
  });
  test.each([
    ['  a   AND b ', 'a b'],
    ['NOT a', '-a'],
    ['Actor:Oskar', 'actor:Oskar'],
    ['((a OR b)) c', '(a OR b) c'],
    ['ip:10.1.2.3/8', 'ip:10.0.0.0/8'],
    ['ip:"10.1.2.3/8"', 'ip:10.0.0.0/8'],
    ['severity:[medium TO *]', 'severity:>=medium'],
    ['operation:"delete"', 'operation:delete'],
    ['"or" OR "OR"', 'or OR "OR"'],
    ['', '*'],
  ])('%s is printed as %s', (text, printed) => expect(printQuery(parseQuery(text))).toBe(printed));
});
