import type { Cast } from '../cast.ts';
import { randomOf, type Key, type Random } from '../random.ts';
import type { Story } from '../story.ts';
import type { MimecastLog, SiemType, SimRecord } from '../world.ts';
import { gatewayMail, type Fate, type GatewayMail } from './gateway-mail.ts';
import { wholeSecond } from './mimecast-time.ts';
import { siemLines, toldLine } from './siem-events.ts';
import { trackedRow } from './tracked-mail.ts';
import { mimecastLogs, siemTypes } from '../world.ts';

/** An event of a story in the batch files. */
export interface ToldEvent {
  readonly time: number;
  readonly type: SiemType;
  readonly json: string;
}
/** What a story leaves in a Mimecast account. */
export interface MimecastStory {
  /** Each sorted by time. */
  readonly records: Readonly<Record<MimecastLog, readonly SimRecord[]>>;
  /** Sorted by time. */
  readonly events: readonly ToldEvent[];
}

/** Takes down what happens, by minutes after the story's first midnight. */
export interface MimecastScript {
  readonly cast: Cast;
  readonly midnight: number;
  /** Chance of the script's own. */
  readonly r: Random;
  /** A message of the story with this subject, as the gateway saw it. */
  mail(subject: string): GatewayMail;
  /** All messages of the story. */
  readonly mails: readonly GatewayMail[];
  /** `write` gets the moment, in whole seconds; `copies` rows say the same. */
  log(
    log: Exclude<MimecastLog, 'message-tracking'>,
    minute: number,
    write: (time: number) => string,
    copies?: number,
  ): void;
  siem(type: SiemType, mail: GatewayMail, members: Readonly<Record<string, unknown>>): void;
}

export interface StoryPlan {
  readonly cast: Cast;
  readonly key: Key;
  readonly midnight: number;
  readonly accountCode: string;
  /** What Exchange's traces tell of the story's mail. */
  readonly traces: Story['traces'];
}

/** The story's mail as the gateway tells it, and what else the script adds. */
export function toldStory(plan: StoryPlan, tell: (script: MimecastScript) => void): MimecastStory {
  const { cast, key, midnight, accountCode } = plan;
  const r = randomOf(key, Math.floor(midnight / 86_400_000), 0);
  const mails = mailsIn(plan);
  const records = emptyLogs();
  const events: ToldEvent[] = [];
  for (const mail of mails) {
    if (mail.route !== 'internal') records['message-tracking'].push(trackedRow(mail));
    for (const type of siemTypes) {
      for (const json of siemLines(accountCode, mail, type)) events.push({ time: mail.time, type, json });
    }
  }
  tell({
    cast,
    midnight,
    r,
    mails,
    mail: subject => {
      const found = mails.find(mail => mail.subject.includes(subject));
      if (found === undefined) throw new RangeError('the story has no such mail');
      return found;
    },
    log: (log, minute, write, copies = 1) => {
      const time = wholeSecond(midnight + minute * 60_000 + 7_000);
      const json = write(time);
      for (let n = 0; n < copies; n += 1)
        records[log].push({ time, visibleAt: time + 45_000, json: () => json });
    },
    siem: (type, mail, members) => {
      events.push({ time: mail.time, type, json: toldLine(accountCode, mail, type, members) });
    },
  });
  for (const log of mimecastLogs) records[log].sort((a, b) => a.time - b.time);
  return { records, events: events.sort((a, b) => a.time - b.time) };
}

const emptyLogs = (): Record<MimecastLog, SimRecord[]> => ({
  'archive-searches': [],
  'archive-views': [],
  'audit-events': [],
  'message-tracking': [],
  'ttp-url': [],
  'ttp-attachment': [],
  'ttp-impersonation': [],
  dlp: [],
});

interface Row {
  readonly id: string;
  readonly messageId: string;
  readonly senderAddress: string;
  readonly recipientAddress: string;
  readonly subject: string;
  readonly fromIP: string;
  readonly status: string;
  readonly size: number;
}

/** The messages behind the rows: one for what went on, one for what was held of the same message. */
function mailsIn({ cast, key, traces }: StoryPlan): readonly GatewayMail[] {
  const groups = new Map<string, { time: number; held: boolean; rows: Row[] }>();
  for (const trace of traces) {
    const row = JSON.parse(trace.json(Number.MAX_SAFE_INTEGER)) as Row;
    const held = row.status === 'quarantined' && !isOurs(cast, row.senderAddress);
    const name = `${row.id}/${String(held)}`;
    const group = groups.get(name) ?? { time: trace.time, held, rows: [] };
    group.rows.push(row);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ time, held, rows }, n) =>
    mailOf(cast, time, held, rows, part => randomOf(key, n, part)),
  );
}

function mailOf(
  cast: Cast,
  time: number,
  held: boolean,
  rows: readonly Row[],
  random: (part: number) => Random,
): GatewayMail {
  const [first] = rows;
  if (first === undefined) throw new RangeError('a message without rows');
  const recipients = rows.map(row => row.recipientAddress);
  const ours = isOurs(cast, first.senderAddress);
  const inside = recipients.every(recipient => isOurs(cast, recipient));
  const fate: Fate = held
    ? { action: 'Hld', reason: 'Impersonation Protection', releasedAt: null, spamScore: 6, attachments: 0 }
    : {
        action: 'Acc',
        reason: null,
        releasedAt: null,
        spamScore: 2,
        attachments: first.size > 1_000_000 ? 1 : 0,
      };
  const envelope = {
    id: first.id,
    messageId: JSON.stringify(first.messageId),
    received: '',
    sender: first.senderAddress,
    subject: JSON.stringify(first.subject),
    size: first.size,
    fromIp: JSON.stringify(first.fromIP),
  };
  const kind = ours ? (inside ? 'internal' : 'outbound') : 'inbound';
  return gatewayMail({ time, kind, envelope, recipients, toGroup: false }, random, fate);
}

const isOurs = (cast: Cast, address: string): boolean => address.endsWith(`@${cast.domain}`);
