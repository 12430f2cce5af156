import { AppError } from '../kernel/errors.ts';
import { sha256, type Sha256 } from '../kernel/hash.ts';
import type { QuarantinedRecord, RawPointer } from '../model/event.ts';
import { spelled } from '../sources/_kit/difference.ts';
import { problemOf } from '../sources/_kit/read-record.ts';
import type { SnapshotPull } from '../sources/_kit/source.ts';
import { recordHash } from './record-hash.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { readSnapshotManifest } from './seal-window.ts';

/** What reading archived snapshots needs, whether they have just come or are read again. */
export type ReadingDeps = Pick<PullDeps, 'archive' | 'clock'>;
export type ReadingTarget = Pick<PullTarget, 'scope' | 'tenant' | 'source' | 'ref'>;

/** Where a thing's record lies, and what it says; the record itself stays in the archive. */
export interface Thing {
  /** Equal for records that say the same. */
  readonly says: Sha256;
  readonly page: string;
  readonly index: number;
}

/** A snapshot as it is compared: about a hundred bytes a thing, however large its records are. */
export interface Things {
  readonly byKey: ReadonlyMap<string, Thing>;
  readonly names: ReadonlyMap<string, string>;
  /** Records read, of which a thing named twice has two. */
  readonly records: number;
  /** Records that do not say which thing they are. */
  readonly strangers: readonly QuarantinedRecord[];
  readonly pages: readonly string[];
}

export interface ReadPage {
  readonly sha256: Sha256;
  readonly records: readonly unknown[];
}

export function snapshotPull(target: ReadingTarget): SnapshotPull<unknown, unknown> {
  const { pull } = target.source;
  if (pull.kind === 'snapshot') return pull;
  throw new AppError('bug', 'retry', 'A stream that is no snapshot was treated as one.');
}

/** A sealed snapshot, read back from what its manifest names; null when retention has taken any of it. */
export async function sealedThings(
  deps: ReadingDeps,
  target: ReadingTarget,
  manifest: string,
): Promise<Things | null> {
  const part = await readSnapshotManifest(deps, target, manifest);
  return part === null ? null : thingsOf(deps, target, part.pages, part.carried);
}

/** A page of a snapshot as it was archived; null when the archive is known not to have it (any more). */
export async function readPage(
  deps: ReadingDeps,
  target: ReadingTarget,
  key: string,
): Promise<ReadPage | null> {
  const object = await deps.archive.get(target.scope, key);
  if (object === null) return null;
  return { sha256: object.sha256, records: Array.from(target.source.split(object.bytes)) };
}

/**
 * The things of a snapshot, from its archived pages. Records of one key that say different things are things of their
 * own, whatever order they come in. Null when a page is gone: then there is nothing to compare with.
 */
export async function thingsOf(
  deps: ReadingDeps,
  target: ReadingTarget,
  pages: readonly string[],
  carried: readonly RawPointer[] = [],
): Promise<Things | null> {
  const byKey = new Map<string, Thing>();
  const doubles = new Map<string, Thing[]>();
  const names = new Map<string, string>();
  const strangers: QuarantinedRecord[] = [];
  let records = 0;
  const wanted = groupedByPage(carried);
  for (const key of [...wanted.keys(), ...pages]) {
    const only = wanted.get(key);
    const page = await readPage(deps, target, key);
    if (page === null) return null;
    if (only === undefined) records += page.records.length;
    for (const [index, record] of page.records.entries()) {
      if (only !== undefined && !only.has(index)) continue;
      const known = knownThing(target, record);
      if ('problem' in known)
        strangers.push(stranger(deps, target, { key, index, sha256: page.sha256 }, record, known.problem)); // prettier-ignore
      else {
        const thing = { says: known.says, page: key, index };
        const first = byKey.get(known.key);
        if (first === undefined) byKey.set(known.key, thing);
        else if (first.says !== thing.says)
          doubles.set(known.key, [...(doubles.get(known.key) ?? [first]), thing]);
        if (known.name !== null) names.set(...known.name);
      }
    }
  }
  for (const [key, all] of doubles) {
    const apart = new Map(
      all.toSorted((a, b) => (a.says < b.says ? -1 : 1)).map(thing => [thing.says, thing]),
    );
    [...apart.values()].forEach((thing, n) => byKey.set(n === 0 ? key : `${key} (${n + 1})`, thing));
  }
  return { byKey, names, records, strangers, pages };
}

function groupedByPage(pointers: readonly RawPointer[]): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const { key, index } of pointers) found.set(key, (found.get(key) ?? new Set()).add(index));
  return found;
}

type Known =
  | { readonly key: string; readonly says: Sha256; readonly name: readonly [string, string] | null }
  | { readonly problem: string };

function knownThing(target: ReadingTarget, record: unknown): Known {
  const pull = snapshotPull(target);
  const parsed = target.source.record.safeParse(record);
  if (!parsed.success) return { problem: problemOf(parsed.error.issues[0]) };
  const says = sha256(spelled(record, path => pull.ignores?.(path) === true));
  return { key: pull.key(parsed.data), says, name: pull.names?.(parsed.data) ?? null };
}

/** Which thing a record is of; null where it does not say. */
export function keyOfRecord(target: ReadingTarget, record: unknown): string | null {
  const known = knownThing(target, record);
  return 'problem' in known ? null : known.key;
}

const stranger = (
  deps: ReadingDeps,
  target: ReadingTarget,
  raw: RawPointer,
  record: unknown,
  problem: string,
): QuarantinedRecord => ({
  ...target.ref,
  raw,
  recordHash: recordHash(record),
  problem,
  at: deps.clock.now(),
});
