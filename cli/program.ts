import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { showCoverage } from './commands/coverage.ts';
import { showEvent } from './commands/event.ts';
import { normalize, type NormalizeOptions } from './commands/normalize.ts';
import { listOperations, showOperation } from './commands/operations.ts';
import { pull, type PullOptions } from './commands/pull.ts';
import { listRuns, showRun, type RunsOptions } from './commands/runs.ts';
import { search, type SearchOptions } from './commands/search.ts';
import { listTenants, showTenant } from './commands/tenants.ts';
import { token } from './commands/token.ts';
import { defaultUrl } from './connection.ts';
import type { Context } from './context.ts';
import { exitCodeHelp, usageError, type ExitCode } from './exit-code.ts';
import { followOperation } from './follow-operation.ts';
import { addMapping } from './mapping-commands.ts';
import { tenantIdOf } from './tenant-id.ts';
import type { Terminal } from './terminal.ts';
import { addUpkeep } from './upkeep-commands.ts';
import { wholeNumber } from './whole-number.ts';

export interface Globals {
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly json: boolean;
}

export function globalOptions(program: Command): Globals {
  const given = program.opts<{ url?: string; token?: string; json?: boolean }>();
  return { url: given.url, token: given.token, json: given.json === true };
}

/** The whole command line as data: names, options and help. `contextOf` is asked once the options are read. */
export function buildProgram(
  terminal: Terminal,
  contextOf: (globals: Globals) => Context,
  exitWith: (code: ExitCode) => void,
  env: Readonly<Record<string, string | undefined>> = {},
  /** Leave it to the caller to say what is wrong with the arguments: for a script it must be JSON. */
  quiet = false,
): Command {
  const program = new Command('holdfast')
    .description('Search and run a Holdfast archive from the command line.')
    .option('--url <address>', `the service (env HOLDFAST_URL; default ${defaultUrl})`)
    .option('--token <token>', 'the caller’s access token (env HOLDFAST_TOKEN; default: the saved one)')
    .option('--json', 'one JSON document, or one JSON line per item of a list')
    .showHelpAfterError('(holdfast COMMAND --help tells more)')
    .version(version(), '--version', 'the version of this command')
    .exitOverride()
    .configureOutput({
      writeOut: text => void terminal.out(text),
      writeErr: text => {
        if (quiet) return;
        terminal.note(text.replace(/\n$/, '').replace(/^error: /, 'holdfast: '));
      },
    })
    .addHelpText('after', `\nTimes are UTC. --json everywhere.\n\n${exitCodeHelp}`);
  const context = (): Context => contextOf(globalOptions(program));
  addSignIn(program, context);
  addReading(program, context);
  addPulling(program, context);
  addWatching(program, context);
  addUpkeep(program, context, exitWith);
  addMapping(program, terminal, context, () => globalOptions(program).json, exitWith);
  addOffline(program, terminal, exitWith, env['HOLDFAST_MAPPINGS'] ?? '');
  return program;
}

function addSignIn(program: Command, context: () => Context): void {
  program
    .command('token')
    .description('sign in and print a token, or save it for the next commands')
    .option(
      '--as <persona>',
      'a persona of the simulator, without a browser: contoso-reader, contoso-admin, operator …',
    )
    .option('--tenant <id>', 'sign in at this tenant', 'organizations')
    .option('--save', 'keep it in your configuration folder, readable by you alone, instead of printing it')
    .action((given: { as?: string; tenant: string; save?: boolean }) =>
      token(context(), { persona: given.as ?? null, tenant: given.tenant, save: given.save === true }),
    );
}

function addReading(program: Command, context: () => Context): void {
  program
    .command('search')
    .description('find events')
    .argument('[query...]', 'the query language, e.g. actor:mira outcome:failure ip:198.51.100.0/24')
    .option('--from <time>', 'not before: 2026-10-05T09:00:00Z, 2026-10-05 or now-7d')
    .option('--to <time>', 'before')
    .option('--tenant <tenant>', 'only this tenant: id or name')
    .addOption(new Option('--order <order>', 'by event time').choices(['newest', 'oldest']).default('newest'))
    .option('--limit <n>', 'at most so many events', wholeNumber, 20)
    .addOption(new Option('--all', 'every match, however many').conflicts('limit'))
    .option('--facets <fields>', 'count values: operation,actor,outcome …')
    .option('--interval <span>', 'count by time: 15m, 1h, 1d')
    .addHelpText('after', searchHelp)
    .action(async (words: string[], given: Omit<SearchOptions, 'q'> & { all?: boolean }) => {
      const { all, ...rest } = given;
      const here = context();
      const tenant = rest.tenant === undefined ? {} : { tenant: await tenantIdOf(here, rest.tenant) };
      await search(here, {
        ...rest,
        ...tenant,
        q: words.join(' '),
        limit: all === true ? Infinity : rest.limit,
      });
    });
  program
    .command('event')
    .description('show one event')
    .argument('<id>', 'its id, or the beginning of it as search shows it')
    .option('--history', 'every revision, oldest first')
    .addOption(new Option('--ocsf', 'the event as an OCSF 1.8.0 object').conflicts(['history', 'raw']))
    .addOption(new Option('--raw', 'the record byte for byte as the provider sent it').conflicts('history'))
    .action((id: string, given: { history?: boolean; ocsf?: boolean; raw?: boolean }) => {
      const shown = (['raw', 'history', 'ocsf'] as const).find(form => given[form] === true);
      return showEvent(context(), id, shown ?? 'event');
    });
  program
    .command('tenants')
    .description('list tenants, or show one and where its streams stand')
    .argument('[tenant]', 'id or name')
    .option('--limit <n>', 'at most so many', wholeNumber, 1_000)
    .action((tenant: string | undefined, given: { limit: number }) =>
      tenant === undefined ? listTenants(context(), given.limit) : showTenant(context(), tenant),
    );
  program
    .command('coverage')
    .description('what has been asked and answered, and what is missing for ever')
    .option('--tenant <tenant>', 'only this tenant: id or name')
    .option('--source <id>', 'only this source')
    .option('--stream <name>', 'only this stream')
    .action(async (given: { tenant?: string; source?: string; stream?: string }) => {
      const here = context();
      const tenant = given.tenant === undefined ? {} : { tenant: await tenantIdOf(here, given.tenant) };
      await showCoverage(here, { ...given, ...tenant });
    });
}

function addPulling(program: Command, context: () => Context): void {
  for (const kind of ['run', 'backfill'] as const) {
    program
      .command(kind)
      .description(
        kind === 'run'
          ? 'pull what is due now, or a range'
          : 'pull a past range, again or for the first time',
      )
      .argument('<tenant>', 'id or name')
      .argument('<source>', 'source id, e.g. entra.directory-audits')
      .option(
        '--from <time>',
        'begin of the range: 2026-10-05T09:00:00Z, 2026-10-05, or back from now: 7d, 12h',
      )
      .option('--to <time>', 'end of the range, not included; ten minutes ago where not given')
      .option('--stream <name>', 'only this stream')
      .option('--dry-run', 'show what would be asked for, and do nothing')
      .option('--wait', 'stay until it is done, and show how far it is; Ctrl-C leaves it running')
      .action((tenant: string, source: string, given: Omit<PullOptions, 'kind' | 'tenant' | 'source'>) =>
        pull(context(), { ...given, kind, tenant, source, dryRun: given.dryRun, wait: given.wait }),
      );
  }
}

function addWatching(program: Command, context: () => Context): void {
  program
    .command('runs')
    .description('pull history, newest first, or one run')
    .argument('[id]', 'a run')
    .option('--tenant <tenant>', 'only this tenant: id or name')
    .option('--source <id>', 'only this source')
    .addOption(
      new Option('--status <status>', 'only these').choices([
        'running',
        'succeeded',
        'continued',
        'idle',
        'busy',
        'failed',
      ]),
    )
    .option('--limit <n>', 'at most so many', wholeNumber, 20)
    .action(async (id: string | undefined, given: RunsOptions) => {
      const here = context();
      if (id !== undefined) return showRun(here, id);
      const tenant = given.tenant === undefined ? {} : { tenant: await tenantIdOf(here, given.tenant) };
      return listRuns(here, { ...given, ...tenant });
    });
  program
    .command('operations')
    .description('long work, newest first, or one piece of it')
    .argument('[id]', 'an operation')
    .option('--tenant <tenant>', 'only this tenant: id or name')
    .option('--limit <n>', 'at most so many', wholeNumber, 20)
    .option('--wait', 'stay until it is done')
    .addOption(new Option('--cancel', 'cancel it; what it has stored stays').conflicts('wait'))
    .action(
      async (
        id: string | undefined,
        given: { tenant?: string; limit: number; wait?: boolean; cancel?: boolean },
      ) => {
        const here = context();
        if (id === undefined) {
          if (given.cancel === true || given.wait === true)
            throw usageError('Which operation?', 'Give its id, as holdfast operations lists it.');
          const tenant = given.tenant === undefined ? {} : { tenant: await tenantIdOf(here, given.tenant) };
          return listOperations(here, { ...tenant, limit: given.limit });
        }
        if (given.cancel === true) return showOperation(here, id, true);
        return given.wait === true ? followOperation(here, id) : showOperation(here, id, false);
      },
    );
}

function addOffline(
  program: Command,
  terminal: Terminal,
  exitWith: (code: ExitCode) => void,
  mappings: string,
): void {
  program
    .command('normalize')
    .description('read records as NDJSON on standard input, write what we make of each: needs no service')
    .argument('<source-id>', 'source id, e.g. exchange.message-trace')
    .option('--domain <domain...>', 'the customer’s mail domains: they decide a mail’s direction')
    .option('--stream <name>', 'the stream the records come from')
    .option(
      '--read-at <time>',
      'when records of a snapshot were read; used where they say no time (default: now)',
    )
    .option('--mappings <file>', 'a mapping file (env HOLDFAST_MAPPINGS; default: the built-in mappings.yml)')
    .option('--ocsf', 'write {"ocsf":…}, the event as OCSF 1.8.0, in place of {"event":…}')
    .addHelpText(
      'after',
      '\nA record of a snapshot (a policy, a role assignment) is read as a thing added.\nOne line out for each line in, in order: {"event":…} (with --ocsf {"ocsf":…}), {"skip":"reason"} or {"quarantine":"problem"}.\nExit code 6 when a line was quarantined.',
    )
    .action(async (source: string, given: Omit<NormalizeOptions, 'setMappings'>) => {
      exitWith(await normalize(terminal, source, { ...given, setMappings: mappings }));
    });
}

const searchHelp = `
Examples:
  holdfast search outcome:failure --from now-1d
  holdfast search 'actor:"Mira Holt" operation:"Add member to role"'
  holdfast search 'ip:198.51.100.0/24 NOT outcome:success' --facets operation,actor
  holdfast search 'sender:fabrikam.example' --all --json | jq -r .summary
  holdfast search -- -outcome:success        (after --, a leading minus is part of the query)`;

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
