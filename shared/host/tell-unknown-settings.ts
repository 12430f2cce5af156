import { unknownSettings } from '../app/config.ts';

/** A line for each variable of the environment that looks like a setting of ours and is none. It starts all the same. */
export function tellUnknownSettings(environment: Readonly<Record<string, string | undefined>>): void {
  for (const { setting, problem } of unknownSettings(environment)) {
    process.stderr.write(`${setting} ${problem}\n`);
  }
}
