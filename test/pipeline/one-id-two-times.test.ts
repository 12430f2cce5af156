import { expect, it } from 'vitest';
import { days, hours } from '../../shared/kernel/time.ts';
import { expectSealed } from '../support/kept.ts';
import { logHouse, logProvider } from '../support/log-provider.ts';

const noon = Date.parse('2026-10-05T12:00:00.000Z');
const midnight = noon + hours(12);

/** A record that came with one time, and comes with another when it is read once more. */
async function moved(first: number, second: number) {
  const provider = logProvider({ entries: [{ id: 'a', at: first }] });
  const house = await logHouse(provider);
  house.clock.advance(days(1));
  await house.live(hours(1));
  provider.entries = [{ id: 'a', at: second }];
  await house.live(days(2));
  await expectSealed(house.profile, house.target);
  const ids = [...new Set((await house.events()).map(({ event }) => event.id))].sort();
  const { scope } = house.target;
  const versions = await Promise.all(ids.map(id => house.profile.events.history(scope, id, 0, 10)));
  return { ids, versions };
}

it('a record whose time moves within its day is one event with two versions', async () => {
  const { ids, versions } = await moved(midnight - hours(3), midnight - 1_000);
  expect(ids).toHaveLength(1);
  expect(versions).toHaveLength(1);
  expect(versions[0]?.revisions).toHaveLength(2);
});

// An event is found by its day: whoever looked for the same record on all other days would read the whole store for
// each. Nothing is lost, and both lead to their bytes.
it('one whose time moves over midnight is two events that differ in their day alone', async () => {
  const { ids } = await moved(midnight - 1_000, midnight + 1_000);
  expect(ids.map(id => id.slice(0, 8))).toEqual(['20261005', '20261006']);
  expect(new Set(ids.map(id => id.slice(8))).size).toBe(1);
});
