import { eventBytes, isTooLarge, largestEvent } from '../../model/event-size.ts';
import type { NormalizedEvent } from '../../model/event.ts';
import { Problem, type About, type Skip, type Source } from './source.ts';

/** What became of one record: its event and what identifies it, a skip, or why it cannot be read. */
export type Reading =
  | {
      readonly kind: 'event';
      readonly event: NormalizedEvent;
      readonly identity: readonly [string, ...string[]];
    }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'problem'; readonly problem: string };

/**
 * One record through a source's schema, identity and mapping. Never throws for what a provider sent: a record
 * that even surprises the mapping is a problem of that record, not of the page it came in.
 */
export function readRecord<Cfg, Rec>(source: Source<Cfg, Rec>, value: unknown, about: About): Reading {
  const parsed = source.record.safeParse(value);
  if (!parsed.success) return { kind: 'problem', problem: problemOf(parsed.error.issues[0]) };
  try {
    const event = source.normalize(parsed.data, about);
    if (isSkip(event)) return { kind: 'skip', reason: event.skip };
    // No store would take it, and a page that is refused for one record is refused for ever.
    if (isTooLarge(event)) return { kind: 'problem', problem: tooMuch(event) };
    return { kind: 'event', event, identity: source.identity(parsed.data) };
  } catch (thrown) {
    if (thrown instanceof Problem) return { kind: 'problem', problem: thrown.message };
    // What recurses over a record nested a hundred thousand deep overflows the stack.
    if (thrown instanceof RangeError) return { kind: 'problem', problem: tooDeep };
    // Not rethrown: one record nobody foresaw must not stop a feed. It waits in quarantine for a mended mapping.
    const name = thrown instanceof Error ? thrown.name : typeof thrown;
    return { kind: 'problem', problem: `the mapping of ${source.id} failed on this record (${name})` };
  }
}

const tooDeep = 'record: expected less nesting, it is too deep or too large to be read';
const tooMuch = (event: NormalizedEvent): string =>
  `record: expected to make an event of at most ${kilobytes(largestEvent)}, not ${kilobytes(eventBytes(event))}; its bytes are kept`;
const kilobytes = (bytes: number): string =>
  `${String(Math.ceil(bytes / 1_000)).replace(/\B(?=(\d{3})+$)/g, ',')} kB`;
const isSkip = (made: NormalizedEvent | Skip): made is Skip => 'skip' in made;

/** What a record's schema misses, as a sentence that names the field. */
export function problemOf(issue: { path: readonly PropertyKey[]; message: string } | undefined): string {
  const field = issue?.path.map(String).join('.') ?? '';
  return `${field === '' ? 'record' : field}: ${issue?.message ?? 'not of the expected shape'}`;
}
