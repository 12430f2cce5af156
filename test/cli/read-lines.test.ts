import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLines } from '../../cli/read-lines.ts';

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (let turn = 0; from < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}
async function linesOf(text: string, sizes: readonly number[] = [7], longest?: number): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of readLines(chunksOf(Buffer.from(text), sizes), longest)) lines.push(line);
  return lines;
}

describe('lines of standard input', () => {
  test('end at a line feed and nowhere else', async () => {
    const record = '{"subject":"one\u2028two\u0085three\rfour"}';
    expect(await linesOf(`${record}\n${record}\r\n\nlast`)).toEqual([record, record, '', 'last']);
  });
  test('have no empty one after the last line feed', async () => {
    expect(await linesOf('a\nb\n')).toEqual(['a', 'b']);
    expect(await linesOf('')).toEqual([]);
  });
  test('begin after a byte order mark, which belongs to the stream and not to its first record', async () => {
    expect(await linesOf('\ufeff{}\n\ufeff{}\n', [2])).toEqual(['{}', '\ufeff{}']);
    expect(await linesOf('\ufeff')).toEqual(['']);
  });
  test('are null where they are too long, and the next ones are whole again', async () => {
    expect(await linesOf('12345\n123456\n1234567890123\n12345\n123456', [4], 5)).toEqual(['12345', null, null, '12345', null]); // prettier-ignore
  });
  test('come out whole wherever the stream is cut, in the middle of a letter too', async () => {
    const line = fc.string({ unit: 'grapheme' }).map(text => text.replace(/[\r\n]/g, ' '));
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(line), sizes, async (lines, cuts) => {
        expect(await linesOf(lines.map(text => `${text}\n`).join(''), cuts)).toEqual(lines);
      }),
      { seed: 11, numRuns: 100 },
    );
  });
});
