import { expect, test } from 'vitest';
import type { BlobContainer } from '../../shared/adapters/azure/blob-gateway.ts';
import { blobRawArchive } from '../../shared/adapters/azure/blob-raw-archive.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { minus, minutes, days, plus } from '../../shared/kernel/time.ts';
import type { RawArchive } from '../../shared/ports/raw-archive.ts';
import { makeContainers, openContainer, sharedAzurite, sharedBlobDoor } from '../support/azure-storage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, scopeOf } from '../support/sample.ts';

const scope = scopeOf(contoso);
const retentions = ['none', 'locked'] as const;
type Before = () => Promise<void>;

/** The container, with `before` called ahead of each request. */
function watched(container: BlobContainer, before: Before): BlobContainer {
  const after =
    <In extends readonly unknown[], Out>(call: (...input: In) => Promise<Out>) =>
    async (...input: In): Promise<Out> => {
      await before();
      return call(...input);
    };
  return {
    create: after(container.create),
    read: after(container.read),
    facts: after(container.facts),
    setLegalHold: after(container.setLegalHold),
    remove: after(container.remove),
    check: after(container.check),
    async *list(prefix) {
      await before();
      yield* container.list(prefix);
    },
  };
}

/** An archive with one object whose retention has ended. */
async function scene(retention: (typeof retentions)[number]) {
  const at = retention === 'none' ? (await sharedAzurite()).blobUrl : (await sharedBlobDoor()).url;
  const names = await makeContainers(at);
  const clock = new ManualClock();
  const open = (before: Before): RawArchive =>
    blobRawArchive({
      objects: watched(openContainer(names.objects), before),
      holds: watched(openContainer(names.holds), before),
      clock,
      retention,
    });
  const calm = open(async () => {});
  const retainUntil = minus(clock.now(), days(1));
  await calm.put(scope, { key: 'a', bytes: Buffer.from('one'), contentType: 'text/plain', retainUntil });
  return { open, calm, clock };
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code;
    throw thrown;
  }
};

const roles = ['remove', 'hold'] as const;
const cases = retentions.flatMap(retention => roles.map(role => [role, retention] as const));

test.each(cases)(
  'whatever comes between two requests of a %s, the object is held and there, or gone (%s)',
  async (role, retention) => {
    const outcomes = new Set<string>();
    for (let stop = 0; ; stop += 1) {
      const { open, calm, clock } = await scene(retention);
      const work = {
        remove: (archive: RawArchive) => codeOf(archive.remove(scope, 'a', clock.now())),
        hold: (archive: RawArchive) => codeOf(archive.hold(scope, 'a', 'case 1')),
      };
      const done = { remove: '', hold: '' };
      const other = role === 'remove' ? 'hold' : 'remove';
      let request = 0;
      const racing = open(async () => {
        request += 1;
        if (request === stop + 1) done[other] = await work[other](calm);
      });
      done[role] = await work[role](racing);
      if (request <= stop) break;
      outcomes.add(`${done.remove} ${done.hold}`);
      const there = (await calm.get(scope, 'a')) !== null;
      const holds = await calm.holds(scope, 'a');
      if (done.hold === 'done')
        expect([done.remove, there, holds]).toEqual(['archive.held', true, ['case 1']]);
      else expect([there, holds]).toEqual([done.remove !== 'done', []]);
      expect(['done', 'not-found', 'conflict']).toContain(done.hold);
      // Afterwards everybody can do what he came for.
      if (done.hold === 'conflict') {
        expect(await work.hold(calm)).toBe(there ? 'done' : 'not-found');
      }
      if (there) await calm.release(scope, 'a', 'case 1');
      expect(await work.remove(calm)).toBe('done');
      expect(await calm.get(scope, 'a')).toBeNull();
    }
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(['archive.held done']));
  },
);

test('a removal that died keeps nobody from holding the object for long', async () => {
  const { open, calm, clock } = await scene('locked');
  let requests = 0;
  const dying = open(async () => {
    requests += 1;
    if (requests > 3) throw new AppError('store.unavailable', 'retry', 'Away.');
  });
  expect(await codeOf(dying.remove(scope, 'a', clock.now()))).toBe('store.unavailable');
  expect(await codeOf(calm.hold(scope, 'a', 'case 1'))).toBe('conflict');
  clock.advance(minutes(16));
  expect(await codeOf(calm.hold(scope, 'a', 'case 1'))).toBe('done');
  expect(await codeOf(calm.remove(scope, 'a', plus(clock.now(), days(1))))).toBe('archive.held');
});
