import type { Entity, NormalizedEvent } from './event.ts';

/**
 * The most that a record may say as an event: bytes of its normalized fields as JSON. What a record's own place adds
 * (ids, its pointer to raw) is not counted, so that the answer is the same wherever the event is kept.
 *
 * It follows from the narrowest store: a transactional batch of Cosmos DB has two million bytes, in which base64 makes
 * four of three. What repeats itself would fit when compressed, but whether a record is kept shall not depend on that.
 */
export const largestEvent = 1_000_000;

/** Bytes of an event's normalized fields as JSON. */
export const eventBytes = (event: NormalizedEvent): number =>
  Buffer.byteLength(JSON.stringify(normalizedPart(event)));

/** Whether an event is larger than one may be. Nearly free for the usual event: only a long one is measured. */
export const isTooLarge = (event: NormalizedEvent, most = mostBytes(event)): boolean =>
  most > largestEvent && eventBytes(event) > largestEvent;

/**
 * What the events of one answer or one step may come to, by mostBytes; whoever gathers events stops with the one that
 * goes beyond. Thousands of the usual size are far from it, and of the largest a thousand would be a gigabyte.
 */
export const mostTogether = 32_000_000;

/**
 * Asked of each event gathered: whether it is the last to take, for there are `limit` or they are mostTogether. `most`
 * are its mostBytes where they are known.
 */
export function lastTaken(limit: number): (event: NormalizedEvent, most?: number) => boolean {
  let count = 0;
  let weight = 0;
  return (event, most = mostBytes(event)) => {
    count += 1;
    weight += most;
    return count >= limit || weight > mostTogether;
  };
}

function normalizedPart(event: NormalizedEvent): NormalizedEvent {
  return {
    time: event.time,
    category: event.category,
    operation: event.operation,
    outcome: event.outcome,
    reason: event.reason,
    severity: event.severity,
    actor: event.actor,
    targets: event.targets,
    client: event.client,
    mail: event.mail,
    correlationId: event.correlationId,
    summary: event.summary,
    ocsf: event.ocsf,
    mappingDigest: event.mappingDigest,
  };
}

/** The greatest JSON makes of a UTF-16 unit: an escape such as \u0007. */
const widest = 6;
/** Names of fields, brackets and numbers, generously. */
const frame = 1_500;
const framePerEntity = 80;

/** What the JSON of an event's normalized fields has at most, from the lengths of its texts: nearly free. */
export function mostBytes(event: NormalizedEvent): number {
  const { client, mail } = event;
  let units = event.operation.length + event.summary.length + length(event.reason);
  units += length(event.correlationId) + (event.actor === null ? 0 : entityUnits(event.actor));
  for (const target of event.targets) units += entityUnits(target);
  if (client !== null) {
    units += length(client.ip) + length(client.userAgent) + length(client.app) + length(client.device);
    units += length(client.os) + length(client.country) + length(client.city);
  }
  let recipients = 0;
  if (mail !== null) {
    recipients = mail.recipients.length;
    units += length(mail.messageId) + length(mail.sender) + length(mail.subject) + length(mail.status);
    for (const recipient of mail.recipients) units += recipient.length;
  }
  return units * widest + frame + (event.targets.length + recipients) * framePerEntity;
}

const length = (text: string | null): number => (text === null ? 0 : text.length);
const entityUnits = ({ id, name, address }: Entity): number => length(id) + length(name) + length(address);
