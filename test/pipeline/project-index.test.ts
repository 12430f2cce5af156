import { expect, it } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { parseQuery } from '../../shared/query/parse.ts';
import type { SearchRequest } from '../../shared/model/query.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

const all: SearchRequest = {
  node: parseQuery('role'),
  window: null,
  order: 'newest',
  limit: 100,
  after: null,
  facets: [],
  facetLimit: 10,
  interval: null,
};
const open = async (folder: string): Promise<Profile> =>
  openEmbedded({ folder, environment: {}, clock: new ManualClock() });
const found = async (profile: Profile): Promise<number> =>
  (await profile.index.search([scopeOf(contoso)], all)).hits.length;

async function store(profile: Profile, keys: readonly string[]): Promise<void> {
  await profile.events.upsert(
    scopeOf(contoso),
    keys.map(key => sampleEvent(key)),
    new ManualClock().now(),
  );
}

it('brings the index up to the store, and finds nothing to do the second time', async () => {
  const profile = await open(await tempFolder());
  await store(profile, ['a', 'b', 'c']);
  expect(await projectIndex(profile.events, profile.index)).toEqual({ put: 3 });
  expect(await projectIndex(profile.events, profile.index)).toEqual({ put: 0 });
  expect(await found(profile)).toBe(3);
  await profile.close();
});

it('goes on where the store gives large events a few at a time', async () => {
  const profile = await open(await tempFolder());
  const large = Array.from({ length: 14 }, (_, n) =>
    sampleEvent(`large ${n}`, { reason: 'r'.repeat(900_000) }),
  );
  await profile.events.upsert(scopeOf(contoso), large, new ManualClock().now());
  expect((await profile.events.changes(null, null, 100)).more).toBe(true);
  expect(await projectIndex(profile.events, profile.index)).toEqual({ put: 14 });
  await profile.close();
});

it('rebuilds an index that was lost', async () => {
  const profile = await open(await tempFolder());
  await store(profile, ['a', 'b', 'c']);
  await projectIndex(profile.events, profile.index);
  await profile.index.clear();
  expect(await found(profile)).toBe(0);
  expect(await projectIndex(profile.events, profile.index)).toEqual({ put: 3 });
  expect(await found(profile)).toBe(3);
  await profile.close();
});

it('builds the index anew when the store was put back to an earlier state', async () => {
  const later = await open(await tempFolder());
  const earlier = await open(await tempFolder());
  await store(later, ['a', 'b', 'c']);
  await projectIndex(later.events, later.index);
  await store(earlier, ['a']);
  // The index of the later life beside the store of the earlier one, as after restoring a backup.
  await projectIndex(earlier.events, later.index);
  expect(await found(later)).toBe(1);
  await later.close();
  await earlier.close();
});
