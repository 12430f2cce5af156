import { expect } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import { isoInstant, mergeWindows, instant } from '../../shared/kernel/time.ts';
import type { StoredEvent } from '../../shared/model/event.ts';
import { ledgerEntrySchema, type LedgerEntry } from '../../shared/model/ledger.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import type { Profile } from '../../shared/ports/profile.ts';

/** Everything kept of one stream, in a form that two runs can be compared by. */
export interface Kept {
  /** `id revision sha256-of-the-record's-bytes`, sorted. */
  readonly revisions: readonly string[];
  /** The newest revision of each record, as the provider sent it. */
  readonly records: readonly string[];
  readonly quarantined: number;
}

/** Reads back every event with its raw record; fails where one does not lead to the other. */
export async function whatIsKept(profile: Profile, target: PullTarget): Promise<Kept> {
  const { scope, source, ref } = target;
  const revisions: string[] = [];
  const newest = new Map<string, string>();
  for (const event of await allChanges(profile, target)) {
    const object = await profile.archive.get(scope, event.raw.key);
    expect(object?.sha256).toBe(event.raw.sha256);
    const record = Buffer.from(
      source.recordBytes(object?.bytes ?? new Uint8Array(), event.raw.index),
    ).toString();
    revisions.push(`${event.id} ${event.revision} ${sha256(record)}`);
    newest.set(event.id, record);
  }
  const { records } = await profile.events.quarantined(scope, null, 1_000);
  return {
    revisions: revisions.sort(),
    records: [...newest.values()].sort(),
    quarantined: records.filter(one => one.source === ref.source && one.stream === ref.stream).length,
  };
}

async function allChanges(profile: Profile, target: PullTarget): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let after: string | null = null; ;) {
    const { changes, next } = await profile.events.changes([target.scope], after, 500);
    events.push(...changes.map(change => change.event));
    if (changes.length === 0 || next === null) break;
    after = next;
  }
  return events.filter(event => event.source === target.ref.source && event.stream === target.ref.stream);
}

/**
 * The stream's books balance: it is committed without a hole, every committed window has its ledger entry, every
 * entry's manifest names objects that are there, and the raw page of every event is named by one.
 */
export async function expectSealed(profile: Profile, target: PullTarget): Promise<void> {
  const cursor = await profile.cursors.load(target.scope, target.ref);
  if (cursor === null) throw new Error('the stream has no cursor');
  expect(cursor.value.open).toBeNull();
  const coverage = coverageOf(cursor.value);
  const entries = (await ledgerOf(profile, target)).flatMap(entry => ('manifest' in entry ? [entry] : []));
  const sealed = mergeWindows(
    entries
      .filter(({ type }) => type === 'window.sealed')
      .map(entry => ({ from: instant(Date.parse(entry.from)), to: instant(Date.parse(entry.to)) })),
  );
  const missing = coverage.covered.filter(
    span => !sealed.some(one => one.from <= span.from && span.to <= one.to),
  );
  expect(missing.map(span => `${isoInstant(span.from)}/${isoInstant(span.to)}`)).toEqual([]);
  const provable = new Set<string>();
  for (const entry of entries) {
    const manifest = await profile.archive.get(target.scope, entry.manifest);
    expect(manifest?.sha256).toBe(entry.sha256);
    const named: { objects: { key: string; sha256: string }[] } = JSON.parse(
      Buffer.from(manifest?.bytes ?? []).toString(),
    );
    expect(named.objects).toHaveLength(entry.objects);
    for (const object of named.objects) {
      const kept = await profile.archive.get(target.scope, object.key);
      expect(kept?.sha256).toBe(object.sha256);
      provable.add(object.key);
    }
  }
  const raw = (await allChanges(profile, target)).map(event => event.raw.key);
  expect([...new Set(raw)].filter(key => !provable.has(key))).toEqual([]);
}

export async function ledgerOf(profile: Profile, target: PullTarget): Promise<LedgerEntry[]> {
  const leaves = await profile.ledger.read(target.scope, 0, 10_000);
  return leaves
    .map(leaf => ledgerEntrySchema.parse(JSON.parse(Buffer.from(leaf).toString())))
    .filter(entry => entry.source === target.ref.source && entry.stream === target.ref.stream);
}
