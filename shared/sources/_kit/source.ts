import type { z } from 'zod';
import type { Duration, Instant, Window } from '../../kernel/time.ts';
import type { Gap } from '../../model/cursor.ts';
import type { NormalizedEvent } from '../../model/event.ts';
import type { StreamId } from '../../model/ids.ts';
import type { HttpClient, ProviderApi } from '../../ports/http-client.ts';

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
  /** The widest window the provider answers in full. */
  readonly maxWidth: Duration;
  /** How long the newest records are left alone: the provider is still writing them. */
  readonly lag: Duration;
  /** How far each forward window reaches back over the one before. */
  readonly overlap: Duration;
  /** How far back the provider remembers. */
  readonly lookback: Duration;
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
export interface SnapshotPull<Cfg, Rec> {
  readonly kind: 'snapshot';
  pages(ctx: PullContext<Cfg>, resume: string | null): AsyncIterable<Page>;
  /** What makes a thing the same thing in the next snapshot. */
  key(record: Rec): string;
}
export interface FeedPull<Cfg> {
  readonly kind: 'feed';
  /** `token` is where the provider said to go on; it is saved only after its pages are stored. */
  pages(ctx: PullContext<Cfg>, token: string | null): AsyncIterable<Page>;
}

export interface About {
  /** Accepted mail domains, lower case. */
  readonly domains: readonly string[];
  readonly stream: string;
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
  readonly config: z.ZodType<Cfg>;
  /** Each has its own cursor. */
  streams(config: Cfg): readonly string[];
  readonly every: Duration;
  readonly pull: WindowPull<Cfg> | SnapshotPull<Cfg, Rec> | FeedPull<Cfg>;
  /** Open wire schema: asks only for what the mapping cannot do without. */
  readonly record: z.ZodType<Rec>;
  /** Raised when `normalize` changes; older events are then rebuilt from raw. */
  readonly mapping: number;
  /** The records of a page of `records`, in order. Throws `provider.malformed` when the page is not whole. */
  split(bytes: Uint8Array): readonly unknown[];
  /**
   * The exact bytes of the record that `split` gives at `index`: a slice of the page, never re-serialised.
   * Throws `archive.corrupt` when the page has no such record.
   */
  recordBytes(bytes: Uint8Array, index: number): Uint8Array;
  /** What makes a record that record; never what may change later. */
  identity(record: Rec): readonly [string, ...string[]];
  /** Pure. Throws a Problem for a record that cannot be mapped; the sentence goes to quarantine. */
  normalize(record: Rec, about: About): NormalizedEvent | Skip;
}

/** Why one record cannot be mapped: a sentence that names the field, never the value. */
export class Problem extends Error {}
