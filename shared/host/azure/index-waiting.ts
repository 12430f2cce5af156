import { minutes } from '../../kernel/time.ts';
import { projectIndex } from '../../pipeline/project-index.ts';
import type { Running } from './instance.ts';

export type IndexRun = (running: Running) => Promise<'done' | 'more'>;

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

  const begin = (running: Running): Promise<'done' | 'more'> => {
    const round = once(running);
    working = round;
    const end = (): void => {
      if (working === round) working = null;
    };
    round.then(end, end);
    return round;
  };
  return running => {
    if (working === null) return begin(running);
    const again = (): Promise<'done' | 'more'> => {
      next = null;
      return begin(running);
    };
    next ??= working.then(again, again);
    return next;
  };
}

async function once({ app, profile }: Running): Promise<'done' | 'more'> {
  const { clock } = app.work;
  const stopping = new AbortController();
  const timer = new AbortController();
  void clock.sleep(share, timer.signal).then(() => {
    stopping.abort();
  });
  try {
    await projectIndex(profile.events, profile.index, stopping.signal);
    return stopping.signal.aborted ? 'more' : 'done';
  } finally {
    timer.abort();
  }
}
