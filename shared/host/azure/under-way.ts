/** The host waits five seconds for a worker it has told to end, and then ends it. */
const patienceMs = 4_000;
const deliveryMs = 200;

export interface UnderWay {
  /** Aborted when the process is about to end. */
  readonly ending: AbortSignal;
  track<T>(call: Promise<T>): Promise<T>;
  /** Asks what is under way to end, and waits for it as long as the host waits for us. */
  end(): Promise<void>;
}

/**
 * The calls of this process. The worker ends the process as soon as it is told to, whatever is under way: a run cut off
 * there loses nothing, but its stream stays under lease for a quarter of an hour.
 */
export function underWay(): UnderWay {
  const ending = new AbortController();
  const calls = new Set<Promise<unknown>>();
  return {
    ending: ending.signal,
    track(call) {
      const tracked = call.finally(() => {
        calls.delete(tracked);
      });
      calls.add(tracked);
      return tracked;
    },
    async end() {
      ending.abort();
      if (calls.size === 0) return;
      await Promise.race([Promise.allSettled(calls), pause(patienceMs)]);
      // What they answered is still on its way through the worker to the host.
      await pause(deliveryMs);
    },
  };
}

const pause = (ms: number): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, ms);
  });
