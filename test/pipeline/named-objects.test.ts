import { expect, it } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, hours, minutes } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { logHouse, logPolicy, logProvider, logSource } from '../support/log-provider.ts';

const noon = Date.parse('2026-10-05T12:00:00.000Z');

/** A provider that lists immutable objects, one of them each six hours, and hands each out by its name. */
async function listing() {
  const house = await logHouse(logProvider());
  const fetched = new Map<string, number>();
  const spoiled = new Set<string>();
  const own = logSource(logPolicy) as Source;
  const source: Source = {
    ...own,
    pull: {
      kind: 'window',
      policy: logPolicy,
      async *pages(ctx, window) {
        const made = Array.from({ length: 4 * 15 }, (_, n) => noon + minutes(7) + n * hours(6));
        const listed = made.filter(at => at >= window.from && at < window.to).map(String);
        const page = { contentType: 'application/json', resume: null, holds: 'records', name: null } as const;
        for (const name of await ctx.unread(listed)) {
          fetched.set(name, (fetched.get(name) ?? 0) + 1);
          const whole = JSON.stringify({ value: [{ id: name, at: Number(name) }] });
          const bytes = Buffer.from(spoiled.has(name) ? whole.slice(0, 20) : whole);
          yield { ...page, bytes, name, resume: name };
        }
        yield { ...page, bytes: Buffer.from('{"value":[]}'), holds: 'nothing' };
      },
    },
  };
  const target = { ...house.target, source };
  const live = async (span: number): Promise<string[]> => {
    const codes: string[] = [];
    for (const end = house.clock.now() + span; house.clock.now() < end; house.clock.advance(minutes(15))) {
      const budget = { pages: 1_000, time: hours(1) };
      await pull(house.deps, target, { trigger: 'timer', budget }).catch((thrown: unknown) => {
        codes.push(thrown instanceof AppError ? thrown.code : 'bug');
      });
    }
    return codes;
  };
  return { house, target, fetched, spoiled, live };
}

it('an immutable object is fetched once, and once more by the first re-read, however often it is listed', async () => {
  const { fetched, live, house } = await listing();
  expect(await live(days(12))).toEqual([]);
  const old = [...fetched].filter(([name]) => Number(name) < house.clock.now() - days(8));
  expect(old.length).toBeGreaterThan(10);
  expect(old.filter(([, times]) => times !== 2)).toEqual([]);
});

it('one that nobody can read is in quarantine after three tries, and what follows it comes', async () => {
  const { fetched, spoiled, live, house, target } = await listing();
  const bad = String(noon + minutes(7) + hours(6));
  spoiled.add(bad);
  expect(await live(hours(6))).toEqual([]);
  expect(await live(hours(3))).toEqual(Array(3).fill('provider.malformed'));
  expect(fetched.get(bad)).toBe(4);
  const { records } = await house.profile.events.quarantined(target.scope, null, 10);
  expect(records).toHaveLength(1);
  await live(hours(12));
  expect(await house.ids()).toContain(String(noon + minutes(7) + hours(12)));
});

it('a paging link that dies each time is a failure after three more beginnings', async () => {
  const provider = logProvider({ pageSize: 1 });
  const house = await logHouse(provider);
  provider.entries = Array.from({ length: 40 }, (_, n) => ({
    id: `e${n}`,
    at: noon - days(1) + n * minutes(1),
  }));
  provider.instead = (_asked, { page }) =>
    page === '0' ? null : new AppError('provider.link-expired', 'retry', 'The link is too old.');
  const deps = { ...house.deps, batch: { pages: 1, bytes: 1 } };
  let code = 'succeeded';
  for (let n = 0; n < 20 && !code.includes('.'); n += 1) {
    provider.asked = 0;
    code = await house.run(100, deps);
  }
  expect(code).toBe('provider.link-expired');
  expect((await house.cursor()).open?.restarts).toBe(3);
  provider.instead = null;
  await house.live(hours(3));
  expect((await house.ids()).length).toBe(40);
});
