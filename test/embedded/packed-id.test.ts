import { describe, expect, it } from 'vitest';
import { packId, packedLength, unpackId } from '../../shared/adapters/embedded/packed-id.ts';

const id = '20261005-0123456789abcdef0123456789abcdef01234567';

describe('an id as it is kept', () => {
  it('is the day and the digits as bytes, and the same text again', () => {
    const packed = packId(id);
    expect(Buffer.from(packed as Uint8Array).toString('hex')).toBe(id.replace('-', ''));
    expect(unpackId(packed)).toBe(id);
  });

  it.each([
    ['capitals', id.toUpperCase()],
    ['a letter that is no digit', id.replace('f', 'g')],
    ['one in the day', `2026100${'x'}${id.slice(8)}`],
    ['one at the end', `${id.slice(0, -1)}/`],
    ['one beyond ASCII, whose lower bits are a digit', id.replace('7', '\u0137')],
    ['no hyphen', id.replace('-', '0')],
    ['one digit less', id.slice(0, -1)],
    ['one digit more', `${id}0`],
    ['nothing', ''],
  ])('stays a text with %s', (_, other) => {
    expect(packId(other)).toBe(other);
  });

  it('sorts as the text does', () => {
    const ids = Array.from({ length: 200 }, (_, n) => {
      const digits = (n * 2_654_435_761).toString(16).padStart(40, '0').slice(-40);
      return `202610${String(10 + (n % 20))}-${digits}`;
    });
    const byBytes = ids.toSorted((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)));
    expect(byBytes).toEqual(ids.toSorted());
  });
});

const bytesOf = (text: string): Uint8Array => {
  const packed = packId(text, new Uint8Array(packedLength));
  if (typeof packed === 'string') throw new Error('not packed');
  return packed;
};
