import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizedEventSchema } from '../../shared/model/event.ts';
import { toOcsf } from '../../shared/ocsf/to-ocsf.ts';
import { ocsfProblems } from '../../shared/ocsf/validate.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import type { About, Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { aboutFixtures, fixturesOf } from '../../tools/source-goldens.ts';
import { mutatedRecord } from '../support/mutated-record.ts';
import { readPage } from '../support/read-page.ts';
import { seed } from '../support/seed.ts';

// Records nobody here has seen: the fixtures of every source, bent.
const marker = 'zqxjkv';
const runs = 200;

const folders = await Promise.all(
  sources.map(async source => {
    const fixtures = (await fixturesOf(source.id)).filter(({ kind }) => kind === 'records');
    return {
      id: source.id,
      source,
      records: fixtures.flatMap(({ bytes }) => Array.from(source.split(bytes))),
    };
  }),
);

/** Every text in an event. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) yield* textsIn(one);
}

function expectSound(source: Source, record: unknown, about: About): void {
  const read = readPage(source, [record], about);
  const skipped = Object.entries(read.skipped);
  expect(read.seen).toBe(1);
  expect(read.events.length + read.quarantined.length + skipped.length).toBe(1);
  for (const { problem } of read.quarantined) {
    expect(problem).toMatch(/^[\w.$@-]+: .{8,}/);
    expect(problem).not.toContain('failed on this record');
    expect(problem).not.toContain(marker);
    expect(problem.length).toBeLessThan(300);
  }
  for (const [reason] of skipped) expect(reason).toMatch(/^[a-z][\w ,’'-]{7,}$/i);
  for (const event of read.events) {
    const {
      id: _,
      tenant: _t,
      source: _s,
      stream,
      raw: _r,
      mapping: _m,
      recordHash: _h,
      ...normalized
    } = event;
    normalizedEventSchema.parse(normalized);
    expect(event.summary.length).toBeLessThanOrEqual(300);
    for (const text of textsIn(normalized)) {
      expect([text.isWellFormed(), text.includes('\u0000'), text.length <= 4_200]).toEqual([
        true,
        false,
        true,
      ]);
    }
    expect(ocsfProblems(toOcsf({ ...normalized, source: source.id, stream }))).toEqual([]);
    expect(JSON.stringify(event).length).toBeLessThan(1_000_000);
  }
  expect(JSON.stringify(readPage(source, [structuredClone(record)], about))).toBe(JSON.stringify(read));
}

describe.each(folders)('$id', ({ source, records }) => {
  test('makes of whatever comes a sound event, or refuses it with a sentence that holds nothing of it', () => {
    const about = aboutFixtures(source);
    fc.assert(
      fc.property(mutatedRecord(records, marker), record => expectSound(source, record, about)),
      { numRuns: runs, seed },
    );
  });
});

/** Every record with one of its texts in place of another, a place at a time. */
function* withWord(record: unknown, word: string): Generator<unknown> {
  for (const path of pathsOf(record)) {
    const copy: unknown = structuredClone(record);
    let holder: unknown = copy;
    for (const key of path.slice(0, -1)) holder = Reflect.get(Object(holder), key);
    const last = path.at(-1) ?? '';
    if (typeof Reflect.get(Object(holder), last) !== 'string') continue;
    Reflect.set(Object(holder), last, word);
    yield copy;
  }
}

function* pathsOf(value: unknown, above: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inside] of Object.entries(value)) {
    yield [...above, key];
    yield* pathsOf(inside, [...above, key]);
  }
}

// Tables of words had answers for the names of what every object inherits: a kind, an outcome or a category became a
// function, and the event one that no store takes.
test.each(folders)('$id takes “constructor” for a word like any other', ({ source, records }) => {
  const about = aboutFixtures(source);
  expect(records.length).toBeGreaterThan(0);
  for (const record of records) {
    for (const changed of withWord(record, 'constructor')) {
      const read = readRecord(source, changed, about);
      if (read.kind === 'problem') expect(read.problem).not.toContain('failed on this record');
      if (read.kind === 'event') normalizedEventSchema.parse(read.event);
    }
  }
});

test('half a character in the end of a role is not carried into the sentence', () => {
  const roles = folders.find(({ id }) => id === 'entra.role-assignments');
  if (roles === undefined) throw new Error('no such source');
  const { source, records } = roles;
  const ending = records.filter(record => Object.hasOwn(Object(record), 'endDateTime'));
  expect(ending.length).toBeGreaterThan(0);
  for (const record of ending)
    expectSound(source, { ...Object(record), endDateTime: `\udc00${marker}` }, aboutFixtures(source));
});
