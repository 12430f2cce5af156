import { canonicalJson, sha256 } from '../kernel/hash.ts';
import { days, isoInstant, plus } from '../kernel/time.ts';
import type { Gap, OpenWindow } from '../model/cursor.ts';
import { ledgerEntrySchema, type LedgerEntry } from '../model/ledger.ts';
import type { PullDeps, PullTarget } from './pull-types.ts';
import { manifestKey, windowPrefix } from './raw-key.ts';

/**
 * Step 6: names every object kept for the window in a manifest, archives it, and puts its hash into the
 * tenant's ledger. Done again after a crash it finds the same manifest and adds a second entry, which readers
 * fold; the other order could leave a committed window without any.
 */
export async function sealWindow(deps: PullDeps, target: PullTarget, open: OpenWindow): Promise<void> {
  const prefix = windowPrefix(target.ref, open.window);
  const objects: { key: string; sha256: string; size: number }[] = [];
  for await (const entry of deps.archive.list(target.scope, prefix)) {
    if (!entry.key.startsWith(`${prefix}manifest-`)) objects.push(entry);
  }
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
  };
  const bytes = Buffer.from(canonicalJson(manifest));
  const key = manifestKey(prefix, sha256(bytes));
  const kept = await deps.archive.put(target.scope, {
    key,
    bytes,
    contentType: 'application/json',
    retainUntil: plus(deps.clock.now(), days(target.tenant.retentionDays)),
  });
  await appendEntry(deps, target, {
    type: 'window.sealed',
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
}

/** A gap is as permanent as a window: whoever reads the ledger later sees what was never asked for. */
export async function sealGap(deps: PullDeps, target: PullTarget, gap: Gap): Promise<void> {
  await appendEntry(deps, target, {
    type: 'gap.recorded',
    source: target.ref.source,
    stream: target.ref.stream,
    from: isoInstant(gap.from),
    to: isoInstant(gap.to),
    reason: gap.reason,
    at: isoInstant(deps.clock.now()),
  });
}

async function appendEntry(deps: PullDeps, target: PullTarget, entry: LedgerEntry): Promise<void> {
  await deps.ledger.append(target.scope, [Buffer.from(canonicalJson(ledgerEntrySchema.parse(entry)))]);
}
