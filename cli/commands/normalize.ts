import { AppError } from '../../shared/kernel/errors.ts';
import { instant, parseInstant, type Instant } from '../../shared/kernel/time.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { readLines } from '../read-lines.ts';
import type { Terminal } from '../terminal.ts';

export interface NormalizeOptions {
  /** The customer's mail domains. */
  readonly domain?: readonly string[];
  readonly stream?: string;
  readonly readAt?: string;
  /** Path of a mapping file. */
  readonly mappings?: string;
  /** The one that the environment names where no other is given; the built-in one where it is empty. */
  readonly setMappings: string;
  /** Write OCSF in place of our own event. */
  readonly ocsf?: boolean;
}

/**
 * Records in, what we make of each out; one line for one line, in order, at the reader's pace. Loaded only when
 * asked for: the other commands need no source.
 */
export async function normalize(
  terminal: Terminal,
  sourceId: string,
  options: NormalizeOptions,
): Promise<ExitCode> {
  const [{ normalizeLines }, { readMappingFile }, { sources }] = await Promise.all([
    import('../normalize.ts'),
    import('../../shared/app/mapping-file.ts'),
    import('../../shared/sources/index.generated.ts'),
  ]);
  const named = options.mappings ?? '';
  const mappings =
    named === ''
      ? await readMappingFile(options.setMappings, sources)
      : await readMappingFile(named, sources, '--mappings');
  let quarantined = 0;
  const lines = normalizeLines(sourceId, readLines(terminal.input), {
    mappings,
    domains: options.domain ?? [],
    ocsf: options.ocsf === true,
    ...(options.stream === undefined ? {} : { stream: options.stream }),
    readAt: readAtOf(options.readAt),
  });
  for await (const line of lines) {
    if (line.startsWith('{"quarantine"')) quarantined += 1;
    await terminal.out(`${line}\n`);
  }
  return quarantined === 0 ? exitCodes.ok : exitCodes.partial;
}

/** Now, unless somebody says when. */
function readAtOf(given: string | undefined): Instant {
  const at = given === undefined ? instant(Date.now()) : parseInstant(given);
  if (at !== null) return at;
  throw new AppError('request.invalid', 'give-up', 'Give --read-at as a time such as 2026-10-05T10:00:00Z.', {
    target: 'read-at',
  });
}
