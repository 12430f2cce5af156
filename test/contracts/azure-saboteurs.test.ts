import { describe, expect, test } from 'vitest';
import { azureSuites, wireSuites } from './azure-suites.ts';
import { failing } from './failing.ts';

// Fixed: whether a case finds a saboteur must not be a matter of luck.
const seed = 1;

/** Two thousand calls of one event each: the emulator looks at every stored pack for each of them. */
const tooSlow = (does: string, name: string): boolean =>
  does === 'stores a call event by event' && name === 'expires more than fits one step';

/** Over a socket a look may come between two racing puts: then the race finds this one too. */
const byChance = (does: string, name: string): boolean =>
  does === 'takes other bytes under a key for the ones it has' &&
  name === 'lets one of many puts at once create an object';

// The event store over small pages is the same adapter again, and the slowest suite.
const suites = [...azureSuites(seed), ...wireSuites(seed).filter(one => one.port !== 'EventStore')];

describe.each(suites)('the suite of $port over the Azure adapter finds one that', suite => {
  test.each(suite.saboteurs)('$does', async ({ does, cases, fails }) => {
    expect(fails.length).toBeGreaterThan(0);
    const found = await failing(cases.filter(one => !tooSlow(does, one.name)));
    expect(found.filter(name => !byChance(does, name))).toEqual(fails);
  });
});
