/** How near callers came to a limit. */
export interface LimiterMark {
  readonly name: string;
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
  /** The most that was counted inside one window, refused requests included. */
  readonly highest: number;
  readonly refused: number;
}

export interface RollingLimiter {
  /** Counts a request; answers null when it may pass, or the ms until the window has room for it again. */
  take(key: string, now: number, cost?: number): number | null;
  /** What the window has room for; below zero after refusals. */
  left(key: string, now: number): number;
  marks(): LimiterMark[];
  forget(): void;
}

interface Tally {
  /** Times and costs of the requests in the window, oldest first. */
  times: number[];
  costs: number[];
  sum: number;
  highest: number;
  refused: number;
}

/**
 * A limit over a rolling window. A refused request counts too, as it does with Graph: whoever keeps
 * hammering stays refused. Memory is bounded: at most four windows' worth of entries per key are kept.
 */
export function rollingLimiter(name: string, limit: number, windowMs: number): RollingLimiter {
  const tallies = new Map<string, Tally>();
  return {
    take(key, now, cost = 1) {
      const tally = tallies.get(key) ?? { times: [], costs: [], sum: 0, highest: 0, refused: 0 };
      tallies.set(key, tally);
      shed(tally, now, windowMs);
      const waitMs = tally.sum + cost > limit ? roomIn(tally, now, { limit, windowMs, cost }) : null;
      if (tally.times.length < limit * 4) {
        tally.times.push(now);
        tally.costs.push(cost);
        tally.sum += cost;
      }
      tally.highest = Math.max(tally.highest, tally.sum);
      if (waitMs !== null) tally.refused += 1;
      return waitMs;
    },
    left(key, now) {
      const tally = tallies.get(key);
      if (tally === undefined) return limit;
      shed(tally, now, windowMs);
      return limit - tally.sum;
    },
    marks: () =>
      [...tallies].map(([key, { highest, refused }]) => ({ name, key, limit, windowMs, highest, refused })),
    forget: () => tallies.clear(),
  };
}

/** Drops what has left the window, and everything when the clock was set back. */
function shed(tally: Tally, now: number, windowMs: number): void {
  if ((tally.times.at(-1) ?? now) > now) {
    tally.times = [];
    tally.costs = [];
    tally.sum = 0;
  }
  let gone = 0;
  while (gone < tally.times.length && (tally.times[gone] ?? now) <= now - windowMs) {
    tally.sum -= tally.costs[gone] ?? 0;
    gone += 1;
  }
  if (gone === 0) return;
  tally.times.splice(0, gone);
  tally.costs.splice(0, gone);
}

/** The ms until enough of the counted requests have left the window. The refused one is among them. */
function roomIn(tally: Tally, now: number, need: { limit: number; windowMs: number; cost: number }): number {
  let sum = tally.sum + need.cost * 2;
  for (const [index, time] of tally.times.entries()) {
    sum -= tally.costs[index] ?? 0;
    if (sum <= need.limit) return Math.max(1, time + need.windowMs - now);
  }
  return need.windowMs;
}
