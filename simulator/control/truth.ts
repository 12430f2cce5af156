import { auditSource } from '../graph/directory-audits.ts';
import { traceSource } from '../graph/message-traces.ts';
import { unifiedSource } from '../management/content.ts';
import { contentTypes } from '../world/content-id.ts';
import type { Site } from '../site.ts';
import { memoryDays, midnightBack } from '../tenant-book.ts';
import { feedsOf } from '../world/graph-feeds.ts';
import { asAsked, stateSources } from '../world/state.ts';
import {
  mimecastLogs, siemTypes, type GraphFeed, type SimMimecast, type SimRecord, type SimTenant,
} from '../world/world.ts'; // prettier-ignore

export interface TruthRequest {
  readonly tenant: string;
  readonly source: string;
  /** One content type of the unified audit log; all of them without it. */
  readonly contentType?: string;
  /** Provider time, ms; without them all the provider remembers. */
  readonly from?: number;
  readonly to?: number;
}

/**
 * Every record the provider shows at this moment, each as its exact JSON text: what a complete archive has.
 * Records of the unified audit log come as often as they stand in blobs; the same `Id` is the same record.
 * Throws with a sentence for a tenant or source there is not.
 */
export function truth(site: Site, { tenant, source, contentType, from, to }: TruthRequest): Iterable<string> {
  const found = site.tenants.find(tenant);
  if (found === null || found.sim === null) throw new Error('There is no such tenant.');
  const { sim } = found;
  const now = site.clock.now();
  const memory = memoryDays(found, source);
  const range = {
    from: Math.max(from ?? 0, midnightBack(now, memory)),
    to: Math.min(to ?? now + 1, now + 1),
  };
  if (source === auditSource) return texts(sim.directoryAudits(range, now, 'asc'), now);
  if (source === traceSource) return texts(sim.messageTraces(range, now, 'asc'), now);
  const lists = stateSources[source];
  if (lists !== undefined) {
    return Object.values(lists).flatMap(all => all.flatMap(list => sim.state?.(list, now, asAsked) ?? []));
  }
  if (sim.mimecast !== null && source === 'mimecast.siem')
    return fileLines(sim.mimecast, now - memory * 86_400_000, now);
  const log = mimecastLogs.find(name => source === `mimecast.${name}`);
  if (sim.mimecast !== null && log !== undefined)
    return texts(sim.mimecast.records(log, range, now, 'asc'), now);
  const feeds = feedsOf(source);
  if (feeds.length > 0) return graphTexts(sim, feeds, range, now);
  if (source !== unifiedSource) {
    throw new Error(`There is no source ${source}: this tenant has ${sim.sources.join(', ')}.`);
  }
  const types = contentTypes.filter(type => contentType === undefined || contentType === type);
  // Blobs are listed for exactly so many days, not from a midnight on.
  const listed = { from: Math.max(range.from, now - memory * 86_400_000), to: range.to };
  return blobTexts(sim, types, listed, now);
}

function* texts(records: Iterable<SimRecord>, now: number): Generator<string> {
  for (const record of records) yield record.json(now);
}

function* fileLines(account: SimMimecast, from: number, now: number): Generator<string> {
  for (const type of siemTypes) {
    for (const file of account.batches(type, { from, to: now + 1 })) yield* file.lines();
  }
}

function* graphTexts(
  sim: SimTenant,
  feeds: readonly GraphFeed[],
  range: { from: number; to: number },
  now: number,
): Generator<string> {
  for (const feed of feeds) yield* texts(sim.graphRecords(feed, range, now, 'asc'), now);
}

function* blobTexts(
  sim: SimTenant,
  types: readonly string[],
  range: { from: number; to: number },
  now: number,
): Generator<string> {
  for (const type of types) {
    for (const blob of sim.blobs(type, range, now)) {
      if (blob.visibleAt <= now && blob.contentExpiration > now) yield* blob.records(now);
    }
  }
}
