import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { readConfig } from '../../shared/app/config.ts';
import { providerDoors } from '../../shared/app/provider-doors.ts';
import { systemScope } from '../../shared/authz/system-scope.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { days, instant, minutes, type Duration, type Window } from '../../shared/kernel/time.ts';
import { demoSettings } from '../../shared/host/demo-settings.ts';
import type { OperationId, StreamId } from '../../shared/model/ids.ts';
import { newCursor } from '../../shared/pipeline/plan-window.ts';
import { policyFor } from '../../shared/pipeline/policy-for.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import { requestPull } from '../../shared/pipeline/requested-pulls.ts';
import type { Profile } from '../../shared/ports/profile.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { contoso, type Transcript } from '../../tools/source-goldens.ts';
import { fastFolder } from '../support/fast-folder.ts';
import { expectSealed, whatIsKept, type Kept } from '../support/kept.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { quiet, wideBudget } from '../support/rig.ts';
import { silenceUnder } from './patience.ts';
import type { Ending, TranscriptFault } from './transcript-faults.ts';
import { transcriptProvider, type TranscriptProvider } from './transcript-provider.ts';

/** One product for all transcripts: each play is a customer of its own. */
export interface TranscriptStage {
  /** The transcript pulled under a fault (null: none), then without, then its window once more. */
  play(source: Source, transcript: Transcript, fault: TranscriptFault | null): Promise<Played>;
  close(): Promise<void>;
}
export interface Played {
  /** How the pull under the fault ended. */
  readonly ended: Ending;
  readonly kept: Kept;
  /** Whether the source went on by a link of an answer. */
  readonly followsLinks: boolean;
  /** Requests the transcript has no answer for. */
  readonly strange: readonly string[];
}

export async function openTranscriptStage(): Promise<TranscriptStage> {
  const folder = await mkdtemp(join(fastFolder, 'transcripts-'));
  const provider = await transcriptProvider();
  const clock = new ManualClock();
  const environment = {
    ...demoSettings({}, provider.url, [cardOf('transcripts', randomTenant())]).environment,
  };
  const config = readConfig(environment);
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const profile = await openEmbedded({ folder, environment, clock });
  const doorsWith = (silence: number | undefined) =>
    providerDoors({
      settings: config.settings,
      clock,
      secrets: profile.secrets,
      throttles: profile.throttles,
      telemetry: quiet,
      random: () => 0,
      limits: silence === undefined ? {} : { headersMs: silence, stallMs: silence },
    });
  const [patient, hasty] = [doorsWith(undefined), doorsWith(silenceUnder({ name: 'hang' }))];
  const through = (doors: ReturnType<typeof doorsWith>): PullDeps => ({
    ...profile, clock, telemetry: quiet, http: doors.of, worker: 'transcripts', newId: randomUUID,
  }); // prettier-ignore
  const house = { provider, clock, profile, deps: through(patient), environment };
  return {
    play: (source, transcript, fault) =>
      play(house, through(silenceUnder(fault) === undefined ? patient : hasty), source, transcript, fault),
    close: async () => {
      for (const doors of [patient, hasty]) doors.close();
      await provider.close();
      await profile.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const randomTenant = (): string => `${randomUUID().slice(0, 8)}-0000-4000-8000-${randomUUID().slice(-12)}`;
const cardOf = (name: string, id: string) => ({
  id, name, domains: ['contoso.example'], sources: [], clientId: 'ca11ab1e-0000-4000-8000-00000000cafe', clientSecret: 'none',
  mimecast: { clientId: 'transcripts', secret: 'none', region: 'global' },
}); // prettier-ignore

interface House {
  readonly provider: TranscriptProvider;
  readonly clock: ManualClock;
  readonly profile: Profile;
  readonly deps: PullDeps;
  /** Where the product reads secrets; each customer's are added. */
  readonly environment: Record<string, string | undefined>;
}

/** `underFault`: with these it is pulled while the fault lasts. */
async function play(
  house: House,
  underFault: PullDeps,
  source: Source,
  transcript: Transcript,
  fault: TranscriptFault | null,
): Promise<Played> {
  const { provider, clock, profile, deps } = house;
  const target = await customerOf(house, source, transcript);
  provider.play(source, transcript, target.tenant.id);
  provider.strange.length = 0;
  provider.spoil(fault?.spoil(source.api) ?? null);
  provider.spoilTokens(fault?.tokens === true);
  const ended = await once(underFault, target);
  provider.spoil(null);
  provider.spoilTokens(false);
  const cursor = await deps.cursors.load(target.scope, target.ref);
  const retryAt = cursor?.value.failures?.retryAt ?? clock.now();
  clock.advance(Math.max(retryAt - clock.now() + 1, 0) as Duration);
  if (ended !== 'fine') await recover(deps, target);
  await readAgain(house, target, transcript);
  await expectSealed(profile, target);
  return {
    ended,
    kept: ofContoso(await whatIsKept(profile, target), target.tenant.id),
    followsLinks: provider.followedLinks() > 0,
    strange: [...provider.strange],
  };
}

/** Two plays are of two customers, whose id stands in some providers' records. */
const ofContoso = (kept: Kept, tenant: string): Kept => ({
  ...kept,
  records: kept.records.map(text => text.replaceAll(tenant, contoso.id)).sort(),
});

async function once(deps: PullDeps, target: PullTarget): Promise<Ending> {
  try {
    await pull(deps, target, { trigger: 'timer', budget: wideBudget });
    return 'fine';
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return { code: thrown.code, recovery: thrown.recovery };
  }
}

/** Once more, for what came late: a window's span, a snapshot's or feed's next reading. */
async function readAgain({ deps, clock }: House, target: PullTarget, transcript: Transcript): Promise<void> {
  if (target.source.pull.kind === 'window') {
    await requestPull(deps, target, windowOf(transcript), 'again' as OperationId);
  } else clock.advance((target.source.every + 1_000) as Duration);
  await recover(deps, target);
}

async function recover(deps: PullDeps, target: PullTarget): Promise<void> {
  await pull(deps, target, { trigger: 'timer', budget: wideBudget });
}

const windowOf = ({ window }: Transcript): Window => ({
  from: instant(Date.parse(window.from)),
  to: instant(Date.parse(window.to)),
});

/** A customer whose stream is due for exactly the transcript's window, and for no other afterwards. */
async function customerOf(house: House, source: Source, transcript: Transcript): Promise<PullTarget> {
  const { clock, deps, profile } = house;
  clock.set(transcript.asOf);
  const settings = demoSettings({}, house.provider.url, [cardOf('Contoso', randomTenant())]);
  Object.assign(house.environment, settings.environment);
  const [tenant] = settings.tenants;
  if (tenant === undefined) throw new Error('no customer');
  await profile.tenants.swap(null, tenant);
  const window = windowOf(transcript);
  const target: PullTarget = {
    scope: systemScope(tenant.id, 'pull'),
    tenant,
    connection: { source: source.id as PullTarget['ref']['source'], enabled: true, config: transcript.config, remembersDays: null, everySeconds: null },
    source: exactly(source, window),
    ref: { source: source.id as PullTarget['ref']['source'], stream: transcript.stream as StreamId },
  }; // prettier-ignore
  if (source.pull.kind === 'window') {
    const cursor = newCursor(policyFor(target), clock.now());
    const due = { ...cursor, start: window.from, committedTo: window.from };
    await deps.cursors.swap(target.scope, target.ref, null, due);
  }
  if (transcript.read.length > 0) {
    await deps.cursors.markRead(target.scope, target.ref, transcript.read, clock.now());
  }
  return target;
}

/** The source with a rhythm of one window: requests hold its bounds, and the transcript knows no others. */
function exactly(source: Source, window: Window): Source {
  if (source.pull.kind !== 'window') return source;
  const policy = {
    ...source.pull.policy,
    step: days(3_650),
    maxWidth: (window.to - window.from) as Duration,
    lag: minutes(0),
    overlap: minutes(0),
    lookback: days(3_650),
    rereads: [],
  };
  return { ...source, pull: { ...source.pull, policy } };
}
