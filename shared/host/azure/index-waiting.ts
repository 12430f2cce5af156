import { minutes } from '../../kernel/time.ts';
import { projectIndex } from '../../pipeline/project-index.ts';
import type { Running } from './instance.ts';

export type IndexRun = (running: Running, signal: AbortSignal) => Promise<'done' | 'more'>;

/** Leaves the host's ten minutes some room for the step under way. */
const share = minutes(6);

/**
 * Brings the index up to the store. Bells that ring while it works share one more round: what they announce may have
 * been stored after the round under way looked. On several instances at once the same events may be put twice, which
 * changes nothing; the position only ever stands behind what was put.
 */
export function indexWaiting(): IndexRun {
  let working: Promise<'done' | 'more'> | null = null;
  let next: Promise<'done' | 'more'> | null = null;

  const begin: IndexRun = (running, signal) => {
    const round = once(running, signal);
    working = round;
    const end = (): void => {
      if (working === round) working = null;
    };
    round.then(end, end);
    return round;
  };
  return (running, signal) => {
    if (working === null) return begin(running, signal);
    const again = (): Promise<'done' | 'more'> => {
      next = null;
      return begin(running, signal);
    };
    next ??= working.then(again, again);
    return next;
  };
}

async function once({ app, profile }: Running, ending: AbortSignal): Promise<'done' | 'more'> {
  const { clock } = app.work;
  const stopping = new AbortController();
  const timer = new AbortController();
  void clock.sleep(share, timer.signal).then(() => {
    stopping.abort();
  });
  try {
    const signal = AbortSignal.any([stopping.signal, ending]);
    await projectIndex(profile.events, profile.index, signal);
    return signal.aborted ? 'more' : 'done';
  } finally {
    timer.abort();
  }
}
