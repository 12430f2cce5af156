import fc from 'fast-check';

/** A value anybody may find where something else was expected. `marker` stands in every text of it. */
const oddities = (marker: string): readonly unknown[] => [
  null, true, false, 0, -1, 7.5, 1e300, 9_007_199_254_740_992, '', ' ', marker, `${marker}@contoso.example`,
  `${marker}\ud83d`, `\udc00${marker}`, `${marker}\u0000`, `"${marker}"`, `[`, `{"a":[null,"${marker}"]}`, `["${marker}"]`,
  '[{"Name":"x","Value":"y"},null,7]', '"\\"twice\\""', '-', 'N/A', 'unknownFutureValue', '999.999.999.999', '203.0.113.9:443',
  '[2001:db8::1]:65536', '::ffff:203.0.113.9', '1e3', '0x10', '٣', '=cmd()', '<b>', "' OR 1=1 --", '../../etc',
  [], [[]], [null], [null, 7, marker, {}], [[marker]], {}, { a: { b: [marker] } }, { value: marker }, { id: null, name: [] },
  { emailAddress: { nested: marker } }, `${marker}${'y'.repeat(70_000)}`, `${'\u{1f600}'.repeat(5_000)}`, Array.from({ length: 600 }, (_, n) => n),
  Array.from({ length: 300 }, (_, n) => ({ id: `${n}`, name: `${marker}${n}` })), 'a b '.repeat(3_000), `${'('.repeat(3_000)}`,
]; // prettier-ignore

/** The same moment, and things that only look like one, in many spellings. */
const times: readonly unknown[] = [
  '2026-10-05T09:12:44Z', '2026-10-05T09:12:44.1830211Z', '2026-10-05 09:12:44', '2026-10-05T09:12:44+0000', '2026-10-05T11:12:44+02:00',
  '2026-10-05', '/Date(1791191564000)/', '\\/Date(1791191564000)\\/', 1_791_191_564, 1_791_191_564_000, '1791191564', '1791191564000',
  ' 2026-10-05T09:12:44Z ', '0001-01-01T00:00:00Z', '1601-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-13-45T99:99:99Z', '2024-02-29T00:00:00Z',
  '2026-02-29T00:00:00Z', '10/05/2026 09:12:44', 'Mon Oct 05 09:12:44 UTC 2026', 'yesterday', -1, 1e18, '',
]; // prettier-ignore

type Bend = (value: unknown) => unknown;
const asText: Bend = value => (typeof value === 'string' ? value : JSON.stringify(value));
const asNumber: Bend = value => (typeof value === 'string' ? value.length : Number(value));

/** Where in a record something is bent, as shares of what there is to choose from. */
type Choice = readonly number[];

/** One way a record may come otherwise than any we have seen; frozen values are replaced, never written to. */
type Bending =
  | { readonly at: Choice; readonly bend: Bend }
  | { readonly at: Choice; readonly key: (key: string) => string | null };

function bent(value: unknown, bending: Bending, depth = 0): unknown {
  const share = bending.at[depth];
  if (typeof value !== 'object' || value === null || share === undefined) {
    return 'bend' in bending ? bending.bend(value) : value;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return 'bend' in bending ? bending.bend(value) : value;
    const chosen = Math.min(value.length - 1, Math.floor(share * value.length));
    return value.map((item: unknown, n) => (n === chosen ? bent(item, bending, depth + 1) : item));
  }
  const members = Object.entries(value);
  const chosen = Math.min(members.length - 1, Math.floor(share * members.length));
  const last = bending.at[depth + 1] === undefined;
  return withMembers(
    members.flatMap(([key, inner], n): [string, unknown][] => {
      if (n !== chosen) return [[key, inner]];
      if (!('key' in bending) || !last) return [[key, bent(inner, bending, depth + 1)]];
      const renamed = bending.key(key);
      return renamed === null ? [] : [[renamed, inner]];
    }),
  );
}

/** As JSON.parse makes it: a member `__proto__` is a member. */
function withMembers(members: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [key, value] of members) {
    Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return made;
}

const otherCase = (key: string): string =>
  key[0] === key[0]?.toLowerCase()
    ? `${key[0]?.toUpperCase()}${key.slice(1)}`
    : `${key[0]?.toLowerCase()}${key.slice(1)}`;

function bendings(marker: string): fc.Arbitrary<Bending> {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const at = fc.array(share, { minLength: 1, maxLength: 5 });
  const top = fc.tuple(share);
  const bend = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(...oddities(marker)).map(
        (odd): Bend =>
          () =>
            odd,
      ),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...times).map(
        (time): Bend =>
          () =>
            time,
      ),
    },
    fc.jsonValue({ maxDepth: 3 }).map(
      (odd): Bend =>
        () =>
          odd,
    ),
    fc.string({ unit: 'binary' }).map(
      (odd): Bend =>
        () =>
          odd,
    ),
    fc.constantFrom<Bend>(
      asText,
      asNumber,
      value => [value],
      // Never nothing at all: no JSON holds that.
      value => (Array.isArray(value) && value.length > 0 ? (value[0] as unknown) : value),
      value => ({ value }),
      value => JSON.stringify(JSON.stringify(value)),
      value => [value, value, null],
    ),
  );
  const key = fc.constantFrom<(key: string) => string | null>(
    () => null,
    otherCase,
    name => name.toUpperCase(),
    name => name.toLowerCase(),
    name => `${name}2`,
    () => '__proto__',
    () => 'constructor',
    () => 'toString',
    () => '',
  );
  return fc.oneof(
    { weight: 10, arbitrary: fc.record({ at: fc.oneof(at, top), bend }) },
    { weight: 4, arbitrary: fc.record({ at: fc.oneof(at, top), key }) },
  );
}

/** Records like the ones given, bent in one to five places; and now and then no record at all. */
export function mutatedRecord(records: readonly unknown[], marker: string): fc.Arbitrary<unknown> {
  const one = fc
    .tuple(fc.constantFrom(...records), fc.array(bendings(marker), { minLength: 1, maxLength: 5 }))
    .map(([record, all]) => all.reduce<unknown>((before, bending) => bent(before, bending), record));
  return fc.oneof(
    { weight: 40, arbitrary: one },
    { weight: 1, arbitrary: fc.constantFrom(...oddities(marker)) },
  );
}
