import { AppError, asAppError } from '../kernel/errors.ts';
import { seconds } from '../kernel/time.ts';
import type { StreamId } from '../model/ids.ts';
import type { Connection, Tenant } from '../model/tenant.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpClient } from '../ports/http-client.ts';
import { firstPage as askFirst } from '../sources/_kit/first-page.ts';
import type { Permission, Probe, PullContext, Source } from '../sources/_kit/source.ts';
import { directoryNames } from './directory-names.ts';
import { newestPages } from './newest-pages.ts';

export interface ReadinessDeps {
  readonly clock: Clock;
  /** A door that signs in anew: a kept token says nothing about a secret or a role changed since it was issued. */
  readonly door: (tenant: Tenant) => HttpClient;
}

/** What one live request showed. `unknown`: it could not be told just now; nothing needs to be mended for that. */
export interface ReadinessCheck {
  /** Permissions the check stands for. */
  readonly shows: readonly string[];
  readonly state: 'ready' | 'refused' | 'unknown';
  readonly code: string | null;
  /** What is wrong, with what mends it. Null when ready. */
  readonly problem: string | null;
}

/** A check longer than this is given up: the page must answer while a provider hangs. */
const checkLimit = seconds(20);
/** Checks of one tenant under way at once. */
const atOnce = 6;

/** One check, ready to be made. */
export type Check = () => Promise<ReadinessCheck>;

/** The checks of one connection: its source's own probes, or a first page that stands for all permissions. */
export function checksOf(
  deps: ReadinessDeps,
  tenant: Tenant,
  connection: Connection,
  source: Source,
): readonly Check[] {
  const config = source.config.safeParse(connection.config);
  if (!config.success) return [() => Promise.resolve(wrongSettings(source))];
  const probes = source.probes?.filter(probe => probe.when?.(config.data) !== false) ?? [firstPage(source)];
  // Opened where it is needed: a door that cannot be opened is a result like any other.
  return probes.map(
    probe => () =>
      limited(deps, source.needs, probe.shows, () => probe.ask(contextOf(deps, source, tenant, config.data))),
  );
}

/** Names for object ids are nobody's source: the one permission that the product itself needs. */
const namesNeed: Permission = {
  api: 'graph',
  name: 'Directory.Read.All',
  how: 'In the Entra admin center, open the app registration, add the application permission Directory.Read.All of Microsoft Graph, and grant admin consent. Without it events show object ids where their records have no names.',
};

/** Whether names may be asked for: an id that nobody has. */
export function namesCheck(deps: ReadinessDeps, tenant: Tenant): Check {
  const shows = [namesNeed.name];
  const nobody = '00000000-0000-4000-8000-000000000000';
  return () =>
    limited(deps, [namesNeed], shows, async () => {
      await directoryNames(deps.door(tenant), [nobody], deps.clock.now());
    });
}

/** Makes all checks, a few at a time, each within its limit; answers them in order. Never rejects. */
export async function makeChecks(checks: readonly Check[]): Promise<readonly ReadinessCheck[]> {
  const made: ReadinessCheck[] = [];
  const waiting = [...checks.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, make] = next;
      made[at] = await make();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return made;
}

async function limited(
  deps: ReadinessDeps,
  needs: readonly Permission[],
  shows: readonly string[],
  ask: () => Promise<void>,
): Promise<ReadinessCheck> {
  const given = new AbortController();
  try {
    await Promise.race([ask(), tooLong(deps.clock, given.signal)]);
    return { shows, state: 'ready', code: null, problem: null };
  } catch (thrown) {
    return refusal(needs, shows, asAppError(thrown));
  } finally {
    given.abort();
  }
}

/** Rejects when the limit has passed; stays silent for ever when the check came first. */
async function tooLong(clock: Clock, done: AbortSignal): Promise<never> {
  await clock.sleep(checkLimit, done);
  if (done.aborted) return new Promise(() => undefined);
  throw new AppError(
    'provider.unavailable',
    'retry-later',
    `The provider did not answer within ${String(checkLimit / 1_000)} seconds. Ask again later.`,
  );
}

function refusal(needs: readonly Permission[], shows: readonly string[], error: AppError): ReadinessCheck {
  const { code } = error;
  if (!needsSomebody(error)) return { shows, state: 'unknown', code, problem: error.message };
  // Only the source knows which permission it asked with; the client knows that one is missing.
  const missing = code === 'provider.refused' && error.facts['reason'] === 'permission-missing';
  const how = needs.filter(need => shows.includes(need.name)).map(need => need.how);
  const problem = missing && how.length > 0 ? how.join(' ') : error.message;
  return { shows, state: 'refused', code, problem: withDoubt(code, problem) };
}

/** Some of these pulls try again by themselves, for a clock or an identity may come right; here somebody is looking. */
const somebodysBusiness = new Set(['secret.missing', 'config.invalid', 'provider.unauthorized']);

const needsSomebody = ({ code, recovery }: AppError): boolean =>
  recovery === 'pause-source' || somebodysBusiness.has(code);

/** Microsoft's licence check is known to fail for licensed tenants, nine times in ten, for a while. */
const withDoubt = (code: string, problem: string): string =>
  code === 'provider.licence-missing'
    ? `${problem} If the tenant has it, ask again in half an hour: this answer has been seen to be wrong for a while.`
    : problem;

const wrongSettings = (source: Source): ReadinessCheck => ({
  shows: source.needs.map(need => need.name),
  state: 'refused',
  code: 'config.invalid',
  problem: `The connection’s settings do not fit ${source.id}. Correct them in the tenant’s connection.`,
});

function contextOf(
  deps: ReadinessDeps,
  source: Source,
  tenant: Tenant,
  config: unknown,
): PullContext<unknown> {
  return {
    http: deps.door(tenant),
    config,
    tenant: { id: tenant.id, domains: tenant.domains },
    stream: (source.streams(config)[0] ?? 'default') as StreamId,
    asOf: deps.clock.now(),
    // Nothing is collected: whatever a listing names is as good as stored.
    unread: () => Promise.resolve([]),
  };
}

/** For a source without probes: the first page its pull would ask for, over a narrow window. */
function firstPage(source: Source): Probe<unknown> {
  return {
    shows: source.needs.map(need => need.name),
    ask: ctx => askFirst(newestPages(source, ctx)),
  };
}
