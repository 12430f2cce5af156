import { sha256 } from '../../shared/kernel/hash.ts';
import type { ContractCase } from './contract.ts';

/** How many cases a saboteur that is spared most of them meets beside those that must find it. */
export const sampleSize = 4;

/**
 * Where a suite runs over a socket, a saboteur meets the cases that must find it and a sample of those that must not:
 * over the embedded adapter it meets them all. The sample is another for every saboteur, and the same in every run.
 * `never` are cases too slow to be in a sample; one that must find the saboteur is met all the same.
 */
export function casesToMeet(
  saboteur: {
    readonly does: string;
    readonly fails: readonly string[];
    readonly cases: readonly ContractCase[];
  },
  never: readonly string[] = [],
): readonly ContractCase[] {
  const { does, fails, cases } = saboteur;
  const others = cases.filter(one => !fails.includes(one.name) && !never.includes(one.name));
  const order = (one: ContractCase): string => sha256(`${does}/${one.name}`);
  const sample = others.sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, sampleSize);
  return cases.filter(one => fails.includes(one.name) || sample.includes(one));
}

/** What a run over these saboteurs leaves out, in a line to print. */
export function sparedLine(
  port: string,
  saboteurs: readonly Parameters<typeof casesToMeet>[0][],
  never: readonly string[] = [],
): string {
  const all = saboteurs.reduce((sum, one) => sum + one.cases.length, 0);
  const met = saboteurs.reduce((sum, one) => sum + casesToMeet(one, never).length, 0);
  return `${port}: saboteurs meet ${met} of ${all} cases here, and all of them on the embedded adapter`;
}
