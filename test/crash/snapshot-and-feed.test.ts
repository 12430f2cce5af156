import { describe, expect, it } from 'vitest';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { madeUpScenes, raceMadeUp, sweepMadeUp, sweepMadeUpCursorFirst } from './sweep-made-up.ts';

describe.each(madeUpScenes)('a crash while pulling $name', scene => {
  const of = { ...scene, open: openEmbedded };
  it('at every effect, before and after it, loses nothing and doubles nothing', async () => {
    await expect(sweepMadeUp(of)).resolves.toBeUndefined();
  });
  it('is noticed by this harness when the cursor moves before the events are stored', async () => {
    await expect(sweepMadeUpCursorFirst(of)).resolves.toBeUndefined();
  });
  it('has one winner when four workers race', async () => {
    await expect(raceMadeUp(of)).resolves.toBeUndefined();
  });
});
