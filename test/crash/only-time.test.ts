import { expect, it } from 'vitest';
import { days, hours, minus, minutes, type Duration, type Instant } from '../../shared/kernel/time.ts';
import type { Gap } from '../../shared/model/cursor.ts';
import { policyFor } from '../../shared/pipeline/policy-for.ts';
import { memoryFloor } from '../../shared/pipeline/provider-memory.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { ledgerOf } from '../support/kept.ts';
import { faultsOf, inUsualRhythm, judge, liveOn, newDiary } from '../support/living.ts';
import { openLife, openStage } from '../support/rig.ts';
import { contosoId, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { streamName } from '../support/world-truth.ts';

// One of each way of asking. By hand, `HOLDFAST_STREAMS=. HOLDFAST_DAYS=24 HOLDFAST_OFF=1,24,192,960 HOLDFAST_SEED=…`
// takes all streams through some weeks, and outages of so many hours.
const wanted = new RegExp(
  process.env['HOLDFAST_STREAMS'] ?? 'SharePoint|message-trace|siem journal|assignments active',
);
const seed = Number(process.env['HOLDFAST_SEED'] ?? 7);
const span = days(Number(process.env['HOLDFAST_DAYS'] ?? 2));
const outages = (process.env['HOLDFAST_OFF'] ?? '192').split(',').map(hour => hours(Number(hour)));
/** Between two looks at what is due. */
const tick = minutes(30);

async function begin() {
  const world = inventWorld({ seed, now: smallWorldNow, events: 1_000, tenants: 1, livePerMinute: 0.4 });
  const [sim] = world.tenants;
  if (sim === undefined) throw new Error('no tenant');
  const stage = inUsualRhythm(await openStage({ world }));
  const folder = await tempFolder();
  const diary = newDiary();
  const open = async () => {
    const life = await openLife(stage, folder);
    const targets = (await life.targets(contosoId)).filter(target => wanted.test(streamName(target)));
    const liveFor = (time: Duration) =>
      liveOn(stage, life, targets, diary, { until: stage.clock.now() + time, tick });
    return { life, targets, liveFor, judge: () => judge(sim, stage, life, targets, diary, tick) };
  };
  return { stage, diary, open };
}

it('where only time passes, has every record once and in its last form, every change, and no gap', async () => {
  const { diary, open } = await begin();
  const { life, liveFor, judge: verdictsOf } = await open();
  await liveFor(span);
  const verdicts = await verdictsOf();
  await life.end();
  for (const { stream, expected } of verdicts) process.stdout.write(`${stream}: ${expected}\n`);
  expect(verdicts.reduce((sum, { expected }) => sum + expected, 0)).toBeGreaterThan(300);
  expect({ errors: diary.errors, faults: verdicts.flatMap(faultsOf) }).toEqual({ errors: [], faults: [] });
  expect(verdicts.flatMap(({ gaps }) => gaps)).toEqual([]);
}, 3_600_000);

/** The gap an outage must leave in a stream that was answered up to then, if any. */
function gapAfter({ source, connection }: PullTarget, from: number, now: Instant): Omit<Gap, 'noticedAt'>[] {
  const { pull } = source;
  const asked = { from, to: now } as Gap;
  if (pull.kind === 'snapshot')
    return now - from > Math.max(3 * source.every, hours(1)) ? [{ ...asked, reason: 'not-read' }] : [];
  const to =
    pull.kind === 'feed'
      ? minus(now, pull.lookback ?? days(0))
      : memoryFloor(policyFor({ source, connection }), now);
  return from < to ? [{ ...asked, to, reason: 'older-than-provider-memory' }] : [];
}

it('after it was off, has a gap of what is forgotten, and nothing else is lost', async () => {
  const { stage, diary, open } = await begin();
  let at = await open();
  await at.liveFor(hours(6));
  const due = new Map<string, Omit<Gap, 'noticedAt'>[]>();
  for (const outage of outages) {
    await at.life.end();
    stage.clock.advance(outage);
    at = await open();
    for (const target of at.targets) {
      const cursor = await at.life.deps.cursors.load(target.scope, target.ref);
      const gaps = gapAfter(target, cursor?.value.committedTo ?? 0, stage.clock.now());
      due.set(streamName(target), [...(due.get(streamName(target)) ?? []), ...gaps]);
    }
    await at.liveFor(hours(18));
  }
  const verdicts = await at.judge();
  for (const { stream, gaps } of verdicts) {
    const expected = due.get(stream) ?? [];
    expect({ stream, gaps: gaps.map(({ from, reason }) => ({ from, reason })) }).toEqual({
      stream,
      gaps: expected.map(({ from, reason }) => ({ from, reason })),
    });
    // Where others catch up first, or throttle, some minutes more are forgotten meanwhile.
    for (const [n, gap] of gaps.entries())
      expect(Math.abs(gap.to - (expected[n]?.to ?? 0))).toBeLessThan(hours(1));
  }
  expect(verdicts.flatMap(({ gaps }) => gaps).length).toBeGreaterThan(0);
  expect(verdicts.flatMap(faultsOf)).toEqual([]);
  expect(diary.errors).toEqual([]);
  for (const target of at.targets) {
    const told = (await ledgerOf(at.life.profile, target)).flatMap(entry =>
      // A lost token's gap is what the feed had to answer anew.
      entry.type === 'gap.recorded' && entry.reason !== 'token-lost'
        ? [{ from: Date.parse(entry.from), reason: entry.reason }]
        : [],
    );
    expect(told).toEqual((due.get(streamName(target)) ?? []).map(({ from, reason }) => ({ from, reason })));
  }
  await at.life.end();
}, 3_600_000);
