import type { Command } from 'commander';
import { showReadiness } from './commands/readiness.ts';
import { renormalize, type RenormalizeOptions } from './commands/renormalize.ts';
import { changeStanding, type StandingOptions } from './commands/standing.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';

/** Commands that keep tenants in order: is everything granted, stop and go on. */
export function addUpkeep(
  program: Command,
  context: () => Context,
  exitWith: (code: ExitCode) => void,
): void {
  program
    .command('readiness')
    .description('try at the provider whether each source of a tenant may be read, and say what to mend')
    .argument('<tenant>', 'id or name')
    .addHelpText('after', '\nExit code 6 when not every source is ready.')
    .action(async (tenant: string) => {
      exitWith(await showReadiness(context(), tenant));
    });
  for (const kind of ['pause', 'resume'] as const) {
    const command = program
      .command(kind)
      .description(
        kind === 'pause' ? 'stop asking for a source until it is resumed' : 'ask for a paused source again',
      )
      .argument('<tenant>', 'id or name')
      .argument('<source>', 'source id, e.g. entra.directory-audits')
      .option('--stream <name>', 'only this stream');
    if (kind === 'pause') command.option('--reason <text>', 'for whoever wonders later');
    command.action((tenant: string, source: string, given: StandingOptions) =>
      changeStanding(context(), kind, tenant, source, given),
    );
  }
  program
    .command('renormalize')
    .description('make a tenant’s events anew from the raw records, with the mappings of this version')
    .argument('<tenant>', 'id or name')
    .option('--source <id>', 'only this source')
    .option('--dry-run', 'count and show what would read otherwise, and write nothing')
    .option('--all', 'also look at events of the present mapping')
    .option('--wait', 'stay until it is done')
    .action((tenant: string, given: RenormalizeOptions) => renormalize(context(), tenant, given));
}
