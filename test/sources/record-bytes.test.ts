import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { recordBytes, type RecordsAt } from '../../shared/sources/_kit/record-bytes.ts';
import { parseEnvelope, splitRecords } from '../../shared/sources/_kit/split-json.ts';
import { cpuMsSince } from '../support/cpu-time.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** JSON with the same meaning in many spellings: spaces between its tokens. */
function spaced(text: string, spaces: readonly string[]): string {
  let n = 0;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g) ?? [];
  return tokens.map(token => `${spaces[n++ % spaces.length] ?? ''}${token}`).join('');
}

const anySpaces = fc.array(fc.constantFrom('', ' ', '\n', '\t', '\r\n  '), { minLength: 1, maxLength: 7 });
const anyRecords = fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 12 });
/** Members around the list, some with the words and brackets a scanner may trip over. */
const anyMembers = fc.dictionary(
  fc.constantFrom('@odata.context', '@odata.nextLink', 'value ', 'val"ue', '][', '{"value":[1]}'),
  fc.jsonValue({ maxDepth: 2 }),
);

describe('the bytes of one record', () => {
  test('are a slice of the page that means the same, wherever the list stands', () => {
    fc.assert(
      fc.property(
        anyRecords,
        anyMembers,
        anyMembers,
        anySpaces,
        fc.boolean(),
        (records, before, after, spaces, bare) => {
          const at: RecordsAt = bare ? 'array' : 'value';
          const page = bare ? records : { ...before, value: records, ...after };
          const bytes = bytesOf(spaced(JSON.stringify(page), spaces));
          const found = splitRecords(bytes, at);
          const split = [...found];
          // What JSON makes of it: -0 becomes 0.
          expect(split).toEqual(JSON.parse(JSON.stringify(records)));
          for (const [index, record] of split.entries()) {
            const slice = recordBytes(bytes, at, index);
            expect(JSON.parse(textOf(slice))).toEqual(record);
            expect(slice.buffer).toBe(bytes.buffer);
            expect(Buffer.compare(found.bytesAt?.(index) ?? bytes, slice)).toBe(0);
          }
          expect(() => recordBytes(bytes, at, records.length)).toThrow(AppError);
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each([
    ['{"value":[ {"a" : 1} ,{"b":2}]}', 'value', 0, '{"a" : 1}'],
    ['{"value":[{"a":1.0e1},{"b":2}]}', 'value', 1, '{"b":2}'],
    ['[1 , "a,]}\\"", null]', 'array', 1, '"a,]}\\""'],
    ['[1 , "x", null]', 'array', 2, 'null'],
    ['{"other":{"value":[9]},"value":[{"\\u0061":"ü\u2028"}]}', 'value', 0, '{"\\u0061":"ü\u2028"}'],
    ['{"val\\u0075e":[7]}', 'value', 0, '7'],
    ['{"value":[1],"value":[2]}', 'value', 0, '2'],
    ['\ufeff[5]', 'array', 0, '5'],
    ['\ufeff{"value":[5]}', 'value', 0, '5'],
  ] as const)('%j has at %s[%i] exactly %j', (page, at, index, expected) => {
    expect(textOf(recordBytes(bytesOf(page), at, index))).toBe(expected);
  });

  test.each([
    ['', 'array', 0],
    ['   ', 'array', 0],
    ['[', 'array', 0],
    ['[1', 'array', 0],
    ['[1', 'array', 1],
    ['[1,', 'array', 1],
    ['[1,]', 'array', 1],
    ['[1 2]', 'array', 1],
    ['["a', 'array', 0],
    ['["a\\', 'array', 0],
    ['[{"a":1]', 'array', 0],
    ['[}', 'array', 0],
    ['[nul]', 'array', 0],
    ['[,1]', 'array', 0],
    ['[]', 'array', 0],
    ['{"value":1}', 'value', 0],
    ['{"values":[1]}', 'value', 0],
    ['{"value" [1]}', 'value', 0],
    ['{value:[1]}', 'value', 0],
    ['<html>', 'value', 0],
    ['{"value":[{"a":"b}]}', 'value', 0],
    ['{"value":[1]', 'value', 0],
  ] as const)('%j at %s[%i] is refused', (page, at, index) => {
    const refused: unknown = expect.objectContaining({ code: 'archive.corrupt', recovery: 'give-up' });
    expect(() => recordBytes(bytesOf(page), at, index)).toThrow(refused);
  });

  test('of noise are refused or mean something, and never take long', () => {
    const noise = fc
      .array(fc.constantFrom(...'[]{}",:\\ 1atrue\n'.split('')), { maxLength: 300 })
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(noise, fc.constantFrom<RecordsAt>('array', 'value'), fc.nat(3), (text, at, index) => {
        try {
          JSON.parse(textOf(recordBytes(bytesOf(text), at, index)));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 3_000 },
    );
    const began = process.cpuUsage();
    const deep = bytesOf('['.repeat(5_000_000));
    expect(() => recordBytes(deep, 'array', 0)).toThrow(AppError);
    expect(() => recordBytes(bytesOf(`{${'"a":'.repeat(1_000_000)}`), 'value', 0)).toThrow(AppError);
    expect(cpuMsSince(began)).toBeLessThan(20_000);
  });
});

describe('a page', () => {
  const malformed: unknown = expect.objectContaining({ code: 'provider.malformed', recovery: 'retry' });
  test.each(['', '{"value":[', '<html></html>', '{"value":{}}', '{"error":{}}', 'null', '7', '"x"', '{}'])(
    '%j is malformed where records are expected under value',
    text => {
      expect(() => splitRecords(bytesOf(text), 'value')).toThrow(malformed);
    },
  );
  test('that is an object is malformed where a list is expected', () => {
    expect(() => splitRecords(bytesOf('{"value":[]}'), 'array')).toThrow(malformed);
  });
  test('is split after its link was read, and as often as is wanted', () => {
    const bytes = bytesOf('{"@odata.nextLink":"there","value":[{"a":1},[2]],"more":{"value":[3]}}');
    expect(parseEnvelope(bytes)).toEqual({ '@odata.nextLink': 'there', value: [], more: { value: [3] } });
    for (let look = 0; look < 3; look += 1) {
      const records = splitRecords(bytes, 'value');
      expect(records).toHaveLength(2);
      expect([...records]).toEqual([{ a: 1 }, [2]]);
      expect(records.slice(1, 9)).toEqual([[2]]);
    }
  });
  test('with several lists named value has the last of them, as JSON.parse has', () => {
    const bytes = bytesOf('{"value":[1],"value":[2,[3]],"more":[4]}');
    expect([...splitRecords(bytes, 'value')]).toEqual([2, [3]]);
    expect(parseEnvelope(bytes)).toEqual({ value: [], more: [4] });
    expect(() => splitRecords(bytesOf('{"value":[1],"value":2}'), 'value')).toThrow(malformed);
  });
  test.each([
    '{"value":[1,2]',
    '{"value":[1,2]]',
    '{"value":[1,2]}}',
    '{"value":[1,,2]}',
    '{"value":[1,]}',
    '{"value":[1 2]}',
  ])('%j is malformed around its records', text => {
    expect(() => splitRecords(bytesOf(text), 'value')).toThrow(malformed);
    expect(() => parseEnvelope(bytesOf(text))).toThrow(malformed);
  });
  test('whose list is not the whole of it is malformed where it is to be a list', () => {
    expect(() => splitRecords(bytesOf('[1] 2'), 'array')).toThrow(malformed);
  });
  test('is malformed at a record that does not parse, and gives those before it', () => {
    const records = splitRecords(bytesOf('{"value":[{"a":1},{"a":nul},{"a":3}]}'), 'value');
    expect(records).toHaveLength(3);
    expect(records.slice(0, 1)).toEqual([{ a: 1 }]);
    expect(() => records.slice(0, 2)).toThrow(malformed);
    expect(() => [...records]).toThrow(malformed);
  });
  test('of noise splits into what JSON.parse finds in it, or not at all', () => {
    const noise = fc.oneof(
      fc.json().map(text => `[${text}]`),
      fc
        .array(fc.constantFrom(...'[]{}",:\\ 1atrue\n'.split('')), { maxLength: 60 })
        .map(parts => `[${parts.join('')}]`),
    );
    fc.assert(
      fc.property(noise, fc.constantFrom<RecordsAt>('array', 'value'), (list, at) => {
        const text = at === 'array' ? list : `{"n":1,"value":${list}}`;
        const whole = attempt(() =>
          at === 'array' ? JSON.parse(text) : (JSON.parse(text) as { value: unknown }).value,
        );
        expect(attempt(() => [...splitRecords(bytesOf(text), at)])).toEqual(whole);
      }),
      { numRuns: 3_000 },
    );
  });
  test('with broken UTF-8 keeps its records', () => {
    const bytes = Buffer.concat([Buffer.from('[{"a":"'), Buffer.from([0xff, 0xc3]), Buffer.from('"}]')]);
    expect([...splitRecords(bytes, 'array')]).toEqual([{ a: '\ufffd\ufffd' }]);
    expect([...recordBytes(bytes, 'array', 0)]).toEqual([...bytes.subarray(1, -1)]);
  });
});

/** What it answers; undefined where it throws. */
function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return undefined;
  }
}
