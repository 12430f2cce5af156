import type { TokenCredential } from '@azure/identity';
import { ContainerClient, StorageSharedKeyCredential, type BlobClient } from '@azure/storage-blob';
import { AppError } from '../../kernel/errors.ts';
import { serviceStatus } from './service-status.ts';
import { asStorageError } from './storage-error.ts';

/** How a blob is protected when it is created: until when, and whether that can be taken back. */
export interface BlobRetention {
  readonly until: Date;
  readonly mode: 'Locked' | 'Unlocked';
}
export interface BlobFacts {
  readonly name: string;
  /** As the service has it: until when it refuses to delete this version, and whether a legal hold lies on it. */
  readonly protection?: { readonly until: Date | null; readonly hold: boolean };
  /** Lower-case names. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the archive knows of one container. Absence is answered; every other failure throws an AppError. */
export interface BlobContainer {
  /** False: a blob of this name is there, and was not touched. */
  create(
    name: string,
    bytes: Uint8Array,
    about: {
      readonly contentType: string;
      readonly contentEncoding?: string;
      readonly metadata: Readonly<Record<string, string>>;
      readonly retention: BlobRetention | null;
    },
  ): Promise<boolean>;
  read(name: string): Promise<(BlobFacts & { readonly bytes: Uint8Array }) | null>;
  facts(name: string): Promise<BlobFacts | null>;
  /** In the order of names. */
  list(prefix: string): AsyncIterable<BlobFacts>;
  /** False: there is no such blob. */
  setLegalHold(name: string, on: boolean): Promise<boolean>;
  /** Removes a blob, and with `versions` every version of it. `held`: the service protects it, and it stays. */
  remove(name: string, versions: boolean): Promise<'removed' | 'absent' | 'held'>;
  /** Throws where the container cannot be read. */
  check(): Promise<void>;
}

export interface BlobContainerOptions {
  /** `https://<account>.blob.core.windows.net/<container>`. */
  readonly url: string;
  readonly credential: TokenCredential | { readonly account: string; readonly key: string };
  readonly retry?: { readonly tries: number; readonly delayMs: number };
}

const what = 'Blob Storage';
const protectedBy = ['BlobImmutableDueToPolicy', 'BlobImmutableDueToLegalHold'];

/** The only file that talks to Blob Storage’s SDK. */
export function blobContainer(options: BlobContainerOptions): BlobContainer {
  const { credential, retry = { tries: 4, delayMs: 1_000 } } = options;
  const client = new ContainerClient(
    options.url,
    'key' in credential ? new StorageSharedKeyCredential(credential.account, credential.key) : credential,
    { retryOptions: { maxTries: retry.tries, retryDelayInMs: retry.delayMs, maxRetryDelayInMs: 20_000 } },
  );
  return {
    async create(name, bytes, { contentType, contentEncoding, metadata, retention }) {
      const done = await outcome(() =>
        client.getBlockBlobClient(name).upload(Buffer.from(bytes), bytes.length, {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: {
            blobContentType: contentType,
            ...(contentEncoding === undefined ? {} : { blobContentEncoding: contentEncoding }),
          },
          metadata: { ...metadata },
          ...(retention === null
            ? {}
            : { immutabilityPolicy: { expiriesOn: retention.until, policyMode: retention.mode } }),
        }),
      );
      if (done.ok) return true;
      // 409 under If-None-Match, and 412 from what stands in its place.
      if (['BlobAlreadyExists', 'ConditionNotMet', ...protectedBy].includes(done.code ?? '')) return false;
      throw done.error;
    },
    async read(name) {
      const blob = client.getBlobClient(name);
      const found = await absentAsNull(async () => {
        const reply = await blob.download();
        return {
          metadata: reply.metadata,
          bytes: await wholeBody(reply.readableStreamBody, reply.contentLength),
        };
      });
      return found === null ? null : { name, metadata: lowerCase(found.metadata), bytes: found.bytes };
    },
    async facts(name) {
      const found = await absentAsNull(() => client.getBlobClient(name).getProperties());
      if (found === null) return null;
      const protection = { until: found.immutabilityPolicyExpiresOn ?? null, hold: found.legalHold === true };
      return { name, metadata: lowerCase(found.metadata), protection };
    },
    async *list(prefix) {
      try {
        for await (const blob of client.listBlobsFlat({ prefix, includeMetadata: true })) {
          yield { name: blob.name, metadata: lowerCase(blob.metadata) };
        }
      } catch (thrown) {
        throw asStorageError(thrown, what);
      }
    },
    async setLegalHold(name, on) {
      return (await absentAsNull(() => client.getBlobClient(name).setLegalHold(on))) !== null;
    },
    remove: (name, versions) => remove(client, name, versions),
    async check() {
      const done = await outcome(() => client.getProperties());
      if (!done.ok) throw done.error;
    },
  };
}

/**
 * With versions, deleting a blob only makes its content an earlier version; the versions go after it. A version is
 * never deleted while it is the current one: the service refuses that.
 */
async function remove(
  client: ContainerClient,
  name: string,
  versions: boolean,
): Promise<'removed' | 'absent' | 'held'> {
  const first = await deletion(client.getBlobClient(name));
  if (first === 'held' || !versions) return first;
  let end: 'removed' | 'absent' | 'held' = first;
  const found: string[] = [];
  try {
    for await (const blob of client.listBlobsFlat({ prefix: name, includeVersions: true })) {
      if (blob.name === name && blob.versionId !== undefined) found.push(blob.versionId);
    }
  } catch (thrown) {
    throw asStorageError(thrown, what);
  }
  for (const version of found) {
    const gone = await deletion(client.getBlobClient(name).withVersion(version));
    if (gone !== 'absent') end = gone;
  }
  return end;
}

async function deletion(blob: BlobClient): Promise<'removed' | 'absent' | 'held'> {
  const done = await outcome(() => blob.delete());
  if (done.ok) return 'removed';
  if (done.status === 404 && done.code !== 'ContainerNotFound') return 'absent';
  if (protectedBy.includes(done.code ?? '')) return 'held';
  throw done.error;
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly status: number | null;
      readonly code: string | null;
      readonly error: AppError;
    };

async function outcome<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (thrown) {
    const { status, code } = serviceStatus(thrown);
    return { ok: false, status, code, error: asStorageError(thrown, what) };
  }
}

/** Null only where the service says that this blob is not there; a container that is gone is a failure. */
async function absentAsNull<T>(call: () => Promise<T>): Promise<T | null> {
  const done = await outcome(call);
  if (done.ok) return done.value;
  // A HEAD has no body: there the code is missing, or says no more than 404.
  if (done.status === 404 && done.code !== 'ContainerNotFound') return null;
  throw done.error;
}

const cut = (): AppError =>
  new AppError('store.unavailable', 'retry', 'Blob Storage ended an answer before it was whole. Try again.');

async function wholeBody(
  body: NodeJS.ReadableStream | undefined,
  length: number | undefined,
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of body ?? []) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  // A body cut short must not pass for a damaged object.
  if (length !== undefined && bytes.length !== length) throw cut();
  return bytes;
}

const lowerCase = (metadata: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
