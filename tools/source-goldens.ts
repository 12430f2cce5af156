import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../shared/kernel/errors.ts';
import { instant, isoInstant, type Window } from '../shared/kernel/time.ts';
import type { StreamId } from '../shared/model/ids.ts';
import { spelled } from '../shared/sources/_kit/difference.ts';
import { readRecord } from '../shared/sources/_kit/read-record.ts';
import type { About, Page, PullContext, SnapshotChange, Source } from '../shared/sources/_kit/source.ts';
import { scriptedHttp, type Exchange } from '../test/support/scripted-http.ts';
import { sourcesFolder } from './source-registry.ts';

/** Fixtures are about the tenant Contoso. */
export const contoso = { id: 'c0a10000-0000-4000-8000-00000000c001', domains: ['contoso.example'] } as const;

const transcriptSchema = z.strictObject({
  /** What the transcript shows. */
  about: z.string().min(1),
  window: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
  asOf: z.iso.datetime(),
  stream: z.string().default('default'),
  config: z.record(z.string(), z.unknown()).default({}),
  /** Names of immutable objects whose records are stored already. */
  read: z.array(z.string()).default([]),
  exchanges: z.array(
    z.strictObject({
      request: z.string(),
      reply: z.strictObject({
        status: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.unknown(),
      }),
    }),
  ),
});
export type Transcript = z.infer<typeof transcriptSchema>;

/** A fixture: what a provider sends, and the golden of what we make of it. */
export interface Fixture {
  /** `delivered` of `delivered.raw.json`, or of `delivered.raw.ndjson` where the provider sends lines. */
  readonly name: string;
  /** `changes`: two readings of a snapshot, `<name>.before.json` and `<name>.after.json`. */
  readonly kind: 'records' | 'paging' | 'changes';
  readonly bytes: Uint8Array;
  /** Of `changes`: the reading before. */
  readonly before?: Uint8Array;
  readonly goldenPath: string;
}

export const fixturesFolder = (id: string): string => join(sourcesFolder, id, 'fixtures');

const kinds: Readonly<Record<string, { readonly kind: Fixture['kind']; readonly golden: string }>> = {
  raw: { kind: 'records', golden: 'events' },
  http: { kind: 'paging', golden: 'pages' },
  after: { kind: 'changes', golden: 'changes' },
};

/** The fixtures of a source, in the order of their names. */
export async function fixturesOf(id: string): Promise<Fixture[]> {
  const folder = fixturesFolder(id);
  const found: Fixture[] = [];
  const files: string[] = await readdir(folder).catch(() => []);
  for (const file of files.sort()) {
    const [, name = '', suffix] = /^(.+)\.(raw|http|after)\.(?:json|ndjson)$/.exec(file) ?? [];
    const known = kinds[suffix ?? ''];
    if (known === undefined) continue;
    const bytes = await readFile(join(folder, file));
    const goldenPath = join(folder, `${name}.${known.golden}.json`);
    const before = suffix === 'after' ? { before: await readFile(join(folder, `${name}.before.json`)) } : {};
    found.push({ name, kind: known.kind, bytes, ...before, goldenPath });
  }
  return found;
}

/** What we make of a fixture, as it is committed. */
export async function goldenOf(source: Source, fixture: Fixture): Promise<string> {
  const made =
    fixture.kind === 'records'
      ? eventsOf(source, fixture.bytes)
      : fixture.kind === 'changes'
        ? changesOf(source, fixture.before ?? new Uint8Array(), fixture.bytes)
        : await pagesOf(source, readTranscript(fixture.bytes));
  return `${JSON.stringify(made, null, 2)}\n`;
}

/** When fixtures of snapshots were read, and when the reading before it was. */
const readAt = instant(Date.parse('2026-10-05T10:00:00Z'));
const readBefore = instant(Date.parse('2026-10-05T09:00:00Z'));

export const aboutFixtures = (source: Source): About => ({
  domains: contoso.domains,
  stream: source.streams(source.config.parse({}))[0] ?? 'default',
  ...(source.pull.kind === 'snapshot' ? { readAt } : {}),
});

/** Each record's event and identity, or why there is none. */
export function eventsOf(source: Source, bytes: Uint8Array): unknown[] {
  const about = aboutFixtures(source);
  return Array.from(source.split(bytes), record => {
    const reading = readRecord(source, record, about);
    if (reading.kind === 'event') return { identity: reading.identity, event: reading.event };
    return reading.kind === 'skip' ? { skip: reading.reason } : { problem: reading.problem };
  });
}

/** The event of each thing that differs between two readings, in the order of the new one; the removed ones last. */
export function changesOf(source: Source, before: Uint8Array, after: Uint8Array): unknown[] {
  const { pull } = source;
  if (pull.kind !== 'snapshot') throw new Error(`${source.id} is no snapshot: it has no changes`);
  const keyed = (bytes: Uint8Array): Map<string, unknown> =>
    new Map(Array.from(source.split(bytes), record => [pull.key(source.record.parse(record)), record]));
  const says = (record: unknown): string => spelled(record, path => pull.ignores?.(path) === true);
  const [old, now] = [keyed(before), keyed(after)];
  const names = new Map([...old.values(), ...now.values()].flatMap(record => {
    const name = pull.names?.(source.record.parse(record)) ?? null;
    return name === null ? [] : [name];
  })); // prettier-ignore
  const tell = (record: unknown, kind: SnapshotChange['kind'], was: unknown): unknown => {
    const change: SnapshotChange = { kind, asOf: readAt, since: readBefore, before: was, names };
    const reading = readRecord(source, record, { ...aboutFixtures(source), change });
    return reading.kind === 'event' ? reading.event : reading;
  };
  const changed = [...now].flatMap(([key, record]) => {
    if (!old.has(key)) return [tell(record, 'added', null)];
    return says(old.get(key)) === says(record) ? [] : [tell(record, 'changed', old.get(key))];
  });
  const removed = [...old]
    .filter(([key]) => !now.has(key))
    .map(([, record]) => tell(record, 'removed', null));
  return [...changed, ...removed];
}

export const readTranscript = (bytes: Uint8Array): Transcript =>
  transcriptSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));

/** One page as a golden shows it: where paging stands behind it, and which records it holds. */
export interface PageSeen {
  readonly holds: Page['holds'];
  readonly name: string | null;
  readonly records?: readonly (readonly string[] | null)[];
  readonly lost?: { readonly from: string; readonly to: string; readonly reason: string };
  readonly resume: string | null;
}
export interface Walk {
  readonly about: string;
  readonly pages: readonly PageSeen[];
  /** What ended it, when it was not the last page. */
  readonly error?: { readonly code: string; readonly recovery: string };
}

export async function pagesOf(source: Source, transcript: Transcript): Promise<Walk> {
  const { pages, error } = await walk(source, transcript, null);
  const seen = pages.map(page => pageSeen(source, page));
  return { about: transcript.about, pages: seen, ...(error === null ? {} : { error }) };
}

/** All pages of a transcript from a resume token on, and the error that ended it, if one did. */
export async function walk(
  source: Source,
  transcript: Transcript,
  resume: string | null,
): Promise<{ pages: readonly Page[]; error: NonNullable<Walk['error']> | null; asked: readonly string[] }> {
  // What JSON has as unknown may be anything; the client sends it as it is.
  const http = scriptedHttp(transcript.exchanges as readonly Exchange[]);
  const window: Window = { from: at(transcript.window.from), to: at(transcript.window.to) };
  const pages: Page[] = [];
  const context = contextOf(source, transcript, http);
  try {
    for await (const page of pagesFrom(source, context, window, resume)) pages.push(page);
    return { pages, error: null, asked: http.asked };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return { pages, error: { code: thrown.code, recovery: thrown.recovery }, asked: http.asked };
  }
}

/** Of a feed, `resume` is the token. */
function pagesFrom(
  { pull }: Source,
  ctx: PullContext<unknown>,
  window: Window,
  resume: string | null,
): AsyncIterable<Page> {
  return pull.kind === 'window' ? pull.pages(ctx, window, resume) : pull.pages(ctx, resume);
}

const contextOf = (
  source: Source,
  transcript: Transcript,
  http: PullContext<unknown>['http'],
): PullContext<unknown> => ({
  http,
  config: source.config.parse(transcript.config),
  tenant: contoso,
  stream: transcript.stream as StreamId,
  asOf: at(transcript.asOf),
  unread: names => Promise.resolve(names.filter(name => !transcript.read.includes(name))),
});

const at = (text: string) => instant(Date.parse(text));

function pageSeen(source: Source, page: Page): PageSeen {
  const { lost } = page;
  return {
    holds: page.holds,
    name: page.name,
    ...(page.holds === 'records' ? { records: identitiesOf(source, page.bytes) } : {}),
    ...(lost === undefined
      ? {}
      : {
          lost: { from: isoInstant(lost.window.from), to: isoInstant(lost.window.to), reason: lost.reason },
        }),
    resume: page.resume,
  };
}

function identitiesOf(source: Source, bytes: Uint8Array): (readonly string[] | null)[] {
  const about = aboutFixtures(source);
  return Array.from(source.split(bytes), record => {
    const reading = readRecord(source, record, about);
    return reading.kind === 'event' ? reading.identity : null;
  });
}
