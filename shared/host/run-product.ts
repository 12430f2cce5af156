import { randomUUID } from 'node:crypto';
import { systemClock } from '../adapters/embedded/system-clock.ts';
import { consoleTelemetry, type LogLevel } from '../adapters/net/console-telemetry.ts';
import { counterRegistry } from '../adapters/net/counter-registry.ts';
import type { Api } from '../api/api-request.ts';
import { misconfigured } from '../api/misconfigured.ts';
import { compose, type App } from '../app/compose.ts';
import { readConfig, type SettingProblem, type Settings } from '../app/config.ts';
import { openEmbeddedProfile } from '../app/open-embedded-profile.ts';
import { AppError } from '../kernel/errors.ts';
import { seconds } from '../kernel/time.ts';
import { countBehind } from '../pipeline/due-connections.ts';
import type { Profile } from '../ports/profile.ts';
import { startNodeServer } from './node-server.ts';
import { startWorkLoop } from './work-loop.ts';

export interface ProductOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where log lines go. */
  readonly log: { write(text: string): unknown };
  readonly level: LogLevel;
  /** Called when the data folder is this process's, before anything of the settings goes into it. */
  readonly opened?: () => Promise<void>;
}

export interface Product {
  /** `http://127.0.0.1:7071` */
  readonly url: string;
  /** Settings that keep it from working; it answers 503 with them until they are mended. */
  readonly problems: readonly SettingProblem[];
  /** How far the pulls have come; all zero with wrong settings. */
  progress(): Promise<Progress>;
  /** Lets every run end at its next page, and closes what is open. */
  close(): Promise<void>;
}

export interface Progress {
  readonly tenants: number;
  readonly sources: number;
  readonly streams: number;
  /** Streams that have not caught up with the present. */
  readonly behind: number;
  readonly events: number;
  /** Whether all of them can be searched. */
  readonly indexed: boolean;
}

const fallback = { host: '127.0.0.1', port: 7071 };
/** Streams pulled at once: some wait for a provider's quota while others use the one CPU. */
const workers = 8;

/**
 * The whole product in this process: API, timer, queue, index. With a wrong setting it starts all the same and
 * says which. Throws only where it cannot even listen, or where another process has the data folder.
 */
export async function runProduct(options: ProductOptions): Promise<Product> {
  const config = readConfig(options.environment);
  if (!config.ok) return serveProblems(config.problems, config.known);
  if (config.settings.HOLDFAST_PROFILE !== 'embedded') {
    // Everything would be kept in the data folder of this machine, and nobody told.
    const problem =
      'is azure, which only the Functions app serves: this process keeps everything on this machine';
    return serveProblems([{ setting: 'HOLDFAST_PROFILE', problem }], config.settings);
  }
  try {
    return await serve(config.settings, options);
  } catch (thrown) {
    const setting =
      thrown instanceof AppError && thrown.code === 'config.invalid' ? thrown.target : undefined;
    const inTheWay = setting === undefined || ['HOLDFAST_DATA', 'PORT', 'HOLDFAST_HOST'].includes(setting);
    if (inTheWay || !(thrown instanceof AppError)) throw thrown;
    return serveProblems([{ setting, problem: thrown.message }], config.settings);
  }
}

async function serveProblems(
  problems: readonly { setting: string; problem: string }[],
  settings: Partial<Settings>,
): Promise<Product> {
  const api = misconfigured(problems, randomUUID);
  const server = await listen(api, settings.HOLDFAST_HOST ?? fallback.host, settings.PORT ?? fallback.port);
  return { url: server.url, problems, progress: () => Promise.resolve(nothing), close: server.close };
}

async function serve(settings: Settings, options: ProductOptions): Promise<Product> {
  const counters = counterRegistry();
  const { log: stream, level } = options;
  const telemetry = consoleTelemetry({ stream, level, clock: systemClock, counters });
  const opened = await openEmbeddedProfile(
    settings.HOLDFAST_DATA,
    options.environment,
    settings.HOLDFAST_SECRETS,
    telemetry,
  );
  const { profile } = opened;
  try {
    await options.opened?.();
    const app = await compose({
      ...opened,
      continuationKey: await opened.continuationKey(),
      settings,
      profile,
      telemetry,
      counters,
    });
    const server = await listen(app.api, settings.HOLDFAST_HOST, settings.PORT);
    const every = seconds(settings.HOLDFAST_PULL_SECONDS);
    const loop = startWorkLoop({ deps: app.work, every, workers });
    return {
      url: server.url,
      problems: [],
      progress: () => progressOf(app.work, profile),
      close: async () => {
        await server.close();
        await loop.stop();
        app.close();
        await opened.close();
      },
    };
  } catch (thrown) {
    await opened.close();
    throw thrown;
  }
}

const nothing: Progress = { tenants: 0, sources: 0, streams: 0, behind: 0, events: 0, indexed: true };

async function progressOf(work: App['work'], profile: Profile): Promise<Progress> {
  const targets = await work.targets();
  const scopes = new Map(targets.map(target => [target.tenant.id, target.scope]));
  let events = 0;
  for (const scope of scopes.values()) events += (await profile.events.counts(scope)).events;
  const waiting = await profile.events.changes(null, await profile.index.position(), 1);
  const behind = await countBehind(work, targets);
  return {
    tenants: scopes.size,
    sources: new Set(targets.map(target => target.ref.source)).size,
    streams: targets.length,
    behind,
    events,
    indexed: waiting.changes.length === 0,
  };
}

async function listen(api: Api, host: string, port: number): ReturnType<typeof startNodeServer> {
  try {
    return await startNodeServer({ api, host, port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'EADDRINUSE')
      throw refused('PORT', `Port ${port} is in use. Set PORT to another; 0 takes a free one.`, cause);
    if (code === 'EACCES')
      throw refused('PORT', `Port ${port} is not for this user. Set PORT to one from 1024 on.`, cause);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw refused('HOLDFAST_HOST', 'HOLDFAST_HOST is not an address of this machine.', cause);
    throw cause;
  }
}

const refused = (target: string, message: string, cause: unknown): AppError =>
  new AppError('config.invalid', 'give-up', message, { target, cause });
