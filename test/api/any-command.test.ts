import type { Command } from 'commander';
import { PassThrough } from 'node:stream';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exitCodes } from '../../cli/exit-code.ts';
import { buildProgram } from '../../cli/program.ts';
import { openTerminal } from '../../cli/terminal.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { openHouse, people } from '../support/api-house.ts';
import { seed as seedHouse, type Seeded } from '../support/api-seed.ts';
import { contoso, fabrikam } from '../support/sample.ts';
import { seed } from '../support/seed.ts';
import { holdfastHere, type Finished } from '../cli/command.ts';

/** A command as it is typed, and what may stand behind it. */
interface Shape {
  readonly words: readonly string[];
  readonly values: readonly string[];
  readonly options: readonly { readonly flag: string; readonly name: string; readonly takesValue: boolean }[];
}

/** Read from the program itself, so that a new command is asked too. */
function shapes(): readonly Shape[] {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const interrupt = new AbortController().signal;
  const terminal = openTerminal({ stdin, stdout, stderr, env: {}, interrupt });
  const never = (): never => {
    throw new Error('nothing is run here');
  };
  const shapeOf = (command: Command, words: readonly string[]): readonly Shape[] =>
    command.commands.length > 0
      ? command.commands.flatMap(one => shapeOf(one, [...words, one.name()]))
      : [
          {
            words,
            values: command.registeredArguments.map(one => one.name()),
            // Nothing works on what waits in this house: nobody would see the end of it, nor of counting anew.
            options: command.options
              .filter(
                one => one.long !== '--wait' && !(one.long === '--dry-run' && words[0] === 'renormalize'),
              )
              .map(one => ({
                flag: one.long ?? '',
                name: one.attributeName(),
                takesValue: one.required || one.optional,
              })),
          },
        ];
  return shapeOf(buildProgram(terminal, never, never), []);
}

const oddText = fc.oneof(
  fc.constantFrom('', ' ', '-', '--', '-x', '--nope', '0', '-1', '1e3', 'NaN', '999999999', '__proto__', 'constructor', '%', '../..', '\n', '"', '🦊'),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
).map(text => text.toWellFormed().replaceAll('\0', '')); // prettier-ignore

function plausible(
  name: string,
  { own, other }: { own: Seeded; other: Seeded },
  words: readonly string[],
): readonly string[] {
  const ids: Readonly<Record<string, string>> = {
    event: own.events[0]?.id ?? '',
    runs: own.run.id,
    operations: own.operation.id,
  };
  const values: Readonly<Record<string, readonly string[]>> = {
    tenant: ['Contoso', 'contoso', contoso, contoso.toUpperCase(), fabrikam, 'Fabrikam', 'organizations'],
    id: [ids[words[0] ?? ''] ?? '', other.run.id, '20261005-', (ids['event'] ?? '').slice(0, 17)],
    source: ['entra.directory-audits', 'm365.unified-audit', 'entra.sign-in', 'Nope'],
    'source-id': [...sources.map(({ id }) => id), 'no.such'],
    query: [
      'oskar',
      'actor:oskar@contoso.example',
      'outcome:banana',
      'ip:10.0.0.0/99',
      '(',
      '*',
      '-outcome:failure',
    ],
    from: ['now-7d', '2d', '2026-10-05', '2026-10-05T09:00:00Z', 'yesterday'],
    to: ['now', '1d', '2026-10-05T10:00:00Z', '2020-01-01'],
    readAt: ['2026-10-05T09:00:00Z', 'now'],
    limit: ['1', '2', '1001', '0'],
    sample: ['1', '200', '201'],
    order: ['newest', 'oldest', 'ingested'],
    status: ['failed', 'succeeded', 'gone'],
    facets: ['operation', 'actor,outcome', 'shoe', ','],
    interval: ['1d', '1m', 'day'],
    stream: ['default', 'interactive', 'nope'],
    file: [
      join(import.meta.dirname, '../../mappings.yml'),
      '/nonexistent',
      import.meta.dirname,
      join(import.meta.dirname, '../../package.json'),
    ],
    mappings: [join(import.meta.dirname, '../../mappings.yml'), '/nonexistent', import.meta.dirname],
    domain: ['contoso.example', ''],
    reason: ['noise', 'x'.repeat(201)],
    as: ['contoso-reader', 'nobody-there'],
  };
  return values[name] ?? ['x'];
}

/** The words of one call of the command: as it is meant, with something odd among them, or with too few of them. */
function callOf(shape: Shape, street: { own: Seeded; other: Seeded }): fc.Arbitrary<readonly string[]> {
  const valueOf = (name: string): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...plausible(name, street, shape.words)) },
      { weight: 1, arbitrary: oddText },
    );
  const option = (one: Shape['options'][number]): fc.Arbitrary<readonly string[]> =>
    one.takesValue
      ? fc.oneof(
          valueOf(one.name).map(value => [one.flag, value]),
          valueOf(one.name).map(value => [`${one.flag}=${value}`]),
        )
      : fc.constant([one.flag]);
  const values = fc
    .tuple(...shape.values.map(valueOf))
    .chain(given =>
      fc.oneof({ weight: 6, arbitrary: fc.constant(given) }, { weight: 1, arbitrary: fc.subarray(given) }),
    );
  const options = fc
    .subarray([...shape.options], { maxLength: Math.min(4, shape.options.length) })
    .chain(some => fc.tuple(...some.map(option)));
  const more = fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(oddText, { maxLength: 2 }) },
  );
  return fc.tuple(values, options, more).map(([given, some, odd]) => [...given, ...some.flat(), ...odd]);
}

const documented: readonly (number | null)[] = Object.values(exitCodes);
const complaint = (text: string): { exitCode: number; code?: string; message: string } =>
  (JSON.parse(text) as { error: { exitCode: number; code?: string; message: string } }).error;

/** What holds of any end of any command. */
function checkEnd(words: readonly string[], args: readonly string[], { code, out, err }: Finished): void {
  expect(documented).toContain(code);
  expect(err).not.toMatch(/failed that should not|\bat .*\.ts:\d+|InternalError|Invalid input/);
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (!own.includes('--json')) return;
  if (own.some(one => ['--help', '-h', '--version', '--raw'].includes(one))) return;
  // One document on each line, and nothing else.
  const lines = out.split('\n');
  expect(lines.pop()).toBe('');
  for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object');
  // What was done in part, or found wrong, is told by the result.
  if (code === exitCodes.partial || (words.join(' ') === 'mapping check' && out !== '')) return;
  if (code === exitCodes.ok) {
    expect(err).toBe('');
    return;
  }
  expect(complaint(err)).toMatchObject({ exitCode: code, message: expect.stringMatching(/\S/) as string });
  // Nothing unexpected is met here but the service's own "no".
  if (code === exitCodes.unexpected) expect(complaint(err).code).toMatch(/^(?:Conflict|PreconditionFailed)$/);
}

/** Options without which a command does nothing. */
const needed: Readonly<Record<string, readonly string[]>> = {
  backfill: ['--from', '2026-10-01', '--to', '2026-10-02', '--dry-run'],
  'mapping preview': ['--file', join(import.meta.dirname, '../../mappings.yml')],
};

test('whatever is typed behind any command, it ends as --help says, and --json is JSON', async () => {
  const house = await openHouse();
  const street = {
    own: await seedHouse(house, contoso, 'contoso'),
    other: await seedHouse(house, fabrikam, 'fabrikam'),
  };
  const claims = { exp: Date.UTC(2030, 0, 1) / 1_000 };
  const tokens = {
    admin: await house.issuer.user({ ...people.contosoAdmin, claims }),
    reader: await house.issuer.user({ ...people.contosoReader, claims }),
    forged: 'forged',
  };
  for (const shape of shapes()) {
    // Otherwise what follows would only ever be refused; signing in needs more than this house has.
    const name = shape.words.join(' ');
    const values = shape.values.map(one => plausible(one, street, shape.words)[0] ?? '');
    const plain = [...shape.words, ...values, ...(needed[name] ?? []), '--json'];
    const env = { HOLDFAST_URL: house.url, HOLDFAST_TOKEN: tokens.admin };
    const worked = name === 'token' ? null : await holdfastHere(plain, env);
    if (worked !== null) checkEnd(shape.words, plain, worked);
    expect([name, worked?.code ?? 0]).toEqual([
      name,
      name === 'readiness' ? exitCodes.partial : exitCodes.ok,
    ]);
    // Without a persona it waits for a browser.
    const fixed = shape.words[0] === 'token' ? ['--as', 'nobody-there'] : [];
    const call = fc.tuple(
      callOf(shape, street),
      fc.constantFrom('admin' as const, 'admin' as const, 'reader' as const, 'forged' as const),
      fc.constantFrom('first', 'last', 'none'),
    );
    await fc.assert(
      fc.asyncProperty(call, async ([rest, caller, json]) => {
        const args = [...shape.words, ...fixed, ...rest];
        const given = json === 'first' ? ['--json', ...args] : json === 'last' ? [...args, '--json'] : args;
        const finished = await holdfastHere(given, {
          HOLDFAST_URL: house.url,
          HOLDFAST_TOKEN: tokens[caller],
        });
        checkEnd(shape.words, given, finished);
      }),
      { seed, numRuns: 40 },
    );
  }
});
