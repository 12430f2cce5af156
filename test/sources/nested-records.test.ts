import { describe, expect, test } from 'vitest';
import { differencesOf, spelled } from '../../shared/sources/_kit/difference.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { aboutFixtures, fixturesOf } from '../../tools/source-goldens.ts';
import { readPage } from '../support/read-page.ts';

const nested = (open: string, close: string, levels: number, bottom = '1'): unknown =>
  JSON.parse(open.repeat(levels) + bottom + close.repeat(levels)) as unknown;

// Each is whole JSON, and overflows the stack of what calls itself over it, or of what spreads it.
const hostile: readonly (readonly [what: string, value: unknown])[] = [
  ['lists', nested('[', ']', 20_000)],
  ['objects', nested('{"value":', '}', 20_000)],
  ['lists in text', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['items', Array.from({ length: 150_000 }, (_, n) => n)],
  ['members', Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`m${n}`, n]))],
];

describe.each(sources.map((source, n) => ({ id: source.id, source, n })))('$id', ({ id, source, n }) => {
  test('reads or refuses a record with thousands of levels or items in it, and its neighbours as ever', async () => {
    const fixtures = (await fixturesOf(id)).filter(
      ({ kind, name }) => kind === 'records' && name !== 'quarantine',
    );
    const [record] = fixtures.flatMap(({ bytes }) => Array.from(source.split(bytes)));
    if (typeof record !== 'object' || record === null) throw new Error(`no fixture of ${id} is an object`);
    const about = aboutFixtures(source);
    // Each field gets one of them, and one that nobody reads gets all.
    const fields = Object.keys(record).map((name, at) => ({
      ...record,
      [name]: hostile[(n + at) % hostile.length]?.[1],
    }));
    const others = hostile.flatMap(([, value]) => [{ ...record, neverSeen: value }, value]);
    const records = [record, ...fields, ...others, record];
    const read = readPage(source, records, about);
    const skipped = Object.values(read.skipped).reduce((sum, count) => sum + count, 0);
    expect(read.events.length + read.quarantined.length + skipped).toBe(records.length);
    const first = readPage(source, [record], about);
    expect(read.events[0]).toEqual(first.events[0]);
    for (const { problem } of read.quarantined) {
      expect(problem).toMatch(/^[\w.]+: .{8,}/);
      expect(problem).not.toContain('failed on this record');
    }
  });
});

test('what is nested deeper than any policy is compared all the same', () => {
  const [one, other] = [nested('{"a":', '}', 20_000), nested('{"a":', '}', 20_000, '2')];
  expect(spelled(one)).toBe(spelled(nested('{"a":', '}', 20_000)));
  expect(spelled(one)).not.toBe(spelled(other));
  expect(differencesOf({ b: one, c: 1 }, { b: one, c: 2 })).toEqual([{ path: 'c', from: 1, to: 2 }]);
  expect(differencesOf({ b: one }, { b: other })).toHaveLength(1);
});
