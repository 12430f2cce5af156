import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Answer, Ask } from '../../shared/api/client.ts';
import type { Contract } from '../../shared/api/contract/contract.ts';
import { outJson, type Context } from '../context.ts';
import { CommandError, exitCodes, type ExitCode } from '../exit-code.ts';
import { formatFacts, formatTable, type Column } from '../format-table.ts';
import { shortTime } from '../format-time.ts';
import type { Terminal } from '../terminal.ts';

type Preview = Answer<Contract['mapping.preview']>['body'];
type Asked = Ask<Contract['mapping.preview']>['body'];
type Difference = Preview['sample'][number];
type Operation = Preview['operations'][number];

export interface PreviewOptions {
  readonly file: string;
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly sample?: number;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CommandError(exitCodes.usage, `${path} cannot be read.`, {
      next: 'Give the path of a mapping file, such as a copy of mappings.yml.',
      cause,
    });
  }
}

/** What a changed file would do to stored events; it changes nothing. */
export async function previewMapping(context: Context, options: PreviewOptions): Promise<void> {
  const { file, ...rest } = options;
  const body: Asked = { file: await textOf(file), ...rest };
  const reply = (await context.client.call('mapping.preview', { body })).body;
  if (context.json) return outJson(context, reply);
  const { terminal } = context;
  await terminal.out(formatFacts(countsOf(reply), terminal));
  if (reply.labels.length > 0) await terminal.out(`\n${formatTable(reply.labels, labelColumns, terminal)}`);
  const sources = reply.sources.filter(row => row.changed > 0 || row.unreadable > 0);
  if (sources.length > 0) await terminal.out(`\n${formatTable(sources, sourceColumns, terminal)}`);
  if (reply.operations.length > 0)
    await terminal.out(`\n${formatTable(reply.operations, operationColumns, terminal)}`);
  if (reply.unlisted > 0) await terminal.out(`… and ${number(reply.unlisted)} events of other operations\n`);
  for (const one of reply.sample) await terminal.out(`\n${differenceText(one, terminal)}`);
  terminal.note(terminal.paint('dim', footer(reply)));
}

const number = (n: number): string => n.toLocaleString('en');

function countsOf(reply: Preview): readonly (readonly [string, string | null])[] {
  const { total, examined, changed, summaries, categories, unreadable, outdated } = reply;
  const some = (count: number, says = ''): string | null =>
    count === 0 ? null : `${number(count)}${says === '' ? '' : `: ${says}`}`;
  return [
    ['looked at', `${number(examined)} of ${total.exact ? '' : 'about '}${number(total.value)} events`],
    ['would change', number(changed)],
    ['  in summary', some(summaries)],
    ['  in category', some(categories)],
    ['stay as they are', some(unreadable, 'they would be made anew, and cannot be')],
    ...reasons.map(([why, says]) => ['', some(reply.kept[why], says)] as const),
    [
      'out of date now',
      some(outdated, 'of an earlier file or mapping; not all of their change is this file’s'),
    ],
  ];
}

const reasons: readonly (readonly [keyof Preview['kept'], string])[] = [
  ['refused', 'their source would not read the record as an event today'],
  ['rawGone', 'retention has removed their record'],
  ['readingGone', 'one of the two readings of the snapshot they were told by is not there any more'],
  ['rawDamaged', 'their record lies damaged in the archive; verify the archive'],
  ['sourceGone', 'this version has no such source'],
];

const labelColumns: readonly Column<Preview['labels'][number]>[] = [
  { title: 'CATEGORY', value: row => row.category },
  { title: 'IS CALLED', value: row => row.before },
  { title: 'WOULD BE', value: row => row.after },
];
const sourceColumns: readonly Column<Preview['sources'][number]>[] = [
  { title: 'CHANGED', value: row => number(row.changed), right: true },
  { title: 'STAY', value: row => number(row.unreadable), right: true },
  { title: 'OF', value: row => number(row.examined), right: true },
  { title: 'SOURCE', value: row => row.source },
];
const operationColumns: readonly Column<Operation>[] = [
  { title: 'CHANGED', value: row => number(row.changed), right: true },
  { title: 'OF', value: row => number(row.examined), right: true },
  { title: 'OPERATION', value: row => row.operation, least: 16 },
  { title: 'SOURCE', value: row => row.source },
];

function differenceText(one: Difference, terminal: Terminal): string {
  const line = (side: Difference['before']): string =>
    `${side.summary}${one.before.category === one.after.category ? '' : ` [${side.label}]`}`;
  return formatFacts(
    [
      ['event', `${one.id.slice(0, 17)}  ${shortTime(one.time)}  ${one.source}`],
      ['before', line(one.before)],
      ['after', line(one.after)],
    ],
    terminal,
  );
}

function footer({ changed, sample, examined, total }: Preview): string {
  const more = examined < total.value ? ' --limit N looks at more.' : '';
  if (changed === 0) return `No event would read otherwise.${more}`;
  return `${number(sample.length)} of ${number(changed)} differences shown; --sample N shows more.${more} Nothing was changed.`;
}

/** Reads a mapping file as the product would at its start: needs no service. */
export async function checkMapping(terminal: Terminal, path: string, json: boolean): Promise<ExitCode> {
  const text = await textOf(path);
  // Loaded only when asked for: the other commands need no source.
  const [{ readMappings }, { sources }] = await Promise.all([
    import('../../shared/mappings/read-mappings.ts'),
    import('../../shared/sources/index.generated.ts'),
  ]);
  const read = readMappings(
    text,
    sources.map(({ id }) => id),
  );
  const problems = read.ok ? [] : read.problems;
  if (json) await terminal.out(`${JSON.stringify({ ok: read.ok, problems })}\n`);
  else {
    for (const { line, column, says } of problems) {
      await terminal.out(`${basename(path)}:${String(line)}:${String(column)}: ${says}\n`);
    }
    const found = problems.length === 1 ? 'One mistake' : `${String(problems.length)} mistakes`;
    terminal.note(read.ok ? 'No mistake found.' : `${found} found.`);
  }
  return read.ok ? exitCodes.ok : exitCodes.usage;
}
