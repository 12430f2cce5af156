import { describe, expect, it } from 'vitest';
import { openAzureFor } from '../support/azure-place.ts';
import { crashStreams, raceWorkers, sweepCrashes, sweepCursorFirst } from './sweep-crashes.ts';
import { madeUpScenes, raceMadeUp, sweepMadeUp } from './sweep-made-up.ts';

/** Milliseconds: a sweep is long, and longer where every call goes over a socket. */
const patience = 1_800_000;

// The stores are the same for every stream. The Management Activity API's uses all of them and dies at each effect;
// what the manner of the others adds is met at every third, and at the first of each kind.
const whole = 'm365.unified-audit';
const third = 3;
console.log(
  `crashes on the Azure profile: each effect of ${whole}; of the others each third effect and the first of every kind (the embedded profile's sweep takes all of them). Not run there: a feed whose token is lost, and the harness's own check except for ${whole}: neither is about stores`,
);

// Over the emulators: Azurite, and the Cosmos DB server behind its door.
describe.each(crashStreams)('a crash while pulling $source into the Azure profile', stream => {
  const of = { ...stream, open: openAzureFor };
  const every = stream.source === whole ? 1 : third;
  it.each(['before', 'after'] as const)(
    'right %s any of its effects loses nothing and doubles nothing',
    async moment => {
      await expect(sweepCrashes(of, moment, every)).resolves.toBeUndefined();
    },
    patience,
  );
  it('has one winner when four workers race', async () => {
    await expect(raceWorkers(of)).resolves.toBeUndefined();
  });
});

it(
  'a cursor that moves before the events are stored is noticed by this harness',
  async () => {
    const of = crashStreams.find(one => one.source === whole);
    if (of === undefined) throw new Error('no such stream');
    await expect(sweepCursorFirst({ ...of, open: openAzureFor })).resolves.toBeUndefined();
  },
  patience,
);

const oneOfEach = madeUpScenes.filter(one => ['a snapshot', 'a feed'].includes(one.name));
describe.each(oneOfEach)('a crash while pulling $name into the Azure profile', scene => {
  const of = { ...scene, open: openAzureFor };
  it(
    'at its effects, before and after them, loses nothing and doubles nothing',
    async () => {
      await expect(sweepMadeUp(of, third)).resolves.toBeUndefined();
    },
    patience,
  );
  it('has one winner when four workers race', async () => {
    await expect(raceMadeUp(of)).resolves.toBeUndefined();
  });
});
