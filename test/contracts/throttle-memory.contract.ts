import { equal } from 'node:assert/strict';
import { instant } from '../../shared/kernel/time.ts';
import type { ThrottleMemory } from '../../shared/ports/throttle-memory.ts';
import { contractOf, type Contract } from './contract.ts';

const early = instant(Date.UTC(2026, 9, 5, 12));
const late = instant(early + 60_000);

/** What every ThrottleMemory promises. */
export const throttleMemoryContract = (): Contract<ThrottleMemory> =>
  contractOf<ThrottleMemory>({
    'answers null when nothing is remembered': async memory => {
      equal(await memory.until(['graph/contoso', 'graph']), null);
      equal(await memory.until([]), null);
    },
    'remembers for every handle': async (memory, { open }) => {
      const other = await open();
      await memory.remember('graph/contoso', early);
      equal(await other.until(['graph/contoso']), early);
    },
    'keeps the later of two times': async memory => {
      for (const until of [early, late, early]) await memory.remember('graph', until);
      equal(await memory.until(['graph']), late);
    },
    'answers the latest of the keys asked for, and of no other': async memory => {
      await memory.remember('graph', early);
      await memory.remember('graph/contoso', late);
      await memory.remember('graph/fabrikam', instant(late + 1));
      equal(await memory.until(['graph']), early);
      equal(await memory.until(['graph', 'graph/contoso']), late);
      equal(await memory.until(['management']), null);
    },
  });
