import { describe, expect, test } from 'vitest';
import { minutes, type Duration } from '../../shared/kernel/time.ts';
import { queueDueConnections } from '../../shared/pipeline/due-connections.ts';
import { pauseStream, resumeStream } from '../../shared/pipeline/pause-stream.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { openLife, openStage, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function opened(): Promise<{ stage: Stage; life: Life; target: PullTarget }> {
  const stage = await openStage({ world: smallWorld() });
  const life = await openLife(stage, await tempFolder());
  const target = (await life.targets(contosoId)).find(one => one.ref.source === 'entra.directory-audits');
  if (target === undefined) throw new Error('no stream');
  return { stage, life, target };
}

const timer = { trigger: 'timer', budget: wideBudget } as const;
const cursorOf = async (life: Life, target: PullTarget) =>
  (await life.deps.cursors.load(target.scope, target.ref))?.value;
const due = (life: Life, target: PullTarget): Promise<number> =>
  queueDueConnections({ ...life.deps, queue: life.profile.queue, targets: () => Promise.resolve([target]) });

describe('repeated refusals', () => {
  test('pause a stream after half an hour, not at once; an answer ends the pause', async () => {
    const { stage, life, target } = await opened();
    const refused = stage.simulator.control.addFault({
      name: 'consent-withdrawn',
      route: 'graph.directoryAudits',
      tenant: contosoId,
    });
    const paused: boolean[] = [];
    for (let tries = 0; tries < 4; tries += 1) {
      await expect(pull(life.deps, target, timer)).rejects.toMatchObject({ code: 'provider.refused' });
      paused.push((await cursorOf(life, target))?.paused?.reason === 'provider.refused');
      stage.clock.advance(minutes(11));
    }
    expect(paused).toEqual([false, false, false, true]);
    stage.simulator.control.clearFaults({ id: refused });
    // Tried again by itself after some hours, or at once by whoever mended it.
    expect(await due(life, target)).toBe(0);
    await resumeStream(life.deps, target);
    expect(await due(life, target)).toBe(1);
    await pull(life.deps, target, timer);
    expect(await cursorOf(life, target)).toMatchObject({ paused: null, failures: null });
    await life.end();
  });

  test('in a burst do not pause: a provider’s hiccup answers many times in a minute', async () => {
    const { stage, life, target } = await opened();
    stage.simulator.control.addFault({ name: 'consent-withdrawn', route: 'graph.directoryAudits' });
    for (let tries = 0; tries < 6; tries += 1) {
      await expect(pull(life.deps, target, { ...timer, trigger: 'request' })).rejects.toMatchObject({
        code: 'provider.refused',
      });
      stage.clock.advance(minutes(1));
    }
    expect(await cursorOf(life, target)).toMatchObject({ paused: null, failures: { count: 6 } });
    await life.end();
  });
});

describe('a person’s pause', () => {
  test('holds against the timer and against failures, until a person resumes', async () => {
    const { stage, life, target } = await opened();
    await pauseStream(life.deps, target, 'moving house');
    for (let hour = 0; hour < 24; hour += 1) {
      stage.clock.advance(minutes(60));
      expect(await due(life, target)).toBe(0);
      expect((await pull(life.deps, target, timer)).status).toBe('idle');
    }
    await pauseStream(life.deps, target, 'another reason');
    expect((await cursorOf(life, target))?.paused).toMatchObject({ reason: 'moving house', by: 'person' });
    await resumeStream(life.deps, target);
    expect(await due(life, target)).toBe(1);
    expect((await pull(life.deps, target, timer)).counts.seen).toBeGreaterThan(0);
    await life.end();
  });

  test('stops a run at its next page, and nothing is lost', async () => {
    const { stage, life, target } = await opened();
    const slow = { ...life.deps, http: () => ({ send: pausing(life, target) }) };
    const stopped = await pull(slow, target, timer);
    expect(stopped.status).toBe('busy');
    expect(await cursorOf(life, target)).toMatchObject({ paused: { by: 'person' }, open: { lease: null } });
    await resumeStream(life.deps, target);
    stage.clock.advance(minutes(1) as Duration);
    await pull(life.deps, target, timer);
    expect((await life.profile.events.counts(target.scope)).events).toBe(5);
    await life.end();
  });
});

/** The tenant's door, behind which somebody pauses the stream while the first answer is on its way. */
function pausing(life: Life, target: PullTarget) {
  const door = life.deps.http(target.tenant);
  return async (...asked: Parameters<typeof door.send>) => {
    const reply = await door.send(...asked);
    await pauseStream(life.deps, target, 'stop');
    return reply;
  };
}
