import { addressOf, type Cast } from './cast.ts';
import {
  bounceSubject,
  bulkSubject,
  everydaySubject,
  fateOf,
  junkSubject,
  traceDelay,
  type Fate,
} from './mail-words.ts';
import type { Pace } from './pace.ts';
import {
  below, between, chance, code, countAbout, guid, pick, randomOf, table, type Key, type Random,
} from './random.ts'; // prettier-ignore
import type { SlotFeed } from './slots.ts';
import type { SimRecord } from './world.ts';

export type MailKind = 'internal' | 'inbound' | 'outbound' | 'bulk' | 'junk' | 'bounce';
const kindOf = table<MailKind>([
  { weight: 38, value: 'internal' },
  { weight: 24, value: 'inbound' },
  { weight: 20, value: 'outbound' },
  { weight: 9, value: 'bulk' },
  { weight: 7, value: 'junk' },
  { weight: 2, value: 'bounce' },
]);
// Recipients of one message; the last two bring a group's own `expanded` row as well.
const sizes = [1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 8, 14] as const;
const expandedFrom = 8;
/** Rows a message has on average; bulk, junk and bounces go to one recipient. */
const meanRows = 0.82 * ((1 * 7 + 2 * 2 + 3 + 4 + 5 + 8 + 14 + 2) / sizes.length) + 0.18;

export interface Envelope {
  readonly id: string;
  /** JSON text: a string or null. */
  readonly messageId: string;
  readonly received: string;
  readonly sender: string;
  /** JSON text: a string or null. */
  readonly subject: string;
  readonly size: number;
  /** JSON text: a string or null. */
  readonly fromIp: string;
}

/** One message, whoever tells of it: Exchange's traces, and the gateway before Exchange. */
export interface Message {
  readonly time: number;
  readonly kind: MailKind;
  readonly envelope: Envelope;
  readonly recipients: readonly string[];
  /** Large enough to have gone to a group as well. */
  readonly toGroup: boolean;
}

/** Message traces: one row per message and recipient. */
export function mailFlow(cast: Cast, key: Key, pace: Pace): SlotFeed<SimRecord> {
  const rows = (at: number): readonly SimRecord[] =>
    mailTimes(key, pace, at).flatMap((time, n) => rowsOf(cast, randomOf(key, at, n), time));
  return { width: pace.width, slot: rows };
}

/** The messages behind the rows of `mailFlow`, with the same key and pace. */
export function mailMessages(cast: Cast, key: Key, pace: Pace): SlotFeed<Message> {
  const messages = (at: number): readonly Message[] =>
    mailTimes(key, pace, at).map((time, n) => messageOf(cast, randomOf(key, at, n), time));
  return { width: pace.width, slot: messages };
}

function mailTimes(key: Key, pace: Pace, at: number): readonly number[] {
  const r = randomOf(key, at, -1);
  const messages = countAbout(r, pace.expected(at) / meanRows);
  const times = Array.from({ length: messages }, () => at * pace.width + below(r, pace.width));
  return times.sort((a, b) => a - b);
}

function messageOf(cast: Cast, r: Random, time: number): Message {
  const kind = kindOf(r);
  const wide = kind === 'internal' || kind === 'inbound' || kind === 'outbound';
  const count = wide ? pick(r, sizes) : 1;
  const envelope = envelopeOf(cast, r, kind, time);
  const recipients = kind === 'outbound' ? outsiders(cast, r, count) : colleagues(cast, r, count, time);
  return { time, kind, envelope, recipients, toGroup: count >= expandedFrom && wide };
}

function rowsOf(cast: Cast, r: Random, time: number): SimRecord[] {
  const { kind, envelope, recipients, toGroup } = messageOf(cast, r, time);
  const rows = recipients.map(recipient =>
    traceRow(envelope, recipient, time, traceDelay(r), fateOf(r, kind === 'junk'), toIpOf(r)),
  );
  if (toGroup) {
    const fate: Fate = { first: 'expanded', last: 'expanded', settles: 0 };
    rows.push(traceRow(envelope, pick(r, cast.groups).address, time, traceDelay(r), fate, '""'));
  }
  return rows;
}

/** One row as the provider sends it; its status turns from `first` to `last` when the copy settles. */
export function traceRow(
  envelope: Envelope,
  recipient: string,
  time: number,
  delay: number,
  fate: Fate,
  toIp: string,
): SimRecord {
  const settlesAt = time + fate.settles;
  return {
    time,
    visibleAt: time + delay,
    json: asOf =>
      `{"id":"${envelope.id}","messageId":${envelope.messageId},"receivedDateTime":"${envelope.received}",` +
      `"senderAddress":"${envelope.sender}","recipientAddress":"${recipient}","subject":${envelope.subject},` +
      `"size":${envelope.size},"status":"${asOf >= settlesAt ? fate.last : fate.first}",` +
      `"fromIP":${envelope.fromIp},"toIP":${toIp}}`,
  };
}

function envelopeOf(cast: Cast, r: Random, kind: MailKind, time: number): Envelope {
  const ours = kind === 'internal' || kind === 'outbound';
  const person = cast.staff.someone(r, time);
  const contact = pick(r, cast.contacts);
  const host = ours ? `mail.${cast.domain}` : contact.slice(contact.indexOf('@') + 1);
  const sender = kind === 'bounce' ? '' : ours ? person.address : contact;
  const fromIp = ours ? addressOf(r, person) : `203.0.113.${between(r, 70, 250)}`;
  return {
    id: guid(r),
    messageId: chance(r, 0.002) ? 'null' : `"<${code(r, 20)}.${below(r, 1e9)}@${host}>"`,
    received: receivedAt(r, time),
    sender,
    subject: chance(r, 0.004) ? 'null' : `"${subjectOf(r, kind)}"`,
    size: between(r, 3_000, 60_000) * (chance(r, 0.15) ? 20 : 1),
    fromIp: kind === 'bounce' ? 'null' : `"${fromIp}"`,
  };
}

/** Milliseconds as a rule; now and then whole seconds, or the seven digits of other front ends. */
function receivedAt(r: Random, time: number): string {
  const iso = new Date(time).toISOString();
  if (time % 1_000 === 0) return `${iso.slice(0, 19)}Z`;
  return chance(r, 0.02) ? `${iso.slice(0, 23)}${String(between(r, 1_000, 9_999))}Z` : iso;
}

function subjectOf(r: Random, kind: MailKind): string {
  if (kind === 'bulk') return bulkSubject(r);
  if (kind === 'junk') return junkSubject(r);
  return kind === 'bounce' ? bounceSubject(r) : everydaySubject(r);
}

const toIpOf = (r: Random): string => {
  const luck = below(r, 10);
  if (luck < 6) return '""';
  return luck === 6 ? 'null' : `"192.0.2.${between(r, 200, 230)}"`;
};

/** Holders of neighbouring seats: never the same address twice, which would make two rows one. */
function colleagues(cast: Cast, r: Random, count: number, time: number): readonly string[] {
  const start = below(r, cast.staff.seats);
  const found: string[] = [];
  for (let n = 0; n < cast.staff.seats && found.length < count; n += 1) {
    const person = cast.staff.holder((start + n) % cast.staff.seats, time);
    if (person !== null) found.push(person.address);
  }
  return found;
}

function outsiders(cast: Cast, r: Random, count: number): readonly string[] {
  const start = below(r, cast.contacts.length);
  const step = (n: number): string =>
    cast.contacts[(start + n) % cast.contacts.length] ?? 'info@partner.example';
  return Array.from({ length: Math.min(count, cast.contacts.length) }, (_, n) => step(n));
}
