import type { Duration } from '../shared/kernel/time.ts';
import { rhythmBounds } from '../shared/pipeline/rhythm.ts';
import type { Source } from '../shared/sources/_kit/source.ts';
import type { SourceFolder } from './source-registry.ts';

/** `docs/sources.md`: every source, from its declaration. */
export function sourcesPage(folders: readonly SourceFolder[]): string {
  const index = folders.map(
    ({ id, source }) =>
      `| [\`${id}\`](#${id.replaceAll('.', '')}) | ${source.title} | ${source.pull.kind} | ${memoryOf(source)} |`,
  );
  return [
    '# Sources',
    '',
    'Written by `npm run gen` from the declarations in `shared/sources/`; each folder’s `mapping.md` says what becomes of every field.',
    '',
    'A **window** source is a log: spans of time are asked for, one after another, and read again for late records. A **snapshot** source tells how things are: all of it is read each time, and what differs from the last reading becomes events. A **feed** hands out what follows its last answer. Each stream of a source has its own place and its own rhythm. A connection’s `everySeconds` and `remembersDays` take the place of the rhythm and the memory given here.',
    '',
    '| source | what | kind | the provider remembers |',
    '|---|---|---|---|',
    ...index,
    '',
    ...folders.flatMap(({ source }) => chapterOf(source)),
  ].join('\n');
}

function chapterOf(source: Source): string[] {
  const config: unknown = source.config.parse({});
  const streams = source.streams(config).map(name => `\`${name}\``);
  const rows = [
    ['kind', source.pull.kind],
    ['streams', streams.join(', ')],
    ...rhythmOf(source),
    ['identity', source.identifiedBy],
    ['mapping', `version ${source.mapping}, [fields](../shared/sources/${source.id}/mapping.md)`],
  ];
  return [
    `## ${source.id}`,
    '',
    `**${source.title}.** ${source.about}`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    'What an admin of the customer must grant:',
    '',
    ...source.needs.map(({ name, how }) => `- \`${name}\`. ${how}`),
    '',
  ];
}

/** How often, how late and how far back. */
function rhythmOf({ pull, every }: Source): [string, string][] {
  if (pull.kind === 'snapshot') {
    return [
      ['how often', `read whole every ${spoken(every)}`],
      ['how late', `a change shows at the next reading; one that was undone before it is not seen`],
      ['how far back', 'only the present; the first reading has no changes'],
    ];
  }
  if (pull.kind === 'feed') {
    return [
      ['how often', `every ${spoken(every)}`],
      ['how late', 'as soon as the provider hands it out'],
      ['how far back', pull.lookback === undefined ? 'what follows the last answer' : spoken(pull.lookback)],
    ];
  }
  const { policy } = pull;
  const { fastest, usual, slowest } = rhythmBounds(policy);
  return [
    [
      'how often',
      `every ${spoken(usual)}; between ${spoken(fastest)} for a busy stream and ${spoken(slowest)} for an idle one`,
    ],
    ['how late', `the newest ${spoken(policy.lag)} are left alone, while the provider is still writing`],
    [
      'late records',
      `each pull reads ${spoken(policy.overlap)} once more, and so does one at the age of ${listed(policy.rereads.map(spoken))}`,
    ],
    [
      'how far back',
      `${spoken(policy.lookback)} at first${policy.maxWidth < policy.lookback ? `, in windows of at most ${spoken(policy.maxWidth)}` : ''}`,
    ],
  ];
}

function memoryOf({ pull }: Source): string {
  if (pull.kind === 'window') return spoken(pull.policy.lookback);
  if (pull.kind === 'snapshot') return 'only the present';
  return pull.lookback === undefined ? 'what follows the last answer' : spoken(pull.lookback);
}

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `6 days, 23 hours and 45 minutes` */
function spoken(span: Duration): string {
  let left: number = span;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.length === 0 ? 'no time' : listed(parts);
}
