import { describe, expect, test } from 'vitest';
import { days, minutes } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import { mortalDeps } from '../crash/mortal-deps.ts';
import { openLife, openStage, pullToRest, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { blob, contosoId, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface Opened {
  readonly stage: Stage;
  readonly life: Life;
  readonly target: PullTarget;
  /** Names of the stores' calls so far, in order. */
  readonly effects: readonly string[];
  readonly deps: PullDeps;
}

/** A stream with four windows to ask for. */
async function opened(source: string, stream = 'default', world = smallWorld()): Promise<Opened> {
  const stage = await openStage({
    world,
    connection: { remembersDays: 4, everySeconds: 86_400 },
  });
  const life = await openLife(stage, await tempFolder());
  const target = (await life.targets(contosoId)).find(
    one => one.ref.source === source && one.ref.stream === stream,
  );
  if (target === undefined) throw new Error('no such stream');
  return { stage, life, target, ...mortalDeps(life.deps, null, 'after') };
}

const day = days(1);

const count = (effects: readonly string[], name: string): number =>
  effects.filter(one => one === name).length;

describe('a run over several windows', () => {
  test('commits a window and claims the next in one write, and tells both in one', async () => {
    const { life, target, deps, effects } = await opened('entra.directory-audits');
    const { status, windows } = await pull(deps, target, { trigger: 'timer', budget: wideBudget });
    expect(status).toBe('succeeded');
    expect(windows).toBeGreaterThan(2);
    // One to make the cursor, one to claim the first window; then one a window, whose pages fit one batch here.
    expect(count(effects, 'cursors.swap')).toBe(windows + 2);
    expect(count(effects, 'runs.put')).toBe(windows + 1);
    expect(count(effects, 'ledger.append')).toBe(windows);
    const { runs } = await life.profile.runs.list([target.scope], {}, null, 100);
    expect(runs.map(run => run.status)).toEqual(Array.from({ length: windows }, () => 'succeeded'));
    expect(runs.every(run => run.endedAt !== null)).toBe(true);
    await life.end();
  });

  test('that has spent its budget leaves no window claimed, and the next run goes on', async () => {
    const { stage, life, target, deps } = await opened('entra.directory-audits');
    const budget = { pages: 1, time: minutes(10) };
    const { status, windows } = await pull(deps, target, { trigger: 'timer', budget });
    expect([status, windows]).toEqual(['continued', 1]);
    const cursor = await life.profile.cursors.load(target.scope, target.ref);
    expect(cursor?.value.open).toBeNull();
    await pullToRest(life, target, stage.clock);
    const { runs } = await life.profile.runs.list([target.scope], { status: 'running' }, null, 100);
    expect(runs).toEqual([]);
    await life.end();
  });

  test('stores small objects together up to what the profile says', async () => {
    const { life, target, deps, effects } = await opened('m365.unified-audit', 'Audit.SharePoint');
    const alone = { ...deps, batch: { pages: 1, bytes: 1 } };
    const { counts, windows } = await pull(alone, target, { trigger: 'timer', budget: wideBudget });
    expect(counts.pages).toBeGreaterThan(windows);
    expect(count(effects, 'events.insert')).toBe(counts.pages);
    await life.end();
    const together = await opened('m365.unified-audit', 'Audit.SharePoint');
    await pull(together.deps, together.target, { trigger: 'timer', budget: wideBudget });
    expect(count(together.effects, 'events.insert')).toBe(windows);
    await together.life.end();
  });

  test('forgets old names only where there are names, and once', async () => {
    const paged = await opened('entra.directory-audits');
    await pull(paged.deps, paged.target, { trigger: 'timer', budget: wideBudget });
    expect(count(paged.effects, 'cursors.forgetRead')).toBe(0);
    await paged.life.end();
    const daily = [3, 2, 1].map(ago => blob('Audit.SharePoint', smallWorldNow - ago * day, [`a${ago}`]));
    const world = smallWorld({ blobs: { 'Audit.SharePoint': daily } });
    const named = await opened('m365.unified-audit', 'Audit.SharePoint', world);
    await pull(named.deps, named.target, { trigger: 'timer', budget: wideBudget });
    // The names of three windows.
    expect(count(named.effects, 'cursors.markRead')).toBe(3);
    expect(count(named.effects, 'cursors.forgetRead')).toBe(1);
    await named.life.end();
  });
});
