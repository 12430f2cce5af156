import { stripVTControlCharacters, styleText } from 'node:util';
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';
import { writeCounts } from './test-counts.ts';

const green = (text: string): string => styleText('green', text, { stream: process.stdout });
const red = (text: string): string => styleText('red', text, { stream: process.stdout });
const yellow = (text: string): string => styleText('yellow', text, { stream: process.stdout });
const dim = (text: string): string => styleText('dim', text, { stream: process.stdout });

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/**
 * One line per test file while it goes, every failure in full at the end, then what did not run and why, then
 * the counts. A test says what it could not do with console.log('not run: …').
 */
export default class CompactReporter implements Reporter {
  #vitest: Vitest | undefined;
  #started = 0;
  readonly #notRun = new Set<string>();

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    this.#started = Date.now();
  }

  onUserConsoleLog(log: { readonly content: string }): void {
    for (const line of log.content.split('\n')) {
      const plain = stripVTControlCharacters(line).trim();
      if (plain.startsWith('not run')) this.#notRun.add(plain);
      else if (plain !== '') say(`      ${dim(line)}`);
    }
  }

  onTestModuleEnd(module: TestModule): void {
    const cases = [...module.children.allTests()];
    const failed = cases.filter(one => one.result().state === 'failed');
    const name = module.relativeModuleId.replace(/^test\//, '').replace(/\.test\.ts$/, '');
    const mark = module.ok() ? green('✓') : red('✗');
    say(`  ${mark} ${name} ${dim(`${cases.length} · ${seconds(module.diagnostic().duration)}`)}`);
    for (const one of failed) say(`      ${red('✗')} ${one.fullName}`);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const cases = modules.flatMap(module => [...module.children.allTests()]);
    const failed = cases.filter(one => one.result().state === 'failed');
    const passed = cases.filter(one => one.result().state === 'passed');
    const skipped = cases.length - failed.length - passed.length;
    // A file that does not load, or a suite whose preparation throws, has no failed test of its own.
    const broken = modules.filter(
      module => module.errors().length > 0 || (!module.ok() && !hasFailedTest(module)),
    );
    this.#printFailures(failed, broken, unhandled);
    if (this.#notRun.size > 0) say(`\n  ${yellow('Not run')}`);
    for (const line of [...this.#notRun].sort()) say(`    ${line.replace(/^not run:?\s*/, '')}`);
    if (skipped > 0) say(`\n  ${yellow(`${skipped} skipped`)}`);
    say(dim(`\n  ${cases.length} tests in ${modules.length} files, ${seconds(Date.now() - this.#started)}`));
    writeCounts({ passed: passed.length, failed: failed.length + broken.length + unhandled.length });
  }

  #printFailures(
    failed: readonly TestCase[],
    broken: readonly TestModule[],
    unhandled: readonly SerializedError[],
  ): void {
    const print = (
      title: string,
      errors: readonly (SerializedError | undefined)[],
      module?: TestModule,
    ): void => {
      say(`\n${red('✗')} ${title}`);
      for (const error of errors) {
        this.#vitest?.logger.printError(error, module === undefined ? {} : { project: module.project });
      }
    };
    for (const one of failed) {
      print(`${one.module.relativeModuleId} › ${one.fullName}`, one.result().errors ?? [], one.module);
    }
    for (const module of broken) {
      const suites = [...module.children.allSuites()].flatMap(suite => suite.errors());
      print(module.relativeModuleId, [...module.errors(), ...suites], module);
    }
    for (const error of unhandled) print('outside any test', [error]);
  }
}

const hasFailedTest = (module: TestModule): boolean =>
  [...module.children.allTests()].some(one => one.result().state === 'failed');
