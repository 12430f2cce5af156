import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { hours, instant, minutes } from '../../shared/kernel/time.ts';
import type { Cursor, Gap } from '../../shared/model/cursor.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import { withLost } from '../../shared/pipeline/bounded-gaps.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { expectSealed, ledgerOf, whatIsKept } from '../support/kept.ts';
import { openLife, openStage, pullToRest } from '../support/rig.ts';
import { seed } from '../support/seed.ts';
import { blob, contosoId, fewRecords, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const type = 'Audit.SharePoint';
const start = smallWorldNow - hours(30);
const count = 1_500;
const blobs = Array.from({ length: count }, (_, n) => {
  const one = blob(type, start + n * minutes(1), [`r${n}`]);
  return { ...one, contentId: `${'long'.repeat(25)}$${one.contentId}` };
});

/** A stream most of whose objects, but for every hundredth, the provider lists and does not hand out for a while. */
async function begin() {
  const some = blobs.map(one => ({ ...one }));
  const stage = await openStage({ world: smallWorld({ ...fewRecords, blobs: { [type]: some } }) });
  const lose = (isLost: (n: number) => boolean): void => {
    for (const [n, one] of some.entries())
      Object.assign(one, { contentExpiration: isLost(n) ? start : smallWorldNow * 2 });
  };
  const life = await openLife(stage, await tempFolder());
  const target = (await life.targets(contosoId)).find(({ ref }) => ref.stream === type);
  if (target === undefined) throw new Error('no such stream');
  const cursor = async (): Promise<Cursor> => {
    const found = await life.deps.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found.value;
  };
  const missing = async (): Promise<number[]> => {
    const kept = (await whatIsKept(life.profile, target)).records.join();
    return blobs.flatMap(({ contentCreated, records }) =>
      kept.includes(records(0)[0] ?? '') ? [] : [contentCreated],
    );
  };
  return { stage, life, target, lose, cursor, missing };
}

it('however many objects are lost, the cursor stays small, and each of them is in a gap the ledger has', async () => {
  const { stage, life, target, lose, cursor, missing } = await begin();
  lose(n => n % 100 !== 50);
  await pullToRest(life, target, stage.clock);
  const at = await cursor();
  expect(at.gaps.length).toBeLessThanOrEqual(200);
  expect(JSON.stringify(at).length).toBeLessThan(150_000);
  const gone = await missing();
  expect(gone).toHaveLength(count - count / 100);
  const within = (spans: readonly { from: number; to: number }[]) =>
    gone.filter(time => !spans.some(({ from, to }) => from <= time && time < to));
  expect(within(coverageOf(at).gaps)).toEqual([]);
  const recorded = async () =>
    (await ledgerOf(life.profile, target))
      .filter(entry => entry.type === 'gap.recorded')
      .map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));
  const entries = await recorded();
  expect(within(entries)).toEqual([]);
  for (const { from, to } of at.gaps) expect(entries).toContainEqual({ from, to });
  expect(entries.length).toBeLessThan(500);
  // Met again by every later reading, they are told once.
  stage.clock.advance(hours(2));
  await pullToRest(life, target, stage.clock);
  stage.clock.advance(hours(25));
  await pullToRest(life, target, stage.clock);
  expect((await recorded()).length).toBe(entries.length);
  await expectSealed(life.profile, target);
  await life.end();
}, 120_000);

it('what a request brings of a gap that knows its objects no more is no gap, and the rest of it is', async () => {
  const { stage, life, target, lose, cursor, missing } = await begin();
  lose(() => true);
  await pullToRest(life, target, stage.clock);
  expect((await cursor()).gaps.some(({ objects }) => objects === undefined)).toBe(true);
  lose(n => n === 700);
  // What knows its objects closes with a later reading, the rest only by a request.
  stage.clock.advance(hours(25));
  await pullToRest(life, target, stage.clock);
  const left = (await cursor()).gaps;
  expect(left.length).toBeGreaterThan(0);
  expect(left.filter(({ objects }) => objects !== undefined && objects.length > 1)).toEqual([]);
  const range = { from: instant(start), to: instant(start + hours(26)) };
  await requestPull(life.deps, target, range, 'op-1' as OperationId);
  await pullToRest(life, target, stage.clock);
  const { gaps } = coverageOf(await cursor());
  expect(await missing()).toEqual([start + 700 * minutes(1)]);
  expect(gaps.map(({ from, to }) => [from, to - from])).toEqual([[start + 700 * minutes(1), 1]]);
  await expectSealed(life.profile, target);
  await life.end();
}, 120_000);

it('what is lost around a known gap has its objects as well', () => {
  const lostAt = (at: number): Gap => ({
    from: instant(at * 1_000),
    to: instant(at * 1_000 + 1),
    reason: 'content-expired',
    noticedAt: instant(1),
    objects: [`n${at}`],
  });
  const apart = Array.from({ length: 198 }, (_, n) => lostAt((n + 1) * 10_000));
  const found = [lostAt(6), lostAt(20)];
  const { gaps, told } = withLost([lostAt(18), ...apart], found);
  const around = gaps.find(({ from }) => from === 6_000);
  expect([...(around?.objects ?? [])].sort()).toEqual(['n18', 'n20', 'n6']);
  expect(told).toContain(around);
  expect(withLost(gaps, found)).toEqual({ gaps, told: [] });
});

const moment = fc.record({
  at: fc.integer({ min: 0, max: 5_000_000 }),
  name: fc.integer({ min: 0, max: 9_999 }),
});

it('over any losses: nothing lost is outside a gap, what is exact stays so while it can, and all is told once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(moment, { maxLength: 20, size: 'max' }), { maxLength: 60, size: 'max' }),
      batches => {
        const other: Gap = {
          from: instant(7),
          to: instant(9),
          reason: 'older-than-provider-memory',
          noticedAt: instant(0),
        };
        let gaps: readonly Gap[] = [other];
        let told: readonly Gap[] = [];
        const losses = batches.flat();
        for (const batch of batches) {
          const found = batch.map(({ at, name }): Gap => ({
            from: instant(at * 1_000),
            to: instant(at * 1_000 + 1),
            reason: 'content-expired',
            noticedAt: instant(1),
            objects: [`${'n'.repeat(200)}${name}`],
          }));
          const next = withLost(gaps, found);
          gaps = next.gaps;
          told = [...told, ...next.told];
          expect(withLost(gaps, found)).toEqual({ gaps, told: [] });
        }
        const lost = gaps.filter(({ reason }) => reason === 'content-expired');
        expect(gaps).toContainEqual(other);
        expect(lost.length).toBeLessThanOrEqual(200);
        expect(JSON.stringify(gaps).length).toBeLessThan(200_000);
        const isIn = (spans: readonly Gap[], at: number): boolean =>
          spans.some(({ from, to }) => from <= at * 1_000 && at * 1_000 < to);
        expect(losses.filter(({ at }) => !isIn(lost, at) || !isIn(told, at))).toEqual([]);
        const moments = new Set(losses.map(({ at }) => at));
        if (moments.size <= 200) expect(lost.length).toBe(moments.size);
        // A gap that says its objects has all of them.
        for (const gap of lost.filter(({ objects }) => objects !== undefined)) {
          const names = losses
            .filter(({ at }) => isIn([gap], at))
            .map(({ name }) => `${'n'.repeat(200)}${name}`);
          expect(names.filter(name => gap.objects?.includes(name) !== true)).toEqual([]);
        }
      },
    ),
    { numRuns: 60, seed, endOnFailure: true },
  );
});
