import type { Duration } from '../shared/kernel/time.ts';
import type { Source } from '../shared/sources/_kit/source.ts';
import type { SourceFolder } from './source-registry.ts';

/** `docs/sources.md`: every source, from its declaration. */
export function sourcesPage(folders: readonly SourceFolder[]): string {
  const index = folders.map(
    ({ id, source }) => `| [\`${id}\`](#${id.replaceAll('.', '')}) | ${source.title} | ${memoryOf(source)} |`,
  );
  return [
    '# Sources',
    '',
    'Written by `npm run gen` from the declarations in `shared/sources/`; each folder’s `mapping.md` says what becomes of every field.',
    '',
    '| source | what | the provider remembers |',
    '|---|---|---|',
    ...index,
    '',
    ...folders.flatMap(({ source }) => chapterOf(source)),
  ].join('\n');
}

function chapterOf(source: Source): string[] {
  const config: unknown = source.config.parse({});
  return [
    `## ${source.id}`,
    '',
    `**${source.title}.** ${source.about}`,
    '',
    '| | |',
    '|---|---|',
    `| streams | ${source
      .streams(config)
      .map(name => `\`${name}\``)
      .join(', ')} |`,
    `| asked every | ${spoken(source.every)} |`,
    ...rhythmOf(source),
    `| mapping | version ${source.mapping}, [fields](../shared/sources/${source.id}/mapping.md) |`,
    '',
    'What an admin of the customer must grant:',
    '',
    ...source.needs.map(({ name, how }) => `- \`${name}\`. ${how}`),
    '',
  ];
}

function rhythmOf({ pull }: Source): string[] {
  if (pull.kind === 'snapshot') {
    return [
      '| pulled as | a snapshot: all of it is read, and what differs from the last reading becomes events |',
    ];
  }
  if (pull.kind === 'feed') {
    const memory =
      pull.lookback === undefined ? [] : [`| the provider remembers | ${spoken(pull.lookback)} |`];
    return ['| pulled as | a feed: the provider hands out what follows the last answer |', ...memory];
  }
  const { policy } = pull;
  return [
    `| left alone | the newest ${spoken(policy.lag)}, while the provider is still writing |`,
    `| read again | ${spoken(policy.overlap)} with every pull; then once more at the age of ${policy.rereads.map(spoken).join(', ')} |`,
    `| widest window | ${spoken(policy.maxWidth)} |`,
    `| the provider remembers | ${spoken(policy.lookback)} are asked for at first |`,
  ];
}

function memoryOf({ pull }: Source): string {
  if (pull.kind === 'window') return spoken(pull.policy.lookback);
  if (pull.kind === 'snapshot') return 'only the present';
  return pull.lookback === undefined ? 'what follows the last answer' : spoken(pull.lookback);
}

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
  const last = parts.pop() ?? 'no time';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
