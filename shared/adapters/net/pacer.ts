import { AppError } from '../../kernel/errors.ts';
import { seconds, type Duration, type Instant } from '../../kernel/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PaceFamily, PaceRule } from './provider-limits.ts';

/** Says the answer is in (or will not come), which frees the place one `per` later. Call it once, always. */
export type Leave = () => void;

/** Shared by every tenant's client in the process: the app-wide limits are counted here. */
export interface Pacer {
  /**
   * Resolves when the request may be sent. Rejects with `provider.throttled` when its turn does not come within
   * the patience: a worker that slept for minutes would lose its lease.
   */
  enter(family: PaceFamily, tenant: string): Promise<Leave> | Leave;
}

export interface PacerOptions {
  readonly clock: Clock;
  /** The longest a request waits for its turn. */
  readonly patience?: Duration;
}

/**
 * Client-side limits that are obeyed rather than run into.
 *
 * The provider counts a request somewhere between our sending it and its answer, so a place is taken from `enter`
 * until one `per` after `leave`: whatever the network does in between, no window of the provider's holds more
 * than `limit`. Tenants take turns; one with a thousand requests waiting gets every n-th place, not all of them.
 */
export function pacer(options: PacerOptions): Pacer {
  const gates = new Map<string, Gate>();
  return {
    enter(family, tenant) {
      const key = `${family.api}/${family.name}`;
      let gate = gates.get(key);
      if (gate === undefined) {
        gate = openGate(family, options.clock, options.patience ?? seconds(30));
        gates.set(key, gate);
      }
      return gate(tenant);
    },
  };
}

type Gate = (tenant: string) => Promise<Leave> | Leave;

interface Waiter {
  readonly since: Instant;
  readonly go: (leave: Leave) => void;
  readonly refuse: (error: AppError) => void;
}

function openGate(family: PaceFamily, clock: Clock, patience: Duration): Gate {
  const app = quota(family.perApp);
  const tenants = new Map<string, Quota>();
  /** In the order of turns: who was served goes to the end. */
  const waiting = new Map<string, Waiter[]>();
  let alarm: { readonly at: number; readonly off: AbortController } | null = null;

  const quotaOf = (tenant: string): Quota => {
    let found = tenants.get(tenant);
    if (found === undefined) {
      forgetIdle(tenants, clock.now());
      found = quota(family.perTenant);
      tenants.set(tenant, found);
    }
    return found;
  };

  const take = (own: Quota): Leave => {
    app.take();
    own.take();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = clock.now();
      app.free(now);
      own.free(now);
      serve();
    };
  };

  /** One place for each waiting tenant in turn, as long as there are places; then an alarm for the next one. */
  const serve = (): void => {
    let next = Infinity;
    for (let served = true; served && waiting.size > 0;) {
      served = false;
      next = Infinity;
      // A copy: whoever is served moves to the end of the map while we walk.
      for (const [tenant, queue] of Array.from(waiting)) {
        const now = clock.now();
        const own = quotaOf(tenant);
        const at = Math.max(app.room(now), own.room(now));
        if (at <= now) {
          waiting.delete(tenant);
          const first = queue.shift();
          if (queue.length > 0) waiting.set(tenant, queue);
          first?.go(take(own));
          served = true;
          continue;
        }
        // Whoever waits longer than the patience, or is bound to, hears so instead.
        const hopeless = Number.isFinite(at) && at - now > patience;
        const staying = hopeless ? [] : queue.filter(waiter => now - waiter.since < patience);
        for (const waiter of queue)
          if (!staying.includes(waiter)) waiter.refuse(overBudget(family, at - now));
        if (staying.length === 0) waiting.delete(tenant);
        else {
          waiting.set(tenant, staying);
          next = Math.min(next, at);
        }
      }
    }
    wake(waiting.size === 0 ? Infinity : next);
  };

  const wake = (at: number): void => {
    if (alarm !== null && alarm.at === at) return;
    alarm?.off.abort();
    alarm = null;
    if (!Number.isFinite(at)) return; // Nobody waits, or only for answers, whose `leave` calls serve.
    const mine = { at, off: new AbortController() };
    alarm = mine;
    void clock.sleep(Math.max(1, at - clock.now()) as Duration, mine.off.signal).then(() => {
      if (alarm !== mine) return;
      alarm = null;
      serve();
    });
  };

  return tenant => {
    const now = clock.now();
    if (waiting.size === 0 && app.room(now) <= now) {
      const own = quotaOf(tenant);
      if (own.room(now) <= now) return take(own);
    }
    return new Promise((go, refuse) => {
      const queue = waiting.get(tenant);
      if (queue === undefined) waiting.set(tenant, [{ since: now, go, refuse }]);
      else queue.push({ since: now, go, refuse });
      serve();
    });
  };
}

function overBudget(family: PaceFamily, untilFree: number): AppError {
  const wait = Number.isFinite(untilFree) ? Math.ceil(untilFree) : (family.perTenant ?? family.perApp)?.per;
  return new AppError(
    'provider.throttled',
    'retry-later',
    'The requests this provider allows in its window are used up. The pull goes on by itself afterwards.',
    { retryAfterMs: wait ?? 1_000, facts: { api: family.api, family: family.name, own: true } },
  );
}

/** Places taken by requests under way and by those answered less than one `per` ago. */
interface Quota {
  /** The earliest instant with a place: now or before, later, or Infinity while only an answer can free one. */
  room(now: Instant): number;
  take(): void;
  free(now: Instant): void;
  idle(now: Instant): boolean;
}

function quota(rule: PaceRule | undefined): Quota {
  if (rule === undefined) {
    return { room: now => now, take: () => undefined, free: () => undefined, idle: () => true };
  }
  let underWay = 0;
  /** When answers came, rising. */
  let answered: number[] = [];
  const settle = (now: Instant): void => {
    // The clock was set back: what came "later" came just now, or everybody would wait for the difference.
    if ((answered.at(-1) ?? 0) > now) answered = answered.map(at => Math.min(at, now));
    while (answered.length > 0 && (answered[0] ?? 0) + rule.per <= now) answered.shift();
  };
  return {
    room(now) {
      settle(now);
      if (underWay + answered.length < rule.limit) return now;
      const first = answered[0];
      return first === undefined ? Infinity : first + rule.per;
    },
    take() {
      underWay += 1;
    },
    free(now) {
      underWay -= 1;
      answered.push(now);
    },
    idle(now) {
      settle(now);
      return underWay === 0 && answered.length === 0;
    },
  };
}

/** Only tenants seen lately have a quota to keep; called when a new one comes. */
function forgetIdle(tenants: Map<string, Quota>, now: Instant): void {
  if (tenants.size < 64) return;
  for (const [tenant, own] of tenants) if (own.idle(now)) tenants.delete(tenant);
}
