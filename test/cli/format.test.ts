import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommandError } from '../../cli/exit-code.ts';
import { formatFacts, formatTable, type Column } from '../../cli/format-table.ts';
import { instantOption, longTime, shortTime, spanText } from '../../cli/format-time.ts';
import { columnsOf, cut, printable } from '../../cli/printable.ts';
import { instant } from '../../shared/kernel/time.ts';

const bare = (width: number | null) => ({ width, paint: (_: string, text: string) => text });
interface Row {
  readonly name: string;
  readonly count: number;
  readonly what: string;
}
const columns: readonly Column<Row>[] = [
  { title: 'NAME', value: row => row.name, least: 6 },
  { title: 'COUNT', value: row => String(row.count), right: true },
  { title: 'WHAT', value: row => row.what, least: 10 },
];
const rows: readonly Row[] = [
  { name: 'Mira Holt', count: 7, what: 'added a member to the role Security Reader' },
  { name: 'Oskar', count: 1_204, what: 'signed in' },
];

describe('a table', () => {
  test('stands in columns under its titles', () => {
    expect(formatTable(rows, columns, bare(null))).toBe(
      'NAME       COUNT  WHAT\n' +
        'Mira Holt      7  added a member to the role Security Reader\n' +
        'Oskar       1204  signed in\n',
    );
  });
  test('fits the terminal: the widest column gives way first', () => {
    expect(formatTable(rows, columns, bare(40))).toBe(
      'NAME       COUNT  WHAT\n' +
        'Mira Holt      7  added a member to the…\n' +
        'Oskar       1204  signed in\n',
    );
  });
  test('is never wider than the terminal while a column can give, whatever it holds', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 80 });
    const row = fc.record({ name: text, count: fc.nat(99_999), what: text });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), fc.integer({ min: 40, max: 160 }), (given, width) => {
        const lines = formatTable(given, columns, bare(width)).trimEnd().split('\n');
        expect(lines).toHaveLength(given.length + 1);
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
  test('leaves out columns that hold nothing, and where it is narrow those that can be missed', () => {
    const more: readonly Column<Row>[] = [
      ...columns,
      { title: 'PROBLEM', value: () => '', shown: 'when-filled' },
      { title: 'KEPT SINCE (UTC)', value: () => '2026-10-05 09:12:44', shown: 'when-wide' },
    ];
    const titles = (width: number | null): string =>
      formatTable(rows, more, bare(width)).split('\n')[0] ?? '';
    expect(titles(null)).toMatch(/^NAME +COUNT +WHAT +KEPT SINCE \(UTC\)$/);
    expect(titles(60)).toMatch(/^NAME +COUNT +WHAT +KEPT SINCE \(UTC\)$/);
    expect(titles(40)).toMatch(/^NAME +COUNT +WHAT$/);
  });
  test('of facts leaves out what is not there', () => {
    const facts = [['id', 'x'], ['sender', null], ['subject', ''], ['status', 'delivered']] as const; // prettier-ignore
    expect(formatFacts(facts, bare(null))).toBe('id      x\nstatus  delivered\n');
  });
});

describe('text from outside', () => {
  test('cannot move the cursor, retitle the window or turn the line around', () => {
    const hostile = 'Invoice\u001b[2J\u001b]0;owned\u0007 \u202egpj.exe\r\nSecond line\u009b31m';
    expect(printable(hostile)).toBe('Invoice�[2J�]0;owned� �gpj.exe Second line�31m');
  });
  test('keeps its letters, whatever the alphabet', () => {
    for (const text of ['Zoë Ångström', '見積書の件', 'Приказ № 7', 'naïve 👩‍💻']) {
      expect(printable(text)).toContain(text.slice(0, 3));
    }
  });
  test('counts wide letters twice and is cut between letters', () => {
    expect(columnsOf('見積書')).toBe(6);
    expect(cut('見積書の件', 6)).toBe('見積…');
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdefg', 6)).toBe('abcde…');
    expect(cut('ab', 0)).toBe('');
  });
});

describe('times', () => {
  const now = instant(Date.parse('2026-10-05T12:00:00.000Z'));

  test('are UTC, and say so where they stand alone', () => {
    expect(shortTime('2026-10-05T09:12:44.183Z')).toBe('2026-10-05 09:12:44');
    expect(longTime('2026-10-05T09:12:44.183Z')).toBe('2026-10-05 09:12:44 UTC');
    expect(shortTime(null)).toBe('');
  });
  test.each([
    ['2026-10-05T09:12:44Z', '2026-10-05T09:12:44.000Z'],
    ['2026-10-05T11:12:44.5+02:00', '2026-10-05T09:12:44.500Z'],
    ['2026-10-01', '2026-10-01T00:00:00.000Z'],
    ['now', '2026-10-05T12:00:00.000Z'],
    ['7d', '2026-09-28T12:00:00.000Z'],
    ['now-12h', '2026-10-05T00:00:00.000Z'],
    ['30m', '2026-10-05T11:30:00.000Z'],
  ])('--from %s is %s', (given, expected) => {
    expect(instantOption('from', given, now)).toBe(expected);
  });
  test.each(['yesterday', '2026-02-30', '2026-10-05T09:12:44', '12', '-3d', ''])(
    '--from "%s" is refused with what would do',
    given => {
      expect(() => instantOption('from', given, now)).toThrow(CommandError);
    },
  );
  test('spans are short and exact enough', () => {
    expect([900, 61_000, 7_500_000].map(spanText)).toEqual(['0.9 s', '1 min 1 s', '2 h 5 min']);
  });
});
