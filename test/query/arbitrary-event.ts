import fc from 'fast-check';
import { eventId } from '../../shared/kernel/hash.ts';
import {
  categories,
  directions,
  entityKinds,
  outcomes,
  severities,
  type Entity,
  type MailFacts,
  type StoredEvent,
} from '../../shared/model/event.ts';
import type { TenantId } from '../../shared/model/ids.ts';
import { contoso, fabrikam, sampleEvent } from '../support/sample.ts';
import { anyText } from './arbitrary-query.ts';

/** A stored event like the sample one; `key` makes it another, and `over` changes what a test is about. */
export function storedEvent(key: string, over: Partial<StoredEvent> = {}): StoredEvent {
  const { recordHash, ...event } = sampleEvent(key);
  const time = over.time ?? event.time;
  const tenant = over.tenant ?? event.tenant;
  const id = eventId(time, tenant, recordHash, key, []);
  return { ...event, id, ingestedAt: '2026-10-05T12:00:00.000Z', revision: 1, ...over };
}

// Few values, so that random questions find something; and all that is awkward.
const text = fc.oneof(
  { weight: 3, arbitrary: anyText },
  {
    weight: 2,
    arbitrary: fc.constantFrom('a', 'b', 'a b', 'b a', 'oskar.lind@contoso.example', 'Oskar Lind'),
  },
);
const optional = fc.option(text, { freq: 3 });

const entity = fc.record({
  kind: fc.constantFrom(...entityKinds),
  id: optional,
  name: optional,
  address: optional,
});

const ip = fc.oneof(
  fc.constantFrom(
    '10.0.0.1',
    '10.1.2.3',
    '198.51.100.7',
    '2001:db8::7',
    '2001:db8:0:0::7',
    'fe80::1:2',
    'unknown',
  ),
  text,
);

const client = fc.record({
  ip: fc.option(ip, { freq: 5 }),
  port: fc.constant(null),
  userAgent: optional,
  app: optional,
  device: optional,
  os: optional,
  country: fc.option(fc.constantFrom('SE', 'DK', 'us'), { freq: 4 }),
  city: optional,
});

const mail = fc.record({
  messageId: optional,
  sender: optional,
  recipients: fc.array(text, { maxLength: 3 }),
  subject: optional,
  direction: fc.constantFrom(...directions),
  status: fc.option(fc.constantFrom('delivered', 'failed', 'Pending'), { freq: 4 }),
  size: fc.constant(null),
});

const time = fc.oneof(
  // Many at one instant, and some on the edges of days and of the queries' spans.
  fc.constantFrom('2026-10-05T09:12:44.183Z', '2026-10-05T00:00:00.000Z', '2026-10-04T23:59:59.999Z', '2026-10-01T00:00:00.000Z'),
  fc.integer({ min: Date.UTC(2026, 8, 20), max: Date.UTC(2026, 9, 7) }).map(ms => new Date(ms).toISOString()),
  fc.constantFrom('1969-12-31T23:59:59.999Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'),
); // prettier-ignore

/** An event of one of two tenants with anything in its fields. Its key decides its id. */
export const arbitraryEvent: fc.Arbitrary<StoredEvent> = fc
  .record({
    key: fc.integer({ min: 0, max: 2 ** 31 }),
    tenant: fc.constantFrom<TenantId>(contoso, contoso, fabrikam),
    time,
    traced: fc.boolean(),
    over: fc.record({
      category: fc.constantFrom(...categories),
      operation: text.filter(one => one !== ''),
      outcome: fc.constantFrom(...outcomes),
      reason: optional,
      severity: fc.constantFrom(...severities),
      actor: fc.option(entity, { freq: 4 }),
      targets: fc.array(entity, { maxLength: 3 }),
      client: fc.option(client, { freq: 4 }),
      mail: fc.option(mail, { freq: 2 }),
      correlationId: optional,
      summary: text.filter(one => one !== ''),
    }),
  })
  .map(({ key, tenant, time: at, traced, over }) => {
    const event = storedEvent(`event ${key}`, { tenant, time: at, ...over });
    return traced && event.mail !== null ? asTrace(event, event.mail) : event;
  });

/** A mail's trace: who sent it did it, and who gets it is what it was done to. */
function asTrace(event: StoredEvent, mail: MailFacts): StoredEvent {
  const named = (address: string | null): Entity => ({ kind: 'mailbox', id: null, name: null, address });
  return { ...event, actor: named(mail.sender), targets: mail.recipients.map(named) };
}
