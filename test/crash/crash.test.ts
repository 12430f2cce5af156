import { describe, expect, it } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { crashStreams, raceWorkers, sweepCrashes, sweepCursorFirst } from './sweep-crashes.ts';

/** Milliseconds: a sweep is long, and longer where every call goes over a socket. */
const patience = 600_000;

describe.each(crashStreams)('a crash while pulling $source', stream => {
  const of = { ...stream, open: openEmbedded };
  it.each(['before', 'after'] as const)(
    'right %s any of its effects loses nothing and doubles nothing',
    async moment => {
      await expect(sweepCrashes(of, moment)).resolves.toBeUndefined();
    },
    patience,
  );
  it(
    'is noticed by this harness when the cursor moves before the events are stored',
    async () => {
      await expect(sweepCursorFirst(of)).resolves.toBeUndefined();
    },
    patience,
  );
  it('has one winner when four workers race', async () => {
    await expect(raceWorkers(of)).resolves.toBeUndefined();
  });
});
