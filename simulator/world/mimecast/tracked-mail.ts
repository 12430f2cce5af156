import { traceDelay } from '../mail-words.ts';
import { chance } from '../random.ts';
import type { SlotFeed } from '../slots.ts';
import type { SimRecord } from '../world.ts';
import type { GatewayMail } from './gateway-mail.ts';
import { mimecastTime } from './mimecast-time.ts';

/** Message tracking: one row for each message in or out. Internal mail does not pass the gateway. */
export function trackedMail(mails: SlotFeed<GatewayMail>): SlotFeed<SimRecord> {
  const slot = (at: number): readonly SimRecord[] =>
    mails.slot(at).flatMap(mail => (mail.route === 'internal' ? [] : [trackedRow(mail)]));
  return { width: mails.width, slot };
}

/** The row of a message. What is held now may be released later: the same row then says something else. */
export function trackedRow(mail: GatewayMail): SimRecord {
  const r = mail.random(1);
  const { time } = mail;
  const settles = time + 20_000;
  const text = rowText(mail, chance(r, 0.5));
  const visibleAt = time + Math.floor(traceDelay(r) / 4);
  return { time, visibleAt, json: asOf => text(...stateOf(mail, asOf < settles, asOf)) };
}

function stateOf({ fate, route }: GatewayMail, young: boolean, asOf: number): [status: string, info: string] {
  if (fate.action === 'Rej') return ['rejected', `Rejected: ${fate.reason ?? ''}`];
  const released = fate.releasedAt !== null && fate.releasedAt <= asOf;
  if (fate.action === 'Hld' && !released) return ['held', fate.reason ?? ''];
  if (young) return ['accepted', 'Processing'];
  return route === 'inbound' ? ['archived', 'Indexed and archived'] : ['delivered', 'Delivered'];
}

function rowText(mail: GatewayMail, named: boolean): (status: string, info: string) => string {
  const { sender, fate } = mail;
  const person = (address: string): string =>
    named
      ? `{"displayableName":"${nameIn(address)}","emailAddress":"${address}"}`
      : `{"emailAddress":"${address}"}`;
  const header = sender === '' ? 'postmaster@mail-relay.example' : sender;
  const before = `{"id":"${mail.trackingId}"`;
  const after =
    `"fromEnv":{"emailAddress":"${sender}"},"fromHdr":${person(header)},"to":[${mail.recipients.map(person).join(',')}],` +
    `"received":"${mimecastTime(mail.time)}","sent":"${mimecastTime(mail.time - 4_000)}",` +
    `"subject":${mail.subject === 'null' ? '""' : mail.subject},` +
    (mail.fromIp === null ? '' : `"senderIP":"${mail.fromIp}",`) +
    `"attachments":${String(fate.attachments > 0)},"route":"${mail.route}","spamScore":${String(fate.spamScore)},` +
    `"detectionLevel":"${fate.spamScore > 10 ? 'aggressive' : 'relaxed'}"}`;
  return (status, info) => `${before},"status":"${status}","info":${JSON.stringify(info)},${after}`;
}

/** `lena.okafor@…` → `Lena Okafor`: what a mail program would show. */
const nameIn = (address: string): string =>
  address
    .slice(0, address.indexOf('@'))
    .split(/[.-]/)
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
