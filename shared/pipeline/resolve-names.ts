import { AppError } from '../kernel/errors.ts';
import { days, hours, minus, minutes, plus, type Duration } from '../kernel/time.ts';
import type { Mappings } from '../mappings/mappings.ts';
import type { NewEvent, StoredEvent } from '../model/event.ts';
import type { TenantScope } from '../model/scope.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Clock } from '../ports/clock.ts';
import type { Changes, EventStore, Rebuilt } from '../ports/event-store.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { NameStore, Wanted } from '../ports/name-store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { ThrottleMemory } from '../ports/throttle-memory.ts';
import { directoryNames, idsAtOnce } from './directory-names.ts';
import { fillNames, namelessIds, namesIn } from './fill-names.ts';
import type { PullBudget } from './pull-types.ts';

export interface NamesDeps {
  readonly events: EventStore;
  readonly names: NameStore;
  readonly throttles: ThrottleMemory;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly http: (tenant: Tenant) => HttpClient;
  /** The mapping file's rules for a source. */
  readonly rulesOf?: Mappings['rulesOf'];
}

export interface NamesTarget {
  readonly scope: TenantScope;
  readonly tenant: Tenant;
}

const stepSize = 500;
/** Wants noted in one step, where no single event has more. */
const wantedAtOnce = 1_000;
/** Wants dropped in one step: a store may need some requests for each of them. */
const droppedAtOnce = 100;
/** Events made anew at a time: of the largest size, more would not fit into memory. */
const renamedAtOnce = 100;
/** How long a name serves before it is asked for again. */
const nameLasts = days(7);
/** How long "no such thing" does: a new object shows up in the directory late. */
const absenceLasts = days(1);
/** An id nobody could name for so long stays an id. */
const wantedFor = days(30);
const refusedFor = hours(6);
const failedFor = minutes(5);

/** Under which the wait after a refusal is remembered: it concerns nothing but names. */
const throttleKey = (tenant: string): string => `graph/${tenant}/names`;

/**
 * Gives names to the ids in a tenant's events, after the pulls and apart from them: looks through what is new in the
 * feed, asks the directory for ids it was not asked for lately, and makes the waiting events anew. Every step can be
 * repeated. A directory that does not answer costs the names for now, and nothing else. Ends between two steps when the
 * budget is spent, of which a step is a page; what is left is `continued`.
 */
export async function resolveNames(
  deps: NamesDeps,
  target: NamesTarget,
  budget: PullBudget,
): Promise<{ status: 'done' | 'continued'; named: number }> {
  const steps = stepsWithin(budget, deps.clock);
  await forget(deps, target, steps);
  await look(deps, target, steps);
  await ask(deps, target, steps);
  const named = await fill(deps, target, steps);
  return { status: steps.spent() ? 'continued' : 'done', named };
}

/** The steps of one run. */
interface Steps {
  took(): void;
  spent(): boolean;
}

function stepsWithin(budget: PullBudget, clock: Clock): Steps {
  const end = plus(clock.now(), budget.time);
  let left = budget.pages;
  return {
    took: () => void (left -= 1),
    spent: () => left <= 0 || clock.now() >= end || budget.signal?.aborted === true,
  };
}

/** Whether there is something to look through, or somebody to ask for. Cheap: asked for every tenant, every minute. */
export async function hasNamesToResolve(deps: NamesDeps, scope: TenantScope): Promise<boolean> {
  const { changes } = await newChanges(deps, scope, 1);
  if (changes.length > 0) return true;
  if (await mustWait(deps, scope.tenantId)) return false;
  return (await deps.names.unasked(scope, ages(deps.clock), 1)).length > 0;
}

/** What is made of a record today, with the names its event had and those the directory has given since. */
export function withKnownNames(
  names: NameStore,
  rulesOf: Mappings['rulesOf'] = () => null,
): (scope: TenantScope, before: StoredEvent, after: NewEvent) => Promise<NewEvent> {
  return async (scope, before, after) => {
    const ids = namelessIds(after);
    if (ids.length === 0) return after;
    // The event's own names last: it keeps the name somebody had when it was first named.
    const all = [...(await names.known(scope, ids)), ...namesIn(before)];
    return fillNames(after, new Map(all.map(one => [one.id, one])), rulesOf(after.source));
  };
}

async function forget(deps: NamesDeps, { scope }: NamesTarget, steps: Steps): Promise<void> {
  for (let dropped = droppedAtOnce; dropped === droppedAtOnce && !steps.spent();) {
    dropped = await deps.names.forget(scope, minus(deps.clock.now(), wantedFor), droppedAtOnce);
    if (dropped > 0) steps.took();
  }
}

/** Notes what the new of the feed wants. A step ends between two events: the place in the feed goes with the wants. */
async function look(deps: NamesDeps, { scope }: NamesTarget, steps: Steps): Promise<void> {
  for (let more = true; more && !steps.spent();) {
    const found = await newChanges(deps, scope, stepSize);
    more = found.more;
    for (const { wanted, position } of inSteps(found.changes)) {
      if (steps.spent()) return;
      await deps.names.want(scope, wanted, position, deps.clock.now());
      steps.took();
    }
  }
}

function inSteps(changes: Changes['changes']): readonly { wanted: Wanted[]; position: string }[] {
  const steps: { wanted: Wanted[]; position: string }[] = [];
  for (const { event, position } of changes) {
    const wanted = namelessIds(event).map((id): Wanted => ({ id, event: event.id }));
    const last = steps.at(-1);
    if (last === undefined || last.wanted.length + wanted.length > wantedAtOnce) {
      steps.push({ wanted, position });
    } else {
      last.wanted.push(...wanted);
      last.position = position;
    }
  }
  return steps;
}

/** A place the store has not reached belongs to a backup put back: then everything is looked through again. */
async function newChanges(deps: NamesDeps, scope: TenantScope, limit: number): Promise<Changes> {
  try {
    return await deps.events.changes([scope], await deps.names.position(scope), limit);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'continuation.invalid') throw thrown;
    return deps.events.changes([scope], null, limit);
  }
}

const ages = (clock: Clock): Parameters<NameStore['unasked']>[1] => ({
  absent: minus(clock.now(), absenceLasts),
  named: minus(clock.now(), nameLasts),
});

async function mustWait(deps: NamesDeps, tenant: string): Promise<boolean> {
  const until = await deps.throttles.until([throttleKey(tenant)]);
  return until !== null && until > deps.clock.now();
}

async function ask(deps: NamesDeps, { scope, tenant }: NamesTarget, steps: Steps): Promise<void> {
  if (await mustWait(deps, tenant.id)) return;
  while (!steps.spent()) {
    const ids = await deps.names.unasked(scope, ages(deps.clock), idsAtOnce);
    if (ids.length === 0) return;
    try {
      await deps.names.learn(scope, await directoryNames(deps.http(tenant), ids, deps.clock.now()));
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !isRefusal(thrown)) throw thrown;
      return await putOff(deps, tenant.id, thrown);
    }
    steps.took();
  }
}

/** The directory's side of things, or how we sign in to it: waits. A failing store of ours is the job's failure. */
const isRefusal = ({ code }: AppError): boolean =>
  code.startsWith('provider.') || code === 'config.invalid' || code === 'secret.missing';

/** A missing permission is for the readiness page to tell, not for a job to fail by every minute. */
async function putOff(deps: NamesDeps, tenant: string, error: AppError): Promise<void> {
  const wait = error.recovery === 'pause-source' ? refusedFor : Math.max(failedFor, error.retryAfterMs ?? 0);
  await deps.throttles.remember(throttleKey(tenant), plus(deps.clock.now(), wait as Duration));
  deps.telemetry.event('names.unavailable', { tenant, code: error.code });
}

/** Gives waiting events their names; how many wants were settled by it. */
async function fill(deps: NamesDeps, { scope }: NamesTarget, steps: Steps): Promise<number> {
  let settled = 0;
  while (!steps.spent()) {
    const wanted = await deps.names.ready(scope, stepSize);
    if (wanted.length === 0) break;
    const events = [...new Set(wanted.map(({ event }) => event))];
    for (let from = 0; from < events.length; from += renamedAtOnce) {
      await nameEvents(deps, scope, events.slice(from, from + renamedAtOnce), wanted);
    }
    // After the events: a crash between the two, or the end of the run, fills them again, which changes nothing.
    for (let from = 0; from < wanted.length; from += droppedAtOnce) {
      const some = wanted.slice(from, from + droppedAtOnce);
      await deps.names.settle(scope, some);
      settled += some.length;
      steps.took();
      if (steps.spent()) break;
    }
  }
  return settled;
}

/**
 * All that is known for an event at once, wanted in this step or not: it is made anew once, however many ids it has.
 * Where it would be too large with all of it, what is wanted in this step.
 */
async function nameEvents(
  deps: NamesDeps,
  scope: TenantScope,
  ids: readonly string[],
  wanted: readonly Wanted[],
): Promise<void> {
  const events = await deps.events.getMany(scope, ids);
  const known = await deps.names.known(scope, [...new Set(events.flatMap(namelessIds))]);
  const all = new Map(known.map(one => [one.id, one]));
  const some = new Map(wanted.flatMap(({ id }) => all.get(id) ?? []).map(one => [one.id, one]));
  const rebuilt = events.flatMap((event): Rebuilt[] => {
    const rules = deps.rulesOf?.(event.source) ?? null;
    const whole = fillNames(event, all, rules);
    const filled = whole === event ? fillNames(event, some, rules) : whole;
    if (filled === event) return [];
    const { ingestedAt: _ingested, rebuiltAt: _rebuilt, ...said } = filled;
    return [{ was: event.id, event: said }];
  });
  if (rebuilt.length > 0) await deps.events.rebuild(scope, rebuilt, deps.clock.now());
}
