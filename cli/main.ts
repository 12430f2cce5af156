import { setTimeout as sleep } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { instant } from '../shared/kernel/time.ts';
import { buildProgram, globalOptions, type Globals } from './program.ts';
import { asCommandError, connect, serviceUrl } from './connection.ts';
import type { Context } from './context.ts';
import { CommandError, exitCodes, usageError, type ExitCode } from './exit-code.ts';
import { invocationOf, typedAs } from './invocation.ts';
import { openTerminal, type Streams, type Terminal } from './terminal.ts';

/** Runs one command line. Never throws; what went wrong is on standard error and in the exit code. */
export async function main(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const plain = openTerminal(streams);
  const terminal: Terminal = { ...plain, note: text => plain.note(asTyped(text)) };
  const contextOf = (globals: Globals): Context => {
    const now = () => instant(Date.now());
    const reach = { ...globals, env: streams.env, now, signal: streams.interrupt };
    return {
      terminal,
      json: globals.json,
      client: connect(reach),
      url: serviceUrl(reach),
      env: streams.env,
      now,
      async sleep(span) {
        // Rejects only when it is interrupted, and who slept looks at that next.
        await sleep(span, undefined, { signal: streams.interrupt }).catch(() => {});
      },
    };
  };
  // Advice such as `holdfast runs` is to be typed as this command was.
  const asTyped = (text: string): string =>
    typedAs(text, commands, invocationOf(globalOptions(program).url, streams.env));
  let exitCode: ExitCode = exitCodes.ok;
  const exitWith = (code: ExitCode): void => {
    exitCode = code;
  };
  const program = buildProgram(terminal, contextOf, exitWith, streams.env, asksForJson(args));
  const commands = program.commands.map(command => command.name());
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    const json = globalOptions(program).json || asksForJson(args);
    if (thrown instanceof CommanderError) {
      // Help and version end this way too. Of what is wrong Commander has told a person by now, and left the rest to us.
      if (thrown.exitCode === 0) return exitCodes.ok;
      if (json) complain(terminal, usageErrorOf(thrown), json);
      return exitCodes.usage;
    }
    const error = asCommandError(thrown);
    complain(terminal, error, json);
    return error.exitCode;
  }
}

/** Whether a script asks, as far as can be told before the words are read; behind `--` all are values. */
function asksForJson(args: readonly string[]): boolean {
  const at = args.indexOf('--json');
  const values = args.indexOf('--');
  return at !== -1 && (values === -1 || at < values);
}

/** Commander's own complaint, as a sentence without its second line. */
function usageErrorOf(thrown: CommanderError): CommandError {
  const message = thrown.code === 'commander.help' ? 'A command is missing.' : thrown.message;
  return usageError(message.replace(/^error: /, '').split('\n')[0] ?? '', 'holdfast --help tells more.');
}

/** What happened, what to do next, and what to quote when asking for help. */
function complain(terminal: Terminal, error: CommandError, json: boolean): void {
  const { code, target, requestId } = error.facts;
  if (json) {
    const { message, next, exitCode } = error;
    terminal.note(JSON.stringify({ error: { exitCode, code, message, target, next, requestId } }));
    return;
  }
  terminal.note(`holdfast: ${error.message}`);
  if (error.next !== null) terminal.note(`  next: ${error.next}`);
  const facts = [
    code,
    target === undefined ? undefined : `about ${target}`,
    requestId && `request ${requestId}`,
  ];
  const line = facts.filter(fact => fact !== undefined && fact !== '').join(' · ');
  if (line !== '') terminal.note(`  ${line}`);
}

/** A result that is cut must not look like one that is whole. */
const unwritten = ({ code }: NodeJS.ErrnoException): CommandError =>
  new CommandError(exitCodes.unexpected, 'The output could not be written: what is there is not all of it.', {
    next: `See to where it goes, a full disk for example, and ask again (${code ?? 'no code'}).`,
  });

/** The command as a process: its arguments, streams and signals. */
export async function runAsProcess(): Promise<void> {
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    interrupt.abort();
  });
  const { stdin, stdout, stderr, env } = process;
  const args = process.argv.slice(2);
  const streams: Streams = { stdin, stdout, stderr, env, interrupt: interrupt.signal };
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // `holdfast search … | head` closes the pipe when it has enough; that is no error of ours.
      if (error.code === 'EPIPE') process.exit(exitCodes.ok);
      if (stream === stdout) complain(openTerminal(streams), unwritten(error), asksForJson(args));
      stderr.write('', () => process.exit(exitCodes.unexpected));
    });
  }
  process.exitCode = await main(args, streams);
  // Standard input may still be open (a terminal, a parent's pipe) and would keep the process waiting.
  stdin.destroy();
}
