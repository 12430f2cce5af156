import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import { instant, type Instant } from '../../shared/kernel/time.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import { expireEvents } from '../../shared/pipeline/expire-events.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import { startAiSearch } from '../fakes/ai-search/ai-search-fake.ts';
import { plainRequest } from '../search/naive-index.ts';
import { makePlace, openPlace } from '../support/azure-place.ts';
import { aiSearchOn } from '../support/fresh-ai-search.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, fabrikam, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ours = scopeOf(contoso);
const exchange = 'exchange.message-trace' as SourceId;
const theirs = scopeOf(fabrikam);
const clock = new ManualClock();
const at = (text: string): Instant => instant(Date.parse(text));
const noon = at('2026-10-03T12:00:00Z');

const profiles = {
  embedded: async (): Promise<Profile> =>
    openEmbedded({ folder: await tempFolder(), environment: {}, clock }),
  azure: async (): Promise<Profile> => {
    const fake = await startAiSearch();
    onTestFinished(() => fake.close());
    return openPlace(await makePlace(await tempFolder()), clock, {}, aiSearchOn(fake));
  },
};

const times = ['2026-09-01T08:00:00.000Z', '2026-10-02T23:59:59.999Z', '2026-10-03T11:59:59.999Z', '2026-10-03T12:00:00.000Z']; // prettier-ignore
const old = times.slice(0, 3).map((time, n) => sampleEvent(`old ${n}`, { time }));
const young = times.slice(3).map((time, n) => sampleEvent(`young ${n}`, { time }));
const others = [sampleEvent('another', { time: times[0] ?? '', source: exchange })];
const foreign = [sampleEvent('foreign', { time: times[0] ?? '', tenant: fabrikam })];

async function stored(open: () => Promise<Profile>): Promise<Profile> {
  const profile = await open();
  onTestFinished(() => profile.close());
  await profile.events.upsert(ours, [...old, ...young, ...others], clock.now());
  await profile.events.upsert(theirs, foreign, clock.now());
  await projectIndex(profile.events, profile.index);
  return profile;
}

async function findable({ index }: Profile, scope = ours): Promise<string[]> {
  const page = await index.search([scope], { ...plainRequest, node: parseQuery('*'), limit: 1_000 });
  return page.hits.map(hit => hit.id).sort();
}
const idsOf = (events: readonly { id: string }[]): string[] => events.map(({ id }) => id).sort();

describe.each(Object.entries(profiles))('expiry over the %s profile', (_name, open) => {
  test('takes events from the store and from what a search finds, and no others', async () => {
    const profile = await stored(open);
    expect(await findable(profile)).toEqual(idsOf([...old, ...young, ...others]));
    expect(await expireEvents(profile, ours, source, noon)).toEqual({ removed: 3, unlisted: 3 });
    expect(await findable(profile)).toEqual(idsOf([...young, ...others]));
    expect(await findable(profile, theirs)).toEqual(idsOf(foreign));
    expect(idsOf(await profile.events.getMany(ours, idsOf([...old, ...young])))).toEqual(idsOf(young));
    expect(await expireEvents(profile, ours, source, noon)).toEqual({ removed: 0, unlisted: 0 });
  });

  test('leaves nothing findable after a kill between store and index, and a run after it', async () => {
    const profile = await stored(open);
    let removals = 0;
    const doomed = {
      ...profile,
      index: {
        search: profile.index.search.bind(profile.index),
        remove: async (ids: readonly string[]) => {
          removals += 1;
          if (removals > 1) throw new Error('killed');
          await profile.index.remove(ids);
        },
      },
    };
    await expect(expireEvents(doomed, ours, source, noon)).rejects.toThrow('killed');
    expect(await findable(profile)).not.toEqual(idsOf([...young, ...others]));
    expect((await expireEvents(profile, ours, source, noon)).removed).toBe(0);
    expect(await findable(profile)).toEqual(idsOf([...young, ...others]));
  });

  test('unlists what was put into the index while it went from the store', async () => {
    const profile = await stored(open);
    const late = (await profile.events.getMany(ours, idsOf(old)))[0];
    await expireEvents(profile, ours, source, noon);
    if (late !== undefined) await profile.index.put([late]);
    expect(await findable(profile)).toContain(late?.id);
    expect(await expireEvents(profile, ours, source, noon)).toEqual({ removed: 0, unlisted: 1 });
    expect(await findable(profile)).toEqual(idsOf([...young, ...others]));
  });

  test('keeps findable what has a younger revision that the index has not heard of', async () => {
    const profile = await stored(open);
    const [, , changing] = old;
    if (changing === undefined) throw new Error('no event');
    const younger = { ...changing, time: '2026-10-03T13:00:00.000Z', recordHash: sha256('changed') };
    await profile.events.upsert(ours, [younger], clock.now());
    expect(await expireEvents(profile, ours, source, noon)).toEqual({ removed: 2, unlisted: 2 });
    expect(await findable(profile)).toEqual(idsOf([changing, ...young, ...others]));
  });
});

test('takes thousands of events of a day out of the index, page by page', async () => {
  const profile = await profiles.embedded();
  onTestFinished(() => profile.close());
  const many = Array.from({ length: 2_500 }, (_, n) => sampleEvent(`e${n}`, { time: `2026-09-0${1 + (n % 2)}T08:00:00.000Z` })); // prettier-ignore
  await profile.events.upsert(ours, many, clock.now());
  await projectIndex(profile.events, profile.index);
  expect(await expireEvents(profile, ours, source, noon)).toEqual({ removed: 2_500, unlisted: 2_500 });
  expect(await findable(profile)).toEqual([]);
});
