import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { blobContainer, type BlobContainer } from '../../shared/adapters/azure/blob-gateway.ts';
import { blobRawArchive } from '../../shared/adapters/azure/blob-raw-archive.ts';
import type { RawArchive } from '../../shared/ports/raw-archive.ts';
import type { Fresh } from '../contracts/contract.ts';
import { developmentAccount, startAzurite, type Azurite } from '../fakes/azurite.ts';
import { openBlobDoor, type BlobDoor } from '../fakes/blob-door.ts';
import { ManualClock } from './manual-clock.ts';

let azurite: Promise<Azurite> | null = null;
let door: Promise<BlobDoor> | null = null;
let made = 0;

/** One Azurite for a test file; it ends with the file's process. */
export const sharedAzurite = (): Promise<Azurite> => (azurite ??= startAzurite());

/** The same with immutability: behind it the archive's rules are the service's too. */
export const sharedBlobDoor = (): Promise<BlobDoor> =>
  (door ??= sharedAzurite().then(({ blobUrl }) => openBlobDoor(blobUrl, new ManualClock().now())));

/** Containers of an archive, made anew; `at` is an account's URL. */
export async function makeContainers(at: string): Promise<{ objects: string; holds: string }> {
  const id = (made += 1);
  const { account, key } = developmentAccount;
  const names = { objects: `${at}/raw-${id}`, holds: `${at}/holds-${id}` };
  for (const url of Object.values(names)) {
    await new ContainerClient(url, new StorageSharedKeyCredential(account, key)).create();
  }
  return names;
}

export const openContainer = (url: string): BlobContainer =>
  blobContainer({ url, credential: developmentAccount, retry: { tries: 2, delayMs: 10 } });

/** The archive over Azurite alone (`none`), or over Azurite with immutability in front. */
export const freshBlobArchive =
  (retention: 'locked' | 'none'): Fresh<RawArchive> =>
  async () => {
    const { blobUrl } = await sharedAzurite();
    const at = retention === 'none' ? blobUrl : (await sharedBlobDoor()).url;
    const names = await makeContainers(at);
    const { account, key } = developmentAccount;
    const bare = new ContainerClient(
      names.objects.replace(at, blobUrl),
      new StorageSharedKeyCredential(account, key),
    );
    return {
      async open() {
        const archive = blobRawArchive({
          objects: openContainer(names.objects),
          holds: openContainer(names.holds),
          clock: new ManualClock(),
          retention,
        });
        if (retention === 'none') return archive;
        const { setTime } = await sharedBlobDoor();
        // The service goes by its own clock, and here the test's time is that clock.
        return {
          ...archive,
          remove: (scope, key, now) => {
            setTime(new URL(names.objects).pathname, now);
            return archive.remove(scope, key, now);
          },
        };
      },
      damage: () => changeEveryBlob(bare),
      async dispose() {
        await bare.deleteIfExists();
      },
    };
  };

/** Does it to a container's blobs by its address, without retention in the way. */
export const changeBlobsAt = (url: string): Promise<void> =>
  changeEveryBlob(
    new ContainerClient(
      url,
      new StorageSharedKeyCredential(developmentAccount.account, developmentAccount.key),
    ),
  );

/** Another last byte in every blob, behind everybody's back. */
async function changeEveryBlob(container: ContainerClient): Promise<void> {
  for await (const { name } of container.listBlobsFlat()) {
    const blob = container.getBlockBlobClient(name);
    const { metadata = {} } = await blob.getProperties();
    const bytes = await blob.downloadToBuffer();
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await blob.upload(bytes, bytes.length, { metadata });
  }
}
