import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, hours, isoInstant, minutes } from '../../shared/kernel/time.ts';
import { pauseStream, resumeStream } from '../../shared/pipeline/pause-stream.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullResult, PullTarget } from '../../shared/pipeline/pull-types.ts';
import { planPull } from '../../shared/pipeline/requested-pulls.ts';
import { expectSealed, ledgerOf, whatIsKept } from '../support/kept.ts';
import { feed, madeUpLife, madeUpProvider, madeUpTarget } from '../support/made-up-provider.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { wideBudget } from '../support/rig.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function stageOf(target: PullTarget = madeUpTarget(feed)) {
  const clock = new ManualClock();
  const { state, door } = await madeUpProvider(clock);
  const add = (count: number): void => {
    for (let n = 0; n < count; n += 1) state.entries.push({ n: state.entries.length, text: 'something' });
  };
  add(5);
  const life = await madeUpLife(await tempFolder(), clock, door);
  const { deps, profile } = life;
  const run = (): Promise<PullResult> => pull(deps, target, { trigger: 'timer', budget: wideBudget });
  const cursor = async () => {
    const found = await profile.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found.value;
  };
  const kept = async () => (await whatIsKept(profile, target)).records.length;
  return { target, clock, state, add, deps, profile, run, cursor, kept };
}

/** A feed whose provider remembers a day. */
const remembering = { ...feed, pull: { ...feed.pull, lookback: days(1) } } as typeof feed;

it('reads the feed to its end and goes on from its token', async () => {
  const { run, cursor, kept, add, clock, state, profile, target } = await stageOf();
  expect((await run()).counts).toMatchObject({ seen: 5, inserted: 5 });
  expect(await cursor()).toMatchObject({ token: '5', open: null });
  expect((await run()).status).toBe('idle');
  add(2);
  clock.advance(minutes(5));
  state.asked = 0;
  expect((await run()).counts).toMatchObject({ seen: 2, inserted: 2 });
  expect(state.asked).toBe(2);
  expect(await kept()).toBe(7);
  await expectSealed(profile, target);
});

it('takes an answer that repeats the token for nothing new', async () => {
  const { run, cursor, clock, profile, target } = await stageOf();
  await run();
  clock.advance(minutes(5));
  const result = await run();
  expect(result).toMatchObject({ status: 'succeeded', counts: { pages: 1, seen: 0 } });
  expect(await cursor()).toMatchObject({ token: '5', gaps: [] });
  expect((await cursor()).committedTo).toBe(clock.now());
  expect((await ledgerOf(profile, target)).map(entry => entry.type)).toEqual([
    'window.sealed',
    'window.sealed',
  ]);
});

it('saves the token only with the pages behind it, also when a later page fails', async () => {
  const { run, cursor, state, kept, clock } = await stageOf();
  state.instead = asked => (asked < 2 ? null : { status: 200, body: '{"value":[{"n":' });
  await expect(run()).rejects.toMatchObject({ code: 'provider.malformed' });
  expect((await cursor()).token).toBe('4');
  expect(await kept()).toBe(4);
  state.instead = null;
  clock.advance(minutes(30));
  await run();
  expect(await kept()).toBe(5);
});

it('keeps what it has read of a window through many failures', async () => {
  const { run, cursor, state, kept, clock, profile, target } = await stageOf();
  state.instead = asked => (asked < 2 ? null : { status: 500, body: '{"error":{"code":"x","message":"x"}}' });
  for (let tries = 0; tries < 4; tries += 1) {
    await expect(run()).rejects.toBeInstanceOf(AppError);
    clock.advance(minutes(40));
  }
  expect((await cursor()).open).not.toBeNull();
  state.instead = null;
  await run();
  expect(await kept()).toBe(5);
  // Every page that made an event is named in a sealed manifest.
  await expectSealed(profile, target);
  const { changes } = await profile.events.changes([target.scope], null, 100);
  const named = new Set<string>();
  for (const entry of await ledgerOf(profile, target)) {
    if (entry.type !== 'window.sealed') continue;
    const manifest = await profile.archive.get(target.scope, entry.manifest);
    const { objects } = JSON.parse(Buffer.from(manifest?.bytes ?? []).toString()) as {
      objects: { key: string }[];
    };
    for (const { key } of objects) named.add(key);
  }
  expect(changes.filter(({ event }) => !named.has(event.raw.key))).toEqual([]);
});

it('records a gap when its token is lost, and begins anew where the provider’s memory begins', async () => {
  const { run, cursor, state, add, kept, clock, profile, target } = await stageOf();
  await run();
  const before = (await cursor()).committedTo;
  clock.advance(hours(20));
  add(10);
  state.oldestToken = 9;
  const result = await run();
  expect(result.counts).toMatchObject({ seen: 6, inserted: 6 });
  expect(await kept()).toBe(11);
  const at = await cursor();
  expect(at).toMatchObject({ token: '15', failures: null, gaps: [{ reason: 'token-lost', from: before }] });
  expect(coverageOf(at)).toMatchObject({ gaps: [{ reason: 'token-lost' }], covered: [{ to: before }] });
  const gaps = (await ledgerOf(profile, target)).filter(entry => entry.type === 'gap.recorded');
  expect(gaps).toMatchObject([{ reason: 'token-lost', from: isoInstant(before) }]);
  await expectSealed(profile, target);
});

it('closes the gap as far as the provider says its memory reaches', async () => {
  const { run, cursor, state, add, clock, profile, target } = await stageOf(madeUpTarget(remembering));
  await run();
  const first = await cursor();
  expect(first.committedTo - first.start).toBe(days(1));
  clock.advance(days(2));
  add(3);
  state.oldestToken = 6;
  await run();
  expect(coverageOf(await cursor()).gaps).toMatchObject([
    { from: first.committedTo, to: clock.now() - days(1), reason: 'older-than-provider-memory' },
  ]);
  await expectSealed(profile, target);
});

describe('an outage longer than the provider’s memory, with a token that is still good', () => {
  const longest = days(1);

  it('is a gap, and the feed goes on behind it', async () => {
    const { run, cursor, add, clock, kept, profile, target } = await stageOf(madeUpTarget(remembering));
    await run();
    const before = (await cursor()).committedTo;
    clock.advance(days(3));
    add(2);
    expect((await run()).counts).toMatchObject({ seen: 2, inserted: 2 });
    const at = await cursor();
    const gap = { from: before, to: clock.now() - longest, reason: 'older-than-provider-memory' };
    expect(coverageOf(at)).toMatchObject({ gaps: [gap], committedTo: clock.now() });
    const gaps = (await ledgerOf(profile, target)).filter(entry => entry.type === 'gap.recorded');
    expect(gaps).toMatchObject([{ reason: gap.reason, from: isoInstant(before) }]);
    expect(await kept()).toBe(7);
    await expectSealed(profile, target);
    // A shorter one is none.
    clock.advance(hours(23));
    await run();
    expect(coverageOf(await cursor()).gaps).toHaveLength(1);
  });

  it('is one while every try fails, and is told once', async () => {
    const { run, cursor, state, clock, profile, target } = await stageOf(madeUpTarget(remembering));
    await run();
    const before = (await cursor()).committedTo;
    state.instead = () => ({ status: 500, body: '{"error":{"code":"x","message":"x"}}' });
    for (let tries = 0; tries < 4; tries += 1) {
      clock.advance(hours(20));
      await expect(run()).rejects.toBeInstanceOf(AppError);
    }
    state.instead = null;
    clock.advance(hours(1));
    await run();
    expect((await cursor()).gaps).toMatchObject([{ from: before, to: clock.now() - longest }]);
    await expectSealed(profile, target);
  });

  it('takes with it the window that was begun and then left alone', async () => {
    const { run, cursor, state, clock, profile, target } = await stageOf(madeUpTarget(remembering));
    await run();
    clock.advance(minutes(5));
    for (let n = 5; n < 12; n += 1) state.entries.push({ n, text: 'something' });
    const asked = state.asked;
    state.instead = now => (now < asked + 2 ? null : { status: 200, body: '{"value":[{"n":' });
    await expect(run()).rejects.toMatchObject({ code: 'provider.malformed' });
    const begun = (await cursor()).open;
    expect(begun?.counts.pages).toBe(2);
    state.instead = null;
    clock.advance(days(3));
    await run();
    const at = await cursor();
    // Both as one span: from the beginning of the window that was left alone to where the memory begins.
    expect(at.gaps).toMatchObject([{ from: begun?.window.from, to: clock.now() - longest }]);
    expect(coverageOf(at).covered).toMatchObject([
      { to: begun?.window.from },
      { from: clock.now() - longest },
    ]);
    await expectSealed(profile, target);
  });

  it('is one, too, where nothing was ever pulled because a person had paused it', async () => {
    const { run, cursor, clock, deps, target } = await stageOf(madeUpTarget(remembering));
    await pauseStream(deps, target, 'later');
    clock.advance(days(3));
    await resumeStream(deps, target);
    await run();
    const at = await cursor();
    expect(at.gaps).toMatchObject([{ from: at.start, to: clock.now() - longest }]);
  });
});

it('has no gap where all that a lost token stood for is remembered still', async () => {
  const { run, cursor, state, add, clock, kept } = await stageOf(madeUpTarget(remembering));
  await run();
  clock.advance(hours(20));
  add(3);
  state.oldestToken = 6;
  await run();
  expect(coverageOf(await cursor())).toMatchObject({ gaps: [], covered: [{ to: clock.now() }] });
  expect(await kept()).toBe(7);
});

it('gives up for now when every token it is given is refused again, with one gap', async () => {
  const { run, cursor, state, clock, profile, target } = await stageOf();
  await run();
  clock.advance(hours(1));
  state.asked = 0;
  state.instead = asked =>
    asked % 2 === 0 ? { status: 410, body: '{"error":{"code":"x","message":"x"}}' } : null;
  await expect(run()).rejects.toMatchObject({ code: 'provider.link-expired' });
  state.instead = null;
  clock.advance(hours(1));
  await run();
  expect((await cursor()).gaps).toHaveLength(1);
  expect((await ledgerOf(profile, target)).filter(entry => entry.type === 'gap.recorded')).toHaveLength(1);
  await expectSealed(profile, target);
});

it('refuses a range with a sentence', async () => {
  const { deps, target, clock } = await stageOf();
  const range = { from: clock.now(), to: clock.now() };
  await expect(planPull(deps, target, range)).rejects.toThrow('acme.feed cannot be asked for a time');
});
