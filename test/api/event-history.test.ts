import { expect, test } from 'vitest';
import { sha256 } from '../../shared/kernel/hash.ts';
import { openHouse, people } from '../support/api-house.ts';
import { seed } from '../support/api-seed.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { holdfastHere } from '../cli/command.ts';

test('the history of an event is shown to its end, however many pages that are', async () => {
  const house = await openHouse();
  const { events } = await seed(house, contoso, 'contoso', 1);
  const [first] = events;
  if (first === undefined) throw new Error('no event');
  // More than the largest page has.
  const changed = Array.from({ length: 1_200 }, (_, n) => ({ ...first, recordHash: sha256(`version ${n}`) }));
  await house.profile.events.upsert(scopeOf(contoso), changed, house.clock.now());
  const token = await house.issuer.user(people.contosoReader);
  const env = { HOLDFAST_URL: house.url, HOLDFAST_TOKEN: token };
  const lines = (text: string): readonly string[] => text.trimEnd().split('\n');
  const shown = await holdfastHere(['event', first.id, '--history', '--json'], env);
  const revisions = lines(shown.out).map(line => (JSON.parse(line) as { revision: number }).revision);
  expect([shown.code, shown.err]).toEqual([0, '']);
  expect(revisions).toEqual(Array.from({ length: 1_201 }, (_, n) => n + 1));
  const table = await holdfastHere(['event', first.id, '--history'], env);
  expect(lines(table.out)).toHaveLength(1_202);
  expect(lines(table.out).at(-1)).toMatch(/^ *1201 .*success/);
});
