import { expect, it } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { days, hours, instant, isoInstant, type Window } from '../../shared/kernel/time.ts';
import { noCounts, type Cursor } from '../../shared/model/cursor.ts';
import type { OperationId, RunId } from '../../shared/model/ids.ts';
import { pastForgotten } from '../../shared/pipeline/after-failure.ts';
import { newCursor } from '../../shared/pipeline/plan-window.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { reportJobEnd, reportProgress, requestPull } from '../../shared/pipeline/requested-pulls.ts';
import { exchangeMessageTrace as traces } from '../../shared/sources/exchange.message-trace/source.ts';
import { ledgerOf } from '../support/kept.ts';
import { logHouse, logProvider } from '../support/log-provider.ts';
import { openLife, openStage, pullToRest, quiet, type Life, type StageOptions } from '../support/rig.ts';
import { contosoId, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const usual = 'op-1' as OperationId;
const now = instant(smallWorldNow);
const ago = (span: number) => instant(now - span);

async function begin(source: string, stream: string, options: Partial<StageOptions> = {}) {
  const stage = await openStage({ world: smallWorld(), ...options });
  const told: string[] = [];
  const telemetry = { ...quiet, event: (name: string) => void told.push(name) };
  const life = await openLife(stage, await tempFolder(), { telemetry });
  const target = (await life.targets(contosoId)).find(
    ({ ref }) => ref.source === source && ref.stream === stream,
  );
  if (target === undefined) throw new Error('no such stream');
  await pullToRest(life, target, stage.clock);
  const cursor = async (): Promise<Cursor> => {
    const found = await life.deps.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found.value;
  };
  return { stage, life, target, cursor, told };
}

/** A backfill as a person asks for it. */
async function ask(
  life: Life,
  target: PullTarget,
  range: Window,
  operation = usual,
  window: object = said(range),
): Promise<void> {
  const at = new Date(life.deps.clock.now()).toISOString();
  await life.profile.operations.swap(target.scope, null, {
    id: operation, tenant: contosoId, kind: 'backfill', status: 'NotStarted', percentComplete: 0, createdAt: at,
    updatedAt: at, createdBy: 'tests', error: null, result: { streams: { [target.ref.stream]: { window, done: 0 } } },
  }); // prettier-ignore
  await requestPull(life.deps, target, range, operation);
}
/** Times as an operation says them. */
const said = ({ from, to }: Window) => ({ from: isoInstant(from), to: isoInstant(to) });
const outcome = async (life: Life, { scope }: PullTarget) =>
  (await life.profile.operations.get(scope, usual))?.value.status;

it.each(['in the form of today', 'in milliseconds, as it was begun'])('is half done, %s', async form => {
  const { life, target, cursor } = await begin('exchange.message-trace', 'default');
  const range = { from: ago(days(8)), to: ago(days(4)) };
  await ask(life, target, range, usual, form.startsWith('in milli') ? range : said(range));
  const before = await cursor();
  const left = { from: ago(days(6)), to: range.to };
  const after = { ...before, requested: [{ operation: usual, window: left }] };
  await reportProgress(life.deps, target, before, after);
  await reportJobEnd(life.deps, target.scope, { operation: usual, stream: target.ref.stream }, null);
  const found = await life.profile.operations.get(target.scope, usual);
  expect(found?.value).toMatchObject({ status: 'Running', percentComplete: 50 });
  expect(found?.value.result).toEqual({ streams: { default: { window: said(range), done: 50 } } });
  await life.end();
});

it('has no gap where a range it had read long ago is forgotten before its turn comes again', async () => {
  const { stage, life, target, cursor } = await begin('exchange.message-trace', 'default');
  await ask(life, target, { from: ago(days(88)), to: ago(days(80)) });
  stage.clock.advance(days(5));
  await pullToRest(life, target, stage.clock);
  expect(await cursor()).toMatchObject({ requested: [], gaps: [] });
  expect((await ledgerOf(life.profile, target)).filter(({ type }) => type === 'gap.recorded')).toEqual([]);
  expect(await outcome(life, target)).toBe('Succeeded');
  await life.end();
});

it('comes to an end with a range that is forgotten as a whole', async () => {
  const { stage, life, target, cursor } = await begin('exchange.message-trace', 'default');
  await ask(life, target, { from: ago(days(88)), to: ago(days(80)) });
  stage.clock.advance(days(20));
  await pullToRest(life, target, stage.clock);
  expect(await cursor()).toMatchObject({ requested: [], gaps: [] });
  expect(await outcome(life, target)).toBe('Succeeded');
  await life.end();
});

it('has a gap of what was never read and is forgotten, and no more', async () => {
  const { stage, life, target, cursor } = await begin('exchange.message-trace', 'default', {
    connection: { remembersDays: 10 },
  });
  const { start } = await cursor();
  const long = { ...target, connection: { ...target.connection, remembersDays: 89 } };
  await ask(life, long, { from: ago(days(88)), to: ago(days(5)) });
  stage.clock.advance(days(30));
  await pullToRest(life, long, stage.clock);
  const { covered, gaps } = coverageOf(await cursor());
  expect(gaps).toMatchObject([{ from: ago(days(88)), reason: 'older-than-provider-memory' }]);
  const end = gaps.at(-1)?.to ?? 0;
  // Exchange counts from midnight.
  expect(end).toBe(ago(days(59) + hours(12)));
  expect(covered[0]?.from).toBe(end);
  expect(start).toBeGreaterThan(end);
  expect(await outcome(life, target)).toBe('Succeeded');
  await life.end();
});

it('has no gap beyond its end where its provider has forgotten more than it asks for', () => {
  const policy = traces.pull.kind === 'window' ? traces.pull.policy : null;
  if (policy === null) throw new Error('no windows');
  const window = { from: ago(days(120)), to: ago(days(110)) };
  const run = {
    window, purpose: 'requested', reread: null, resume: null, restarts: 0, counts: noCounts, run: 'r-1' as RunId,
    lease: null,
  } as const; // prettier-ignore
  const cursor = { ...newCursor(policy, now), requested: [{ operation: usual, window }], open: run };
  const refused = new AppError('provider.rejected', 'retry-later', 'Too old.', {
    facts: { remembersFrom: ago(days(100)) },
  });
  const past = pastForgotten(cursor, refused, policy.grain, now);
  expect(past?.gaps).toMatchObject([window]);
  expect(past?.cursor).toMatchObject({ requested: [], open: null });
});

it('covers what it asks for, but for an object that is gone, until that can be had', async () => {
  const { stage, life, target, cursor, told } = await begin('m365.unified-audit', 'Audit.SharePoint', {
    connection: { remembersDays: 1 },
  });
  const long = { ...target, connection: { ...target.connection, remembersDays: 6 } };
  const window = { from: ago(hours(31)), to: ago(hours(29)) };
  stage.simulator.control.addFault({ name: 'content-absent', tenant: contosoId, route: 'management.blob' });
  for (const id of ['op-1', 'op-2']) {
    await ask(life, long, window, id as OperationId);
    await pullToRest(life, long, stage.clock);
    const { covered, gaps } = coverageOf(await cursor());
    expect(gaps).toMatchObject([{ from: ago(hours(30)), reason: 'content-expired' }]);
    expect(covered.slice(0, 2)).toMatchObject([{ from: window.from, to: ago(hours(30)) }, { to: window.to }]);
  }
  // Asked for twice it is one gap, of which the operator hears once.
  expect(told.filter(name => name === 'gap.recorded')).toHaveLength(1);
  stage.simulator.control.clearFaults();
  await ask(life, long, window, 'op-3' as OperationId);
  await pullToRest(life, long, stage.clock);
  const { covered, gaps } = coverageOf(await cursor());
  expect({ gaps, first: covered[0] }).toEqual({ gaps: [], first: window });
  await life.end();
});

it('what a requested range brings says nothing about how often to ask from now on', async () => {
  const provider = logProvider();
  const house = await logHouse(provider);
  await house.live(days(1));
  const { every } = await house.cursor();
  expect(every).toBe(hours(1));
  const to = instant(Math.floor(house.clock.now() / 1_000) * 1_000 - days(3));
  provider.entries = Array.from({ length: 300 }, (_, n) => ({ id: `e${n}`, at: to - 1 - n * 1_000 }));
  await requestPull(house.deps, house.target, { from: instant(to - hours(6)), to }, 'op-1' as OperationId);
  await house.run();
  expect(await house.ids()).toHaveLength(300);
  expect((await house.cursor()).every).toBe(every);
});
