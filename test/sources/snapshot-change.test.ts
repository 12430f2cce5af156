import { expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import { changeTime, changeWord, isAnnotation } from '../../shared/sources/_kit/snapshot-change.ts';
import type { About, SnapshotChange } from '../../shared/sources/_kit/source.ts';

const alone: About = { domains: [], stream: 'default' };
const at = (text: string) => instant(Date.parse(text));
const told = (over: Partial<SnapshotChange>): About => ({
  ...alone,
  change: {
    kind: 'changed',
    asOf: at('2026-10-05T10:00:00Z'),
    since: at('2026-10-05T09:00:00Z'),
    before: {},
    names: new Map(),
    ...over,
  },
});

test('a change is of the time its record says, only where that lies between the two readings', () => {
  const times = { added: '2026-10-05T08:00:00Z', changed: '2026-10-05T09:30:00.1234567Z' };
  expect(changeTime(told({}), times)).toBe('2026-10-05T09:30:00.123Z');
  expect(changeTime(told({ kind: 'added' }), times)).toBe('2026-10-05T10:00:00.000Z');
  expect(changeTime(told({ kind: 'removed' }), times)).toBe('2026-10-05T10:00:00.000Z');
  expect(changeTime(told({ kind: 'added', since: null }), times)).toBe('2026-10-05T10:00:00.000Z');
  expect(changeTime(told({}), { changed: 'soon' })).toBe('2026-10-05T10:00:00.000Z');
});

test('a record that stands alone is one added, when it says or when it was read', () => {
  expect(changeWord(alone)).toBe('added');
  expect(changeWord(told({ kind: 'added', since: null }))).toBe('found');
  expect(changeTime(alone, { added: '2026-10-05T08:00:00Z' })).toBe('2026-10-05T08:00:00.000Z');
  expect(changeTime({ ...alone, readAt: at('2026-10-05T10:00:00Z') }, {})).toBe('2026-10-05T10:00:00.000Z');
  expect(() => changeTime(alone, {})).toThrow('says no time');
});

test('only what says where an answer came from is an annotation', () => {
  const mark = '@';
  const named = (name: string): string => `${mark}odata.${name}`;
  for (const path of [
    named('context'),
    `a.b${named('context')}`,
    `a${named('type')}`,
    `c.${named('etag')}`,
  ]) {
    expect([path, isAnnotation(path)]).toEqual([path, true]);
  }
  for (const path of [named('type'), `a.${named('type')}`, 'displayName'])
    expect([path, isAnnotation(path)]).toEqual([path, false]);
});
