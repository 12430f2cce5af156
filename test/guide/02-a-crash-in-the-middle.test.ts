import { describe, expect, test } from 'vitest';
import { minutes } from '../../shared/kernel/time.ts';
import { leaseSpan } from '../../shared/pipeline/hold-cursor.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import { Killed, mortal } from '../crash/mortal.ts';
import { expectSealed, whatIsKept } from '../support/kept.ts';
import { openLife, openStage, wideBudget, type Life } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

/*
 * Chapter 2. A crash in the middle.
 *
 * A page's way is: archive, store, then move the cursor. Here the process dies right after the store, the worst
 * moment there is: the events are in, and the cursor does not know. What happens next is the same for any other
 * moment; test/crash dies at every one of them.
 */
const directoryAudits = async (life: Life): Promise<PullTarget> => {
  const found = (await life.targets(contosoId)).find(one => one.ref.source === 'entra.directory-audits');
  if (found === undefined) throw new Error('the small world has directory audits');
  return found;
};

/** The same product in a life that ends right after its n-th effect, and does nothing more; null: never. */
function mortalDeps(deps: PullDeps, at: number | null): { deps: PullDeps; effects: readonly string[] } {
  const life = mortal(at, 'after');
  const wrapped: PullDeps = {
    ...deps,
    archive: life.wrap('archive', deps.archive, ['put']),
    events: life.wrap('events', deps.events, ['insert']),
    cursors: life.wrap('cursors', deps.cursors, ['load', 'swap']),
    runs: life.wrap('runs', deps.runs, ['put']),
  };
  return { deps: wrapped, effects: life.effects };
}

const request = { trigger: 'timer', budget: wideBudget } as const;

describe('a crash in the middle', () => {
  test('costs a repeat, and no record', async () => {
    const stage = await openStage({
      world: smallWorld(),
      connection: { remembersDays: 0.4, everySeconds: 86_400 },
    });

    // A rehearsal elsewhere tells which of a pull's effects is the first store.
    const rehearsal = await openLife(stage, await tempFolder());
    const whole = mortalDeps(rehearsal.deps, null);
    await pull(whole.deps, await directoryAudits(rehearsal), request);
    await rehearsal.end();
    const firstStore = whole.effects.indexOf('events.insert') + 1;
    // Archived first, then stored: the order this chapter is about.
    expect(whole.effects.slice(firstStore - 2, firstStore)).toEqual(['archive.put', 'events.insert']);

    // The first process stores a page of events and dies.
    const folder = await tempFolder();
    const first = await openLife(stage, folder, { worker: 'worker-1' });
    const doomed = mortalDeps(first.deps, firstStore);
    await expect(pull(doomed.deps, await directoryAudits(first), request)).rejects.toThrow(Killed);
    await first.end();

    // What it leaves: events in the store, a window still open, and its lease on it.
    const second = await openLife(stage, folder, { worker: 'worker-2' });
    const stream = await directoryAudits(second);
    const stored = (await second.profile.events.counts(stream.scope)).events;
    expect(stored).toBeGreaterThan(0);
    const left = await second.profile.cursors.load(stream.scope, stream.ref);
    expect(left?.value.open).toMatchObject({ resume: null, lease: { owner: 'worker-1' } });

    // A second worker cannot know that the first is dead. While the lease lasts, it leaves the window alone.
    const tooEarly = await pull(second.deps, stream, request);
    expect(tooEarly.status).toBe('busy');

    // Afterwards it takes the window over and begins with the page the cursor knows of. The provider answers the
    // same bytes, which are archived already; each of their events is known, so nothing is stored twice.
    stage.clock.advance(leaseSpan);
    stage.clock.advance(minutes(1));
    const { status, counts } = await pull(second.deps, stream, request);
    expect(status).toBe('succeeded');
    expect(counts.unchanged).toBe(stored);

    // In the end it is as if nothing had happened: every record the provider has, once, sealed in the ledger.
    const kept = await whatIsKept(second.profile, stream);
    const truth = [...stage.simulator.control.truth({ tenant: contosoId, source: stream.ref.source })];
    expect(new Set(kept.records).size).toBe(kept.records.length);
    for (const record of kept.records) expect(truth).toContain(record);
    expect(kept.revisions.every(line => line.split(' ')[1] === '1')).toBe(true);
    await expectSealed(second.profile, stream);
    await second.end();
  });
});
