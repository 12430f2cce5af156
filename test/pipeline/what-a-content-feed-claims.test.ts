import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { hours, minutes } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { expectSealed, whatIsKept } from '../support/kept.ts';
import { openLife, openStage, pullToRest, wideBudget } from '../support/rig.ts';
import { seed } from '../support/seed.ts';
import { blob, contosoId, fewRecords, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const type = 'Audit.SharePoint';
/** A blob every two hours; every third is shown late, and every fifth holds a record of the one before as well. */
const alone = Array.from({ length: 60 }, (_, n) => {
  const made = smallWorldNow - hours(40) + n * hours(2);
  return blob(type, made, [`r${n}`], made + (n % 3 === 0 ? hours(3) : 0));
});
const blobs = alone.map((one, n) => {
  const before = n % 5 === 0 ? (alone[n - 1]?.records(0) ?? []) : [];
  return { ...one, records: () => [...one.records(0), ...before] };
});

const step = (what: string, least: number, most: number) =>
  fc.record({ what: fc.constant(what), n: fc.integer({ min: least, max: most }) });
const sequences = fc.array(
  fc.oneof(
    step('lives for hours', 1, 6),
    step('off for hours', 1, 20),
    step('loses every nth', 2, 5),
    step('has all again', 0, 0),
    step('listing repeats', 1, 2),
    step('cannot be had', 1, 3),
    step('pages a run', 1, 3),
  ),
  { minLength: 3, maxLength: 8 },
);

it('whatever happens to a content feed, what it claims is kept, once, and the rest is a gap', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async sequence => {
      const some = blobs.map(one => ({ ...one }));
      const stage = await openStage({ world: smallWorld({ ...fewRecords, blobs: { [type]: some } }) });
      const life = await openLife(stage, await tempFolder());
      const target = (await life.targets(contosoId)).find(({ ref }) => ref.stream === type);
      if (target === undefined) throw new Error('no such stream');
      const fault = (name: string, route: 'management.content' | 'management.blob', times: number): void =>
        void stage.simulator.control.addFault({ name, tenant: contosoId, route, times });
      const run = (pages: number): Promise<unknown> =>
        pull(life.deps, target, { trigger: 'timer', budget: { ...wideBudget, pages } }).catch(
          (thrown: unknown) => {
            if (!(thrown instanceof AppError) || thrown.code === 'bug') throw thrown;
          },
        );
      const lose = (isLost: (n: number) => boolean): void => {
        for (const [n, one] of some.entries())
          Object.assign(one, { contentExpiration: isLost(n) ? 0 : smallWorldNow * 2 });
      };
      const happen: Record<string, (n: number) => Promise<unknown> | void> = {
        'lives for hours': async n => {
          for (let turn = 0; turn < 2 * n; turn += 1, stage.clock.advance(minutes(30))) await run(10_000);
        },
        'off for hours': n => stage.clock.advance(hours(n)),
        'loses every nth': n => lose(at => at % n === 0),
        'has all again': () => lose(() => false),
        'listing repeats': n => fault('page-repeated', 'management.content', n),
        'cannot be had': n => fault('content-expired', 'management.blob', n),
        'pages a run': n => run(n),
      };
      for (const { what, n } of sequence) await happen[what]?.(n);
      stage.simulator.control.clearFaults();
      for (let turn = 0; turn < 13; turn += 1, stage.clock.advance(hours(4)))
        await pullToRest(life, target, stage.clock);
      const cursor = await life.deps.cursors.load(target.scope, target.ref);
      if (cursor === null) throw new Error('no cursor');
      const { covered, gaps } = coverageOf(cursor.value);
      const { records } = await whatIsKept(life.profile, target);
      const kept = records.join();
      // What is shown late comes with a re-read, the one of a day in slabs of half a day.
      const past = some.filter(one => one.visibleAt < stage.clock.now() - hours(48));
      const isIn = (spans: readonly { from: number; to: number }[], at: number): boolean =>
        spans.some(({ from, to }) => from <= at && at < to);
      const idOf = (text: string): string => (JSON.parse(text) as { Id: string }).Id;
      const isHere = (one: (typeof some)[number]): boolean =>
        one.records().every(text => kept.includes(idOf(text)));
      const at = (ones: typeof some): number[] => ones.map(one => one.contentCreated);
      expect(at(past.filter(one => isIn(covered, one.contentCreated) && !isHere(one)))).toEqual([]);
      const asked = past.filter(one => one.contentCreated >= cursor.value.start);
      expect(at(asked.filter(one => !isIn([...covered, ...gaps], one.contentCreated)))).toEqual([]);
      expect(new Set(records.map(idOf)).size).toBe(records.length);
      await expectSealed(life.profile, target);
      await life.end();
    }),
    { numRuns: 6, seed, endOnFailure: true },
  );
}, 120_000);
