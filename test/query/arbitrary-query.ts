import fc from 'fast-check';
import { parseNetwork, printNetwork } from '../../shared/kernel/ip-address.ts';
import { closedValues, queryFields, type QueryField, type QueryNode } from '../../shared/model/query.ts';
import { isComparable } from '../../shared/query/comparison.ts';
import { emptyRange } from '../../shared/query/empty-range.ts';
import { keyword, words } from '../../shared/query/fold.ts';
import { instant } from '../../shared/kernel/time.ts';
import { impossibleValue } from '../../shared/query/possible-value.ts';
import { timeSpan } from '../../shared/query/time-text.ts';
import { contoso } from '../support/sample.ts';

/** Text made to be mistaken for syntax: of this language, of FTS5 and of SQL. */
export const awkwardTexts = [
  'AND', 'OR', 'NOT', 'NEAR', 'TO', 'and', 'or', 'NEAR(a b, 2)', 'a"b', 'a\\b', 'a\\"', '"', '\\', '-a', '+a', 'a-b', 'a:b',
  'actor:x', 'keys', 'keys:x', '^a', 'a*b', '(a)', '{a}', '[a TO b]', '>=a', "a'b", "'; DROP TABLE doc; --", 'a%', 'a_b',
  '~ta', '~', 'Ångström', 'ﬁle', 'STRAẞE', 'ΟΔΟΣ', 'ΟΔΟΣΟ', 'naïve', 'e\u0301', 'İstanbul', '東京', 'пароль', '🎉party',
  'a\u0000b', 'a\tb', '\ud800a', 'x'.repeat(120), 'oskar.lind@contoso.example', ' Lind@Contoso.example ', 'lind@contoso.example', 'a＠b.c', 'CONTOSO\\oskar', '10.0.0.1',
  '3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77', 'x-3f3d8b1c-1d0b-4a8e-9c55-8a2b6e0c4f77',
]; // prettier-ignore

export const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...awkwardTexts) },
  { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }).map(list => list.join(' ')),
  },
);

const fields = Object.keys(queryFields) as QueryField[];
const ofKind = (kind: string): QueryField[] => fields.filter(field => queryFields[field] === kind);

const wordText = anyText.filter(text => words(text).length > 0);
const keywordText = anyText.filter(text => keyword(text) !== '' && text.trim() !== '');

export const timeText = fc.oneof(
  fc.constantFrom('2026', '2026-10', '2026-10-05', '2026-10-05T09:12Z', '2026-10-05T09:12:44.183Z', '2026-10-05T11:12:44+02:00'),
  fc.constantFrom('now', 'now-7d', 'now-1h+30m', 'NOW-2W'),
); // prettier-ignore

export const networkText = fc
  .oneof(
    fc.tuple(fc.constantFrom('10.1.2.3', '198.51.100.7', '0.0.0.0'), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.constantFrom('2001:db8::7', '::', 'fe80::1:2'), fc.integer({ min: 0, max: 128 })),
  )
  .map(([address, bits]) => {
    const network = parseNetwork(`${address}/${bits}`);
    if (network === null) throw new Error('the generator made no network');
    return printNetwork(network);
  });

const match: fc.Arbitrary<QueryNode> = fc.oneof(
  fc.record({
    kind: fc.constant('match' as const),
    field: fc.constantFrom(null, ...ofKind('words'), ...ofKind('address')),
    value: wordText,
    prefix: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('match' as const),
    field: fc.constantFrom(...ofKind('keyword')),
    value: keywordText,
    prefix: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('match' as const),
    field: fc.constant('time' as const),
    value: timeText,
    prefix: fc.constant(false),
  }),
);

const boundOf = (field: QueryField): fc.Arbitrary<string> => {
  if (field === 'time') return timeText.filter(text => timeSpan(text, instant(0)) !== null);
  if (field === 'severity') return fc.constantFrom('low', 'Medium', 'critical');
  if (field === 'ip') return fc.constantFrom('10.0.0.1', '198.51.100.7', '2001:db8::7');
  return keywordText;
};

const range: fc.Arbitrary<QueryNode> = fc.constantFrom(...fields.filter(isComparable)).chain(field =>
  fc
    .tuple(fc.option(boundOf(field)), fc.option(boundOf(field)), fc.boolean(), fc.boolean())
    .map(([from, to, includeFrom, includeTo]) => ({
      kind: 'range' as const,
      field,
      from,
      to,
      includeFrom: includeFrom || from === null,
      includeTo: includeTo || to === null,
    })),
);

export const clause: fc.Arbitrary<QueryNode> = fc.oneof(
  { weight: 6, arbitrary: match },
  { weight: 2, arbitrary: range },
  { weight: 1, arbitrary: networkText.map(network => ({ kind: 'cidr' as const, network })) },
  { weight: 1, arbitrary: fc.constantFrom(...fields).map(field => ({ kind: 'present' as const, field })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'all' as const }) },
);

/** Trees of these clauses, of at most some thirty. */
export const treeOf = (clauses: fc.Arbitrary<QueryNode>): fc.Arbitrary<QueryNode> =>
  fc.letrec<{ node: QueryNode }>(tie => ({
    node: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'query' },
      clauses,
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        of: fc.array(tie('node'), { minLength: 2, maxLength: 3, depthIdentifier: 'query' }),
      }),
      fc.record({ kind: fc.constant('not' as const), of: tie('node') }),
    ),
  })).node;

/** Values of fields that take no others: of a list, or of a form. */
const possibleValues: Readonly<Partial<Record<QueryField, readonly string[]>>> = {
  ...closedValues,
  ip: ['198.51.100.7', '2001:DB8::7', '::ffff:192.0.2.1'],
  id: [`20261005-${'0a'.repeat(20)}`],
  tenant: [contoso, contoso.toUpperCase()],
  source: ['entra.sign-ins', 'No.Longer-Here'],
};
const possibleMatch = fc
  .constantFrom(...fields.filter(field => Object.hasOwn(possibleValues, field)))
  .chain(field => fc.tuple(fc.constant(field), fc.constantFrom(...(possibleValues[field] ?? [])), fc.nat(5)))
  .map(([field, value, cut]): QueryNode => ({
    kind: 'match',
    field,
    value: cut === 0 ? value : value.slice(0, cut),
    prefix: cut !== 0,
  }));

/** Every tree the parser can make: what it refuses, and what it reads as something else when printed, is left out. */
export const queryTree = treeOf(
  fc
    .oneof({ weight: 5, arbitrary: clause }, { weight: 1, arbitrary: possibleMatch })
    .filter(
      node =>
        !(
          node.kind === 'match' &&
          node.field !== null &&
          impossibleValue(node.field, node.value, node.prefix) !== null
        ) && !(node.kind === 'range' && emptyRange(node, null) !== null),
    ),
);
