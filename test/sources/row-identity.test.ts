import { describe, expect, test } from 'vitest';
import { rowIdentity } from '../../shared/sources/_kit/row-identity.ts';

const names = ['who', 'what', 'flag', 'count', 'list'];
const row = { who: 'mira@contoso.example', what: 'x', flag: true, count: 2, list: ['a', { b: 1 }] };
const of = (record: object, time: unknown = '2026-10-05T09:00:00+0000') => rowIdentity(time, record, names);

describe('the identity of a row', () => {
  test.each([
    ['a field nobody announced', { ...row, news: 1 }],
    ['numbers and flags as text', { ...row, flag: 'true', count: '2' }],
    ['a list of one', { ...row, who: [row.who] }],
    ['a nested value as text', { ...row, list: JSON.stringify(row.list) }],
    ['another order of fields', Object.fromEntries(Object.entries(row).reverse())],
    ['space around a text', { ...row, what: ' x ' }],
  ])('is the same with %s', (_, other) => {
    expect(of(other)).toEqual(of(row));
  });
  test.each(['2026-10-05T09:00:00Z', '2026-10-05 09:00:00', '/Date(1791190800000)/', 1791190800000])(
    'is the same with the time as %s',
    time => {
      expect(of(row, time)).toEqual(of(row));
    },
  );
  test.each([
    ['another text', { ...row, what: 'y' }],
    ['a text in another field', { ...row, what: row.who, who: row.what }],
    ['another order of a list', { ...row, list: [...row.list].reverse() }],
    ['a longer list', { ...row, list: ['a', { b: 1 }, 'a'] }],
    ['a flag the other way', { ...row, flag: false }],
    ['nothing where there was something', { ...row, what: '' }],
  ])('is another with %s', (_, other) => {
    expect(of(other)).not.toEqual(of(row));
  });
  test('is another a second later', () => {
    expect(of(row, '2026-10-05T09:00:01+0000')).not.toEqual(of(row));
  });
  test('is told of whatever is there, however deep', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(9_000)}${']'.repeat(9_000)}`);
    for (const odd of [null, undefined, deep, '{', '[1', 'null', '"x"', Number.NaN, '\ud83d']) {
      expect(of({ who: odd, list: odd }, odd)[1]).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
