import { formatCheckpoint, parseCheckpoint, type Checkpoint } from '../evidence/checkpoint.ts';
import { consistencyProof, verifyConsistency } from '../evidence/merkle.ts';
import { noteKeyId, noteOf, parseNote } from '../evidence/signed-note.ts';
import { AppError, asAppError } from '../kernel/errors.ts';
import { days, isoInstant, minutes, plus, type Instant } from '../kernel/time.ts';
import type { LedgerHead } from '../model/ledger.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Tenant } from '../model/tenant.ts';
import type { CheckpointSigner } from '../ports/checkpoint-signer.ts';
import type { Clock } from '../ports/clock.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { RawArchive } from '../ports/raw-archive.ts';
import type { Telemetry } from '../ports/telemetry.ts';

export interface CheckpointDeps {
  readonly archive: RawArchive;
  readonly ledger: LedgerStore;
  readonly signer: CheckpointSigner;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Retired ones too: their evidence is kept, and so is the proof of it. */
  readonly tenants: () => Promise<readonly { readonly tenant: Tenant; readonly scope: TenantScope }[]>;
}

/** How often `signCheckpoints` is called. It signs for a tenant once an hour at most. */
export const checkpointsEvery = minutes(10);
// Most of a call is waiting for stores and for the key; a host would stop a call that takes ten minutes.
const lanes = 8;
const budget = minutes(5);

const folder = 'checkpoints/';

/** The name of a tenant's log, for ever. */
export const logOrigin = (tenant: string): string => `holdfast/${tenant}`;

/**
 * Signs the heads of all tenants' ledgers and keeps them in the archive, under retention: in each hour in which a
 * log grew, and once a day in any case. What one call does not get to, the next does. Before a new head is signed it
 * must be shown to continue the last one signed; a log that does not is reported and never signed again, for two
 * checkpoints that contradict each other would make all of them worthless. Answers how many it signed.
 */
export async function signCheckpoints(deps: CheckpointDeps): Promise<number> {
  const until = plus(deps.clock.now(), budget);
  const waiting = [...(await deps.tenants())];
  let signed = 0;
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (deps.clock.now() > until) return;
      try {
        if (await signHead(deps, next.scope, next.tenant)) signed += 1;
      } catch (thrown) {
        tell(deps.telemetry, asAppError(thrown), next.tenant.id);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (signed > 0) deps.telemetry.event('checkpoints.signed', { signed });
  return signed;
}

/** A store that is away is no news: the next call comes in ten minutes. */
function tell(telemetry: Telemetry, error: AppError, tenant: string): void {
  if (error.recovery === 'give-up') telemetry.error('checkpoint.refused', error, { tenant });
  else telemetry.event('checkpoint.delayed', { tenant, code: error.code });
}

async function signHead(deps: CheckpointDeps, scope: TenantScope, tenant: Tenant): Promise<boolean> {
  const now = deps.clock.now();
  const { day, hour } = partsOf(now);
  const today = await lastKey(deps.archive, scope, `${folder}${day}/`);
  if (today !== null && today >= `${folder}${day}/${hour}`) return false;
  const head = await deps.ledger.head(scope);
  if (head.size === 0) return false;
  const last = await readCheckpoint(
    deps.archive,
    scope,
    today ?? (await lastKeyBefore(deps.archive, scope, day)),
  );
  if (last !== null) await demandContinues(deps.ledger, scope, last, head);
  if (today !== null && last?.size === head.size) return false;
  const origin = logOrigin(tenant.id);
  const text = formatCheckpoint({ origin, ...head, extensions: [] });
  const { publicKey, signature } = await deps.signer.sign(text);
  const note = noteOf(text, [{ name: origin, keyId: noteKeyId(origin, publicKey), signature }]);
  try {
    await deps.archive.put(scope, {
      key: `${folder}${day}/${hour}-${String(head.size).padStart(16, '0')}`,
      bytes: Buffer.from(note),
      contentType: 'text/plain; charset=utf-8',
      retainUntil: plus(now, days(tenant.retentionDays)),
    });
    return true;
  } catch (thrown) {
    // Another instance signed the same head in the same hour; an ECDSA signature is another each time.
    if (thrown instanceof AppError && thrown.code === 'archive.conflict') return false;
    throw thrown;
  }
}

function partsOf(now: Instant): { readonly day: string; readonly hour: string } {
  const text = isoInstant(now);
  return { day: text.slice(0, 10).replaceAll('-', '/'), hour: text.slice(11, 13) };
}

/** Keys are in the order of time. */
async function lastKey(archive: RawArchive, scope: TenantScope, prefix: string): Promise<string | null> {
  let last: string | null = null;
  for await (const { key } of archive.list(scope, prefix)) last = key;
  return last;
}

/** Looks in ever wider times, so that an archive of ten years is listed whole only where nothing was signed since. */
async function lastKeyBefore(archive: RawArchive, scope: TenantScope, day: string): Promise<string | null> {
  for (const under of [day.slice(0, 8), day.slice(0, 5), '']) {
    const found = await lastKey(archive, scope, `${folder}${under}`);
    if (found !== null) return found;
  }
  return null;
}

async function readCheckpoint(
  archive: RawArchive,
  scope: TenantScope,
  key: string | null,
): Promise<Checkpoint | null> {
  if (key === null) return null;
  const object = await archive.get(scope, key);
  const note = parseNote(Buffer.from(object?.bytes ?? []).toString('utf8'));
  const read = note.ok ? parseCheckpoint(note.value.text) : note;
  if (read.ok) return read.value;
  throw new AppError(
    'archive.corrupt',
    'give-up',
    'The last signed checkpoint of a ledger cannot be read from the archive, so nothing new is signed. Verify the archive.',
  );
}

async function demandContinues(
  ledger: LedgerStore,
  scope: TenantScope,
  last: LedgerHead,
  head: LedgerHead,
): Promise<void> {
  const from = { size: last.size, root: Buffer.from(last.root, 'hex') };
  const to = { size: head.size, root: Buffer.from(head.root, 'hex') };
  if (from.size <= to.size) {
    const proof = await consistencyProof(from.size, to.size, wanted => ledger.nodes(scope, wanted));
    const claim = { from: from.size, to: to.size, fromRoot: from.root, toRoot: to.root, proof };
    if (verifyConsistency(claim)) return;
  }
  throw new AppError(
    'ledger.corrupt',
    'give-up',
    'A ledger does not continue the last head that was signed: entries were changed or lost. Nothing new is signed. Restore the ledger, and compare it with the checkpoints in the archive.',
    { facts: { signed: last.size, now: head.size } },
  );
}
