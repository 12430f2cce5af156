import { expect, test } from 'vitest';
import type { BlobContainer } from '../../shared/adapters/azure/blob-gateway.ts';
import { blobRawArchive } from '../../shared/adapters/azure/blob-raw-archive.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { RawArchive } from '../../shared/ports/raw-archive.ts';
import { mustReject } from '../contracts/contract.ts';
import { makeContainers, openContainer, sharedBlobDoor } from '../support/azure-storage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { contoso, scopeOf } from '../support/sample.ts';

const scope = scopeOf(contoso);
const away = new AppError('store.unavailable', 'retry-later', 'Away.');

interface Scene {
  readonly archive: (setLegalHold?: BlobContainer['setLegalHold']) => RawArchive;
  readonly setLegalHold: BlobContainer['setLegalHold'];
  /** Whether the service itself holds the object. */
  readonly isHeld: () => boolean | undefined;
}

/** An archived object under the holds of two cases, one of which is to be released. */
async function scene(...holds: readonly string[]): Promise<Scene> {
  const door = await sharedBlobDoor();
  const names = await makeContainers(door.url);
  const objects = openContainer(names.objects);
  const archive: Scene['archive'] = (setLegalHold = objects.setLegalHold) =>
    blobRawArchive({
      objects: { ...objects, setLegalHold },
      holds: openContainer(names.holds),
      clock: new ManualClock(),
      retention: 'locked',
    });
  const retainUntil = instant(Date.UTC(2032, 9, 5));
  await archive().put(scope, { key: 'a', bytes: Buffer.from('one'), contentType: 'text/plain', retainUntil });
  for (const hold of holds) await archive().hold(scope, 'a', hold);
  const path = `${new URL(names.objects).pathname}/${contoso}/a`;
  return { archive, setLegalHold: objects.setLegalHold, isHeld: () => door.protection(path)?.hold };
}

test('a release that died right after another case was placed is made good by its repeat', async () => {
  const { archive, setLegalHold, isHeld } = await scene('case 1');
  const others = archive();
  const dying = archive(async (name, on) => {
    if (on) throw away;
    await others.hold(scope, 'a', 'case 2');
    return setLegalHold(name, on);
  });
  await mustReject(dying.release(scope, 'a', 'case 1'), 'store.unavailable');
  expect(isHeld()).toBe(false);
  await archive().release(scope, 'a', 'case 1');
  expect(isHeld()).toBe(true);
  expect(await archive().holds(scope, 'a')).toEqual(['case 2']);
});

test('two releases at once leave nothing held, in whatever order the service hears of them', async () => {
  const { archive, setLegalHold, isHeld } = await scene('case 1', 'case 2');
  const others = archive();
  let first = true;
  const slow = archive(async (name, on) => {
    // It saw the other case's hold, and speaks after that one is gone.
    if (first) await others.release(scope, 'a', 'case 2');
    first = false;
    return setLegalHold(name, on);
  });
  await slow.release(scope, 'a', 'case 1');
  expect(isHeld()).toBe(false);
  expect(await archive().holds(scope, 'a')).toEqual([]);
});

test('a release with another case left takes no hold off', async () => {
  const { archive, isHeld } = await scene('case 1', 'case 2');
  await archive().release(scope, 'a', 'case 1');
  expect(isHeld()).toBe(true);
});
