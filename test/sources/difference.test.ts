import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSnapshots } from '../../shared/pipeline/compare-snapshots.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import { differencesOf, spelled, tellDifferences } from '../../shared/sources/_kit/difference.ts';
import { seed } from '../support/seed.ts';

const json = fc.jsonValue({ maxDepth: 4 });
const record = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'state', '__proto__'), json, { maxKeys: 5 });

/** The same value with lists and keys in another order, and empty fields added. */
function rearranged(value: unknown, turn: number): unknown {
  if (Array.isArray(value)) {
    const items = value.map(item => rearranged(item, turn + 1));
    return turn % 2 === 0 ? items.reverse() : [...items.slice(1), ...items.slice(0, 1)];
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, rearranged(inner, turn + 1)] as const);
  return Object.fromEntries([...entries.reverse(), [`new${turn}`, [null, [], {}][turn % 3]]]);
}

describe('the difference of two records', () => {
  it('is none exactly where they say the same', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        expect(differencesOf(a, a)).toEqual([]);
        expect(differencesOf(a, b).length === 0).toBe(spelled(a) === spelled(b));
      }),
      { seed },
    );
  });

  it('is none for another order and for empty fields', () => {
    fc.assert(
      fc.property(record, fc.nat(5), (a, turn) => {
        expect(spelled(rearranged(a, turn))).toBe(spelled(a));
      }),
      { seed },
    );
  });

  it('is seen wherever one plain value differs', () => {
    fc.assert(
      fc.property(record, fc.constantFrom('a', 'b', 'c'), fc.string({ minLength: 1 }), (a, name, text) => {
        const b = { ...a, [name]: text };
        const differs = a[name] !== text;
        expect(spelled(a) === spelled(b)).toBe(!differs);
        if (differs) expect(differencesOf(a, b).every(({ path }) => path.split('.')[0] === name)).toBe(true);
      }),
      { seed },
    );
  });

  it('is told with place, old and new', () => {
    const before = {
      state: 'enabled',
      users: { exclude: ['u1'], include: ['All'] },
      control: { mfa: true },
      n: 1,
    };
    const after = {
      state: 'disabled',
      users: { exclude: ['u2', 'u1', 'u1'], include: [] },
      control: null,
      n: 1,
    };
    expect(tellDifferences(differencesOf(before, after), id => (id === 'u2' ? 'Mira Holt' : id))).toBe(
      'control.mfa: true → nothing; state: enabled → disabled; ' +
        'users.exclude: + Mira Holt, + u1; users.include: − All',
    );
    expect(
      differencesOf({ a: 1, row: { at: 1 } }, { a: 1, row: { at: 2 } }, path => path === 'row.at'),
    ).toEqual([]);
  });
});

describe('the difference of two snapshots', () => {
  const snapshot = fc.dictionary(fc.stringMatching(/^[a-f]$/), fc.constantFrom('x', 'y', 'z'));
  const thingsOf = (things: Record<string, string>, page: string) => ({
    byKey: new Map(
      Object.entries(things).map(([key, says], index) => [key, { says: sha256(says), page, index }]),
    ),
    strangers: [],
  });

  it('leads from the one to the other, and names nothing that stayed', () => {
    fc.assert(
      fc.property(snapshot, snapshot, (old, now) => {
        const { changed, removed, carried } = compareSnapshots(thingsOf(old, 'old'), thingsOf(now, 'now'));
        const result = new Map(Object.entries(old).map(([key, says]) => [key, sha256(says)]));
        for (const { key, now: next } of changed) {
          expect(result.get(key)).not.toBe(next?.says);
          if (next === null) result.delete(key);
          else result.set(key, next.says);
        }
        expect(result).toEqual(new Map(Object.entries(now).map(([key, says]) => [key, sha256(says)])));
        expect(removed).toBe(Object.keys(old).filter(key => !Object.hasOwn(now, key)).length);
        expect(carried).toEqual([]);
      }),
      { seed },
    );
  });

  it('is none for the same things in another order', () => {
    fc.assert(
      fc.property(snapshot, things => {
        const turned = Object.fromEntries(Object.entries(things).reverse());
        expect(compareSnapshots(thingsOf(things, 'old'), thingsOf(turned, 'now')).changed).toEqual([]);
      }),
      { seed },
    );
  });
});
