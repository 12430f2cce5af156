import type { Entity, EntityKind, NormalizedEvent } from '../model/event.ts';
import { callable, nameOf } from '../sources/_kit/summary.ts';

/** What a template may name: how to read it from an event, and what a sentence says where the event has none. */
export interface Placeholder {
  readonly read: (event: NormalizedEvent) => string | null;
  readonly otherwise: string;
}

const first = (event: NormalizedEvent, kinds: readonly EntityKind[]): Entity | null => {
  for (const target of event.targets) if (kinds.includes(target.kind)) return target;
  return null;
};
const ofKind = (otherwise: string, ...kinds: readonly EntityKind[]): Placeholder => ({
  read: event => {
    const found = first(event, kinds);
    return found === null ? null : callable(found);
  },
  otherwise,
});
const plain = (otherwise: string, read: Placeholder['read']): Placeholder => ({ read, otherwise });

function listed(names: readonly string[]): string | null {
  const [one, two] = names;
  if (one === undefined) return null;
  if (two === undefined) return one;
  return names.length === 2 ? `${one} and ${two}` : `${one} and ${String(names.length - 1)} more`;
}

const target = (event: NormalizedEvent): Entity | undefined => event.targets[0];

export const placeholders: Readonly<Record<string, Placeholder>> = {
  operation: plain('something', event => event.operation),
  outcome: plain('unknown', event => event.outcome),
  reason: plain('no reason given', event => event.reason),
  severity: plain('unknown', event => event.severity),
  correlationId: plain('no correlation', event => event.correlationId),

  actor: plain('somebody', event => (event.actor === null ? null : callable(event.actor))),
  'actor.name': plain('somebody', event => event.actor?.name ?? null),
  'actor.address': plain('an unknown address', event => event.actor?.address ?? null),
  'actor.id': plain('an unknown id', event => event.actor?.id ?? null),

  target: plain('something', event => {
    const [found] = event.targets;
    return found === undefined ? null : nameOf(found);
  }),
  'target.name': plain('something', event => target(event)?.name ?? null),
  'target.address': plain('an unknown address', event => target(event)?.address ?? null),
  'target.id': plain('an unknown id', event => target(event)?.id ?? null),
  targets: plain('something', event => listed(event.targets.map(nameOf))),

  user: ofKind('somebody', 'user', 'guest', 'admin'),
  guest: ofKind('a guest', 'guest'),
  admin: ofKind('an administrator', 'admin'),
  application: ofKind('an application', 'application'),
  group: ofKind('a group', 'group'),
  role: ofKind('a role', 'role'),
  device: ofKind('a device', 'device'),
  policy: ofKind('a policy', 'policy'),
  mailbox: ofKind('a mailbox', 'mailbox'),
  message: ofKind('a message', 'message'),
  file: ofKind('a file', 'file'),
  site: ofKind('a site', 'site'),
  team: ofKind('a team', 'team'),
  domain: ofKind('a domain', 'domain'),

  ip: plain('an unknown address', event => event.client?.ip ?? null),
  country: plain('an unknown country', event => event.client?.country ?? null),
  city: plain('an unknown place', event => event.client?.city ?? null),
  app: plain('an unknown application', event => event.client?.app ?? null),
  userAgent: plain('an unknown program', event => event.client?.userAgent ?? null),
  'client.device': plain('an unknown device', event => event.client?.device ?? null),
  'client.os': plain('an unknown system', event => event.client?.os ?? null),

  sender: plain('nobody', event => event.mail?.sender ?? null),
  recipient: plain('an unknown recipient', event => event.mail?.recipients[0] ?? null),
  recipients: plain('an unknown recipient', event => listed(event.mail?.recipients ?? [])),
  subject: plain('no subject', event => event.mail?.subject ?? null),
  direction: plain('unknown', event => event.mail?.direction ?? null),
  status: plain('status unknown', event => event.mail?.status ?? null),
  messageId: plain('an unknown message', event => event.mail?.messageId ?? null),
};
