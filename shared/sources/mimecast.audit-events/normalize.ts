import type { Client, Entity, NormalizedEvent, Outcome } from '../../model/event.ts';
import { addEntity, client, entity } from '../_kit/entity.ts';
import { parseIp } from '../_kit/ip.ts';
import { isAddress } from '../_kit/address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { text, word } from '../_kit/reading.ts';
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
  const known = classifyAudit(group ?? '', operation, outcome);
  const actor = actorOf(record, known.category === 'role' || known.category === 'administration');
  return {
    time,
    category: known.category,
    operation,
    outcome,
    reason: info.named.get('reason') ?? (outcome === 'failure' ? info.what : null),
    severity: known.severity,
    actor,
    targets: targetsOf(info, actor),
    client: clientOf(info),
    mail: null,
    correlationId: null,
    summary: shortened(
      `${operation}${actor === null ? '' : ` by ${callable(actor)}`}${info.what === null ? '' : `: ${info.what}`}`,
    ),
    ocsf: known.ocsf,
  };
}

/** What is in the audit log was done, unless its words say that it failed. */
function outcomeOf(operation: string, { what, named }: EventInfo): Outcome {
  const said = `${operation} ${what ?? ''} ${named.get('result') ?? ''} ${named.get('status') ?? ''}`;
  const failed = /\bfail(ed|ure)?\b|unsuccessful|denied|rejected|invalid|blocked|locked out|incorrect/i;
  return failed.test(said) ? 'failure' : 'success';
}

function actorOf(record: AuditEvent, administers: boolean): Entity | null {
  // Without `word`: `<>` is Mimecast itself.
  const said = text(record.user);
  if (said === '<>') return entity('system', { name: 'Mimecast' });
  const user = word(record.user);
  if (user === null) return null;
  const kind = administers ? 'admin' : 'user';
  return entity(kind, isAddress(user) ? { address: user } : { name: user });
}

/** Whoever else the text names, then the application, then the thing itself in Mimecast's words. */
function targetsOf(info: EventInfo, actor: Entity | null): Entity[] {
  const found: Entity[] = [];
  const own = (actor?.address ?? actor?.name)?.toLowerCase();
  for (const address of info.addresses) {
    if (address.toLowerCase() !== own) addEntity(found, entity('user', { address }));
  }
  addEntity(found, entity('application', { name: info.named.get('application') ?? null }));
  if (found.length === 0) addEntity(found, entity('other', { name: info.what }));
  // `Password reset for user: <the user>`: done to oneself, and nothing else is named.
  if (found.length === 0) addEntity(found, entity('user', { address: info.addresses[0] ?? null }));
  return found;
}

function clientOf({ named }: EventInfo): Client | null {
  const ip = ['ip', 'ip address', 'remote ip', 'remote ip address', 'source ip', 'client ip']
    .map(name => parseIp(named.get(name)))
    .find(address => address !== null);
  return client({ ip: ip?.ip ?? null, app: named.get('application') ?? null });
}
