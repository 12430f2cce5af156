import { expect, test } from 'vitest';
import { sha256 } from '../../shared/kernel/hash.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { SourceId, StreamId } from '../../shared/model/ids.ts';
import { readRecords, readSlices, type RecordsOrigin } from '../../shared/pipeline/read-records.ts';
import { entraDirectoryAudits } from '../../shared/sources/entra.directory-audits/source.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { contoso } from '../support/sample.ts';

const source = entraDirectoryAudits as Source;
const origin: RecordsOrigin = {
  source,
  ref: { source: source.id as SourceId, stream: 'default' as StreamId },
  tenant: contoso,
  about: { domains: [], stream: 'default' },
  object: { key: 'raw/page', sha256: sha256('page') },
  now: instant(0),
};

/** Every seventh record cannot be read. */
const page = (length: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      value: Array.from({ length }, (_, n) => ({
        id: `a-${n}`,
        activityDateTime: n % 7 === 3 ? 'some day' : '2026-10-05T09:00:00Z',
        activityDisplayName: 'Update user',
      })),
    }),
  );

test.each([0, 1, 100, 101, 350])(
  'a page of %i records read some at a time is the page read at once',
  length => {
    const whole = readRecords(page(length), origin);
    const slices = [...readSlices(page(length), origin)];
    expect(slices.flatMap(({ events }) => events)).toEqual(whole.events);
    expect(slices.flatMap(({ quarantined }) => quarantined)).toEqual(whole.quarantined);
    expect(slices.reduce((sum, { seen }) => sum + seen, 0)).toBe(length);
    const places = [...whole.events, ...whole.quarantined].map(({ raw }) => raw.index);
    expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, n) => n));
  },
);

test('no slice holds a whole large page', () => {
  const most = Math.max(...[...readSlices(page(1_000), origin)].map(({ seen }) => seen));
  expect(most).toBeLessThan(300);
});
