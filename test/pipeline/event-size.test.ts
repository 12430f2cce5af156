import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentOf } from '../../shared/adapters/azure/search-document.ts';
import { instant } from '../../shared/kernel/time.ts';
import { entityKinds, type Entity, type NewEvent } from '../../shared/model/event.ts';
import { eventBytes, isTooLarge, largestEvent } from '../../shared/model/event-size.ts';
import { fillNames } from '../../shared/pipeline/fill-names.ts';
import { sampleEvent } from '../support/sample.ts';
import { seed } from '../support/seed.ts';

const entity = (id: string | null): Entity => ({ kind: 'application', id, name: null, address: null });
const large = (over: Partial<NewEvent>): NewEvent => sampleEvent('a', over);

test('what is measured roughly is never larger than it was taken for', () => {
  // Units that JSON makes six bytes of, that UTF-8 makes three of, and none.
  const unit = fc.constantFrom('\u0007', '\ud800', '€', 'a', '');
  const text = fc.tuple(unit, fc.integer({ min: 0, max: 400_000 })).map(([one, n]) => one.repeat(n));
  const many = fc.integer({ min: 0, max: 20_000 });
  const event = fc.record({ text, targets: many, recipients: many, kind: fc.constantFrom(...entityKinds) });
  fc.assert(
    fc.property(event, ({ text: said, targets, recipients, kind }) => {
      const made = large({
        reason: said,
        targets: Array.from({ length: targets }, () => ({ ...entity(null), kind })),
        mail: {
          messageId: said.slice(0, 1_000), sender: null, recipients: Array.from({ length: recipients }, () => ''),
          subject: null, direction: 'inbound', status: null, size: Number.MAX_VALUE,
        }, // prettier-ignore
      });
      expect(isTooLarge(made)).toBe(eventBytes(made) > largestEvent);
    }),
    { seed, numRuns: 60 },
  );
});

test('names that would make an event too large are left out of it', () => {
  const ids = Array.from(
    { length: 9_000 },
    (_, n) => `0b1ec700-0000-4000-8000-${String(n).padStart(12, '0')}`,
  );
  const event = large({ targets: ids.map(id => entity(id)) });
  expect(isTooLarge(event)).toBe(false);
  const named = (name: string): Parameters<typeof fillNames>[1] =>
    new Map(ids.map(id => [id, { id, kind: 'application', name, address: null, at: instant(0) } as const]));
  expect(fillNames(event, named('A')).targets[0]?.name).toBe('A');
  expect(fillNames(event, named('A name of forty characters, or even more'))).toBe(event);
});

test('the largest events there are make documents that the search service takes', () => {
  const words = Array.from({ length: 190_000 }, (_, n) => n.toString(36));
  const recipients = words.slice(0, 130_000);
  const mail = {
    messageId: null, sender: null, recipients, subject: null, direction: 'inbound', status: null, size: null,
  } as const; // prettier-ignore
  const targets = words.slice(0, 14_000).map(word => entity(word));
  const events = [
    large({ mail: { ...mail, recipients } }),
    large({ targets }),
    large({ reason: words.join(' ') }),
    large({ reason: '\u0007'.repeat(160_000), summary: 'ß'.repeat(10) }),
    large({ reason: '€'.repeat(330_000) }),
  ];
  for (const event of events) {
    expect(isTooLarge(event)).toBe(false);
    expect(eventBytes(event)).toBeGreaterThan(0.8 * largestEvent);
    expect(
      Buffer.byteLength(JSON.stringify(documentOf({ ...event, ingestedAt: event.time, revision: 1 }))),
    ).toBeLessThan(15_000_000);
  }
});
