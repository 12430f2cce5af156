import { z } from 'zod';
import { AppError } from '../kernel/errors.ts';
import { canonicalJson, sha256 } from '../kernel/hash.ts';
import { days, isoInstant, plus } from '../kernel/time.ts';
import type { Cursor, Gap, OpenWindow } from '../model/cursor.ts';
import { rawPointerSchema } from '../model/event.ts';
import { ledgerEntrySchema, type LedgerEntry } from '../model/ledger.ts';
import type { RawEntry } from '../ports/raw-archive.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { manifestKey, windowPrefix } from './raw-key.ts';

const snapshotPartSchema = z.object({
  /** Raw keys of the pages the snapshot consists of, in order. */
  pages: z.array(z.string()),
  /** Records of earlier snapshots that still stand for their things: those may be missing or only unreadable. */
  carried: z.array(rawPointerSchema),
  /** The manifest of the snapshot this one was compared with. */
  previous: z.string().nullable(),
});
/** What a snapshot's manifest says beyond a window's: everything a later snapshot is compared with. */
export type SnapshotPart = z.infer<typeof snapshotPartSchema>;

/**
 * Step 6: names every object kept for the window in a manifest, archives it, and puts its hash into the
 * tenant's ledger. Done again after a crash it finds the same manifest and adds a second entry, which readers
 * fold; the other order could leave a committed window without any. Answers the manifest's key.
 */
export async function sealWindow(
  deps: PullDeps,
  target: PullTarget,
  open: OpenWindow,
  snapshot?: SnapshotPart,
): Promise<string> {
  return sealObjects(deps, target, open, 'window.sealed', await objectsOf(deps, target, open), snapshot);
}

/**
 * The same for a window that is given up, for narrower ones or because its beginning is forgotten: pages of it may be
 * stored, and the ledger must lead to what their events were made of. Nothing where nothing was kept, or nothing else
 * than when it was given up the last time: a window that keeps failing would add an entry with each try. A snapshot
 * makes events only once it is whole. Answers what the cursor remembers of it.
 */
export async function sealLeft(
  deps: PullDeps,
  target: PullTarget,
  { left }: Cursor,
  open: OpenWindow,
): Promise<Pick<Cursor, 'left'>> {
  if (target.source.pull.kind === 'snapshot') return {};
  const objects = await objectsOf(deps, target, open);
  if (objects.length === 0) return {};
  const { from, to } = open.window;
  const digest = sha256(Buffer.from(canonicalJson(objects.map(({ key, sha256: hash }) => [key, hash]))));
  if (left?.from === from && left.to === to && left.sha256 === digest) return {};
  await sealObjects(deps, target, open, 'window.left', objects);
  return { left: { from, to, sha256: digest } };
}

async function objectsOf(deps: PullDeps, target: PullTarget, open: OpenWindow): Promise<RawEntry[]> {
  const prefix = windowPrefix(target.ref, open.window);
  const objects: RawEntry[] = [];
  for await (const entry of deps.archive.list(target.scope, prefix)) {
    if (!entry.key.startsWith(`${prefix}manifest-`)) objects.push(entry);
  }
  return objects;
}

async function sealObjects(
  deps: PullDeps,
  target: PullTarget,
  open: OpenWindow,
  type: 'window.sealed' | 'window.left',
  objects: readonly RawEntry[],
  snapshot?: SnapshotPart,
): Promise<string> {
  const window = { from: isoInstant(open.window.from), to: isoInstant(open.window.to) };
  const manifest = {
    format: 'holdfast-manifest-1',
    tenant: target.tenant.id,
    source: target.ref.source,
    stream: target.ref.stream,
    ...window,
    purpose: open.purpose,
    run: open.run,
    objects: objects.map(({ key, sha256: hash, size }) => ({ key, sha256: hash, size })),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
  const bytes = Buffer.from(canonicalJson(manifest));
  const key = manifestKey(windowPrefix(target.ref, open.window), sha256(bytes));
  const kept = await deps.archive.put(target.scope, {
    key,
    bytes,
    contentType: 'application/json',
    retainUntil: plus(deps.clock.now(), days(target.tenant.retentionDays)),
  });
  await appendEntry(deps, target, {
    type,
    source: target.ref.source,
    stream: target.ref.stream,
    ...window,
    purpose: open.purpose,
    run: open.run,
    manifest: key,
    sha256: kept.sha256,
    objects: objects.length,
    at: isoInstant(deps.clock.now()),
  });
  return key;
}

/** What a sealed snapshot consists of; null when the archive is known not to have its manifest (any more). */
export async function readSnapshotManifest(
  deps: Pick<PullDeps, 'archive'>,
  target: Pick<PullTarget, 'scope' | 'ref'>,
  key: string,
): Promise<SnapshotPart | null> {
  const object = await deps.archive.get(target.scope, key);
  if (object === null) return null;
  try {
    const manifest = z.object({ snapshot: snapshotPartSchema });
    return manifest.parse(JSON.parse(Buffer.from(object.bytes).toString('utf8'))).snapshot;
  } catch (cause) {
    const how = 'The manifest of a snapshot cannot be read. Verify the archive.';
    throw new AppError('archive.corrupt', 'give-up', how, { facts: { source: target.ref.source }, cause });
  }
}

/** A gap is as permanent as a window: whoever reads the ledger later sees what was never asked for. */
export async function sealGap(
  deps: PullDeps,
  target: PullTarget,
  gap: Pick<Gap, 'from' | 'to' | 'objects'> & { readonly reason: Gap['reason'] | 'clock-ahead' },
): Promise<void> {
  await appendEntry(deps, target, {
    type: 'gap.recorded',
    source: target.ref.source,
    stream: target.ref.stream,
    from: isoInstant(gap.from),
    to: isoInstant(gap.to),
    reason: gap.reason,
    ...(gap.objects === undefined ? {} : { objects: gap.objects.length }),
    at: isoInstant(deps.clock.now()),
  });
  deps.telemetry.event('gap.recorded', { ...target.ref, tenant: target.tenant.id, reason: gap.reason });
}

/** The objects of a gap have come after all: `by` is the window that brought the last. */
export async function sealClosedGap(
  deps: PullDeps,
  target: PullTarget,
  gap: Gap,
  by: OpenWindow,
): Promise<void> {
  const { reason } = gap;
  await appendEntry(deps, target, {
    type: 'gap.closed',
    source: target.ref.source,
    stream: target.ref.stream,
    from: isoInstant(gap.from),
    to: isoInstant(gap.to),
    reason,
    purpose: by.purpose,
    run: by.run,
    at: isoInstant(deps.clock.now()),
  });
  deps.telemetry.event('gap.closed', {
    ...target.ref,
    tenant: target.tenant.id,
    reason,
    purpose: by.purpose,
  });
}

async function appendEntry(deps: PullDeps, target: PullTarget, entry: LedgerEntry): Promise<void> {
  await deps.ledger.append(target.scope, [Buffer.from(canonicalJson(ledgerEntrySchema.parse(entry)))]);
}
