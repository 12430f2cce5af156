import { describe, expect, it, test } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { hours, instant } from '../../shared/kernel/time.ts';
import { noCounts, type Cursor, type OpenWindow } from '../../shared/model/cursor.ts';
import type { RunId } from '../../shared/model/ids.ts';
import { closeFound } from '../../shared/pipeline/close-found.ts';
import { Killed, mortal } from '../crash/mortal.ts';
import { expectSealed, ledgerOf, whatIsKept } from '../support/kept.ts';
import { openLife, openStage, pullToRest, quiet } from '../support/rig.ts';
import { blob, contosoId, fewRecords, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const type = 'Audit.SharePoint';
const ago = (span: number) => smallWorldNow - span;
/** Two of one moment, told apart by their names. */
const blobs = [
  blob(type, ago(hours(30)), ['a', 'b']),
  blob(type, ago(hours(5)), ['c', 'd']),
  { ...blob(type, ago(hours(5)), ['e']), contentId: 'twin$twin$audit_sharepoint$Audit_SharePoint' },
];

async function begin(absent: number) {
  const stage = await openStage({ world: smallWorld({ ...fewRecords, blobs: { [type]: blobs } }) });
  const told: string[] = [];
  const telemetry = { ...quiet, event: (name: string) => void told.push(name) };
  const life = await openLife(stage, await tempFolder(), { telemetry });
  const target = (await life.targets(contosoId)).find(({ ref }) => ref.stream === type);
  if (target === undefined) throw new Error('no such stream');
  const { control } = stage.simulator;
  control.addFault({ name: 'content-expired', tenant: contosoId, route: 'management.blob', times: absent });
  const cursor = async (): Promise<Cursor> => {
    const found = await life.deps.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found.value;
  };
  const gaps = async () => coverageOf(await cursor()).gaps.map(({ from }) => from);
  const entries = async () =>
    (await ledgerOf(life.profile, target)).flatMap(entry =>
      entry.type === 'window.sealed' ? [] : [`${entry.type} ${entry.from}`],
    );
  /** As long as it takes until all is read once more. */
  const reread = async (deps = life.deps): Promise<void> => {
    for (let hour = 0; hour < 27; hour += 1) {
      stage.clock.advance(hours(1));
      await pullToRest({ deps }, target, stage.clock);
    }
  };
  return { stage, life, target, cursor, gaps, entries, reread, told };
}

it('what a later reading brings after all is no gap any more, and the ledger says which brought it', async () => {
  const { stage, life, target, gaps, entries, reread, told } = await begin(3);
  await pullToRest(life, target, stage.clock);
  expect(await gaps()).toEqual([ago(hours(30)), ago(hours(5))]);
  await reread();
  expect(await gaps()).toEqual([]);
  expect((await whatIsKept(life.profile, target)).records).toHaveLength(5);
  const [first, second] = [30, 5].map(back => new Date(ago(hours(back))).toISOString());
  expect(await entries()).toEqual([
    `gap.recorded ${first}`,
    `gap.recorded ${second}`,
    `gap.closed ${first}`,
    `gap.closed ${second}`,
  ]);
  const closed = (await ledgerOf(life.profile, target)).find(({ type: of }) => of === 'gap.closed');
  expect(closed).toMatchObject({ purpose: 'reread', reason: 'content-expired' });
  expect(told.filter(name => name === 'gap.closed')).toHaveLength(2);
  await expectSealed(life.profile, target);
  await life.end();
});

it('of two objects of one moment both must be here', async () => {
  const { stage, life, target, gaps, reread } = await begin(3);
  await pullToRest(life, target, stage.clock);
  // The first of the two is asked for before the other, and of the three only the last is absent now.
  stage.simulator.control.addFault({
    name: 'content-expired',
    tenant: contosoId,
    route: 'management.blob',
    after: 2,
  });
  await reread();
  expect(await gaps()).toEqual([ago(hours(5))]);
  stage.simulator.control.clearFaults();
  await reread();
  await reread();
  expect(await gaps()).toEqual([]);
  await life.end();
});

it('a gap of before its objects were written down stays: nobody can say that all of it is here', async () => {
  const { stage, life, target, cursor, gaps, reread } = await begin(3);
  await pullToRest(life, target, stage.clock);
  const found = await life.deps.cursors.load(target.scope, target.ref);
  const unnamed = (await cursor()).gaps.map(({ from, to, reason, noticedAt }) => ({
    from,
    to,
    reason,
    noticedAt,
  }));
  await life.deps.cursors.swap(target.scope, target.ref, found?.rev ?? null, {
    ...(await cursor()),
    gaps: unnamed,
  });
  await reread();
  expect(await gaps()).toEqual([ago(hours(30)), ago(hours(5))]);
  await life.end();
});

describe('a window that is whole', () => {
  const window = { from: instant(1_000), to: instant(2_000) };
  const at = { reason: 'content-expired' as const, noticedAt: instant(9_000) };
  const open: OpenWindow = {
    window, purpose: 'reread', reread: 0, resume: null, restarts: 0, counts: noCounts, run: 'run' as RunId,
    lost: [{ from: instant(1_000), to: instant(1_001) }, { from: instant(1_500), to: instant(1_501) }], lease: null,
  }; // prettier-ignore

  test('keeps of its gaps what is still missing, of its loss no more, and lets those of others be', async () => {
    const { life, target } = await begin(1);
    const asked: string[] = [];
    const cursors = {
      ...life.deps.cursors,
      unread: (...[scope, ref, names]: Parameters<typeof life.deps.cursors.unread>) => {
        asked.push(...names);
        return life.deps.cursors.unread(scope, ref, names);
      },
    };
    await cursors.markRead(target.scope, target.ref, ['here', 'too', 'elsewhere'], instant(9_000));
    const gaps = [
      { from: instant(1_000), to: instant(1_001), ...at, objects: ['here', 'too'] },
      { from: instant(1_500), to: instant(1_501), ...at, objects: ['here', 'missing'] },
      { from: instant(2_000), to: instant(2_001), ...at, objects: ['elsewhere'] },
      { from: instant(999), to: instant(1_000), ...at, objects: ['elsewhere'] },
    ];
    const cursor: Cursor = {
      version: 1, start: instant(0), committedTo: instant(2_000), rereadTo: [], reads: [], open,
      requested: [], extra: [], gaps, failures: null, token: null, paused: null,
    }; // prettier-ignore
    const closed = await closeFound({ ...life.deps, cursors }, target, cursor, open);
    expect(closed.gaps).toEqual([{ ...gaps[1], objects: ['missing'] }, gaps[2], gaps[3]]);
    expect(closed.open?.lost).toEqual([{ from: 1_500, to: 1_501 }]);
    expect(asked).not.toContain('elsewhere');
    await life.end();
  });
});

it('closes it also where it was killed at any effect of the reading that brought it', async () => {
  for (let at = 1; ; at += 1) {
    const { stage, life, target, gaps, reread } = await begin(3);
    await pullToRest(life, target, stage.clock);
    stage.clock.advance(hours(24.5));
    const mortals = mortal(at, 'after');
    const deps = {
      ...life.deps,
      cursors: mortals.wrap('cursors', life.deps.cursors, ['swap', 'markRead']),
      events: mortals.wrap('events', life.deps.events, ['insert', 'upsert']),
      ledger: mortals.wrap('ledger', life.deps.ledger, ['append']),
    };
    await pullToRest({ deps }, target, stage.clock).catch((thrown: unknown) => {
      if (!(thrown instanceof Killed)) throw thrown;
    });
    await reread();
    expect({ at, gaps: await gaps() }).toEqual({ at, gaps: [] });
    await life.end();
    if (!mortals.dead) return;
  }
}, 600_000);
