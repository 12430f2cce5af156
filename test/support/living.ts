import { coverageOf } from '../../shared/evidence/coverage.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant, type Duration } from '../../shared/kernel/time.ts';
import type { Gap } from '../../shared/model/cursor.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import type { SimTenant } from '../../simulator/world/world.ts';
import { wideBudget, type Life, type Stage } from './rig.ts';
import { compareWithStates, type Reading } from './state-truth.ts';
import { compareWithWorld, storedStreams, streamName } from './world-truth.ts';

/** What a life has been through. */
export interface Diary {
  /** Snapshots as they were read, by stream. */
  readonly readings: Map<string, Reading[]>;
  /** Pulls that failed: `source stream code`. */
  readonly errors: string[];
}
export const newDiary = (): Diary => ({ readings: new Map(), errors: [] });

/** The stage with every connection at its source's own rhythm. */
export const inUsualRhythm = (stage: Stage): Stage => ({
  ...stage,
  tenants: stage.tenants.map(tenant => ({
    ...tenant,
    connections: tenant.connections.map(one => ({ ...one, everySeconds: null })),
  })),
});

/** Looks at each stream in every `tick` and pulls what is due, until the time has come. */
export async function liveOn(
  { clock, simulator }: Stage,
  life: Life,
  targets: readonly PullTarget[],
  diary: Diary,
  { until, tick }: { readonly until: number; readonly tick: Duration },
): Promise<void> {
  while (clock.now() < until) {
    for (const target of targets) {
      const from = clock.now();
      const asOf = simulator.control.now();
      try {
        const { windows } = await pull(life.deps, target, { trigger: 'timer', budget: wideBudget });
        if (windows > 0) noteReading(diary, target, { asOf, from, to: clock.now() });
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown;
        diary.errors.push(`${streamName(target)} ${thrown.code}`);
      }
    }
    clock.set(new Date((Math.floor(clock.now() / tick) + 1) * tick).toISOString());
  }
}

function noteReading({ readings }: Diary, target: PullTarget, reading: Reading): void {
  if (target.source.pull.kind !== 'snapshot') return;
  readings.set(streamName(target), [...(readings.get(streamName(target)) ?? []), reading]);
}

/** How a stream's store and books compare with the world, where they differ; and its gaps. */
export interface Verdict {
  readonly stream: string;
  readonly expected: number;
  /** The first few of each. */
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly strange: readonly string[];
  readonly stale: readonly string[];
  readonly gaps: readonly Gap[];
}

/** Compares all that is stored of the streams with what the simulator's world had to give. */
export async function judge(
  sim: SimTenant,
  stage: Stage,
  life: Life,
  targets: readonly PullTarget[],
  diary: Diary,
  tick: Duration,
): Promise<readonly Verdict[]> {
  const now = instant(stage.clock.now());
  const all = await storedStreams(life.profile, targets);
  const verdicts: Verdict[] = [];
  for (const target of targets) {
    const stream = streamName(target);
    const stored = all.get(stream) ?? new Map();
    const cursor = (await life.deps.cursors.load(target.scope, target.ref))?.value;
    if (cursor === undefined) throw new Error(`${stream} has no cursor`);
    const { covered, gaps } = coverageOf(cursor);
    const found =
      target.source.pull.kind === 'snapshot'
        ? {
            doubled: [],
            stale: [],
            ...compareWithStates(sim, target, diary.readings.get(stream) ?? [], stored),
          }
        : compareWithWorld(sim, target, stored, { now, tick, covered, gaps });
    verdicts.push({ stream, ...found, gaps });
  }
  return verdicts;
}

/** A verdict without what is as it should be, for a test to compare with nothing. */
export const faultsOf = ({ stream, lost, doubled, strange, stale }: Verdict) =>
  lost.length + doubled.length + strange.length + stale.length === 0
    ? []
    : [
        {
          stream,
          lost: lost.slice(0, 3),
          doubled: doubled.slice(0, 3),
          strange: strange.slice(0, 3),
          stale: stale.slice(0, 3),
        },
      ];
