import type { Command } from 'commander';
import { checkMapping, previewMapping, type PreviewOptions } from './commands/mapping.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { tenantIdOf } from './tenant-id.ts';
import type { Terminal } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

/** `holdfast mapping …` */
export function addMapping(
  program: Command,
  terminal: Terminal,
  context: () => Context,
  json: () => boolean,
  exitWith: (code: ExitCode) => void,
): void {
  const mapping = program
    .command('mapping')
    .description('the mapping file: category labels, and the sentences of events');
  mapping
    .command('check')
    .description('look for mistakes, with line and column: needs no service')
    .argument('<file>', 'a mapping file, such as a changed copy of mappings.yml')
    .addHelpText('after', '\nExit code 2 when there are mistakes.')
    .action(async (file: string) => {
      exitWith(await checkMapping(terminal, file, json()));
    });
  mapping
    .command('preview')
    .description('show what a changed file would do to stored events; changes nothing')
    .requiredOption('--file <file>', 'the changed file')
    .option('--tenant <tenant>', 'only this tenant: id or name')
    .option('--from <time>', 'not before: 2026-10-05T09:00:00Z, 2026-10-05 or now-7d')
    .option('--to <time>', 'before')
    .option('--limit <n>', 'look at so many events, newest first (10,000 where not given)', wholeNumber)
    .option('--sample <n>', 'show so many differences (20 where not given)', wholeNumber)
    .action(async (given: PreviewOptions) => {
      const here = context();
      const tenant = given.tenant === undefined ? {} : { tenant: await tenantIdOf(here, given.tenant) };
      await previewMapping(here, { ...given, ...tenant });
    });
}
