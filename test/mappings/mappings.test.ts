import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mappedEvent, noMappings, withMappings, type Mappings } from '../../shared/mappings/mappings.ts';
import { normalizedEventSchema, type NormalizedEvent } from '../../shared/model/event.ts';
import { readRecords } from '../../shared/pipeline/read-records.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { exchangeMessageTrace } from '../../shared/sources/exchange.message-trace/source.ts';
import { aboutFixtures, fixturesOf } from '../../tools/source-goldens.ts';
import { instant } from '../../shared/kernel/time.ts';
import { sha256 } from '../../shared/kernel/hash.ts';
import type { SourceId } from '../../shared/model/ids.ts';
import { mappingsFrom } from '../support/mappings-from.ts';
import { contoso, stream } from '../support/sample.ts';
import { seed } from '../support/seed.ts';

const trace = (rule: string): Mappings =>
  mappingsFrom(`sources: { exchange.message-trace: { MessageTrace: ${rule} } }`);
const record = {
  id: 't-1',
  receivedDateTime: '2026-10-05T09:12:44Z',
  senderAddress: 'mira.holt@contoso.example',
  recipientAddress: 'oskar.lind@fabrikam.example',
  status: 'failed',
};
function event(of: Mappings, over: object = {}): NormalizedEvent {
  const about = { domains: [], stream: 'default' };
  const reading = readRecord(withMappings(exchangeMessageTrace, of), { ...record, ...over }, about);
  if (reading.kind !== 'event') throw new Error('no event');
  return reading.event;
}

describe('a source under a mapping file', () => {
  test('is the very same where the file is silent about it', () => {
    for (const source of sources) expect(withMappings(source, noMappings)).toBe(source);
    const other = mappingsFrom('sources: { m365.unified-audit: { x: { summary: y } } }');
    expect(withMappings(exchangeMessageTrace, other)).toBe(exchangeMessageTrace);
  });
  test('has the file’s sentence and category, and everything else from the provider', () => {
    const plain = event(noMappings, { status: 'delivered' });
    const made = event(trace("{ summary: '{sender} wrote to {recipient}', category: other }"), {
      status: 'delivered',
    });
    expect(made).toEqual({
      ...plain,
      summary: 'mira.holt@contoso.example wrote to oskar.lind@fabrikam.example',
      category: 'other',
      mappingDigest: expect.any(String) as string,
    });
  });
  test('says of what failed that it did, in the file’s words where it has some', () => {
    expect(event(trace("{ summary: 'Mail to {recipient}' }")).summary).toBe(
      'Mail to oskar.lind@fabrikam.example, failed',
    );
    expect(event(trace("{ summary: x, failed: 'No mail to {recipient}' }")).summary).toBe(
      'No mail to oskar.lind@fabrikam.example',
    );
    expect(event(trace('{ failed: x }'), { status: 'delivered' }).summary).toBe(
      event(noMappings, { status: 'delivered' }).summary,
    );
  });
  test('keeps a sentence to one line of 300 characters', () => {
    const made = event(trace("{ summary: '{subject} {subject} {subject}' }"), {
      subject: `a\n${'b'.repeat(500)}`,
      status: 'x',
    });
    expect(made.summary).toMatch(/^a b+… a b+…/);
    expect(made.summary.length).toBeLessThanOrEqual(300);
  });
  test('takes an operation in any case, without its full stop, and `*` for all others', () => {
    const both = mappingsFrom(
      "sources: { exchange.message-trace: { 'MESSAGETRACE.': { summary: a }, '*': { summary: b } } }",
    );
    expect(both.rulesOf('exchange.message-trace')?.find('MessageTrace')).not.toBeNull();
    expect(event(both).summary).toBe('a, failed');
    const rest = mappingsFrom("sources: { exchange.message-trace: { '*': { summary: b } } }");
    expect(event(rest).summary).toBe('b, failed');
  });
  test('renders again with names that were filled in later', () => {
    const rules = trace("{ summary: '{sender} wrote to {mailbox}' }").rulesOf('exchange.message-trace');
    if (rules === null) throw new Error('no rules');
    const before = event(noMappings, { status: 'delivered' });
    const named = {
      ...before,
      targets: [{ kind: 'mailbox', id: '1', name: 'Oskar Lind', address: null } as const],
    };
    const made = mappedEvent(rules, named);
    expect(made.summary).toBe('mira.holt@contoso.example wrote to Oskar Lind');
    expect(mappedEvent(rules, made)).toEqual(made);
  });
  test('still skips, refuses and identifies as it did, and makes valid events of every fixture', async () => {
    for (const source of sources) {
      const all = withMappings(
        source,
        mappingsFrom(
          `sources: { ${source.id}: { '*': { summary: '{actor} did {operation}[ on {target}]' } } }`,
        ),
      );
      const about = aboutFixtures(source);
      for (const fixture of await fixturesOf(source.id)) {
        if (fixture.kind !== 'records') continue;
        for (const one of source.split(fixture.bytes)) {
          const [before, after] = [readRecord(source, one, about), readRecord(all, one, about)];
          if (before.kind !== 'event' || after.kind !== 'event') expect(after).toEqual(before);
          else {
            expect(after.identity).toEqual(before.identity);
            const { mappingDigest: _, ...made } = after.event;
            expect({ ...made, summary: before.event.summary }).toEqual(before.event);
            expect(after.event.summary).toContain(' did ');
            normalizedEventSchema.parse(after.event);
          }
        }
      }
    }
  });
});

describe('the digest of a file’s rules', () => {
  const digest = (rule: string): string | undefined =>
    withMappings(exchangeMessageTrace, trace(rule)).mappingDigest;
  test('is on every event of the source, and on none where the file is silent', () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ value: [record] }));
    const read = (of: Mappings) =>
      readRecords(bytes, {
        source: withMappings(exchangeMessageTrace, of),
        ref: { source: 'exchange.message-trace' as SourceId, stream },
        tenant: contoso,
        about: { domains: [], stream: 'default' },
        object: { key: 'x', sha256: sha256(bytes) },
        now: instant(0),
      }).events[0];
    const rules = trace('{ summary: x }');
    expect(read(rules)?.mappingDigest).toBe(withMappings(exchangeMessageTrace, rules).mappingDigest);
    expect(read(rules)?.mappingDigest).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.stringify(read(noMappings))).not.toContain('mappingDigest');
    // A re-read under another file is no other record.
    expect(read(rules)?.recordHash).toBe(read(noMappings)?.recordHash);
  });
  test('changes with what the rules say, not with how the file is written or what it says of others', () => {
    expect(digest('{ summary: x }')).toBe(digest('{ "summary": "x" }'));
    expect(digest('{ summary: x, category: mail }')).toBe(digest('{ category: mail, summary: x }'));
    expect(digest('{ summary: x }')).not.toBe(digest('{ summary: y }'));
    expect(digest('{ summary: x }')).not.toBe(digest('{ failed: x }'));
    const beside = mappingsFrom(
      'categories: { mail: M }\nsources:\n  m365.unified-audit: { x: { summary: y } }\n  exchange.message-trace: { MessageTrace: { summary: x } }',
    );
    expect(beside.rulesOf('exchange.message-trace')?.digest).toBe(digest('{ summary: x }'));
  });
  test('is the same in every process', () => {
    expect(digest('{ summary: x }')).toBe('61e4343612808b94');
  });
  test('keeps apart any two rules that differ', () => {
    const text = fc.string({ minLength: 1, maxLength: 8 }).map(one => `a${one.replaceAll(/[^a-z ]/g, '')}`);
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [one, two] = [a, b].map(said => digest(JSON.stringify({ summary: said })));
        expect(one === two).toBe(a === b);
      }),
      { seed, numRuns: 200 },
    );
  });
});
