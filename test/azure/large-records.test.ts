import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { isoInstant, minutes } from '../../shared/kernel/time.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import type { Operation } from '../../shared/model/run.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullResult, PullTarget } from '../../shared/pipeline/pull-types.ts';
import { newRenormalize, renormalizeStateOf } from '../../shared/pipeline/renormalize-state.ts';
import { renormalize, type RenormalizeDeps } from '../../shared/pipeline/renormalize.ts';
import type { About, Source } from '../../shared/sources/_kit/source.ts';
import { openAzureFor } from '../support/azure-place.ts';
import { expectSealed, ledgerOf, whatIsKept } from '../support/kept.ts';
import { feed, madeUpLife, madeUpProvider, madeUpTarget, things } from '../support/made-up-provider.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { noise } from '../support/noise.ts';
import { wideBudget, type OpenProfile } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';

const profiles: readonly { name: string; open: OpenProfile }[] = [
  { name: 'embedded', open: openEmbedded },
  { name: 'azure', open: openAzureFor },
];

/** A made-up stream pulled into a profile. */
async function stage(open: OpenProfile, target: PullTarget) {
  const clock = new ManualClock();
  const { state, door } = await madeUpProvider(clock);
  const { deps, profile, end } = await madeUpLife(await tempFolder(), clock, door, open);
  onTestFinished(end);
  const run = (): Promise<PullResult> => {
    clock.advance(minutes(61));
    return pull(deps, target, { trigger: 'request', budget: wideBudget });
  };
  const problems = async (): Promise<readonly string[]> =>
    (await profile.events.quarantined(target.scope, null, 100)).records.map(({ problem }) => problem);
  return { state, deps, profile, clock, run, problems };
}

type Entry = Parameters<typeof feed.normalize>[0];

/** The feed, with all of an entry's text in its event. */
const wordy = {
  ...feed,
  normalize: (record, about) => ({ ...feed.normalize(record, about), reason: record.text }),
} as typeof feed;

/** Makes a stream's events anew with another mapping; what came of it. */
async function madeAnew(
  deps: Omit<RenormalizeDeps, 'sources'>,
  { scope, tenant }: PullTarget,
  source: Source,
): Promise<unknown> {
  const id = `op-${source.mapping}` as OperationId;
  const since = isoInstant(deps.clock.now());
  const operation: Operation = {
    id, tenant: tenant.id, kind: 'renormalize', status: 'NotStarted', percentComplete: 0, createdAt: since,
    updatedAt: since, createdBy: 'x', error: null,
    result: { ...newRenormalize({ dryRun: false, source: null, all: false, since }) },
  }; // prettier-ignore
  await deps.operations.swap(scope, null, operation);
  await renormalize({ ...deps, sources: [source] }, { scope, tenant }, id, wideBudget);
  const found = await deps.operations.get(scope, id);
  return found === null ? null : renormalizeStateOf(found.value)?.counts;
}

const text = (length: number): string => noise(length, `a record of ${length}`);
const sentence = /^record: expected to make an event of at most 1,000 kB, not [\d,]+ kB; its bytes are kept$/;

describe.each(profiles)('on the $name profile', ({ open }) => {
  test('a record whose event is too large waits in quarantine, and its stream goes on', async () => {
    const target = madeUpTarget(wordy);
    const { state, profile, run, problems } = await stage(open, target);
    const lengths = [10, 900_000, 2_400_000, 10, 1_100_000, 10];
    state.entries = lengths.map((length, n) => ({ n, text: text(length) }));
    state.pageSize = 4;
    expect(await run()).toMatchObject({
      status: 'succeeded',
      counts: { seen: 6, inserted: 4, quarantined: 2 },
    });
    const kept = await whatIsKept(profile, target);
    expect(kept).toMatchObject({ quarantined: 2 });
    expect(kept.records).toHaveLength(4);
    for (const problem of await problems()) expect(problem).toMatch(sentence);
    // Where it waits, its bytes are found.
    const { records } = await profile.events.quarantined(target.scope, null, 10);
    for (const { raw } of records) {
      const object = await profile.archive.get(target.scope, raw.key);
      const bytes = target.source.recordBytes(object?.bytes ?? new Uint8Array(), raw.index);
      expect(bytes.length).toBeGreaterThan(1_000_000);
    }
    await expectSealed(profile, target);
    // All of it once more, as after a token that was lost.
    state.oldestToken = 0;
    const cursor = await profile.cursors.load(target.scope, target.ref);
    if (cursor === null) throw new Error('no cursor');
    await profile.cursors.swap(target.scope, target.ref, cursor.rev, { ...cursor.value, token: null });
    const entries = (await ledgerOf(profile, target)).length;
    expect(await run()).toMatchObject({ counts: { seen: 6, unchanged: 4, quarantined: 2 } });
    expect(await whatIsKept(profile, target)).toEqual(kept);
    expect((await ledgerOf(profile, target)).length).toBeGreaterThan(entries);
  });

  test('an event that a new mapping makes too large stays as it was, and one that it makes smaller comes out of quarantine', async () => {
    const target = madeUpTarget(wordy);
    const { state, profile, clock, run } = await stage(open, target);
    state.entries = [400_000, 2_400_000, 10, 500_000].map((length, n) => ({ n, text: text(length) }));
    expect((await run()).counts).toMatchObject({ inserted: 3, quarantined: 1 });
    const before = await whatIsKept(profile, target);
    const deps = { ...profile, clock };
    const made = (mapping: number, reason: (text: string) => string | null) =>
      ({
        ...wordy,
        mapping,
        normalize: (record: Entry, about: About) => ({
          ...feed.normalize(record, about),
          reason: reason(record.text),
        }),
      }) as Source;
    const longer = made(2, found => `${found} ${found} ${found}`);
    expect(await madeAnew(deps, target, longer)).toMatchObject({
      refused: 2,
      changed: 1,
      stillInQuarantine: 1,
    });
    expect(await whatIsKept(profile, target)).toEqual(before);
    const shorter = made(3, found => found.slice(0, 20));
    expect(await madeAnew(deps, target, shorter)).toMatchObject({ refused: 0, released: 1 });
    const after = await whatIsKept(profile, target);
    expect(after).toMatchObject({ quarantined: 0 });
    expect(after.records).toHaveLength(4);
  });

  test('a thing whose change is too large waits in quarantine, and its snapshot goes on', async () => {
    const target = madeUpTarget(things);
    const { state, profile, run, problems } = await stage(open, target);
    const large = { id: text(2_000_000), owner: 'Oskar' };
    state.things = [{ id: 'a' }, large, { id: 'b' }];
    expect((await run()).counts).toMatchObject({ inserted: 2, quarantined: 1 });
    state.things = [{ id: 'a', owner: 'Mira' }, { ...large, owner: 'Mira' }, { id: 'b' }];
    expect((await run()).counts).toMatchObject({ inserted: 1, quarantined: 1 });
    state.things = [{ id: 'a', owner: 'Mira' }];
    expect((await run()).counts).toMatchObject({ inserted: 1, quarantined: 1 });
    const said = await problems();
    expect(said).toHaveLength(3);
    for (const problem of said) expect(problem).toMatch(sentence);
    expect(await profile.events.counts(target.scope)).toMatchObject({ events: 4, quarantined: 3 });
    await expectSealed(profile, target);
  });
});
