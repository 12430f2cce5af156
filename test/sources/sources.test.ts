import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../shared/kernel/hash.ts';
import { instant } from '../../shared/kernel/time.ts';
import { normalizedEventSchema, type NormalizedEvent } from '../../shared/model/event.ts';
import type { SourceId, StreamId, TenantId } from '../../shared/model/ids.ts';
import { classProblem } from '../../shared/ocsf/schema/compiled.ts';
import { readRecords } from '../../shared/pipeline/read-records.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import {
  aboutFixtures,
  changesOf,
  contoso,
  eventsOf,
  fixturesFolder,
  fixturesOf,
  goldenOf,
  type Fixture,
} from '../../tools/source-goldens.ts';
import { registryText, sourceFolders, sourceIds, sourcesFolder } from '../../tools/source-registry.ts';
import { identifying } from '../house/anonymity.ts';

// Whatever folder appears in shared/sources is looked at, without being named here.
const folders = await Promise.all(
  sources.map(async source => ({ id: source.id, source, fixtures: await fixturesOf(source.id) })),
);
const records = folders.flatMap(({ id, source, fixtures }) =>
  fixtures
    .filter(({ kind }) => kind === 'records')
    .map(fixture => ({ name: `${id}: ${fixture.name}`, source, fixture })),
);
interface Golden {
  readonly identity?: readonly string[];
  readonly event?: NormalizedEvent;
  readonly problem?: string;
}
/** What a source's `schema.ts` says its provider does not tell. */
async function neverHeldBy(id: string): Promise<readonly string[]> {
  const schema: unknown = await import(pathToFileURL(join(sourcesFolder, id, 'schema.ts')).href);
  return (schema as { neverHeld?: readonly string[] }).neverHeld ?? [];
}
const goldenEvents = (source: Source, fixture: Fixture) => eventsOf(source, fixture.bytes) as Golden[];

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

describe('the registry', () => {
  test('is what the folders say', async () => {
    expect(sources.map(({ id }) => id)).toEqual(await sourceIds());
    const committed = readFileSync(join(sourcesFolder, 'index.generated.ts'), 'utf8');
    const words = (text: string) => text.match(/\w+|[^\w\s]/g)?.filter(token => token !== ',');
    expect(words(committed)).toEqual(words(registryText(await sourceFolders())));
  });
});

describe.each(folders)('$id', ({ id, source, fixtures }) => {
  test('has the files of a source', () => {
    const files = readdirSync(join(sourcesFolder, id));
    for (const file of ['source.ts', 'schema.ts', 'normalize.ts', 'mapping.md', 'fixtures'])
      expect(files).toContain(file);
    expect(fixtures.map(({ name }) => name)).toContain('quarantine');
    expect(fixtures.filter(({ kind }) => kind === 'paging').map(({ name }) => name)).toContain('paging');
    const parts = {
      records: ['raw', 'events'],
      paging: ['http', 'pages'],
      changes: ['before', 'after', 'changes'],
    };
    const known = new Set(
      fixtures.flatMap(({ name, kind }) => [
        ...parts[kind].map(part => `${name}.${part}.json`),
        `${name}.raw.ndjson`,
      ]),
    );
    // What a snapshot is for.
    if (source.pull.kind === 'snapshot') expect(fixtures.map(({ kind }) => kind)).toContain('changes');
    expect(readdirSync(fixturesFolder(id)).filter(file => !known.has(file))).toEqual([]);
  });

  test('declares what an operator needs to know', () => {
    expect(source.title.length * source.about.length).toBeGreaterThan(0);
    expect(source.needs.length).toBeGreaterThan(0);
    for (const { name, how } of source.needs) expect(how).toContain(name);
    expect(source.streams(source.config.parse({})).length).toBeGreaterThan(0);
    expect(source.identifiedBy).toMatch(/^[^|\n]{4,}\.$/);
    expect(source.mapping).toBeGreaterThanOrEqual(1);
  });

  test('has a probe for each permission, and for no other', () => {
    const shown = (source.probes ?? []).flatMap(probe => probe.shows);
    expect([...new Set(shown)].sort()).toEqual(source.needs.map(need => need.name).sort());
  });

  test('has a rhythm that leaves no hole', () => {
    if (source.pull.kind !== 'window') return;
    const { step, maxWidth, lag, overlap, lookback, rereads, grain } = source.pull.policy;
    expect(step).toBeLessThanOrEqual(maxWidth);
    expect(overlap).toBeLessThan(maxWidth);
    expect(lag).toBeGreaterThan(0);
    expect([...rereads].sort((a, b) => a - b)).toEqual(rereads);
    for (const age of rereads) expect(age).toBeLessThan(lookback);
    for (const span of [step, maxWidth, overlap]) expect(span % grain).toBe(0);
  });

  test('has an example of a success, a failure and a refusal', async () => {
    const all = records
      .filter(one => one.source === source)
      .flatMap(one => goldenEvents(source, one.fixture));
    const outcomes = all.map(({ event }) => event?.outcome);
    expect(outcomes).toContain('success');
    // State is as it is; nothing of it fails.
    const fails = source.pull.kind !== 'snapshot' && !(await neverHeldBy(id)).includes('failure');
    if (fails) expect(outcomes).toContain('failure');
    expect(all.some(({ problem }) => problem !== undefined)).toBe(true);
  });

  test('gives every event an OCSF class and activity that exist', () => {
    const events = records
      .filter(one => one.source === source)
      .flatMap(one => goldenEvents(source, one.fixture).flatMap(({ event }) => event ?? []));
    const problems = events.map(event => [event.operation, classProblem(event.ocsf)] as const);
    expect(problems.filter(([, problem]) => problem !== null)).toEqual([]);
  });

  test('fills every signal somewhere, but those it says its records never hold', async () => {
    const events = records
      .filter(one => one.source === source)
      .flatMap(one => goldenEvents(source, one.fixture).map(({ event }) => event))
      .filter(event => event !== undefined);
    const filled: Readonly<Record<string, (event: NormalizedEvent) => unknown>> = {
      reason: event => event.reason,
      actor: event => event.actor?.address,
      target: event => event.targets[0],
      ip: event => event.client?.ip,
      correlation: event => event.correlationId,
      'raised severity': event => event.severity === 'medium' || null,
    };
    const told = Object.entries(filled).filter(
      // State does not say who made it so, nor from where.
      ([signal]) => source.pull.kind !== 'snapshot' || signal === 'target' || signal === 'raised severity',
    );
    const missing = told.filter(([, of]) => !events.some(event => (of(event) ?? null) !== null));
    const never = await neverHeldBy(id);
    expect(missing.map(([signal]) => signal)).toEqual(never.filter(signal => signal !== 'failure'));
  });

  test('has a fixture and a line of mapping.md for every field it reads', async () => {
    const schema: unknown = await import(pathToFileURL(join(sourcesFolder, id, 'schema.ts')).href);
    const { optionalFields } = schema as { optionalFields: readonly string[] };
    const seen = new Set<string>();
    for (const { fixture } of records.filter(one => one.source === source)) {
      for (const record of source.split(fixture.bytes)) {
        for (const [field, value] of Object.entries(record ?? {}))
          if (value !== null && value !== '') seen.add(field);
      }
    }
    expect(
      optionalFields.filter(field => !seen.has(field)),
      'in no fixture',
    ).toEqual([]);
    const mapping = readFileSync(join(sourcesFolder, id, 'mapping.md'), 'utf8');
    expect(
      optionalFields.filter(field => !mapping.includes(`\`${field}\``)),
      'not in mapping.md',
    ).toEqual([]);
  });

  test('never fails on a field of another type', async () => {
    const schema: unknown = await import(pathToFileURL(join(sourcesFolder, id, 'schema.ts')).href);
    const { optionalFields } = schema as { optionalFields: readonly string[] };
    const odd = [
      null,
      7,
      -1,
      1e300,
      true,
      '',
      'x',
      '[',
      '{"a":[null]}',
      '\ud83d',
      [],
      [[]],
      [null, 7, 'x', {}],
      {},
      { a: { b: [] } },
      'y'.repeat(99_999),
    ];
    const about = aboutFixtures(source);
    for (const { fixture } of records.filter(
      one => one.source === source && one.fixture.name !== 'quarantine',
    )) {
      for (const record of source.split(fixture.bytes)) {
        for (const [n, field] of optionalFields.entries()) {
          const value = odd[(n + JSON.stringify(record).length) % odd.length];
          const reading = readRecord(
            source,
            { ...(record as object), [field]: value, [`${field}2`]: value },
            about,
          );
          expect(reading.kind, `${field} = ${JSON.stringify(value)?.slice(0, 40)}`).toBe('event');
          if (reading.kind === 'event') normalizedEventSchema.parse(reading.event);
        }
      }
    }
  });

  test('has fixtures in which nobody real can be found', () => {
    for (const file of readdirSync(fixturesFolder(id))) {
      const path = `shared/sources/${id}/fixtures/${file}`;
      expect(identifying({ path, text: readFileSync(join(fixturesFolder(id), file), 'utf8') })).toEqual([]);
    }
  });

  test('gives every record an identity of its own', () => {
    const seen = new Map<string, string>();
    for (const { fixture } of records.filter(one => one.source === source)) {
      for (const [index, { identity }] of goldenEvents(source, fixture).entries()) {
        if (identity === undefined) continue;
        const place = `${fixture.name}[${index}]`;
        expect(seen.get(identity.join('\n')), `${place} is the same as another`).toBeUndefined();
        seen.set(identity.join('\n'), place);
      }
    }
    expect(seen.size).toBeGreaterThan(0);
  });
});

const changes = folders.flatMap(({ id, source, fixtures }) =>
  fixtures
    .filter(({ kind }) => kind === 'changes')
    .map(fixture => ({ name: `${id}: ${fixture.name}`, source, fixture })),
);

test.each(changes)(
  '$name: the difference of two readings is what its golden says',
  async ({ source, fixture }) => {
    const golden = JSON.parse(readFileSync(fixture.goldenPath, 'utf8')) as unknown[];
    expect(JSON.parse(await goldenOf(source, fixture))).toEqual(golden);
    for (const event of golden) normalizedEventSchema.parse(event);
    // Read twice without a change, there is nothing to tell.
    expect(changesOf(source, fixture.bytes, fixture.bytes)).toEqual([]);
  },
);

describe.each(records)('$name', ({ source, fixture }) => {
  const about = aboutFixtures(source);
  const split = Array.from(source.split(fixture.bytes));

  test('is what its golden says', async () => {
    const committed = readFileSync(fixture.goldenPath, 'utf8');
    expect(JSON.parse(await goldenOf(source, fixture))).toEqual(JSON.parse(committed));
  });

  test('makes events the model accepts, and refuses with a sentence that names no value', () => {
    for (const [index, { event, problem }] of goldenEvents(source, fixture).entries()) {
      if (event === undefined) {
        expect(problem).toMatch(/^[\w.]+: .{8,}/);
        expect(problem).not.toContain('failed on this record');
      } else {
        expect(() => normalizedEventSchema.parse(event), `record ${index}`).not.toThrow();
        expect(event.summary.length).toBeLessThanOrEqual(300);
      }
    }
  });

  test('is read the same twice, in any order, and left untouched', () => {
    const forwards = split.map(record => JSON.stringify(readRecord(source, frozen(record), about)));
    const backwards = [...split].reverse().map(record => JSON.stringify(readRecord(source, record, about)));
    expect(backwards.reverse()).toEqual(forwards);
  });

  test('has records whose bytes can be cut out', () => {
    for (const [index, record] of split.entries()) {
      const bytes = source.recordBytes(fixture.bytes, index);
      expect(JSON.parse(Buffer.from(bytes).toString('utf8'))).toEqual(record);
    }
  });

  test('keeps a record’s identity when a field comes that nobody reads', () => {
    for (const record of split) {
      const reading = readRecord(source, record, about);
      // Without an id the whole record is its identity: then another field is another record.
      if (reading.kind !== 'event' || reading.identity[0] === 'record') continue;
      const more = readRecord(source, { ...(record as object), somethingNew: [1] }, about);
      expect(more.kind === 'event' ? more.identity : more.kind).toEqual(reading.identity);
    }
  });

  test('is read by the pipeline as by the command line', () => {
    const object = { key: 'a/b', sha256: sha256(fixture.bytes) };
    const [ref, now] = [{ source: source.id as SourceId, stream: about.stream as StreamId }, instant(0)];
    const read = readRecords(fixture.bytes, {
      source,
      ref,
      tenant: contoso.id as TenantId,
      about,
      object,
      now,
    });
    const here = goldenEvents(source, fixture);
    expect(read.events).toMatchObject(here.filter(({ event }) => event).map(({ event }) => event ?? {}));
    expect(read.quarantined).toHaveLength(here.filter(({ problem }) => problem).length);
  });
});
