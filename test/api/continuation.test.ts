import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createContinuations, type Binding } from '../../shared/api/continuation.ts';
import { hours, instant, minutes } from '../../shared/kernel/time.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, fabrikam } from '../support/sample.ts';

const key = new Uint8Array(32).fill(7);
const binding: Binding = {
  kind: 'search',
  caller: `${contoso}:o-1`,
  tenants: [contoso, fabrikam],
  question: { q: 'actor:mira', order: 'newest' },
};
const state = { after: 'position-1', asOf: instant(5) };
const make = (clock = new ManualClock(), with_ = key) =>
  createContinuations({ key: with_, clock, lifetime: hours(1) });

describe('a continuation', () => {
  test('opens for the same caller, tenants in any order, and question', () => {
    const all = make();
    const token = all.seal(binding, state);
    expect(all.open({ ...binding, tenants: [fabrikam, contoso] }, token)).toEqual(state);
    expect(all.open(binding, all.seal(binding, { after: null }))).toEqual({ after: null });
  });

  test('opens in another process with the same key, and in none with another', () => {
    const token = make().seal(binding, state);
    expect(make().open(binding, token)).toEqual(state);
    expect(() => make(new ManualClock(), new Uint8Array(32).fill(8)).open(binding, token)).toThrow(
      expect.objectContaining({ code: 'continuation.invalid' }),
    );
  });

  test.each<[string, Binding]>([
    ['caller', { ...binding, caller: `${contoso}:o-2` }],
    ['tenants', { ...binding, tenants: [contoso] }],
    ['question', { ...binding, question: { q: 'actor:mira', order: 'oldest' } }],
    ['list', { ...binding, kind: 'runs' }],
  ])('does not open for another %s', (_, other) => {
    const all = make();
    expect(() => all.open(other, all.seal(binding, state))).toThrow(
      expect.objectContaining({ code: 'continuation.invalid' }),
    );
  });

  test('expires, and a feed’s does not', () => {
    const clock = new ManualClock();
    const all = make(clock);
    const token = all.seal(binding, state);
    const forever = all.sealForever(binding, state);
    clock.advance(minutes(59));
    expect(all.open(binding, token)).toEqual(state);
    clock.advance(minutes(1));
    expect(() => all.open(binding, token)).toThrow(expect.objectContaining({ code: 'continuation.expired' }));
    clock.advance(hours(24 * 400));
    expect(all.open(binding, forever)).toEqual(state);
  });

  test('changed anywhere is refused, never half understood', () => {
    const all = make();
    const token = all.seal(binding, state);
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '_', '-', '.'),
        (at, letter) => {
          const changed = token.slice(0, at) + letter + token.slice(at + 1);
          // The last letter of base64url carries unused bits: other spellings of the same bytes are the same token.
          fc.pre(
            Buffer.from(changed.split('.')[1] ?? '', 'base64url').toString('base64url') ===
              changed.split('.')[1],
          );
          fc.pre(changed !== token);
          expect(() => all.open(binding, changed)).toThrow(
            expect.objectContaining({ code: 'continuation.invalid' }),
          );
        },
      ),
    );
  });

  test.each(['', '.', 'a.b', 'a.b.c', `${'a'.repeat(5_000)}.b`, '{}', '‮'])('is not %j', nonsense => {
    expect(() => make().open(binding, nonsense)).toThrow(
      expect.objectContaining({ code: 'continuation.invalid' }),
    );
  });

  test('needs a key worth the name', () => {
    expect(() => make(new ManualClock(), new Uint8Array(16))).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
  });
});
