import { contentTypes } from './content-id.ts';
import { feedsOf } from './graph-feeds.ts';
import { asAsked, stateSources } from './state.ts';
import { mimecastLogs, siemTypes, type GraphFeed, type SimTenant } from './world.ts';

/** One record a collector must end up with. */
export interface TrueRecord {
  /** `default`, or the content type. */
  readonly stream: string;
  /** What makes the record that record in its source, as far as it has it; null for one without. */
  readonly identity: string | null;
  /** The exact text as sent at `asOf`. */
  readonly json: string;
  /** For unified audit: the blob it came in. */
  readonly contentId: string | null;
  /** True for a record that a blob just before carried already: delivery there is at least once. */
  readonly repeated: boolean;
}

// A repeat comes in the next blob of the slot; stories and quiet slots may put a few in between.
const rememberedBlobs = 16;

/**
 * Every record of a tenant's source that the provider shows at `asOf`, oldest first, for proving that nothing was
 * lost. Lazy. `from` (ms) narrows it; otherwise it begins where the provider's memory does.
 */
export function* truth(tenant: SimTenant, source: string, asOf: number, from = 0): Generator<TrueRecord> {
  const range = { from, to: asOf + 1 };
  if (source === 'm365.unified-audit') {
    for (const contentType of contentTypes) yield* contentTruth(tenant, contentType, range, asOf);
    return;
  }
  const lists = stateSources[source];
  if (lists !== undefined) {
    yield* stateTruth(tenant, lists, asOf);
    return;
  }
  if (source.startsWith('mimecast.')) {
    yield* mimecastTruth(tenant, source.slice('mimecast.'.length), range, asOf);
    return;
  }
  const feeds = feedsOf(source);
  for (const feed of feeds) yield* graphTruth(tenant, feed, range, asOf);
  if (feeds.length > 0) return;
  const traces = source === 'exchange.message-trace';
  if (!traces && source !== 'entra.directory-audits') throw new RangeError(`nothing is known of ${source}`);
  const records = traces
    ? tenant.messageTraces(range, asOf, 'asc')
    : tenant.directoryAudits(range, asOf, 'asc');
  for (const record of records) {
    const json = record.json(asOf);
    const identity = traces ? traceIdentity(json) : memberOf(json, 'id');
    yield { stream: 'default', identity, json, contentId: null, repeated: false };
  }
}

/** How things are at `asOf`: every thing once. */
function* stateTruth(
  tenant: SimTenant,
  streams: NonNullable<(typeof stateSources)[string]>,
  asOf: number,
): Generator<TrueRecord> {
  for (const [stream, lists] of Object.entries(streams)) {
    for (const json of lists.flatMap(list => tenant.state?.(list, asOf, asAsked) ?? [])) {
      yield { stream, identity: memberOf(json, 'id'), json, contentId: null, repeated: false };
    }
  }
}

/** Only audit events and tracked messages have an id of their own. SIEM streams are named as the types, with hyphens. */
function* mimecastTruth(
  { mimecast }: SimTenant,
  name: string,
  range: { readonly from: number; readonly to: number },
  asOf: number,
): Generator<TrueRecord> {
  const log = mimecastLogs.find(it => it === name);
  const plain = { contentId: null, repeated: false };
  if (log !== undefined) {
    for (const record of mimecast?.records(log, range, asOf, 'asc') ?? []) {
      const json = record.json(asOf);
      const named = log === 'audit-events' || log === 'message-tracking';
      yield { stream: 'default', identity: named ? memberOf(json, 'id') : null, json, ...plain };
    }
    return;
  }
  if (name !== 'siem') throw new RangeError(`nothing is known of mimecast.${name}`);
  for (const type of siemTypes) {
    for (const file of mimecast?.batches(type, range) ?? []) {
      const stream = type.replaceAll(' ', '-');
      for (const json of file.lines()) yield { stream, identity: null, json, ...plain };
    }
  }
}

/** A row of an id that came just before is told once more: a repeat, or another version. */
function* graphTruth(
  tenant: SimTenant,
  feed: GraphFeed,
  range: { readonly from: number; readonly to: number },
  asOf: number,
): Generator<TrueRecord> {
  const stream = feed.startsWith('signIns.') ? feed.slice('signIns.'.length) : 'default';
  const before: (string | null)[] = [];
  for (const record of tenant.graphRecords(feed, range, asOf, 'asc')) {
    const json = record.json(asOf);
    const identity = memberOf(json, 'id');
    yield { stream, identity, json, contentId: null, repeated: before.includes(identity) };
    before.push(identity);
    if (before.length > rememberedBlobs) before.shift();
  }
}

function* contentTruth(
  tenant: SimTenant,
  contentType: string,
  range: { readonly from: number; readonly to: number },
  asOf: number,
): Generator<TrueRecord> {
  const before: Set<string>[] = [];
  for (const blob of tenant.blobs(contentType, range, asOf)) {
    const ids = new Set<string>();
    for (const json of blob.records(asOf)) {
      const identity = memberOf(json, 'Id');
      const repeated = identity !== null && (ids.has(identity) || before.some(seen => seen.has(identity)));
      if (identity !== null) ids.add(identity);
      yield { stream: contentType, identity, json, contentId: blob.contentId, repeated };
    }
    before.push(ids);
    if (before.length > rememberedBlobs) before.shift();
  }
}

/** `(id, recipient in lower case)`: one row per message and recipient. */
function traceIdentity(json: string): string | null {
  const id = memberOf(json, 'id');
  const recipient = memberOf(json, 'recipientAddress');
  return id === null ? null : `${id} ${(recipient ?? '').toLowerCase()}`;
}

function memberOf(json: string, name: string): string | null {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null) return null;
  const member: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof member === 'string' ? member : null;
}
