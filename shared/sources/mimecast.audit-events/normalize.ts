import type { Category, Client, Entity, EntityKind, NormalizedEvent, Outcome } from '../../model/event.ts';
import { addEntity, client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { mimecastActor } from '../_kit/mimecast-mail.ts';
import { addressAmong, addressNamed } from '../_kit/named-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { flag, word } from '../_kit/reading.ts';
import { Problem } from '../_kit/source.ts';
import { callable, shortened } from '../_kit/summary.ts';
import { classifyAudit } from './classify.ts';
import { readEventInfo, type EventInfo } from './event-info.ts';
import type { AuditEvent } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalizeAuditEvent(record: AuditEvent): NormalizedEvent {
  const time = readProviderTime(record.eventTime);
  if (time === null) throw new Problem('eventTime: not a time in any form known');
  const info = readEventInfo(record.eventInfo);
  const group = word(record.category);
  const operation = word(record.auditType) ?? group ?? 'Audit event without a type';
  const outcome = outcomeOf(operation, info);
  const known = classifyAudit(group ?? '', operation, outcome, deedWords(operation, info.what));
  const actor = actorOf(record, info, known.category);
  return {
    time,
    category: known.category,
    operation,
    outcome,
    reason: info.named.get('reason') ?? (outcome === 'failure' ? info.what : null),
    severity: known.severity,
    actor,
    targets: targetsOf(
      info,
      actor,
      known.category === 'authentication' || /\blog(ged)? ?(in|on)\b/i.test(operation),
    ),
    client: clientOf(record, info),
    mail: null,
    correlationId: null,
    summary: shortened(
      `${operation}${actor === null ? '' : ` by ${callable(actor)}`}${info.what === null ? '' : `: ${info.what}`}`,
    ),
    ocsf: known.ocsf,
  };
}

/** `Case Action`, `Folder Log Entry`, `Connectors Management`: types that do not tell the deed; the first words of the text do. */
const deedWords = (operation: string, what: string | null): string =>
  /\b(action|entry|management)$/i.test(operation) && what !== null
    ? (/^(?:Action Performed - )?(\S+ ?\S*)/.exec(what)?.[1] ?? operation)
    : operation;

/** What is in the audit log was done, unless its words say that it failed. */
function outcomeOf(operation: string, { deed, named }: EventInfo): Outcome {
  const said = `${operation}\n${tellingWords(deed)}\n${named.get('result') ?? ''}\n${named.get('status') ?? ''}`;
  if (failed.test(said) || flag(named.get('success')) === false) return 'failure';
  // A second factor is asked for: what came of it is another event.
  return unfinished.test(said) ? 'unknown' : 'success';
}

// Names in quotes, links and addresses were chosen by somebody, and tell of nothing; nor does what was only counted.
const chosen =
  /"[^"]*"|(?<!\w)'[^'\n]*'(?!\w)|\b\w{2,10}:\/\/\S+|\S+@\S+|\b(?:no|\d+) (?:failed|failures?|invalid|rejected|denied|incorrect)\b/gi;

/** `Action Performed - …` was performed, whatever the thing is called that it was done to. */
const tellingWords = (deed: string | null): string =>
  deed === null || /^Action Performed\b/i.test(deed) ? '' : deed.replace(chosen, '');

// “Blocked senders” are a list, and “blocked” or “rejected” a mail's fate; only what was tried can itself be so.
const failed =
  /\bfail(ed|ure)?\b|unsuccessful|denied|invalid|locked out|incorrect|^rejected\b|\b(logon|login|authentication|access|attempt|request|account|user|connection)s?\s+((for|by|of|from)\s+)?((was|were|is|has been)\s+)?(blocked|rejected)/im;
const unfinished = /requires challenge|^intermediate\b/im;

/** Without a user of its own the record names whoever it was in its text; only who signs in is the one it is for. */
const spokenActor = /\bby <?([^\s"'<>,;]{1,64}@[^\s"'<>,;]{1,255})/i;
const whoSignsIn = /\b(?:by|for|user) <?([^\s"'<>,;]{1,64}@[^\s"'<>,;]{1,255})/i;

function actorOf(record: AuditEvent, { what }: EventInfo, category: Category): Entity | null {
  const kind = category === 'role' || category === 'administration' ? 'admin' : 'user';
  const spoken = category === 'authentication' ? whoSignsIn : spokenActor;
  return mimecastActor(record.user, kind) ?? mimecastActor(spoken.exec(what ?? '')?.[1], kind);
}

const thingNames: readonly (readonly [string, EntityKind])[] = [
  ['name', 'other'], ['policy', 'policy'], ['definition', 'policy'], ['group', 'group'], ['role', 'role'], ['folder', 'other'],
  ['review set', 'other'], ['case', 'other'], ['subject', 'message'], ['file name', 'file'], ['domain', 'domain'],
  ['connector', 'application'],
]; // prettier-ignore

/** `Policy 'Block list' deleted`, `Report Definition created with name "Weekly"`: what it was done to, by its name. */
const quotedName =
  /\b(policy|definition|group|role|folder|case|connector|application|report)\b[^"'\n]{0,60}(?<=[\s(])["']([^"'\n]{1,200})["'](?!\w)/i;
const kindOfNoun = (noun: string): EntityKind =>
  thingNames.find(([name]) => name === noun.toLowerCase())?.[1] ??
  (noun.toLowerCase() === 'application' ? 'application' : 'other');

const aboutUser = /\buser:|\b(?:user|account|mailbox)(?: of| for)? [^\s@]{1,64}@/i;

/** `TR-C0A0-01434-M`: mail that was taken out of mailboxes, or put back. */
const incidentCode = /\bTR-[A-Z0-9]{1,20}-\d{1,10}-[A-Z]\b/g;

/**
 * Whoever else the text names, what it names otherwise, then the application, which is what somebody signs in to; where
 * nothing of it says what was done it to, the thing itself in Mimecast's words.
 */
function targetsOf(info: EventInfo, actor: Entity | null, signsIn: boolean): Entity[] {
  const found: Entity[] = [];
  const own = (actor?.address ?? actor?.name)?.toLowerCase();
  for (const address of info.addresses) {
    if (address.toLowerCase() !== own) addEntity(found, entity('user', { address }));
  }
  for (const [name, kind] of signsIn ? [] : thingNames) {
    addEntity(found, entity(kind, { name: word(info.named.get(name)) }));
  }
  const [, noun = '', quoted = null] = signsIn ? [] : (quotedName.exec(info.what ?? '') ?? []);
  addEntity(found, entity(kindOfNoun(noun), { name: quoted }));
  for (const [code] of (info.what ?? '').matchAll(incidentCode)) {
    addEntity(found, entity('other', { name: code }));
  }
  const oneself = entity('user', { address: info.addresses[0] ?? null });
  // `Password reset for user: <the user>`, `Account <of the user> locked`: nobody else is named.
  if (found.length === 0 && aboutUser.test(info.what ?? '')) addEntity(found, oneself);
  if (found.length === 0 && !signsIn) addEntity(found, entity('other', { name: deedIn(info.what) }));
  addEntity(found, entity('application', { name: info.named.get('application') ?? null }));
  if (found.length === 0) addEntity(found, entity('other', { name: info.what }) ?? oneself);
  return found;
}

/** `Action Performed - Deleted New Folder by <somebody>`: without who did it, which stands elsewhere. */
function deedIn(what: string | null): string | null {
  if (what === null) return null;
  const by = what.lastIndexOf(' by ');
  const deed = by > 0 && what.includes('@', by) ? what.slice(0, by) : what;
  return deed.replace(/^Action Performed - /, '');
}

function clientOf(record: AuditEvent, { named }: EventInfo): Client | null {
  const ip =
    ['ip', 'ip address', 'remote ip', 'remote ip address', 'source ip', 'client ip']
      .map(name => parseIp(named.get(name)))
      .find(address => address !== null) ??
    addressAmong(named) ??
    addressNamed(record);
  return client({ ip: ip?.ip ?? null, port: ip?.port ?? null, app: named.get('application') ?? null });
}
