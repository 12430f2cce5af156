import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fixturesOf, goldenOf } from './source-goldens.ts';
import { root, sourceFolders } from './source-registry.ts';

/**
 * `npm run golden`: writes what every source makes of its fixtures, and shows what changed; look at it before you
 * commit it. `-- entra.directory-audits` does so for one source. With `--check` it writes nothing, and fails when a
 * golden differs. Where CI is set it only checks: a build must not agree with itself.
 */
async function main(args: readonly string[]): Promise<void> {
  const check = args.includes('--check');
  const wanted = args.filter(arg => !arg.startsWith('--'));
  if (!check && (process.env['CI'] ?? '') !== '') {
    throw new Error('Goldens are not written where CI is set. Use --check.');
  }
  let different = 0;
  for (const { id, source } of await sourceFolders()) {
    if (wanted.length > 0 && !wanted.includes(id)) continue;
    for (const fixture of await fixturesOf(id)) {
      const made = await goldenOf(source, fixture);
      const there = await readFile(fixture.goldenPath, 'utf8').catch(() => '');
      if (made === there) continue;
      different += 1;
      console.log(`${check ? 'differs' : 'wrote'}  ${relative(root, fixture.goldenPath)}`);
      for (const line of changedLines(there, made)) console.log(`    ${line}`);
      if (!check) await writeFile(fixture.goldenPath, made);
    }
  }
  if (check && different > 0) {
    console.error(
      `${different} goldens are not what their sources make. Look at the difference; then: npm run golden`,
    );
    process.exitCode = 1;
  }
}

const mostShown = 12;

/** Lines only one of the two texts has; a few of them. */
function changedLines(before: string, after: string): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const gone = old.filter(line => !fresh.includes(line)).map(line => `- ${line.trim()}`);
  const added = fresh.filter(line => !old.includes(line)).map(line => `+ ${line.trim()}`);
  const lines = [...gone.slice(0, mostShown), ...added.slice(0, mostShown)];
  const left = gone.length + added.length - lines.length;
  return left > 0 ? [...lines, `… and ${left} more`] : lines;
}

await main(process.argv.slice(2));
