import type { Entity, StoredEvent } from '../model/event.ts';
import type { FacetField, QueryField } from '../model/query.ts';

type Values = readonly (string | null | undefined)[];

const entityValues = (entity: Entity | null): Values =>
  entity === null ? [] : [entity.name, entity.address, entity.id];

const values: Readonly<Record<QueryField, (event: StoredEvent) => Values>> = {
  tenant: event => [event.tenant],
  source: event => [event.source],
  stream: event => [event.stream],
  category: event => [event.category],
  operation: event => [event.operation],
  outcome: event => [event.outcome],
  severity: event => [event.severity],
  actor: event => entityValues(event.actor),
  actorKind: event => [event.actor?.kind],
  target: event => event.targets.flatMap(entityValues),
  ip: event => [event.client?.ip],
  country: event => [event.client?.country],
  app: event => [event.client?.app],
  device: event => [event.client?.device],
  userAgent: event => [event.client?.userAgent],
  sender: event => [event.mail?.sender],
  recipient: event => event.mail?.recipients ?? [],
  subject: event => [event.mail?.subject],
  direction: event => [event.mail?.direction],
  status: event => [event.mail?.status],
  messageId: event => [event.mail?.messageId],
  correlationId: event => [event.correlationId],
  summary: event => [event.summary],
  id: event => [event.id],
  time: event => [event.time],
};

const filled = (list: Values): readonly string[] =>
  list.filter(value => typeof value === 'string' && value.trim() !== '') as string[];

/** The values an event has for a field; empty and blank ones do not count. */
export const valuesOf = (event: StoredEvent, field: QueryField): readonly string[] =>
  filled(values[field](event));

/**
 * What a facet counts an event under: its value, each of its recipients once, and for a person the address,
 * or else the name, or else the id.
 */
export function facetValuesOf(event: StoredEvent, field: FacetField): readonly string[] {
  if (field !== 'actor') return valuesOf(event, field);
  const { actor } = event;
  return actor === null ? [] : filled([actor.address, actor.name, actor.id]).slice(0, 1);
}

/** Text that only a bare word finds: what the provider called the act, its reason, the app and the place. */
export const furtherText = (event: StoredEvent): readonly string[] =>
  filled([event.operation, event.reason, event.client?.app, event.client?.os, event.client?.city]);

/** Fields whose words a bare word looks through. */
export const textFields = [
  'actor', 'target', 'sender', 'recipient', 'subject', 'userAgent', 'summary',
] as const satisfies readonly QueryField[]; // prettier-ignore

/** Fields a bare word finds by their whole value (or its beginning, with `*`), beside ip … */
export const wholeFields = ['device', 'status'] as const satisfies readonly QueryField[];
/** … and those it finds so when it is long enough to be meant as an identifier. */
export const wholeIdentifiers = ['messageId', 'correlationId'] as const satisfies readonly QueryField[];
export const identifierLength = 16;
