import { describe, expect, onTestFinished, test } from 'vitest';
import { containers } from '../../shared/adapters/azure/containers.ts';
import { contoso, fabrikam, sampleEvent, scopeOf, source, stream } from '../support/sample.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import { makePlace, openAzureFor, openPlace } from '../support/azure-place.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { openLife, openStage, pullToRest } from '../support/rig.ts';
import { contosoId, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { mustReject } from '../contracts/contract.ts';

async function opened(): Promise<{
  place: Awaited<ReturnType<typeof makePlace>>;
  profile: ReturnType<typeof openPlace>;
}> {
  const place = await makePlace(await tempFolder());
  const profile = openPlace(place, new ManualClock());
  onTestFinished(() => profile.close());
  return { place, profile };
}

async function wholeFeed(profile: Profile): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let after: string | null = null; ;) {
    const { changes, next } = await profile.events.changes(null, after, 200);
    if (changes.length === 0) return events;
    events.push(...changes.map(change => change.event));
    after = next;
  }
}

describe('the Azure profile', () => {
  test('says of every store that it answers', async () => {
    const { profile } = await opened();
    const said = await profile.check();
    expect(Object.values(said).filter(one => one !== null)).toEqual([]);
    expect(Object.keys(said).sort()).toEqual([
      'access', 'archive', 'cursors', 'events', 'idempotency', 'index', 'ledger', 'names', 'operations', 'queue',
      'runs', 'secrets', 'signer', 'tenants', 'throttles',
    ]); // prettier-ignore
  });

  test('says which container is missing, and takes nothing in it for absent', async () => {
    const place = await makePlace(await tempFolder());
    const bare = { ...place, database: await place.server.makeDatabase(['tenants']) };
    const profile = openPlace(bare, new ManualClock());
    onTestFinished(() => profile.close());
    const said = await profile.check();
    expect(said['tenants']).toBeNull();
    expect(said['cursors']).toMatch(/container is not there/);
    const scope = scopeOf(contoso);
    await mustReject(profile.cursors.load(scope, { source, stream }), 'store.unavailable');
    await mustReject(profile.cursors.unread(scope, { source, stream }, ['a']), 'store.unavailable');
    await mustReject(profile.events.get(scope, sampleEvent('a').id), 'store.unavailable');
    await mustReject(profile.ledger.head(scope), 'store.unavailable');
  });

  test('refuses a consistency under which a known record could look new', async () => {
    const { place, profile } = await opened();
    onTestFinished(() => {
      place.server.consistency = 'Strong';
    });
    for (const level of ['Session', 'BoundedStaleness', 'Eventual']) {
      place.server.consistency = level;
      expect((await profile.check())['events']).toMatch(
        new RegExp(`consistency is ${level}\\. Set it to Strong`),
      );
    }
  });

  test('has one installation key, whoever asks first', async () => {
    const { place, profile } = await opened();
    const other = openPlace(place, new ManualClock());
    onTestFinished(() => other.close());
    const keys = await Promise.all([profile, other, profile].map(one => one.installationKey()));
    expect(new Set(keys.map(key => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
  });

  test('keeps its events from neighbours in the same containers', async () => {
    const { profile } = await opened();
    const at = new ManualClock().now();
    await profile.events.upsert(scopeOf(contoso), [sampleEvent('a')], at);
    await profile.events.upsert(scopeOf(fabrikam), [sampleEvent('a', { tenant: fabrikam })], at);
    const { changes } = await profile.events.changes([scopeOf(fabrikam)], null, 10);
    expect(changes.map(one => one.event.tenant)).toEqual([fabrikam]);
  });
});

describe('the list of containers', () => {
  test('indexes what is asked for and nothing else', () => {
    for (const { name, indexed } of containers)
      expect({ name, all: indexed.includes('/*') }).toEqual({ name, all: false });
    expect(containers.flatMap(one => one.indexed)).not.toContain('/doc/?');
  });
});

describe('pulling a tenant through both profiles', () => {
  test('gives the same events, byte for byte', async () => {
    const feeds: string[][] = [];
    for (const open of [undefined, openAzureFor]) {
      const stage = await openStage({
        world: smallWorld(),
        connection: { remembersDays: 3, everySeconds: 86_400 },
      });
      stage.clock.set(new Date(smallWorldNow).toISOString());
      const life = await openLife(stage, await tempFolder(), open === undefined ? {} : { open });
      for (const target of await life.targets(contosoId)) await pullToRest(life, target, stage.clock);
      feeds.push((await wholeFeed(life.profile)).map(event => JSON.stringify(event)));
      await life.end();
    }
    const [embedded = [], azure = []] = feeds;
    expect(embedded.length).toBeGreaterThan(15);
    expect(azure).toEqual(embedded);
  });
});
