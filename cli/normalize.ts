import { eventId } from '../shared/kernel/hash.ts';
import { AppError } from '../shared/kernel/errors.ts';
import { noMappings, withMappings, type Mappings } from '../shared/mappings/mappings.ts';
import type { OcsfInput } from '../shared/ocsf/ocsf-event.ts';
import { toOcsf } from '../shared/ocsf/to-ocsf.ts';
import { readRecord } from '../shared/sources/_kit/read-record.ts';
import type { About, Source } from '../shared/sources/_kit/source.ts';
import { sources } from '../shared/sources/index.generated.ts';

export interface NormalizeOptions {
  /** Accepted mail domains of whoever the records are about: they decide a mail's direction. */
  readonly domains?: readonly string[];
  /** The stream the records came in; it is part of an event's id. */
  readonly stream?: string;
  /** A mapping file's word on the events; none where not given. */
  readonly mappings?: Mappings;
  /** Write `{"ocsf":…}`, the event as OCSF 1.8.0, in place of `{"event":…}`. */
  readonly ocsf?: boolean;
}

/** Stands in an event's id where the customer's tenant would. */
const noTenant = '00000000-0000-0000-0000-000000000000';

/**
 * Records, one a line, through a source's mapping: for every line one, in order: `{"event":…}` (or
 * `{"ocsf":…}`), `{"skip":"reason"}` or `{"quarantine":"problem"}`. A line that is no record is a problem of that line and never ends the stream.
 * Throws `request.invalid` before the first line for a source nobody has declared.
 */
export function normalizeLines(
  sourceId: string,
  lines: AsyncIterable<string>,
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
  const about = { domains, stream: options.stream ?? firstStream(source) };
  return answers(source, lines, about, options.ocsf === true);
}

const firstStream = (source: Source): string => source.streams(source.config.parse({}))[0] ?? 'default';

async function* answers(
  source: Source,
  lines: AsyncIterable<string>,
  about: About,
  ocsf: boolean,
): AsyncGenerator<string> {
  for await (const line of lines) {
    const answer = answerTo(source, line, about);
    yield JSON.stringify(ocsf && 'event' in answer ? { ocsf: toOcsf(answer.event) } : answer);
  }
}

type Answer =
  | { readonly event: OcsfInput & { readonly id: string } }
  | { readonly skip: string }
  | { readonly quarantine: string };

function answerTo(source: Source, line: string, about: About): Answer {
  const record = parsed(line);
  if (record === null) return { quarantine: line.trim() === '' ? 'line: empty' : 'line: not JSON' };
  const reading = readRecord(source, record.value, about);
  if (reading.kind === 'skip') return { skip: reading.reason };
  if (reading.kind === 'problem') return { quarantine: reading.problem };
  const { event, identity } = reading;
  const id = eventId(event.time, noTenant, source.id, about.stream, identity);
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
