import { describe, expect, onTestFinished, test } from 'vitest';
import { BlobClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { blobRawArchive } from '../../shared/adapters/azure/blob-raw-archive.ts';
import { containers } from '../../shared/adapters/azure/containers.ts';
import type { CosmosGateway } from '../../shared/adapters/azure/cosmos-gateway.ts';
import { instant } from '../../shared/kernel/time.ts';
import { mustReject } from '../contracts/contract.ts';
import { developmentAccount } from '../fakes/azurite.ts';
import { openCosmos, sharedCosmos } from '../support/azure-cosmos.ts';
import { makeContainers, openContainer, sharedBlobDoor } from '../support/azure-storage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, scopeOf } from '../support/sample.ts';

async function cosmos(): Promise<CosmosGateway> {
  const server = await sharedCosmos();
  const gateway = openCosmos(server, await server.makeDatabase(['runs', 'events']));
  onTestFinished(() => gateway.close());
  return gateway;
}
const item = (id: string, more: object = {}) => ({ id, tenantId: 't', ...more });

describe('the Cosmos DB door', () => {
  test('does a batch whole or not at all', async () => {
    const runs = (await cosmos()).container('runs');
    await runs.create(['t'], item('a'));
    const failed = await runs.batch(['t'], [
      { do: 'create', item: item('b') },
      { do: 'create', item: item('a') },
      { do: 'create', item: item('c') },
    ]); // prettier-ignore
    expect(failed).toEqual({ ok: false, step: 1, why: 'exists' });
    expect(await runs.read(['t'], 'b')).toBeNull();
    expect(await runs.read(['t'], 'c')).toBeNull();
    const stale = await runs.batch(['t'], [
      { do: 'create', item: item('b') },
      { do: 'replace', item: item('a'), ifMatch: 'not-its-tag' },
    ]); // prettier-ignore
    expect(stale).toEqual({ ok: false, step: 1, why: 'changed' });
    expect(await runs.batch(['t'], [{ do: 'delete', id: 'nothing' }])).toMatchObject({
      ok: false,
      why: 'gone',
    });
  });

  test('refuses what is too much, too large or in another partition', async () => {
    const runs = (await cosmos()).container('runs');
    const many = Array.from({ length: 101 }, (_, n) => ({ do: 'create' as const, item: item(`i${n}`) }));
    await mustReject(runs.batch(['t'], many), 'bug');
    await mustReject(runs.create(['t'], item('big', { text: 'x'.repeat(2_100_000) })), 'bug');
    const large = Array.from({ length: 3 }, (_, n) => ({
      do: 'create' as const,
      item: item(`l${n}`, { text: 'x'.repeat(900_000) }),
    }));
    await mustReject(runs.batch(['t'], large), 'bug');
    await mustReject(runs.batch(['u'], [{ do: 'create', item: item('a') }]), 'bug');
    await mustReject(runs.create(['t'], item('a/b')), 'bug');
    expect(
      await runs.query({
        text: 'SELECT * FROM c WHERE c.tenantId = @t',
        parameters: { t: 't' },
        partition: ['t'],
      }),
    ).toEqual([]);
  });

  test('refuses an order that no index has', async () => {
    const gateway = await cosmos();
    const ask = (order: string) =>
      gateway.container('runs').query({
        text: `SELECT * FROM c WHERE c.tenantId = @t ORDER BY ${order}`,
        parameters: { t: 't' },
        partition: ['t'],
      });
    expect(await ask('c.place DESC')).toEqual([]);
    expect(await ask('c.source DESC, c.place DESC')).toEqual([]);
    await mustReject(ask('c.doc'), 'bug');
    await mustReject(ask('c.source DESC, c.place ASC'), 'bug');
    await mustReject(ask('c.place DESC, c.source DESC'), 'bug');
  });

  test('refuses a query that would see other partitions here', async () => {
    const events = (await cosmos()).container('events');
    const partition = ['t', '000000'];
    const text = 'SELECT * FROM c WHERE c.tenantId = @t';
    await mustReject(events.query({ text, parameters: { t: 't' }, partition }), 'bug');
    const said = `${text} AND c.volume = @v`;
    expect(await events.query({ text: said, parameters: { t: 't', v: '000000' }, partition })).toEqual([]);
  });
});

describe('the list of containers', () => {
  test('has every partition key path among the fields of what is stored, and no path twice', () => {
    for (const { partitionKey, indexed } of containers) {
      expect(partitionKey.filter(path => !/^\/[a-zA-Z]+$/.test(path))).toEqual([]);
      expect(new Set(indexed).size).toBe(indexed.length);
    }
  });
});

describe('an archived blob', () => {
  test('is protected by the service until its time, and while it is held', async () => {
    const door = await sharedBlobDoor();
    const names = await makeContainers(door.url);
    const clock = new ManualClock();
    const retainUntil = instant(Date.UTC(2032, 9, 5));
    const archive = blobRawArchive({
      objects: openContainer(names.objects),
      holds: openContainer(names.holds),
      clock,
      retention: 'locked',
    });
    const scope = scopeOf(contoso);
    await archive.put(scope, { key: 'a', bytes: Buffer.from('one'), contentType: 'text/plain', retainUntil });
    const path = `${new URL(names.objects).pathname}/${contoso}/a`;
    expect(door.protection(path)).toMatchObject({ until: retainUntil, mode: 'Locked', hold: false });
    await archive.hold(scope, 'a', 'case 1');
    await archive.hold(scope, 'a', 'case 2');
    await archive.release(scope, 'a', 'case 1');
    expect(door.protection(path)?.hold).toBe(true);
    await archive.release(scope, 'a', 'case 2');
    expect(door.protection(path)?.hold).toBe(false);
    // Whoever goes around us meets the service: deleting makes an earlier version, and that one stays.
    const { account, key } = developmentAccount;
    const blob = new BlobClient(
      `${names.objects}/${contoso}/a`,
      new StorageSharedKeyCredential(account, key),
    );
    const { versionId = '' } = await blob.getProperties();
    await blob.delete();
    await expect(blob.withVersion(versionId).delete()).rejects.toMatchObject({
      code: 'BlobImmutableDueToPolicy',
    });
  });
});
