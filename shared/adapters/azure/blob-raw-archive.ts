import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { demandKey, splitPrefix } from '../../kernel/raw-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RawArchive, RawObject } from '../../ports/raw-archive.ts';
import type { BlobContainer, BlobRetention } from './blob-gateway.ts';
import { blobHolds } from './blob-holds.ts';
import { packBytes, readAbout, unpackBytes, writeAbout, type BlobAbout } from './blob-raw-format.ts';

export interface BlobRawArchiveOptions {
  readonly objects: BlobContainer;
  /** A container of its own: the names of holds come and go, and nothing there is immutable. */
  readonly holds: BlobContainer;
  readonly clock: Clock;
  /**
   * `locked`: each blob's retention can no longer be shortened by anybody. `unlocked`: it can; for development.
   * `none`: the container has no version-level immutability, and only this program keeps the rules.
   */
  readonly retention: 'locked' | 'unlocked' | 'none';
}

/** The evidence as blobs: `<tenant>/<key>`, created once, each under its own retention and legal hold. */
export function blobRawArchive(options: BlobRawArchiveOptions): RawArchive & { check(): Promise<void> } {
  const { objects, clock, retention } = options;
  const protects = retention !== 'none';
  const holds = blobHolds({ objects, holds: options.holds, protects, clock });
  const nameOf = (tenant: string, key: string): string => `${tenant}/${key}`;

  async function read(tenant: string, key: string): Promise<RawObject | null> {
    const found = await objects.read(nameOf(tenant, key));
    if (found === null) return null;
    const about = readAbout(found.metadata, tenant, key);
    const bytes = about === null ? null : await unpackBytes(about, found.bytes);
    if (about === null || bytes === null) throw corrupt(key);
    const { sha256: digest, contentType, storedAt, retainUntil } = about;
    return { key, bytes, sha256: digest, contentType, storedAt, retainUntil };
  }

  function retentionOf(about: BlobAbout): BlobRetention | null {
    // The service takes only a time to come; what need not be kept is not protected.
    if (!protects || about.retainUntil <= clock.now()) return null;
    return { until: new Date(about.retainUntil), mode: retention === 'locked' ? 'Locked' : 'Unlocked' };
  }

  return {
    async put(scope, { key, bytes, contentType, retainUntil }) {
      demandKey(key);
      const digest = sha256(bytes);
      const about: BlobAbout = {
        tenant: scope.tenantId, key, sha256: digest, size: bytes.length, contentType, storedAt: clock.now(), retainUntil,
      }; // prettier-ignore
      const created = await objects.create(nameOf(scope.tenantId, key), await packBytes(bytes), {
        contentType,
        contentEncoding: 'zstd',
        metadata: writeAbout(about),
        retention: retentionOf(about),
      });
      if (created) return { status: 'created', sha256: digest };
      // The stored bytes are read, not only their recorded hash: a damaged object must not be called "there".
      if ((await read(scope.tenantId, key))?.sha256 === digest)
        return { status: 'already-there', sha256: digest };
      throw new AppError(
        'archive.conflict',
        'give-up',
        `Other bytes are already archived under ${key}. They were not touched; the new ones need a key of their own.`,
      );
    },
    async get(scope, key) {
      demandKey(key);
      return read(scope.tenantId, key);
    },
    async *list(scope, prefix) {
      splitPrefix(prefix);
      const begin = `${scope.tenantId}/`;
      for await (const { name, metadata } of objects.list(`${begin}${prefix}`)) {
        const key = name.slice(begin.length);
        const about = readAbout(metadata, scope.tenantId, key);
        if (about === null) throw corrupt(key);
        yield { key, sha256: about.sha256, size: about.size };
      }
    },
    async hold(scope, key, hold) {
      demandKey(key);
      if (await holds.place(nameOf(scope.tenantId, key), hold)) return;
      throw new AppError('not-found', 'give-up', 'There is no archived object under this key to hold.');
    },
    async release(scope, key, hold) {
      demandKey(key);
      await holds.release(nameOf(scope.tenantId, key), hold);
    },
    async holds(scope, key) {
      demandKey(key);
      return holds.names(nameOf(scope.tenantId, key));
    },
    async remove(scope, key, now) {
      demandKey(key);
      const name = nameOf(scope.tenantId, key);
      await holds.whileRemoving(name, async () => {
        const found = await objects.facts(name);
        if (found !== null) {
          const about = readAbout(found.metadata, scope.tenantId, key);
          if (about === null) throw corrupt(key);
          if (now < about.retainUntil || (await holds.names(name)).length > 0) throw held(key);
          // Somebody may have extended it at the service. Asked first: once a blob is deleted, a version that the
          // service then refuses to remove would be there and not be seen.
          const { until, hold } = found.protection ?? { until: null, hold: false };
          if (hold || (until !== null && now < until.getTime())) throw held(key);
        }
        // Also where the blob is gone: a crash may have left its versions. The service has the last word.
        if ((await objects.remove(name, protects)) === 'held') throw held(key);
      });
    },
    async check() {
      await objects.check();
      await options.holds.check();
    },
  };
}

const corrupt = (key: string): AppError =>
  new AppError(
    'archive.corrupt',
    'give-up',
    `The archived object ${key} is not what was stored: its blob was damaged or changed. Keep that blob for examination, and look for an earlier version of it.`,
  );

const held = (key: string): AppError =>
  new AppError(
    'archive.held',
    'give-up',
    `The archived object ${key} may not be removed: its retention has not ended, or a hold lies on it.`,
  );
