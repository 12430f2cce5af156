import { eventId } from '../shared/kernel/hash.ts';
import { AppError } from '../shared/kernel/errors.ts';
import type { Instant } from '../shared/kernel/time.ts';
import { noMappings, withMappings, type Mappings } from '../shared/mappings/mappings.ts';
import type { OcsfInput } from '../shared/ocsf/ocsf-event.ts';
import { toOcsf } from '../shared/ocsf/to-ocsf.ts';
import { equalCount, type EqualCount } from '../shared/pipeline/equal-count.ts';
import { readRecord } from '../shared/sources/_kit/read-record.ts';
import type { About, Source } from '../shared/sources/_kit/source.ts';
import { sources } from '../shared/sources/index.generated.ts';

export interface NormalizeOptions {
  /** Accepted mail domains of whoever the records are about: they decide a mail's direction. */
  readonly domains?: readonly string[];
  /** The stream the records came in; it is part of an event's id. */
  readonly stream?: string;
  /** When the records were read: the time of those that say none themselves, as states do. */
  readonly readAt?: Instant;
  /** A mapping file's word on the events; none where not given. */
  readonly mappings?: Mappings;
  /** Write `{"ocsf":…}`, the event as OCSF 1.8.0, in place of `{"event":…}`. */
  readonly ocsf?: boolean;
}

/** Stands in an event's id where the customer's tenant would. */
const noTenant = '00000000-0000-0000-0000-000000000000';

/**
 * Records, one a line, through a source's mapping: for every line one, in order: `{"event":…}` (or `{"ocsf":…}`),
 * `{"skip":"reason"}` or `{"quarantine":"problem"}`. A snapshot's record, which tells how a thing is, is read as one
 * added. A line that is no record is a problem of that line and never ends the stream.
 * Throws `request.invalid` before the first line for a source nobody has declared, or a stream it does not have.
 */
export function normalizeLines(
  sourceId: string,
  lines: AsyncIterable<string | null>,
  options: NormalizeOptions = {},
): AsyncGenerator<string> {
  const plain = sources.find(({ id }) => id === sourceId);
  if (plain === undefined) {
    const known = sources.map(({ id }) => id).join(', ');
    throw new AppError('request.invalid', 'give-up', `There is no such source. Known are: ${known}.`, {
      target: 'source',
    });
  }
  const source = withMappings(plain, options.mappings ?? noMappings);
  const domains = (options.domains ?? []).map(domain => domain.toLowerCase());
  const readAt = options.readAt === undefined ? {} : { readAt: options.readAt };
  const about = { domains, stream: streamOf(source, options.stream), ...readAt };
  return answers(source, lines, about, options.ocsf === true);
}

/** The stream asked for, which the source must have; its first where none is. */
function streamOf(source: Source, asked: string | undefined): string {
  const known = source.streams(source.config.parse({}));
  const found = asked === undefined ? known[0] : known.find(one => one === asked);
  if (found !== undefined) return found;
  throw new AppError(
    'request.invalid',
    'give-up',
    `${source.id} has no such stream. Its streams are: ${known.join(', ')}.`,
    { target: 'stream' },
  );
}

async function* answers(
  source: Source,
  lines: AsyncIterable<string | null>,
  about: About,
  ocsf: boolean,
): AsyncGenerator<string> {
  // As the pipeline does over one reading of a window: records alike in everything are told apart by their number.
  const equal = source.countsEqual === true ? equalCount() : null;
  for await (const line of lines) {
    const answer = answerTo(source, line, about, equal);
    yield JSON.stringify(ocsf && 'event' in answer ? { ocsf: toOcsf(answer.event) } : answer);
  }
}

type Answer =
  | { readonly event: OcsfInput & { readonly id: string } }
  | { readonly skip: string }
  | { readonly quarantine: string };

function answerTo(source: Source, line: string | null, about: About, equal: EqualCount | null): Answer {
  if (line === null) return { quarantine: 'line: longer than any record' };
  const record = parsed(line);
  if (record === null) return { quarantine: line.trim() === '' ? 'line: empty' : 'line: not JSON' };
  const reading = readRecord(source, record.value, about);
  if (reading.kind === 'skip') return { skip: reading.reason };
  if (reading.kind === 'problem') return { quarantine: reading.problem };
  const { event, identity } = reading;
  const idOf = (parts: readonly string[]) => eventId(event.time, noTenant, source.id, about.stream, parts);
  const first = idOf(identity);
  const [number = 0] = equal?.page([first]) ?? [];
  const id = number === 0 ? first : idOf([...identity, String(number)]);
  return { event: { id, source: source.id, stream: about.stream, ...event } };
}

/** Boxed, because `null` is JSON too. */
function parsed(line: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(line) };
  } catch {
    return null; // the answer says so; the next line may be fine
  }
}
