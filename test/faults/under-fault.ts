import { expect } from 'vitest';
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
import { mimecastStreams } from './mimecast-streams.ts';
import { graphStreams, graphWorld } from './graph-streams.ts';
import { delays, silenceUnder } from './patience.ts';

const streams = [
  { source: 'entra.directory-audits', stream: 'default', routes: ['entra.token', 'graph.directoryAudits'] },
  { source: 'exchange.message-trace', stream: 'default', routes: ['entra.token', 'graph.messageTraces'] },
  {
    source: 'm365.unified-audit',
    stream: 'Audit.SharePoint',
    routes: ['entra.token', 'management.list', 'management.start', 'management.content', 'management.blob'],
  },
  ...mimecastStreams,
  ...graphStreams,
] as const;
type Stream = (typeof streams)[number];
type Source = Stream['source'];

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

interface Outcome {
  readonly state: string | undefined;
  readonly ids: readonly string[];
  readonly records: readonly string[];
}

const streamOf = (source: Source): Stream => {
  const found = streams.find(one => one.source === source);
  if (found === undefined) throw new Error('no such source');
  return found;
};

/** The faults of the catalogue that can hit this source, named for a test each. */
export function faultsOf(source: Source): readonly (readonly [string, Fault])[] {
  const routes: readonly string[] = streamOf(source).routes;
  return faultCatalogue
    .filter(fault => fault.routes.some(route => routes.includes(route)))
    .map(fault => [fault.name, fault] as const);
}

/** What is kept, and what an operator saw, after a provider had this fault for a while and then had not. */
export async function outcomeUnder(source: Source, fault: Fault): Promise<Outcome> {
  const { kept, state } = await scenario(streamOf(source), fault);
  return { state, ids: ids(kept), records: kept.records };
}

const healthy = new Map<Source, Kept>();

/** Nothing lost, nothing twice: the same records as without the fault, each once, the newest as the provider has it. */
export async function expectedUnder(source: Source, fault: string): Promise<Outcome> {
  let kept = healthy.get(source);
  if (kept === undefined) {
    const found = await scenario(streamOf(source), null);
    expect(found.state).toBe('fine');
    expect(found.kept.records.length).toBeGreaterThan(2);
    kept = found.kept;
    healthy.set(source, kept);
  }
  return { state: expectedStates[source]?.[fault], ids: ids(kept), records: kept.records };
}

function providersOf({ source }: Stream, routes: readonly string[]): readonly string[] {
  if (source.startsWith('mimecast.')) return routes.filter(route => route !== 'mimecast.token');
  return [source.startsWith('m365') ? 'management' : 'graph'];
}

/** Pulls under the fault until the world has seen enough of it, then without, then once more for late records. */
async function scenario(of: Stream, fault: Fault | null): Promise<{ kept: Kept; state: string }> {
  const stage = await openStage({ world: smallWorld(graphWorld), connection: wide });
  const life = await openLife(stage, await tempFolder(), { silence: silenceUnder(fault) });
  try {
    const target = await targetOf(life, of);
    if (fault !== null) {
      // At the provider rather than at its sign-in, where the fault can be had at both.
      const routes = of.routes.filter(route => fault.routes.some(one => one === route));
      for (const route of routes.length === 1 ? routes : providersOf(of, routes)) {
        stage.simulator.control.addFault({ name: fault.name, tenant: contosoId, options: delays, route });
      }
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
