import { expect, it } from 'vitest';
import { expectedUnder, faultsOf, outcomeUnder } from './under-fault.ts';

const source = 'defender.incidents';

it.each(faultsOf(source))('survives %s', async (name, fault) => {
  expect(await outcomeUnder(source, fault)).toEqual(await expectedUnder(source, name));
});
