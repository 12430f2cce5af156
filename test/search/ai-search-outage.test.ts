import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { openAiSearch } from '../../shared/adapters/azure/search-index.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import { projectIndex } from '../../shared/pipeline/project-index.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { startAiSearch, type AiSearchFake } from '../fakes/ai-search/ai-search-fake.ts';
import { storedEvent } from '../query/arbitrary-event.ts';
import { aiSearchOn } from '../support/fresh-ai-search.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { plainRequest } from './naive-index.ts';

let fake: AiSearchFake;
let store: Profile;
beforeEach(async () => {
  fake = await startAiSearch();
  store = await openEmbedded({ folder: await tempFolder(), environment: {}, clock: new ManualClock() });
});
afterEach(async () => {
  await store.close();
  await fake.close();
});

const keep = (keys: readonly string[], body = 'first') =>
  store.events.upsert(
    scopeOf(contoso),
    keys.map(key => sampleEvent(key, { body: `${key} ${body}`, summary: body })),
    new ManualClock().now(),
  );
const keysOf = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `key ${from + n}`);
const total = async (index: ReturnType<typeof aiSearchOn>): Promise<number> =>
  (await index.search([scopeOf(contoso)], { ...plainRequest, limit: 1 })).total.value;

async function failure(work: Promise<unknown>): Promise<AppError> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AppError)) throw new Error('the work did not fail with an AppError');
  return thrown;
}

test('during an outage of any length the index stays behind, and catches up afterwards', async () => {
  const index = aiSearchOn(fake);
  await keep(keysOf(0, 1_500));
  await projectIndex(store.events, index);
  fake.faults.outage = true;
  for (let hour = 0; hour < 5; hour++) {
    await keep(keysOf(1_500 + hour * 100, 1_600 + hour * 100));
    const { code, recovery } = await failure(projectIndex(store.events, index));
    expect([code, recovery]).toEqual(['index.unavailable', 'retry-later']);
    expect((await failure(total(index))).code).toBe('index.unavailable');
  }
  await keep(keysOf(0, 3), 'second');
  fake.faults.outage = false;
  expect(await total(index)).toBe(1_500);
  expect(await projectIndex(store.events, aiSearchOn(fake))).toEqual({ put: 503 });
  expect(await total(index)).toBe(2_000);
  const changed = {
    ...plainRequest,
    node: { kind: 'match', field: 'summary', value: 'second', prefix: false },
  } as const;
  expect((await index.search([scopeOf(contoso)], changed)).hits).toHaveLength(3);
});

test('an outage after any request of a step costs a repeat, never an event', async () => {
  const index = aiSearchOn(fake);
  await index.prepare();
  await keep(keysOf(0, 2_500));
  // A position read, three batches, a position written.
  for (const requests of [0, 1, 2, 3, 4]) {
    fake.faults.outageAfter = requests;
    expect((await failure(projectIndex(store.events, index))).code).toBe('index.unavailable');
    fake.faults.outage = false;
    expect(await aiSearchOn(fake).position()).toBeNull();
  }
  await projectIndex(store.events, index);
  expect(await total(index)).toBe(2_500);
});

test('a write whose answer got lost is repeated and counts once', async () => {
  const index = aiSearchOn(fake);
  await index.prepare();
  await keep(keysOf(0, 1_200));
  // Both batches and the position, one after the other.
  for (const lost of [0, 1, 2]) {
    fake.faults.loseAnswerAfter = lost;
    expect([lost, (await failure(projectIndex(store.events, aiSearchOn(fake)))).code]).toEqual([
      lost,
      'index.unavailable',
    ]);
  }
  // The position was written, only nobody heard of it.
  expect(await projectIndex(store.events, index)).toEqual({ put: 0 });
  expect(await total(index)).toBe(1_200);
});

test('a service that never answers is given up on, and nothing is lost', async () => {
  const index = openAiSearch({
    endpoint: fake.endpoint,
    credential: new Secret(fake.apiKey),
    indexName: 'events',
    patienceMs: 200,
  });
  await keep(['a']);
  await aiSearchOn(fake).prepare();
  fake.faults.silence = true;
  const given = await failure(projectIndex(store.events, index));
  expect([given.code, given.recovery]).toEqual(['index.unavailable', 'retry-later']);
  fake.faults.silence = false;
  expect(await projectIndex(store.events, aiSearchOn(fake))).toEqual({ put: 1 });
});

test.each([
  [429, 7, 7_000],
  [503, 3, 3_000],
  [503, undefined, 10_000],
  [500, undefined, 10_000],
])('a %i with Retry-After %s asks to wait %i ms, and loses nothing', async (status, retryAfter, wait) => {
  const index = aiSearchOn(fake);
  await index.prepare();
  await keep(['a']);
  fake.faults.answers.push({
    status,
    times: 1,
    on: 'write',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
  const refused = await failure(projectIndex(store.events, index));
  expect([refused.code, refused.recovery, refused.retryAfterMs]).toEqual([
    'index.unavailable',
    'retry-later',
    wait,
  ]);
  expect(refused.message).not.toContain('planned');
  expect(await projectIndex(store.events, index)).toEqual({ put: 1 });
});

test('of a batch that is partly refused only the documents that failed are sent again', async () => {
  const index = aiSearchOn(fake);
  await index.prepare();
  const sent = fake.counted.write;
  const seen = new Set<string>();
  fake.faults.documents = {
    times: 2,
    statusOf(key) {
      const again = seen.has(key);
      seen.add(key);
      return !again && key.charCodeAt(12) % 2 === 0 ? 503 : null;
    },
  };
  await index.put(keysOf(0, 200).map(key => storedEvent(key)));
  expect(fake.counted.write - sent).toBe(2);
  expect(await total(index)).toBe(200);
});

test('documents that fail for ever make the put fail, and the position stays', async () => {
  const index = aiSearchOn(fake);
  await keep(['a', 'b']);
  await index.prepare();
  fake.faults.documents = { times: 100, statusOf: () => 503 };
  expect((await failure(projectIndex(store.events, index))).code).toBe('index.unavailable');
  fake.faults.documents = { times: 1, statusOf: () => 400 };
  expect((await failure(projectIndex(store.events, index))).code).toBe('bug');
  fake.faults.documents = null;
  expect(await index.position()).toBeNull();
  expect(await projectIndex(store.events, index)).toEqual({ put: 2 });
});

test('what becomes visible late is found late, and no revision comes back', async () => {
  fake.faults.visibleAfter = 6;
  const index = aiSearchOn(fake);
  const first = storedEvent('a', { summary: 'pending' });
  await index.put([{ ...first, revision: 2, summary: 'delivered' }]);
  await index.put([first]);
  await index.setPosition('one');
  // The handle knows what it set; another one may not yet.
  expect(await index.position()).toBe('one');
  fake.faults.visibleAfter = 0;
  for (let request = 0; request < 8; request++) await total(index);
  expect(await total(index)).toBe(1);
  expect(await aiSearchOn(fake).position()).toBe('one');
  const found = {
    ...plainRequest,
    node: { kind: 'match', field: null, value: 'delivered', prefix: false },
  } as const;
  expect((await index.search([scopeOf(contoso)], found)).hits).toHaveLength(1);
});

test('with writes visible late, projecting ends and nothing is missing', async () => {
  fake.faults.visibleAfter = 3;
  await keep(keysOf(0, 4_100));
  const index = aiSearchOn(fake);
  expect(await projectIndex(store.events, index)).toEqual({ put: 4_100 });
  fake.faults.visibleAfter = 0;
  for (let request = 0; request < 5; request++) await total(index);
  expect(await total(index)).toBe(4_100);
  expect(await projectIndex(store.events, aiSearchOn(fake))).toEqual({ put: 0 });
});

test('a position reached before somebody emptied the index does not pass for one of the new index', async () => {
  const slow = aiSearchOn(fake);
  await keep(['a', 'b']);
  await slow.position();
  await slow.put([storedEvent('a'), storedEvent('b')]);
  await aiSearchOn(fake).clear();
  await slow.setPosition('2');
  expect(await slow.position()).toBeNull();
  await projectIndex(store.events, slow);
  expect(await total(slow)).toBe(2);
});

test('an index that was deleted is made again and filled from the beginning', async () => {
  const index = aiSearchOn(fake);
  await keep(['a', 'b']);
  await projectIndex(store.events, index);
  const other = await startAiSearch();
  const elsewhere = aiSearchOn(other);
  const missing = await failure(total(elsewhere));
  expect([missing.code, missing.message]).toEqual([
    'index.unavailable',
    expect.stringContaining('is not there yet'),
  ]);
  expect(await projectIndex(store.events, elsewhere)).toEqual({ put: 2 });
  expect(other.aliasOf('events')).toBe('events-v1');
  await other.close();
});

test.each([429, 503])(
  'an alias that the service answered %d for is turned by the next that starts',
  async status => {
    const index = aiSearchOn(fake);
    fake.faults.answers = [{ status, times: 1, path: '/aliases', retryAfter: 3_600 }];
    const busy = await failure(index.prepare());
    expect([busy.code, busy.recovery, busy.retryAfterMs]).toEqual([
      'index.unavailable',
      'retry-later',
      3_600_000,
    ]);
    // The product itself does not go by it.
    await keep(['a', 'b']);
    expect(await projectIndex(store.events, index)).toEqual({ put: 2 });
    expect(fake.aliasOf('events')).toBeUndefined();
    const next = aiSearchOn(fake);
    await next.prepare();
    expect(fake.aliasOf('events')).toBe('events-v1');
    expect(await projectIndex(store.events, next)).toEqual({ put: 0 });
    expect(await total(next)).toBe(2);
  },
);

test.each([
  ['events-v0', 'events-v1'],
  ['events-v2', 'events-v2'],
  ['of-an-operator', 'of-an-operator'],
])('an alias of %s is one of %s when an instance of this version has started', async (before, after) => {
  await aiSearchOn(fake).prepare();
  fake.turnAlias('events', before);
  await aiSearchOn(fake).prepare();
  expect(fake.aliasOf('events')).toBe(after);
});

test('takes at most three requests for a thousand events', async () => {
  const index = aiSearchOn(fake);
  await index.prepare();
  for (const count of [1_000, 4_000]) {
    const before = { ...fake.counted };
    await keep(keysOf(count, count * 2));
    await projectIndex(store.events, index);
    const requests =
      fake.counted.write +
      fake.counted.search +
      fake.counted.manage -
      before.write -
      before.search -
      before.manage;
    const bytes = fake.counted.bytes - before.bytes;
    console.log(
      `AI Search: ${requests} requests and ${Math.round(bytes / count)} bytes an event for ${count} events`,
    );
    expect(requests).toBeLessThanOrEqual((3 * count) / 1_000);
  }
});
