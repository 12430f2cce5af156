import type { z } from 'zod';
import type { Duration, Instant, Window } from '../../kernel/time.ts';
import type { Gap } from '../../model/cursor.ts';
import type { NormalizedEvent } from '../../model/event.ts';
import type { StreamId } from '../../model/ids.ts';
import type { HttpClient, ProviderApi } from '../../ports/http-client.ts';
import type { Records } from './split-json.ts';

/** What a customer's admin must grant, and the sentence that tells them how. */
export interface Permission {
  readonly api: ProviderApi;
  /** The app role's value, e.g. `AuditLog.Read.All`. */
  readonly name: string;
  readonly how: string;
}

/** One provider response, as it came. */
export interface Page {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Where paging goes on after this page; null after the last. Kept in the cursor; at most 8 KiB. */
  readonly resume: string | null;
  /**
   * `records`: `split` finds records in it. `listing`: it only names other objects; archived as evidence of
   * what the provider said there was. `nothing`: the provider's answer that an object it listed is gone.
   */
  readonly holds: 'records' | 'listing' | 'nothing';
  /** The provider's name for an immutable object (a content blob), where it has one. */
  readonly name: string | null;
  /**
   * Only with `holds: 'nothing'`: the object `name` can no longer be had. To be recorded as a gap over `window`,
   * once, and not marked as read: later re-reads of the listing try it again, as long as it is listed.
   */
  readonly lost?: { readonly window: Window; readonly reason: Gap['reason'] };
}

export interface PullContext<Cfg> {
  readonly http: HttpClient;
  readonly config: Cfg;
  readonly tenant: { readonly id: string; readonly domains: readonly string[] };
  readonly stream: StreamId;
  /** When this attempt began. The only clock a source has. */
  readonly asOf: Instant;
  /** Of these immutable objects, the ones whose records are not stored yet. */
  unread(names: readonly string[]): Promise<readonly string[]>;
}

export interface WindowPolicy {
  /** Width of a window in the normal rhythm; wider ones are asked for while catching up. */
  readonly step: Duration;
  /** Bounds of that width as it follows a stream's activity; a fifth and the sixfold of `step` where not given. */
  readonly fastest?: Duration;
  readonly slowest?: Duration;
  /** The widest window the provider answers in full. */
  readonly maxWidth: Duration;
  /** How long the newest records are left alone: the provider is still writing them. */
  readonly lag: Duration;
  /** How far each forward window reaches back over the one before. */
  readonly overlap: Duration;
  /** How far back the provider remembers. */
  readonly lookback: Duration;
  /** It counts in whole days: it remembers from the midnight (UTC) on that is `lookback` before today's. */
  readonly fromMidnight?: true;
  /** Ages at which a span is read once more for late records, rising. */
  readonly rereads: readonly Duration[];
  /** In about how many windows a whole memory is caught up with, where requests are dearer than usual. */
  readonly catchUp?: number;
  /** The unit window bounds are cut to: providers that take whole seconds must not be given fractions. */
  readonly grain: Duration;
}

export interface WindowPull<Cfg> {
  readonly kind: 'window';
  readonly policy: WindowPolicy;
  /** From the beginning of the window, or from a resume token an earlier page carried. */
  pages(ctx: PullContext<Cfg>, window: Window, resume: string | null): AsyncIterable<Page>;
}
/**
 * State rather than events: all of it is read each time, and what differs from the last reading becomes events.
 * A page's `resume` is where the reading goes on; null after the last page, and only there.
 */
export interface SnapshotPull<Cfg, Rec> {
  readonly kind: 'snapshot';
  pages(ctx: PullContext<Cfg>, resume: string | null): AsyncIterable<Page>;
  /** What makes a thing the same thing in the next snapshot. */
  key(record: Rec): string;
  /**
   * Whether a difference at this place (`conditions.users`, without positions in lists) is no change of the thing:
   * when a report row was refreshed, where an answer came from. The order of a list never is one.
   */
  ignores?(path: string): boolean;
  /** What a record says another thing is called, where names come in a list of their own: `[id, name]`. */
  names?(record: Rec): readonly [id: string, name: string] | null;
}
/**
 * The provider hands out a token with every answer and goes on from there. A page's `resume` is the token to go on
 * with once that page is stored, and is saved only then; null leaves the one before. The feed is read to its end when
 * `pages` ends. Throws `provider.link-expired` for a token the provider no
 * longer takes: the pipeline records a gap and asks again with `token: null`, which begins where the provider's
 * memory begins.
 */
export interface FeedPull<Cfg> {
  readonly kind: 'feed';
  /** How far back an answer without a token reaches, where the provider says so. */
  readonly lookback?: Duration;
  pages(ctx: PullContext<Cfg>, token: string | null): AsyncIterable<Page>;
}

/**
 * One harmless request that shows whether a permission is granted and whether what it opens is there: made for
 * the readiness page, never to collect. It may start what the first pull would start anyway.
 */
export interface Probe<Cfg> {
  /** Names of `needs` that an answer proves. */
  readonly shows: readonly string[];
  /** Whether this connection needs it; always where not given. */
  when?(config: Cfg): boolean;
  /** Rejects with the refusal as the client judged it. The answer itself is of no interest. */
  ask(ctx: PullContext<Cfg>): Promise<void>;
}

export interface About {
  /** Accepted mail domains, lower case. */
  readonly domains: readonly string[];
  readonly stream: string;
  /** What happened to the thing. Absent where a snapshot's record stands alone: it is then read as one added. */
  readonly change?: SnapshotChange;
  /** When the record was read, where there is no `change`: the event's time if the record says none itself. */
  readonly readAt?: Instant;
}

/** A thing that differs between two readings of a snapshot. The record at hand is the newest that holds it. */
export interface SnapshotChange {
  readonly kind: 'added' | 'changed' | 'removed';
  /** When this reading began: the change is older. */
  readonly asOf: Instant;
  /** When the reading before began: the change is younger. Null at the first: the thing was there before. */
  readonly since: Instant | null;
  /** The record as it was, for `changed`. */
  readonly before: unknown;
  /** Names the snapshot itself gives, by id. */
  readonly names: ReadonlyMap<string, string>;
}
/** A record that is no event. Counted under its reason. */
export interface Skip {
  readonly skip: string;
}

export interface Source<Cfg = unknown, Rec = unknown> {
  /** `entra.sign-ins` */
  readonly id: string;
  readonly title: string;
  /** Two or three sentences for an operator: what it holds, what it is good for, what to mind. */
  readonly about: string;
  readonly api: ProviderApi;
  readonly needs: readonly Permission[];
  /** For each permission one or more; without them readiness asks for a first page and takes it for all of `needs`. */
  readonly probes?: readonly Probe<Cfg>[];
  readonly config: z.ZodType<Cfg>;
  /** Each has its own cursor. */
  streams(config: Cfg): readonly string[];
  readonly every: Duration;
  /**
   * The family of requests (adapters/net/provider-limits.ts) its pulls count against, where that family is limited
   * over all tenants together: the scheduler shares it out.
   */
  readonly quota?: string;
  readonly pull: WindowPull<Cfg> | SnapshotPull<Cfg, Rec> | FeedPull<Cfg>;
  /** Open wire schema: asks only for what the mapping cannot do without. */
  readonly record: z.ZodType<Rec>;
  /** Raised when `normalize` changes; older events are then rebuilt from raw. */
  readonly mapping: number;
  /** Of the mapping file's rules for this source, where it has any: set by `withMappings`, never by a source. */
  readonly mappingDigest?: string;
  /**
   * The records of a page of `records`, in order. Throws `provider.malformed` when the page is not whole, or when a
   * record is asked for that is not.
   */
  split(bytes: Uint8Array): Records;
  /**
   * The exact bytes of the record that `split` gives at `index`: a slice of the page, never re-serialised.
   * Throws `archive.corrupt` when the page has no such record.
   */
  recordBytes(bytes: Uint8Array, index: number): Uint8Array;
  /** What makes a record that record; never what may change later. */
  identity(record: Rec): readonly [string, ...string[]];
  /** The same in a sentence or two for an operator, with the fields by name: what is one event, what are two. */
  readonly identifiedBy: string;
  /**
   * For records without an id, where two that are alike in everything are still two (two equal searches in one
   * second): `identity` is the time and all that is read of the record, and the pipeline counts equal ones over one
   * reading of a window, pages and interruptions included. The first keeps its identity; each further one gets its number as a last part. So a
   * window read again, in another order or with other bounds, gives the same identities: equal records have the same
   * time, hence a window whose bounds are whole units of that time has all of them or none.
   * Where a page repeats one read before in the same reading, nothing of it counts again.
   */
  readonly countsEqual?: true;
  /** Pure. Throws a Problem for a record that cannot be mapped; the sentence goes to quarantine. */
  normalize(record: Rec, about: About): NormalizedEvent | Skip;
}

/** Why one record cannot be mapped: a sentence that names the field, never the value. */
export class Problem extends Error {}
