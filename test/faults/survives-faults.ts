import { describe, expect, it } from 'vitest';
import { faultCatalogue } from '../../simulator/faults/catalogue.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, minutes, type Duration } from '../../shared/kernel/time.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import { expectSealed, whatIsKept, type Kept } from '../support/kept.ts';
import { openLife, openStage, pullToRest, wideBudget, type Life, type Stage } from '../support/rig.ts';
import { contosoId, smallWorld } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { expectedStates } from './expected-states.ts';

const streams = [
  { source: 'entra.directory-audits', stream: 'default', routes: ['entra.token', 'graph.directoryAudits'] },
  { source: 'exchange.message-trace', stream: 'default', routes: ['entra.token', 'graph.messageTraces'] },
  {
    source: 'm365.unified-audit',
    stream: 'Audit.SharePoint',
    routes: ['entra.token', 'management.list', 'management.start', 'management.content', 'management.blob'],
  },
] as const;
type Stream = (typeof streams)[number];

/** Few, wide windows, so that one page has several records and a fault meets all of them. */
const wide = { remembersDays: 6, everySeconds: 86_400 };

async function targetOf(life: Life, of: Stream): Promise<PullTarget> {
  const found = (await life.targets(contosoId)).find(
    target => target.ref.source === of.source && target.ref.stream === of.stream,
  );
  if (found === undefined) throw new Error('no such stream');
  return found;
}

/** Four tries while the fault lasts, each when the cursor says; answers what an operator would see then. */
async function suffer(life: Life, target: PullTarget, stage: Stage): Promise<string> {
  for (let run = 0; run < 4; run += 1) {
    try {
      await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
    }
    const cursor = await life.deps.cursors.load(target.scope, target.ref);
    const retryAt = cursor?.value.failures?.retryAt;
    if (retryAt !== undefined) stage.clock.advance(Math.max(retryAt - stage.clock.now() + 1, 0) as Duration);
    stage.clock.advance(minutes(11));
  }
  const cursor = await life.deps.cursors.load(target.scope, target.ref);
  const state = cursor?.value.failures?.code ?? 'fine';
  const { quarantined } = await life.profile.events.counts(target.scope);
  const shown = [state];
  if ((cursor?.value.paused ?? null) !== null) shown.push('paused');
  if (quarantined > 0) shown.push('quarantined');
  if ((cursor?.value.gaps.length ?? 0) > 0) shown.push('gap');
  return shown.join(' ');
}

const ids = (kept: Kept): string[] => [...new Set(kept.revisions.map(line => line.split(' ')[0] ?? ''))];

/** The whole catalogue over one source. Each has a test file of its own, so that they run side by side. */
export function survivesFaults(source: Stream['source']): void {
  const of = streams.find(one => one.source === source);
  if (of === undefined) throw new Error('no such source');
  describe(`${source} survives`, () => {
    sufferEach(of);
  });
}

function sufferEach(of: Stream): void {
  const faults = faultCatalogue.filter(fault =>
    fault.routes.some(route => of.routes.some(own => own === route)),
  );

  let healthy: Kept | null = null;
  const whenHealthy = async (): Promise<Kept> => {
    if (healthy !== null) return healthy;
    const { kept, state } = await scenario(of, null);
    expect(state).toBe('fine');
    expect(kept.records.length).toBeGreaterThan(2);
    healthy = kept;
    return kept;
  };

  it.each(faults.map(fault => [fault.name, fault] as const))('%s', async (name, fault) => {
    const expected = await whenHealthy();
    const { kept, state } = await scenario(of, fault);
    // Nothing lost, nothing twice: the same records, each once, the newest as the provider has it.
    expect({ state, ids: ids(kept), records: kept.records }).toEqual({
      state: expectedStates[of.source]?.[name],
      ids: ids(expected),
      records: expected.records,
    });
  });
}

/** Delays are the simulator's real milliseconds. */
const options = { delayMs: 50 };

/** Pulls under the fault until the world has seen enough of it, then without, then once more for late records. */
async function scenario(of: Stream, fault: Fault | null): Promise<{ kept: Kept; state: string }> {
  const stage = await openStage({ world: smallWorld(), connection: wide });
  const life = await openLife(stage, await tempFolder());
  try {
    const target = await targetOf(life, of);
    if (fault !== null) {
      // At the provider rather than at its sign-in, where the fault can be had at both.
      const routes = of.routes.filter(route => fault.routes.some(one => one === route));
      const route = routes.length === 1 ? routes[0] : of.source.startsWith('m365') ? 'management' : 'graph';
      stage.simulator.control.addFault({
        name: fault.name,
        tenant: contosoId,
        options,
        ...(route && { route }),
      });
    }
    const state = await suffer(life, target, stage);
    stage.simulator.control.clearFaults();
    await pullToRest(life, target, stage.clock);
    for (let day = 0; day < 3; day += 1) {
      stage.clock.advance(days(1));
      await pullToRest(life, target, stage.clock);
    }
    await expectSealed(life.profile, target);
    return { kept: await whatIsKept(life.profile, target), state };
  } finally {
    await life.end();
  }
}
