import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import {
  days,
  hours,
  instant,
  mergeWindows,
  minutes,
  plus,
  seconds,
  type Duration,
  type Instant,
  type Window,
} from '../../shared/kernel/time.ts';
import type { Cursor } from '../../shared/model/cursor.ts';
import type { OperationId } from '../../shared/model/ids.ts';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { committed, newCursor, planWindow } from '../../shared/pipeline/plan-window.ts';
import { memoryEdge, memoryFloor } from '../../shared/pipeline/provider-memory.ts';
import { gonePast } from '../../shared/pipeline/forgotten-span.ts';
import type { WindowPolicy } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';

const began = instant(Date.parse('2026-10-05T12:00:00Z'));
const policy: WindowPolicy = {
  step: minutes(5),
  maxWidth: days(1),
  lag: minutes(2),
  overlap: hours(2),
  lookback: days(7),
  rereads: [hours(1), hours(6), hours(24)],
  grain: seconds(1),
};

const asWindows = sources.flatMap(({ id, pull }) =>
  pull.kind === 'window' ? [[id, pull.policy] as const] : [],
);

const policies = fc
  .record({
    step: fc.integer({ min: 1, max: 60 }),
    maxHours: fc.integer({ min: 1, max: 240 }),
    lag: fc.integer({ min: 0, max: 30 }),
    overlap: fc.integer({ min: 0, max: 180 }),
    lookbackDays: fc.integer({ min: 1, max: 90 }),
    grain: fc.constantFrom(1, 1_000, 60_000),
    midnight: fc.boolean(),
  })
  .map((p): WindowPolicy => ({
    step: minutes(p.step),
    maxWidth: Math.max(hours(p.maxHours), minutes(p.step)) as Duration,
    lag: minutes(p.lag),
    overlap: minutes(p.overlap),
    lookback: days(p.lookbackDays),
    rereads: [hours(1), hours(6), hours(24), hours(48)],
    grain: p.grain as Duration,
    ...(p.midnight ? { fromMidnight: true } : {}),
  }));

/** What every plan must keep to, whatever happened before. */
function checkPlan(window: Window, p: WindowPolicy, now: Instant): void {
  expect(window.to).toBeGreaterThan(window.from);
  expect(window.to).toBeLessThanOrEqual(now - p.lag);
  expect(window.from).toBeGreaterThanOrEqual(memoryEdge(p, now));
  expect(window.to - window.from).toBeLessThanOrEqual(p.maxWidth);
  expect(window.from % p.grain).toBe(0);
  expect(window.to % p.grain).toBe(0);
}

/** Works off all that is due at `now`; returns what was asked. */
function settle(
  cursor: Cursor,
  p: WindowPolicy,
  now: Instant,
  asked: (Window & { purpose: string })[],
): Cursor {
  let value = cursor;
  for (let turn = 0; turn < 20_000; turn += 1) {
    const plan = planWindow(value, p, now);
    if (plan.do === 'nothing') return value;
    if (plan.do === 'go-past') {
      for (const gap of plan.gaps) expect(gap.to).toBeGreaterThan(gap.from);
      value = gonePast(value, plan);
      continue;
    }
    checkPlan(plan.window, p, now);
    asked.push({ ...plan.window, purpose: plan.purpose });
    value = committed(value, plan, p, now);
  }
  throw new Error('the planner never comes to rest');
}

describe('planWindow', () => {
  it('asks for every instant since the start exactly up to now − lag, or says it is a gap, whatever the pauses', () => {
    fc.assert(
      fc.property(policies, fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 8 }), (p, pauses) => {
        let now = began;
        let cursor = newCursor(p, now);
        const { start } = cursor;
        const asked: (Window & { purpose: string })[] = [];
        cursor = settle(cursor, p, now, asked);
        for (const pause of pauses) {
          now = plus(now, minutes(pause));
          cursor = settle(cursor, p, now, asked);
        }
        const answered = mergeWindows([...asked, ...cursor.gaps]);
        expect(answered[0]?.from ?? cursor.start).toBe(cursor.start);
        expect(cursor.start - start).toBeLessThanOrEqual(minutes(15));
        expect(answered.length).toBeLessThanOrEqual(1);
        expect(cursor.committedTo).toBe(answered[0]?.to ?? cursor.start);
        // Nothing but a sliver below one step is left for later.
        expect(now - p.lag - cursor.committedTo).toBeLessThan(Math.max(p.step, p.grain) + p.grain);
        expect(mergeWindows(coverageOf(cursor).covered).length).toBeLessThanOrEqual(cursor.gaps.length + 1);
      }),
    );
  });

  it('reads every span again at each age, as far as the provider remembers', () => {
    let now = began;
    let cursor = settle(newCursor(policy, now), policy, now, []);
    const asked: (Window & { purpose: string })[] = [];
    const first = cursor.committedTo;
    for (let tick = 0; tick < 12 * 24 * 3; tick += 1) {
      now = plus(now, minutes(5));
      cursor = settle(cursor, policy, now, asked);
    }
    const rereads = asked.filter(window => window.purpose === 'reread');
    for (const probe of [first, plus(first, hours(3)), plus(first, hours(20))]) {
      expect(rereads.filter(w => w.from <= probe && probe < w.to)).toHaveLength(3);
    }
    // In slabs: far fewer than the three re-reads of each of 864 five-minute windows.
    expect(rereads.length).toBeLessThan(260);
  });

  it.each(asWindows)(
    'of %s every re-read it names is done, also one near the end of its memory',
    (_id, of) => {
      const asked: (Window & { purpose: string })[] = [];
      let cursor = settle(newCursor(of, began), of, began, []);
      const probe = plus(cursor.committedTo, hours(5));
      const oldest = of.rereads.at(-1) ?? hours(0);
      for (let now = began; now < probe + 2 * oldest; now = plus(now, minutes(15))) {
        cursor = settle(cursor, of, now, asked);
      }
      const again = asked.filter(w => w.purpose === 'reread' && w.from <= probe && probe < w.to);
      expect(again).toHaveLength(of.rereads.length);
    },
  );

  it('reads a backfilled span once more an hour after its first reading, however old it was, and no more', () => {
    const asked: (Window & { purpose: string })[] = [];
    let cursor = settle(newCursor(policy, began), policy, began, asked);
    expect(asked.filter(window => window.purpose === 'reread')).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(12);
    const later: (Window & { purpose: string })[] = [];
    for (let tick = 0; tick < 12 * 24 * 3; tick += 1) {
      const now = plus(began, minutes(5 * (tick + 1)));
      cursor = settle(cursor, policy, now, later);
    }
    const old = plus(began, -days(3) as Duration);
    const again = later.filter(w => w.purpose === 'reread' && w.from <= old && old < w.to);
    expect(again).toHaveLength(1);
    expect(cursor.reads.length).toBeLessThanOrEqual(12);
  });

  it('records a gap for what the provider forgot during an outage, and goes on behind it', () => {
    const cursor = settle(newCursor(policy, began), policy, began, []);
    const now = plus(began, days(10));
    const after = settle(cursor, policy, now, []);
    expect(after.gaps).toEqual([
      {
        from: cursor.committedTo,
        to: memoryFloor(policy, now),
        reason: 'older-than-provider-memory',
        noticedAt: now,
      },
    ]);
    expect(coverageOf(after).covered).toHaveLength(2);
  });

  it('begins where it would have, when the first answer takes some minutes to come', () => {
    const cursor = newCursor(policy, began);
    const soon = settle(cursor, policy, plus(began, minutes(10)), []);
    expect(soon.gaps).toEqual([]);
    expect(coverageOf(soon).covered[0]?.from).toBe(memoryFloor(policy, began));
    const late = settle(cursor, policy, plus(began, hours(2)), []);
    expect(late.gaps).toHaveLength(1);
    expect(late.start).toBe(cursor.start);
  });

  it('joins the slivers of a long outage into one gap', () => {
    let cursor = settle(newCursor(policy, began), policy, began, []);
    let slivers = 0;
    for (let minute = 0; minute < 90; minute += 1) {
      const now = plus(plus(began, days(10)), minutes(minute));
      const plan = planWindow(cursor, policy, now);
      if (plan.do !== 'go-past') continue;
      cursor = gonePast(cursor, plan);
      slivers += 1;
    }
    expect(slivers).toBeGreaterThan(3);
    expect(cursor.gaps).toHaveLength(1);
  });

  it('refuses a cursor from the future instead of waiting for it', () => {
    const cursor = { ...newCursor(policy, began), committedTo: plus(began, days(3)) };
    expect(() => planWindow(cursor, policy, began)).toThrowError(AppError);
    expect(() => planWindow(cursor, policy, began)).toThrowError(/clock/);
  });

  it('narrows the window while failures repeat', () => {
    const cursor = newCursor(policy, began);
    const widths = [0, 1, 2, 4].map(count => {
      const failures = { count, since: began, code: 'provider.unavailable', retryAt: began };
      const plan = planWindow({ ...cursor, failures }, policy, began);
      return plan.do === 'ask' ? plan.window.to - plan.window.from : 0;
    });
    expect(widths.toSorted((a, b) => b - a)).toEqual(widths);
    expect(widths[3]).toBeLessThan((widths[0] ?? 0) / 10);
  });

  it('narrows a re-read as well: what is too much for the provider would otherwise be asked for again and again', () => {
    const long: WindowPolicy = { ...policy, maxWidth: days(30), overlap: hours(0), fromMidnight: true };
    const read = { ...newCursor(long, began), committedTo: plus(began, -minutes(2) as Duration) };
    const later = plus(began, hours(2));
    const cursor = {
      ...read,
      committedTo: plus(later, -minutes(2) as Duration),
      reads: [{ at: began, to: read.committedTo }],
    };
    const widths = [0, 2, 4].map(count => {
      const failures = { count, since: began, code: 'provider.unavailable', retryAt: began };
      const plan = planWindow({ ...cursor, failures: count === 0 ? null : failures }, long, later);
      return plan.do === 'ask' && plan.purpose === 'reread' ? plan.window.to - plan.window.from : 0;
    });
    expect(widths[0]).toBeGreaterThan(days(6));
    expect(widths[1]).toBeLessThanOrEqual((widths[0] ?? 0) / 4);
    expect(widths[2]).toBeLessThanOrEqual((widths[0] ?? 0) / 16);
    expect(widths[2]).toBeGreaterThan(0);
  });

  it('catches up in as few windows as the source says', () => {
    // Half a day is left to read even the oldest in.
    const dear: WindowPolicy = { ...policy, maxWidth: days(30), catchUp: 3, fromMidnight: true };
    const asked: (Window & { purpose: string })[] = [];
    settle(newCursor(dear, began), dear, began, asked);
    expect(asked.filter(one => one.purpose === 'forward')).toHaveLength(3);
  });

  it('serves a requested range in chunks, before anything else, and counts it as covered', () => {
    const settled = settle(newCursor(policy, began), policy, began, []);
    // As if the stream had been set up yesterday: what a person asks for lies before its start.
    const rereadTo = settled.rereadTo.map(() => settled.committedTo);
    const young = { ...settled, start: plus(began, -days(1) as Duration), rereadTo };
    const window = { from: plus(began, -days(3) as Duration), to: plus(began, -days(2) as Duration) };
    const operation = 'op-1' as OperationId;
    const asked: (Window & { purpose: string })[] = [];
    const after = settle({ ...young, requested: [{ window, operation }] }, policy, began, asked);
    expect(asked.length).toBeGreaterThan(1);
    expect(new Set(asked.map(one => one.purpose))).toEqual(new Set(['requested']));
    expect(after.requested).toEqual([]);
    expect(coverageOf(after).covered[0]).toEqual(window);
  });
});
