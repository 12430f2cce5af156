import { describe, expect, it } from 'vitest';
import { openAzureFor } from '../support/azure-place.ts';
import { crashStreams, raceWorkers, sweepCrashes, sweepCursorFirst } from './sweep-crashes.ts';

/** Milliseconds: a sweep is long, and longer where every call goes over a socket. */
const patience = 600_000;

// What a provider's manner adds is tried on the embedded profile; here it is about the stores, all of which the
// Management Activity API's stream uses.
const chosen = 'm365.unified-audit';
const swept = crashStreams.filter(one => one.source === chosen);
const spared = crashStreams.filter(one => one.source !== chosen).map(one => one.source);
console.log(
  `crashes on the Azure profile: not run for ${spared.join(', ')}, which the embedded profile's are run for`,
);

// Over the emulators: Azurite, and the Cosmos DB server behind its door.
describe.each(swept)('a crash while pulling $source into the Azure profile', stream => {
  const of = { ...stream, open: openAzureFor };
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
