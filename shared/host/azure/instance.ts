import type { App } from '../../app/compose.ts';
import { readConfig, unknownSettings, type SettingProblem, type Settings } from '../../app/config.ts';
import type { OpenedProfile } from '../../app/opened-profile.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HostedJobs } from '../../ports/job-queue.ts';
import type { Profile } from '../../ports/profile.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { invocationLog } from './invocation-log.ts';
import { jobsQueue } from './triggers.ts';

/** One instance of the app, put together. */
export interface Running {
  readonly is: 'running';
  readonly app: App;
  readonly profile: Profile;
  readonly hosted: HostedJobs;
  readonly telemetry: Telemetry;
}
/** Alive, but of no use before somebody corrects these. */
export interface Misconfigured {
  readonly is: 'misconfigured';
  readonly problems: readonly SettingProblem[];
}
/** A store the app is put together with does not answer. The next caller tries again. */
export interface Away {
  readonly is: 'away';
  readonly error: AppError;
  readonly clock: Clock;
  readonly hosted: HostedJobs;
}
export type Instance = Running | Misconfigured | Away;

export interface InstanceOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Opens the stores, and waits for none of them; imported late, so that a cold start registers its functions before
   * it loads an SDK.
   */
  readonly open: (settings: Settings) => Promise<OpenedProfile>;
  /** Of the worker. */
  readonly nodeVersion?: string;
}

/**
 * Puts the app together when it is first needed, once. What failed because a service was away is tried again by the
 * next caller; what failed because of a setting stays, for settings change only with a restart.
 */
export function lazyInstance(options: InstanceOptions): () => Promise<Instance> {
  let made: Promise<Instance> | null = null;
  let opened: Promise<OpenedProfile> | null = null;
  let told = false;
  const open = (settings: Settings): Promise<OpenedProfile> => (opened ??= options.open(settings));
  return () => {
    if (made !== null) return made;
    if (!told) tellUnknown(options.environment);
    told = true;
    const making = make({ ...options, open });
    made = making;
    making.then(
      ({ is }) => {
        // The stores stay open: only an answer of theirs is waited for.
        if (is === 'away') made = null;
      },
      () => {
        made = null;
        opened = null;
      },
    );
    return making;
  };
}

/** It keeps nothing from working; whoever set it believes that it does something. */
function tellUnknown(environment: InstanceOptions['environment']): void {
  for (const { setting, problem } of unknownSettings(environment)) {
    const message = `${setting} ${problem}`;
    invocationLog.write(JSON.stringify({ level: 'info', event: 'setting.unknown', message }));
  }
}

async function make({
  environment,
  open,
  nodeVersion = process.versions.node,
}: InstanceOptions): Promise<Instance> {
  const config = readConfig(environment);
  const problems = [
    ...(config.ok ? [] : config.problems),
    ...hostProblems(config),
    ...runtimeProblems(nodeVersion),
  ];
  if (!config.ok || problems.length > 0) return { is: 'misconfigured', problems };
  const { settings } = config;
  const wrong = await wrongFile(settings);
  if (wrong !== null) return { is: 'misconfigured', problems: [wrong] };
  const [{ compose }, { consoleTelemetry }, { counterRegistry }] = await Promise.all([
    import('../../app/compose.ts'),
    import('../../adapters/net/console-telemetry.ts'),
    import('../../adapters/net/counter-registry.ts'),
  ]);
  const opened = await open(settings);
  const { clock, profile, hosted } = opened;
  if (hosted === undefined) throw new AppError('bug', 'give-up', 'This profile has no hosted queue.');
  try {
    const counters = counterRegistry();
    const telemetry = consoleTelemetry({ stream: invocationLog, level: 'info', clock, counters });
    const continuationKey = await opened.continuationKey();
    const app = await compose({ ...opened, continuationKey, settings, telemetry, counters });
    return { is: 'running', app, profile, hosted, telemetry };
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'store.unavailable') {
      return { is: 'away', error: thrown, clock, hosted };
    }
    await opened.close();
    return { is: 'misconfigured', problems: [problemIn(thrown)] };
  }
}

/**
 * A setting that names a file, or is one, and is wrong. Looked at before the stores: with one of those away too, its
 * error would stand before the setting's.
 */
async function wrongFile(settings: Settings): Promise<SettingProblem | null> {
  const { readSettingFiles } = await import('../../app/setting-files.ts');
  try {
    await readSettingFiles(settings);
    return null;
  } catch (thrown) {
    return problemIn(thrown);
  }
}

/** The setting an error is about; an error about something else is thrown on. */
function problemIn(thrown: unknown): SettingProblem {
  if (!(thrown instanceof AppError) || thrown.code !== 'config.invalid' || thrown.target === undefined)
    throw thrown;
  return { setting: thrown.target, problem: thrown.message };
}

/** What the Functions host needs beyond what the settings themselves ask for. */
function hostProblems(config: ReturnType<typeof readConfig>): readonly SettingProblem[] {
  const { HOLDFAST_PROFILE: profile, HOLDFAST_QUEUE_URL: queue } = config.ok ? config.settings : config.known;
  const problems: SettingProblem[] = [];
  if (profile === 'embedded') {
    const problem = 'is embedded: on Azure Functions only azure works, for an instance keeps no files';
    problems.push({ setting: 'HOLDFAST_PROFILE', problem });
  }
  // Jobs sent to one queue while the host listens to another would wait for ever.
  if (queue !== undefined && queue !== '' && !new URL(queue).pathname.endsWith(`/${jobsQueue}`)) {
    problems.push({
      setting: 'HOLDFAST_QUEUE_URL',
      problem: `must end in /${jobsQueue}, where jobs are taken`,
    });
  }
  return problems;
}

/** Functions are registered under any Node; the archive's compression came with 22.15, and without it nothing opens. */
function runtimeProblems(version: string): readonly SettingProblem[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return [];
  return [{ setting: 'functionAppConfig.runtime.version', problem: `is Node ${version}: expected 24` }];
}
