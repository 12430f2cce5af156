import { onTestFinished, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { days, instant, plus } from '../../shared/kernel/time.ts';
import { noMappings, withMappings, type Mappings } from '../../shared/mappings/mappings.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import {
  previewMapping,
  type MappingPreview,
  type PreviewRequest,
} from '../../shared/pipeline/preview-mapping.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import { readRecords } from '../../shared/pipeline/read-records.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { fixturesOf } from '../../tools/source-goldens.ts';
import { contosoTenant } from '../support/api-house.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, scopeOf, stream } from '../support/sample.ts';
import { mappingsFrom } from '../support/mappings-from.ts';
import { tempFolder } from '../support/temp-folder.ts';

const scope = scopeOf(contoso);
const id = 'm365.unified-audit';
const plain = sources.find(source => source.id === id) ?? sources[0];

const everything = (sentence: string): Mappings =>
  mappingsFrom(`sources: { ${id}: { '*': { summary: '${sentence}' } } }`);

interface Stage {
  readonly profile: Profile;
  readonly clock: ManualClock;
  /** The source's pages read under a file, as events. */
  under(mappings: Mappings): NewEvent[];
  /** What the changed file would do, where `inForce` is the one in force. */
  preview(inForce: Mappings, changed: Mappings, more?: Partial<PreviewRequest>): Promise<MappingPreview>;
}

/** All records of a source's fixtures, archived, and stored and indexed as they are under a file. */
async function staged(stored: Mappings): Promise<Stage> {
  if (plain === undefined) throw new Error('no source');
  const clock = new ManualClock();
  const profile = await openEmbedded({ folder: await tempFolder(), environment: {}, clock });
  onTestFinished(() => profile.close());
  await profile.tenants.swap(null, contosoTenant);
  const pages: { bytes: Uint8Array; key: string; sha256: NewEvent['raw']['sha256'] }[] = [];
  for (const fixture of await fixturesOf(id)) {
    if (fixture.kind !== 'records') continue;
    const key = `${id}/default/2026/10/05/page-${fixture.name}`;
    const retainUntil = plus(clock.now(), days(365));
    const { bytes } = fixture;
    const { sha256 } = await profile.archive.put(scope, {
      key,
      bytes,
      contentType: 'application/json',
      retainUntil,
    });
    pages.push({ bytes, key, sha256 });
  }
  const under = (mappings: Mappings): NewEvent[] =>
    pages.flatMap(({ bytes, key, sha256 }) => [
      ...readRecords(bytes, {
        source: withMappings(plain, mappings),
        ref: { source: id as SourceId, stream },
        tenant: contoso,
        about: { domains: contosoTenant.domains, stream },
        object: { key, sha256: sha256 as NewEvent['recordHash'] },
        now: instant(0),
      }).events,
    ]);
  await profile.events.upsert(scope, under(stored), clock.now());
  await projectIndex(profile.events, profile.index);
  return {
    profile,
    clock,
    under,
    preview: (inForce, changed, more = {}) =>
      previewMapping(
        { ...profile, sources, clock, mappings: inForce },
        { scopes: [scope], changed, window: null, limit: 10_000, sample: 10_000, ...more },
      ),
  };
}

/** What differs between the stored events and the same records read under the changed file. */
function differences(
  before: readonly NewEvent[],
  after: readonly NewEvent[],
): Map<string, readonly [string, string]> {
  const now = new Map(after.map(event => [event.id, event]));
  return new Map(
    before.flatMap(event => {
      const then = now.get(event.id);
      if (then === undefined || (then.summary === event.summary && then.category === event.category))
        return [];
      return [
        [event.id, [`${event.category} ${event.summary}`, `${then.category} ${then.summary}`] as const],
      ];
    }),
  );
}

/** How many change of each operation, most first, a hundred at a time. */
function changesByOperation(
  events: readonly { id: string; operation: string }[],
  wanted: ReadonlyMap<string, unknown>,
): readonly number[][] {
  const changed = Map.groupBy(
    events.filter(({ id: event }) => wanted.has(event)),
    ({ operation }) => operation,
  );
  const counts = [...changed.values()].map(({ length }) => length).sort((a, b) => b - a);
  return [counts.slice(0, 100), counts.slice(100)];
}

async function listed({ profile }: Stage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key, sha256 } of profile.archive.list(scope, '')) keys.push(`${key} ${sha256}`);
  return keys;
}

describe('the preview of a changed mapping file', () => {
  const old = mappingsFrom(`sources:
  ${id}:
    FileDownloaded: { summary: '{actor} fetched {file}', category: other }
    UserLoggedIn: { summary: '{actor} came in[ from {ip}]' }
    New-InboxRule: { category: security }`);
  const changed = mappingsFrom(`categories: { file: Papers }
sources:
  ${id}:
    FileDownloaded: { summary: '{actor} downloaded {file}' }
    New-InboxRule: { summary: '{actor} made a rule', failed: '{actor} made no rule' }
    MailItemsAccessed: { category: mail }`);

  test.each([
    ['nothing was in force before', noMappings, noMappings, changed],
    ['it changes, adds and drops rules', old, old, changed],
    ['it drops every rule', old, old, noMappings],
    ['events were made under a file before the one in force', old, changed, noMappings],
    ['it says of every operation the same', old, old, everything('{actor} did {operation}[ on {target}]')],
  ])('is what reading the records under it makes, where %s', async (_, stored, inForce, next) => {
    const stage = await staged(stored);
    const before = stage.under(stored);
    const wanted = differences(before, stage.under(next));
    const preview = await stage.preview(inForce, next);
    expect(preview).toMatchObject({
      total: { value: before.length, exact: true },
      examined: before.length,
      changed: wanted.size,
      unreadable: 0,
    });
    for (const { id: event, before: was, after: is } of preview.sample) {
      expect([`${was.category} ${was.summary}`, `${is.category} ${is.summary}`]).toEqual(wanted.get(event));
    }
    const [most, ...others] = changesByOperation(before, wanted);
    expect(preview.operations.map(row => row.changed)).toEqual(most);
    expect(preview.unlisted).toBe(others.flat().reduce((sum, count) => sum + count, 0));
    expect(preview.sample.length).toBeGreaterThan(0);
  });

  test('of the file in force is that nothing changes', async () => {
    const stage = await staged(old);
    expect(await stage.preview(old, old)).toMatchObject({
      changed: 0,
      unreadable: 0,
      operations: [],
      labels: [],
      sample: [],
    });
  });

  test('names the labels that change, and shows them beside the categories', async () => {
    const stage = await staged(old);
    const preview = await stage.preview(old, changed);
    expect(preview.labels).toEqual([{ category: 'file', before: 'File', after: 'Papers' }]);
    const fetched = preview.sample.find(one => one.operation === 'FileDownloaded');
    expect(fetched).toMatchObject({
      before: { category: 'other', label: 'Other' },
      after: { category: 'file', label: 'Papers' },
    });
  });

  test('changes nothing', async () => {
    const stage = await staged(old);
    const before = await stage.profile.events.changes(null, null, 10_000);
    const raws = await listed(stage);
    await stage.preview(old, changed);
    expect(await stage.profile.events.changes(null, null, 10_000)).toEqual(before);
    expect(await listed(stage)).toEqual(raws);
  });

  test('shows nothing for events whose records are gone, says how many, and tells the others', async () => {
    const stage = await staged(old);
    stage.clock.advance(days(400));
    const all = stage.under(old);
    const gone = all[0]?.raw.key ?? '';
    const left = all.filter(event => event.raw.key !== gone);
    expect(left.length).toBeGreaterThan(0);
    await stage.profile.archive.remove(scope, gone, stage.clock.now());
    const whole = everything('x');
    const preview = await stage.preview(old, whole);
    // Renormalizing would not touch them either, however sure their new sentence is.
    expect(preview).toMatchObject({
      changed: left.length,
      unreadable: all.length - left.length,
      kept: { rawGone: all.length - left.length, refused: 0, readingGone: 0, rawDamaged: 0, sourceGone: 0 },
      sources: [
        { source: id, examined: all.length, changed: left.length, unreadable: all.length - left.length },
      ],
    });
  });

  test('looks at the newest first, at as many as it is asked, and within the span', async () => {
    const stage = await staged(old);
    const next = everything('x');
    const few = await stage.preview(old, next, { limit: 3, sample: 2 });
    expect(few).toMatchObject({ examined: 3, changed: 3, total: { value: stage.under(old).length } });
    expect(few.sample).toHaveLength(2);
    const times = stage
      .under(old)
      .map(event => event.time)
      .sort();
    expect(few.sample[0]?.time).toBe(times.at(-1));
    const [first = ''] = times;
    const window = { from: instant(0), to: instant(Date.parse(first) + 1) };
    expect((await stage.preview(old, next, { window })).examined).toBe(
      times.filter(time => time === first).length,
    );
  });
});
