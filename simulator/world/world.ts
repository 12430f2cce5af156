import type { State } from './state.ts';

// The seam between the invented world and the provider front ends: what a provider knows about its customers.
/** One record a provider has, as it would send it. */
export interface SimRecord {
  /** The provider's own filter time (activityDateTime, receivedDateTime, contentCreated), ms. */
  readonly time: number;
  /** When the provider first shows it, ms: later than `time` for late records. */
  readonly visibleAt: number;
  /** When another version takes this one's place, ms; absent for records that stay. */
  readonly goneAt?: number;
  /**
   * The exact JSON text of the record as sent when asked at `asOf` (a status may flip with time). Where Graph's
   * versions differ it is the beta's, unless `v1.0` is asked for.
   */
  json(asOf: number, version?: GraphVersion): string;
}
export type GraphVersion = 'v1.0' | 'beta';
/** Lists of Graph that are all kept alike. */
export const graphFeeds = [
  'signIns.interactive',
  'signIns.nonInteractive',
  'signIns.servicePrincipal',
  'signIns.managedIdentity',
  'intune.audits',
  'security.alerts',
  'security.incidents',
] as const;
export type GraphFeed = (typeof graphFeeds)[number];
/** A Management API content blob. `time` above is contentCreated. Its body is a JSON array of its records. */
export interface SimBlob {
  readonly contentId: string;
  readonly contentCreated: number;
  readonly contentExpiration: number;
  readonly visibleAt: number;
  records(asOf: number): readonly string[];
}
export interface SimUser {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}
/** Something in the directory that is nobody. */
export interface SimObject {
  readonly id: string;
  readonly kind: 'group' | 'servicePrincipal' | 'device';
  readonly name: string;
}
export interface SimTenant {
  readonly id: string;
  readonly name: string;
  readonly domains: readonly string[];
  readonly users: readonly SimUser[];
  readonly objects?: readonly SimObject[];
  /** Sources this tenant has: source ids of the product, e.g. 'entra.directory-audits'. */
  readonly sources: readonly string[];
  /** How far back each source answers, in days (entra.directory-audits and entra.sign-ins 30, exchange.message-trace 90, m365.unified-audit 7, defender.* 180, intune.audit-events 365; more for a tenant made of given records). */
  remembersDays(source: string): number;
  /** Records with time in [from, to) that are visible at asOf, in time order (or reversed). Lazy: must not hold the whole range in memory. */
  directoryAudits(
    range: { from: number; to: number },
    asOf: number,
    order: 'asc' | 'desc',
  ): Iterable<SimRecord>;
  messageTraces(
    range: { from: number; to: number },
    asOf: number,
    order: 'asc' | 'desc',
  ): Iterable<SimRecord>;
  /** As above. Of alerts and incidents `time` is their last update, and each version is a record of its own. */
  graphRecords(
    feed: GraphFeed,
    range: { from: number; to: number },
    asOf: number,
    order: 'asc' | 'desc',
  ): Iterable<SimRecord>;
  blobs(contentType: string, range: { from: number; to: number }, asOf: number): Iterable<SimBlob>;
  blob(contentType: string, contentId: string): SimBlob | null;
  /** How things are at a time, for sources that tell that; a tenant may have none of it. */
  readonly state?: State;
  /** The tenant's Mimecast account; null for a tenant without one. */
  readonly mimecast: SimMimecast | null;
}

/** The logs of a Mimecast account that are asked for by time. The source's id is `mimecast.` and this. */
export const mimecastLogs = [
  'archive-searches',
  'archive-views',
  'audit-events',
  'message-tracking',
  'ttp-url',
  'ttp-attachment',
  'ttp-impersonation',
  'dlp',
] as const;
export type MimecastLog = (typeof mimecastLogs)[number];

/** The types of SIEM events, as Mimecast spells them. Each has its own batch files. */
export const siemTypes = [
  'av',
  'delivery',
  'internal email protect',
  'impersonation protect',
  'journal',
  'process',
  'receipt',
  'attachment protect',
  'spam',
  'url protect',
] as const;
export type SiemType = (typeof siemTypes)[number];

export interface SimMimecast {
  /** Mimecast's name for the account, which stands in SIEM events. */
  readonly accountCode: string;
  /** The region whose host knows the account, beside the global one: `us`, `uk`. */
  readonly region: string;
  /** As `directoryAudits`. Times are whole seconds: the account knows no finer ones. */
  records(
    log: MimecastLog,
    range: { from: number; to: number },
    asOf: number,
    order: 'asc' | 'desc',
  ): Iterable<SimRecord>;
  /** Batch files of a type that were listed in [from, to), in that order; none of them empty. Lazy. */
  batches(type: SiemType, range: { from: number; to: number }): Iterable<SimBatch>;
  batch(type: SiemType, id: string): SimBatch | null;
}

/** A batch file of SIEM events. It never changes. */
export interface SimBatch {
  /** Letters, digits and hyphens. */
  readonly id: string;
  readonly type: SiemType;
  readonly listedAt: number;
  /** The JSON of each event. */
  lines(): readonly string[];
}
export interface World {
  readonly seed: number;
  readonly tenants: readonly SimTenant[];
}
