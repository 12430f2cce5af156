import type { NewEvent, StoredEvent } from './event.ts';

/**
 * The event as every profile keeps it. Field by field: the return type demands every one, and an object built so turns
 * into JSON in half the time of one made by leaving recordHash out of the event. What is undefined JSON leaves out.
 */
export function storedForm(
  event: Omit<NewEvent, 'recordHash'>,
  kept: Pick<StoredEvent, 'ingestedAt' | 'revision' | 'rebuiltAt'>,
): StoredEvent {
  return {
    id: event.id,
    tenant: event.tenant,
    source: event.source,
    stream: event.stream,
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
    raw: event.raw,
    mapping: event.mapping,
    mappingDigest: event.mappingDigest,
    ingestedAt: kept.ingestedAt,
    revision: kept.revision,
    rebuiltAt: kept.rebuiltAt,
  };
}
