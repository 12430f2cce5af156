import { expect, onTestFinished, test } from 'vitest';
import { cosmosEventStore } from '../../shared/adapters/azure/cosmos-event-store.ts';
import type { CosmosContainer, CosmosGateway } from '../../shared/adapters/azure/cosmos-gateway.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { EventStore, Rebuilt } from '../../shared/ports/event-store.ts';
import { openCosmos, sharedCosmos } from '../support/azure-cosmos.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, sampleEvent, scopeOf, source } from '../support/sample.ts';
import { wholeHistory } from '../support/whole-history.ts';

const at = new ManualClock().now();
const scope = scopeOf(contoso);
const hour = (n: number): string => `2026-10-05T${String(n).padStart(2, '0')}:00:00.000Z`;
const noon = instant(Date.parse(hour(12)));
const dayAfter = instant(Date.parse('2026-10-06T00:00:00.000Z'));

interface Scene {
  readonly ours: EventStore;
  readonly theirs: EventStore;
  /** Runs when our worker has read the packs of what it is about to expire, and before it writes. */
  meanwhile: (() => Promise<unknown>) | null;
}

/** Two workers; ours can be stopped where it has read packs of events. */
async function scene(): Promise<Scene> {
  const server = await sharedCosmos();
  const database = await server.makeDatabase(['events', 'feed', 'quarantine']);
  const [one, two] = [openCosmos(server, database), openCosmos(server, database)];
  onTestFinished(() => {
    one.close();
    two.close();
  });
  const stopped = (gateway: CosmosGateway): CosmosGateway => ({
    ...gateway,
    container: name => {
      const items = gateway.container(name);
      const query: CosmosContainer['query'] = async asked => {
        const found = await items.query<never>(asked);
        const { meanwhile } = made;
        if (
          name === 'events' &&
          asked.text.includes('c.source = @source') &&
          found.length > 0 &&
          meanwhile !== null
        ) {
          made.meanwhile = null;
          await meanwhile();
        }
        return found;
      };
      return { ...items, query };
    },
  });
  const made: Scene = {
    ours: cosmosEventStore(stopped(one)),
    theirs: cosmosEventStore(two),
    meanwhile: null,
  };
  return made;
}

const events = (count: number): readonly NewEvent[] =>
  Array.from({ length: count }, (_, n) => sampleEvent(`e${n}`, { time: hour(n) }));
const anew = ({ recordHash: _hash, ...said }: NewEvent): Rebuilt => ({
  was: said.id,
  event: { ...said, revision: 1, summary: 'made anew' },
});

async function told(store: EventStore): Promise<readonly string[]> {
  const { changes } = await store.changes(null, null, 1_000);
  return changes.map(({ event }) => `${event.id} ${event.revision}`).sort();
}

/** What is counted is what is there, each revision once in the feed and found by its id. */
async function expectOnly(store: EventStore, left: readonly NewEvent[]): Promise<void> {
  expect(await told(store)).toEqual(left.map(({ id }) => `${id} 1`).sort());
  for (const { id } of left) expect(await wholeHistory(store, scope, id)).toHaveLength(1);
  expect(await store.counts(scope)).toMatchObject({ events: left.length, revisions: left.length });
}

test('two workers that expire the same morning count each event once', async () => {
  const one = await scene();
  await one.ours.upsert(scope, events(20), at);
  let theirs = 0;
  one.meanwhile = async () => {
    theirs = (await one.theirs.expire(scope, source, noon)).removed;
  };
  const { removed } = await one.ours.expire(scope, source, noon);
  expect(removed + theirs).toBe(12);
  await expectOnly(one.theirs, events(20).slice(12));
});

test('what is made anew while its morning expires is neither doubled nor lost', async () => {
  const one = await scene();
  await one.ours.upsert(scope, events(20), at);
  one.meanwhile = () => one.theirs.rebuild(scope, events(20).slice(15).map(anew), at);
  expect(await one.ours.expire(scope, source, noon)).toEqual({ removed: 12 });
  await expectOnly(one.theirs, events(20).slice(12));
});

test('what is made anew while its day expires expires too, and is counted once', async () => {
  const one = await scene();
  await one.ours.upsert(scope, events(20), at);
  one.meanwhile = () => one.theirs.rebuild(scope, events(20).slice(0, 5).map(anew), at);
  expect(await one.ours.expire(scope, source, dayAfter)).toEqual({ removed: 20 });
  await expectOnly(one.theirs, []);
});

test('what is stored while its morning expires is kept where it is younger', async () => {
  const one = await scene();
  await one.ours.upsert(scope, events(20), at);
  const more = ['late', 'later'].map(key => sampleEvent(key, { time: hour(13) }));
  one.meanwhile = () => one.theirs.upsert(scope, more, at);
  expect(await one.ours.expire(scope, source, noon)).toEqual({ removed: 12 });
  await expectOnly(one.theirs, [...events(20).slice(12), ...more]);
});

test('an event whose newer revision is stored while it expires is kept whole', async () => {
  const one = await scene();
  const early = sampleEvent('e', { time: hour(9) });
  await one.ours.upsert(scope, [early], at);
  one.meanwhile = () => one.theirs.upsert(scope, [sampleEvent('e', { time: hour(13), body: 'later' })], at);
  await one.ours.expire(scope, source, noon);
  const { events: many } = await one.theirs.counts(scope);
  expect(many).toBe(new Set((await told(one.theirs)).map(line => line.split(' ')[0])).size);
  expect((await wholeHistory(one.theirs, scope, early.id)).map(found => found.revision)).toEqual([1, 2]);
});
