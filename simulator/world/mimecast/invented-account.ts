import type { Cast } from '../cast.ts';
import type { Message } from '../mail-flow.ts';
import type { Pace } from '../pace.ts';
import { code, randomOf, type Key } from '../random.ts';
import { merged, overSlots, within, type Order, type Range, type SlotFeed } from '../slots.ts';
import type { Story } from '../story.ts';
import { mimecastLogs, siemTypes, type MimecastLog, type SiemType, type SimBatch, type SimMimecast, type SimRecord } from '../world.ts'; // prettier-ignore
import { archiveSearches, archiveViews } from './archive-life.ts';
import { attackInMimecast } from './attack-in-mimecast.ts';
import { consoleLife } from './console-life.ts';
import { gatewayMails, type GatewayMail } from './gateway-mail.ts';
import { leakInMimecast } from './leak-in-mimecast.ts';
import { attachmentCheck, impersonation, policyHit, protectionLog, urlClick } from './protection-logs.ts';
import { siemLines } from './siem-events.ts';
import { toldStory, type MimecastStory } from './told-story.ts';
import { trackedMail } from './tracked-mail.ts';

/** Days each source answers. */
export const mimecastDays: Readonly<Record<MimecastLog | 'siem', number>> = {
  'archive-searches': 60,
  'archive-views': 60,
  'audit-events': 60,
  'message-tracking': 30,
  'ttp-url': 60,
  'ttp-attachment': 60,
  'ttp-impersonation': 60,
  dlp: 60,
  siem: 7,
};

/** What a log has of the tenant's records, and of what appears each minute. Tracking and SIEM follow the mail. */
const shares: Readonly<
  Record<Exclude<MimecastLog, 'message-tracking'>, readonly [share: number, live: number]>
> = {
  'archive-searches': [0.02, 0.05],
  'archive-views': [0.02, 0.03],
  'audit-events': [0.03, 0.06],
  'ttp-url': [0.03, 0.06],
  'ttp-attachment': [0.015, 0.02],
  'ttp-impersonation': [0.006, 0.01],
  dlp: [0.01, 0.02],
};

export interface AccountPlan {
  readonly cast: Cast;
  readonly region: string;
  readonly key: (feed: string) => Key;
  readonly pace: (share: number, days: number, liveShare: number) => Pace;
  /** The tenant's mail, as Exchange's traces tell it too. */
  readonly messages: SlotFeed<Message>;
  readonly story: {
    readonly kind: 'attack' | 'leak';
    readonly midnight: number;
    readonly told: Story;
  } | null;
}

/** A Mimecast account before a tenant's Exchange: computed, as the tenant is. */
export function inventedAccount(plan: AccountPlan): SimMimecast {
  const { cast, region, key } = plan;
  const accountCode = `C${code(randomOf(key('mimecast account'), 0, 0), 8)}`;
  const mails = gatewayMails(key('mimecast mail'), plan.messages);
  const feeds = feedsOf(plan, mails);
  const story = storyOf(plan, accountCode);
  return {
    accountCode,
    region,
    records: (log, range, asOf, order) => shown(feeds[log], story?.records[log] ?? [], range, asOf, order),
    ...batchesOf(cast, accountCode, mails, story),
  };
}

function feedsOf(
  plan: AccountPlan,
  mails: SlotFeed<GatewayMail>,
): Readonly<Record<MimecastLog, SlotFeed<SimRecord>>> {
  const { cast } = plan;
  const paceOf = (log: keyof typeof shares): Pace =>
    plan.pace(shares[log][0], mimecastDays[log], shares[log][1]);
  const key = (log: MimecastLog): Key => plan.key(`mimecast ${log}`);
  const inbound = (mail: GatewayMail): boolean => mail.route === 'inbound' && mail.sender !== '';
  const protection = (
    log: keyof typeof shares,
    write: typeof urlClick,
    about: (mail: GatewayMail) => boolean,
  ): SlotFeed<SimRecord> => protectionLog({ cast, key: key(log), pace: paceOf(log), mails, write, about });
  return {
    'archive-searches': archiveSearches(cast, key('archive-searches'), paceOf('archive-searches')),
    'archive-views': archiveViews(cast, key('archive-views'), paceOf('archive-views')),
    'audit-events': consoleLife(cast, key('audit-events'), paceOf('audit-events')),
    'message-tracking': trackedMail(mails),
    'ttp-url': protection('ttp-url', urlClick, inbound),
    'ttp-attachment': protection(
      'ttp-attachment',
      attachmentCheck,
      mail => inbound(mail) && mail.fate.attachments > 0,
    ),
    'ttp-impersonation': protection('ttp-impersonation', impersonation, inbound),
    dlp: protection('dlp', policyHit, mail => mail.route === 'outbound'),
  };
}

function storyOf({ cast, key, story }: AccountPlan, accountCode: string): MimecastStory | null {
  if (story === null) return null;
  const { midnight, told } = story;
  const tell = story.kind === 'attack' ? attackInMimecast : leakInMimecast;
  return toldStory({ cast, key: key('mimecast story'), midnight, accountCode, traces: told.traces }, tell);
}

function* shown(
  feed: SlotFeed<SimRecord>,
  told: readonly SimRecord[],
  range: Range,
  asOf: number,
  order: Order,
): Generator<SimRecord> {
  const ordinary = overSlots(range, order, feed.width, slot => feed.slot(slot));
  for (const record of merged(ordinary, within(told, range, order), order)) {
    if (record.visibleAt <= asOf) yield record;
  }
}

const minute = 60_000;
const quarter = 15 * minute;

/**
 * Batch files: a type's events of a quarter of an hour (of less in a busy account), listed a minute after it ends.
 * The last events of a file happened after the quarter: a message's delivery follows its receipt.
 */
function batchesOf(
  cast: Cast,
  accountCode: string,
  mails: SlotFeed<GatewayMail>,
  story: MimecastStory | null,
): Pick<SimMimecast, 'batches' | 'batch'> {
  const width = Math.min(quarter, mails.width);
  // Every type has its own moment: a walk over several types meets no two files at once.
  const listedAt = (type: SiemType, slot: number): number =>
    (slot + 1) * width + minute + siemTypes.indexOf(type) * 500;
  const linesOf = (type: SiemType, slot: number): readonly string[] => {
    const span = { from: slot * width, to: (slot + 1) * width };
    const inside = mails
      .slot(Math.floor(span.from / mails.width))
      .filter(({ time }) => time >= span.from && time < span.to);
    const told = within(
      (story?.events ?? []).filter(event => event.type === type),
      span,
      'asc',
    );
    return [
      ...inside.flatMap(mail => siemLines(accountCode, mail, type)),
      ...[...told].map(({ json }) => json),
    ];
  };
  const batchAt = (type: SiemType, slot: number): SimBatch | null => {
    const lines = linesOf(type, slot);
    if (lines.length === 0) return null;
    return { id: `${cast.slug}-${String(slot)}`, type, listedAt: listedAt(type, slot), lines: () => lines };
  };
  return {
    *batches(type, { from, to }) {
      const first = Math.floor((from - listedAt(type, 0)) / width);
      for (let slot = first; listedAt(type, slot) < to; slot += 1) {
        if (listedAt(type, slot) < from) continue;
        const batch = batchAt(type, slot);
        if (batch !== null) yield batch;
      }
    },
    batch: (type, id) => {
      const slot = /^[a-z0-9-]+-(\d{1,12})$/.exec(id)?.[1];
      return slot === undefined ? null : batchAt(type, Number(slot));
    },
  };
}

/** The ids of all sources an account has. */
export const mimecastSources: readonly string[] = [...mimecastLogs, 'siem'].map(name => `mimecast.${name}`);
