import { expect, it } from 'vitest';
import { coverageOf } from '../../shared/evidence/coverage.ts';
import { days, hours, minutes, type Duration } from '../../shared/kernel/time.ts';
import type { Cursor } from '../../shared/model/cursor.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import { graphWorld } from '../faults/graph-streams.ts';
import { expectSealed, whatIsKept } from '../support/kept.ts';
import { openLife, openStage, pullToRest, wideBudget } from '../support/rig.ts';
import { audit, contosoId, smallWorld, smallWorldNow, type SmallTenant } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function connect(source: string, stream: string, has: Partial<SmallTenant> = graphWorld) {
  const stage = await openStage({ world: smallWorld(has), connection: { remembersDays: null } });
  const life = await openLife(stage, await tempFolder());
  const target = (await life.targets(contosoId)).find(
    ({ ref }) => ref.source === source && ref.stream === stream,
  );
  if (target === undefined) throw new Error('no such stream');
  const cursor = async (): Promise<Cursor> => {
    const found = await life.deps.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found.value;
  };
  return { stage, life, target, cursor };
}

const midnight = (at: number): number => at - (at % days(1));

// How far each provider goes back as its fact sheet says it, and whether that is counted from a midnight.
const memories = [
  ['entra.directory-audits', 'default', 30, 'midnight'],
  ['entra.sign-ins', 'interactive', 30, 'midnight'],
  ['exchange.message-trace', 'default', 90, 'midnight'],
  ['intune.audit-events', 'default', 365, 'the moment'],
  ['defender.alerts', 'default', 180, 'the moment'],
  ['defender.incidents', 'default', 180, 'the moment'],
  ['m365.unified-audit', 'Audit.SharePoint', 7, 'the moment'],
  ['mimecast.message-tracking', 'default', 30, 'the moment'],
  ['mimecast.audit-events', 'default', 60, 'the moment'],
  ['mimecast.ttp-url', 'default', 60, 'the moment'],
  ['mimecast.archive-searches', 'default', 60, 'the moment'],
] as const;

it.each(memories)('%s/%s is asked as far back as its provider goes', async (source, stream, back, from) => {
  const { stage, life, target, cursor } = await connect(source, stream);
  const floor = (from === 'midnight' ? midnight(smallWorldNow) : smallWorldNow) - days(back);
  const { errors } = await pullToRest(life, target, stage.clock);
  const { start, gaps } = await cursor();
  expect({ errors, gaps }).toEqual({ errors: [], gaps: [] });
  expect(start - floor).toBeGreaterThanOrEqual(0);
  expect(start - floor).toBeLessThanOrEqual(minutes(15));
  await life.end();
});

/** An audit an hour, from the first that Graph still has on. */
const hourly = Array.from({ length: 30 * 24 }, (_, n) =>
  audit(`h${n}`, midnight(smallWorldNow) - days(30) + n * hours(1)),
);

it.each([
  ['in the afternoon', hours(2), 0],
  ['ten seconds before midnight', hours(12) - 10_000, 0],
  ['while a day is forgotten', hours(12) - 10_000, 20_000],
])('connected %s, all that is left is there, and what is not is a gap', async (_when, after, eachRun) => {
  const { stage, life, target, cursor } = await connect('entra.directory-audits', 'default', {
    ...graphWorld,
    audits: hourly,
  });
  stage.clock.advance(after as Duration);
  for (let run = 0; run < 60; run += 1) {
    await pull(life.deps, target, { trigger: 'timer', budget: { ...wideBudget, pages: 1 } });
    stage.clock.advance(eachRun as Duration);
  }
  const { errors } = await pullToRest(life, target, stage.clock);
  expect(errors).toEqual([]);
  const { gaps, covered } = coverageOf(await cursor());
  const { records } = await whatIsKept(life.profile, target);
  const missing = hourly.filter(({ time }) => !records.some(text => text.includes(iso(time))));
  // What is missing is in a gap, and no gap reaches beyond what Graph has forgotten.
  const untold = missing.filter(({ time }) => !gaps.some(gap => gap.from <= time && time < gap.to));
  expect(untold.map(({ time }) => iso(time))).toEqual([]);
  for (const gap of gaps) expect(gap.to).toBeLessThanOrEqual(midnight(stage.clock.now()) - days(30));
  if (eachRun === 0) expect(gaps).toEqual([]);
  expect(covered.at(-1)?.to).toBeGreaterThan(stage.clock.now() - hours(1));
  await expectSealed(life.profile, target);
  await life.end();
});

const iso = (time: number): string => new Date(time).toISOString().slice(0, 19);
