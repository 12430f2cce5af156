import type { ContractCase } from './contract.ts';

/** The names of the cases that fail, in their order. */
export async function failing(cases: readonly ContractCase[]): Promise<readonly string[]> {
  const outcomes = await Promise.allSettled(cases.map(one => one.run()));
  return cases.filter((_, i) => outcomes[i]?.status === 'rejected').map(one => one.name);
}
