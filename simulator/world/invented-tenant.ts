import { attackOn } from './attack.ts';
import { castOf, type Cast } from './cast.ts';
import { contentFeed, type ContentFeed, type TimedBlob } from './content-blobs.ts';
import { contentTypes, isContentType, type ContentType } from './content-id.ts';
import { dataLoss } from './data-loss.ts';
import { directoryLife } from './directory-life.ts';
import { directoryState } from './directory-state.ts';
import { fileActivity } from './file-activity.ts';
import { graphLife, graphShares, graphSources, graphSpans } from './graph-life.ts';
import { feedsOf } from './graph-feeds.ts';
import { generalActivity } from './general-activity.ts';
import { joinersAndLeavers } from './joiners-leavers.ts';
import { leakAt } from './leak.ts';
import { mailFlow, mailMessages } from './mail-flow.ts';
import { mailboxActivity } from './mailbox-activity.ts';
import {
  inventedAccount,
  mimecastDays,
  mimecastSources,
  type AccountPlan,
} from './mimecast/invented-account.ts';
import { paceOf, type Pace } from './pace.ts';
import { keyOf, type Key } from './random.ts';
import { signInActivity } from './sign-in-activity.ts';
import { merged, overSlots, within, type Order, type Range, type SlotFeed } from './slots.ts';
import type { Story } from './story.ts';
import { stateSources } from './state.ts';
import { attackTimes } from './story-state.ts';
import { workingHours, type Rhythm } from './working-hours.ts';
import type { SimMimecast, SimRecord, SimTenant } from './world.ts';

export interface TenantPlan {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly domain: string;
  /** IANA name. */
  readonly zone: string;
  readonly story: 'attack' | 'leak' | 'none';
  /** Where the tenant's Mimecast account lives; null for a tenant without one. */
  readonly mimecast: string | null;
  readonly named: Readonly<Record<number, string>>;
  /** Records over the remembered spans of all feeds together; Mimecast's come on top, about a fifth of them. */
  readonly events: number;
  /** Records a minute, at least, from the world's birth on. */
  readonly livePerMinute: number;
}

const day = 86_400_000;
/** Days a source answers, and its share of the tenant's records. */
const directorySpan = 30;
const mailSpan = 90;
const contentSpan = 7;
const shares = { directory: 0.09, mail: 0.31, content: 0.44, graph: 0.16 };
const liveShares = { directory: 0.13, mail: 0.34, content: 0.37, graph: 0.16 };
const contents: Readonly<Record<ContentType, { share: number; write: typeof dataLoss }>> = {
  'Audit.AzureActiveDirectory': { share: 0.17, write: signInActivity },
  'Audit.Exchange': { share: 0.24, write: mailboxActivity },
  'Audit.SharePoint': { share: 0.34, write: fileActivity },
  'Audit.General': { share: 0.2, write: generalActivity },
  'DLP.All': { share: 0.05, write: dataLoss },
};

type PaceFor = (share: number, days: number, liveShare: number, rhythm?: Rhythm) => Pace;
type KeyFor = (feed: string) => Key;

/** A tenant that is computed, not kept: asking for a range costs that range. */
export function inventedTenant(seed: number, birth: number, plan: TenantPlan): SimTenant {
  const seats = Math.min(1_500, Math.max(16, Math.round(0.42 * Math.sqrt(plan.events))));
  const cast = castOf({ ...plan, seed, tenantId: plan.id, seats });
  const key: KeyFor = feed => keyOf(seed, plan.id, feed);
  const pace = pacesOf(plan, birth);
  const directoryPace = pace(shares.directory, directorySpan, liveShares.directory);
  const directory = directoryLife(cast, key('directory'), directoryPace);
  const mailPace = pace(shares.mail, mailSpan, liveShares.mail);
  const mail = mailFlow(cast, key('mail'), mailPace);
  const midnight = storyMidnight(birth);
  const story = storyFor(plan, cast, key('story'), midnight, birth);
  const messages = mailMessages(cast, key('mail'), mailPace);
  const told = story === null || plan.story === 'none' ? null : { kind: plan.story, midnight, told: story };
  const account =
    plan.mimecast === null
      ? null
      : remembering({ cast, region: plan.mimecast, key, pace, messages, story: told });
  const content = contentFeeds(plan, cast, pace, key);
  const graph = graphLife(cast, plan.zone, key, (feed, days, rhythm) => {
    const share = graphShares[feed];
    return pace(shares.graph * share, days, liveShares.graph * share, rhythm);
  });
  return {
    id: plan.id,
    name: plan.name,
    domains: [plan.domain],
    users: cast.staff.present({ from: birth - mailSpan * day, to: birth + 30 * day }),
    objects: objectsOf(cast),
    sources: [...microsoftSources, ...(account === null ? [] : mimecastSources)],
    remembersDays: spanOf,
    directoryAudits: (asked, asOf, order) => {
      const range = remembered(asked, asOf, directorySpan);
      const changes = within(joinersAndLeavers(cast, key('staff changes'), range), range, order);
      const told = within(story?.directory ?? [], range, order);
      return shown(directory, merged(changes, told, order), range, asOf, order);
    },
    messageTraces: (asked, asOf, order) => {
      const range = remembered(asked, asOf, mailSpan);
      return shown(mail, within(story?.traces ?? [], range, order), range, asOf, order);
    },
    graphRecords: (feed, asked, asOf, order) => {
      const { days, life } = graph[feed];
      const range = remembered(asked, asOf, days);
      return shown(life, within(story?.graph.get(feed) ?? [], range, order), range, asOf, order);
    },
    blobs: (contentType, asked, asOf) => {
      const feed = content.get(contentType);
      if (feed === undefined || !isContentType(contentType)) return [];
      const range = remembered(asked, asOf, contentSpan);
      return shown(feed, within(story?.blobs[contentType] ?? [], range, 'asc'), range, asOf, 'asc');
    },
    blob: (contentType, contentId) => {
      if (!isContentType(contentType)) return null;
      const told = story?.blobs[contentType].find(blob => blob.contentId === contentId);
      return told ?? content.get(contentType)?.find(contentId) ?? null;
    },
    state: directoryState(cast, plan.story === 'attack' ? attackTimes(midnight, birth) : null),
    mimecast: account,
  };
}

const microsoftSources = [
  'entra.directory-audits',
  'exchange.message-trace',
  'm365.unified-audit',
  ...graphSources,
  ...Object.keys(stateSources),
];

/** What the directory knows beside its users. */
const objectsOf = (cast: Cast): NonNullable<SimTenant['objects']> => [
  ...cast.groups.map(({ id, name }) => ({ id, name, kind: 'group' as const })),
  ...cast.principals.map(({ id, name }) => ({ id, name, kind: 'servicePrincipal' as const })),
];

/** The account as far back as Mimecast remembers. */
function remembering(plan: AccountPlan): SimMimecast {
  const account = inventedAccount(plan);
  return {
    ...account,
    records: (log, asked, asOf, order) =>
      account.records(log, remembered(asked, asOf, mimecastDays[log]), asOf, order),
    batches: (type, { from, to }) =>
      account.batches(type, { from: Math.max(from, to - (mimecastDays.siem + 1) * day), to }),
  };
}

function pacesOf(plan: TenantPlan, birth: number): PaceFor {
  const rhythm = workingHours(plan.zone);
  return (share, days, liveShare, own) =>
    paceOf({
      total: plan.events * share,
      days,
      rhythm: own ?? rhythm,
      liveFrom: birth,
      livePerMinute: plan.livePerMinute * liveShare,
    });
}

function contentFeeds(
  plan: TenantPlan,
  cast: Cast,
  paceFor: PaceFor,
  key: KeyFor,
): ReadonlyMap<string, ContentFeed> {
  const feeds = contentTypes.map((contentType): [string, ContentFeed] => {
    const share = shares.content * contents[contentType].share;
    // Small tenants have small blobs, large ones tens to hundreds of records.
    const fill = Math.min(120, Math.max(4, Math.sqrt(plan.events * share) / 3));
    const pace = paceFor(share, contentSpan, liveShares.content * contents[contentType].share);
    const { write } = contents[contentType];
    return [contentType, contentFeed({ contentType, key: key(contentType), cast, pace, fill, write })];
  });
  return new Map(feeds);
}

/** Ordinary life with the scripted records in their places, as far as it is visible. */
function* shown<T extends SimRecord | TimedBlob>(
  feed: SlotFeed<T>,
  scripted: Iterable<T>,
  range: Range,
  asOf: number,
  order: Order,
): Generator<T> {
  const ordinary = overSlots(range, order, feed.width, slot => feed.slot(slot));
  for (const item of merged(ordinary, scripted, order)) {
    const gone = 'goneAt' in item && item.goneAt !== undefined && item.goneAt <= asOf;
    if (item.visibleAt <= asOf && !gone) yield item;
  }
}

const storyMidnight = (birth: number): number => (Math.floor(birth / day) - 2) * day;

/** The story's two days end with the last full day before the world's birth. */
function storyFor(plan: TenantPlan, cast: Cast, key: Key, midnight: number, birth: number): Story | null {
  if (plan.story === 'attack') return attackOn(cast, key, midnight, birth);
  return plan.story === 'leak' ? leakAt(cast, key, midnight) : null;
}

function spanOf(source: string): number {
  // How things are has no past.
  if (source in stateSources) return 0;
  const [feed] = feedsOf(source);
  if (feed !== undefined) return graphSpans[feed];
  if (source === 'entra.directory-audits') return directorySpan;
  for (const [name, days] of Object.entries(mimecastDays)) if (source === `mimecast.${name}`) return days;
  return source === 'exchange.message-trace' ? mailSpan : contentSpan;
}

/**
 * What the provider still has: back to the midnight before its span, and nothing that has not happened. Without
 * this a question about all of time would be answered with all of time.
 */
function remembered(asked: Range, asOf: number, days: number): Range {
  const floor = Math.floor((asOf - days * day) / day) * day;
  return { from: Math.max(asked.from, floor), to: Math.min(asked.to, asOf + 1) };
}
