import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultNames } from '../../simulator/faults/catalogue.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { readRecord } from '../../shared/sources/_kit/read-record.ts';
import type { Page, Source } from '../../shared/sources/_kit/source.ts';
import { aboutFixtures, fixturesOf, readTranscript, type Transcript } from '../../tools/source-goldens.ts';
import {
  notOnTranscripts,
  transcriptFaults,
  type Ending,
  type TranscriptFault,
} from './transcript-faults.ts';
import { madeUpSource } from '../support/new-source.ts';
import { playable } from './transcript-provider.ts';
import { openTranscriptStage, type Played, type TranscriptStage } from './transcript-stage.ts';

// Whatever folder is in the registry is taken in, without being named: its transcript of paging, under every fault.
interface Play {
  readonly id: string;
  readonly source: Source;
  readonly transcript: Transcript;
}
const plays: Play[] = [];
for (const source of sources) {
  const paging = (await fixturesOf(source.id)).find(
    ({ name, kind }) => name === 'paging' && kind === 'paging',
  );
  const transcript = paging === undefined ? null : readTranscript(paging.bytes);
  const downloads = transcript?.exchanges.some(({ request }) => / https:/.test(request)) === true;
  if (!playable(source.api) || downloads) {
    const why = downloads ? 'files from another host' : `the ${source.api} API`;
    process.stdout.write(`${source.id}: its transcript under faults not run, nobody plays ${why} here\n`);
  } else if (transcript === null) throw new Error(`${source.id} has no fixtures/paging.http.json`);
  else plays.push({ id: source.id, source, transcript });
}

// And a folder as `npm run new-source` makes it: nothing here knows it.
const made = await madeUpSource();
plays.push({
  id: 'a new source',
  source: made.source,
  transcript: readTranscript(made.fixture('paging.http.json')),
});

let stage: TranscriptStage;
beforeAll(async () => {
  stage = await openTranscriptStage();
});
afterAll(() => stage.close());

const healthy = new Map<string, Promise<Played>>();
const withoutFault = ({ id, source, transcript }: Play): Promise<Played> => {
  const known = healthy.get(id) ?? stage.play(source, transcript, null);
  healthy.set(id, known);
  return known;
};

/** Nobody walks into a broken link who follows none. */
const endingOf = (fault: TranscriptFault, { followsLinks }: Played): Ending =>
  fault.ofLinks === true && !followsLinks ? 'fine' : fault.ends;

/** What a fault must not alter here, because then it would be another record or a change. */
function meaningless(source: Source, transcript: Transcript): ReadonlySet<unknown> {
  if (source.pull.kind === 'snapshot') return new Set(['content', 'absence']);
  const about = aboutFixtures(source);
  const whole = transcript.exchanges.some(({ reply }) =>
    recordsOf(source, reply.body).some(record => {
      const reading = readRecord(source, record, about);
      return reading.kind === 'event' && reading.identity[0] === 'record';
    }),
  );
  // Where equal records are counted, one more of them is one more.
  return whole || 'countsEqual' in source ? new Set(['content', 'count']) : new Set();
}

function recordsOf(source: Source, body: unknown): readonly unknown[] {
  try {
    return Array.from(source.split(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))));
  } catch {
    return []; // a listing, or an answer that is no page
  }
}

const idsIn = ({ kept }: Played): readonly string[] => [
  ...new Set(kept.revisions.map(line => line.split(' ')[0] ?? '')),
];

it('every fault of the catalogue is played, or has a reason why a transcript cannot', () => {
  const decided = [...transcriptFaults.map(({ name }) => name), ...Object.keys(notOnTranscripts)];
  expect(decided.toSorted()).toEqual([...faultNames].sort());
});

describe.each(plays)('$id, from its transcript', play => {
  it('is pulled whole by the real pipeline', async () => {
    const { ended, kept, strange } = await withoutFault(play);
    expect(ended).toBe('fine');
    expect(kept.records.length).toBeGreaterThan(0);
    if (play.transcript.read.length === 0) expect(strange).toEqual([]);
  });

  const met = transcriptFaults.filter(
    fault =>
      fault.spoil(play.source.api) !== null && !meaningless(play.source, play.transcript).has(fault.alters),
  );
  it.each(met.map(fault => [fault.name, fault] as const))('survives %s', async (_name, fault) => {
    const before = await withoutFault(play);
    const after = await stage.play(play.source, play.transcript, fault);
    expect(after.ended).toEqual(endingOf(fault, before));
    // Nothing lost, nothing twice, and the newest of each as the provider has it.
    expect(after.kept.records).toEqual(before.kept.records);
    expect(idsIn(after)).toHaveLength(idsIn(before).length);
    expect(after.kept.quarantined).toBe(before.kept.quarantined);
  });
});

describe('a source that is broken is found out', () => {
  const broken = (pages: (of: AsyncIterable<Page>) => AsyncIterable<Page>): Source => {
    const { source } = made;
    const { pull } = source;
    if (pull.kind !== 'window') throw new Error('the new source is asked by window');
    return {
      ...source,
      pull: { ...pull, pages: (ctx, window, resume) => pages(pull.pages(ctx, window, resume)) },
    };
  };
  const transcript = readTranscript(made.fixture('paging.http.json'));
  const named = (name: string): TranscriptFault => {
    const found = transcriptFaults.find(fault => fault.name === name);
    if (found === undefined) throw new Error(`no fault ${name}`);
    return found;
  };

  it('when it takes a failure for the end', async () => {
    const swallows = broken(async function* (of) {
      let last: Page | null = null;
      try {
        for await (const page of of) yield (last = page);
      } catch {
        if (last !== null) yield { ...last, resume: null };
      }
    });
    const fault = named('server-error');
    expect((await stage.play(swallows, transcript, fault)).ended).not.toEqual(fault.ends);
  });

  it('when it stops at the first page', async () => {
    const stops = broken(async function* (of) {
      for await (const page of of) {
        yield { ...page, resume: null };
        return;
      }
    });
    const whole = await stage.play(made.source, transcript, null);
    expect((await stage.play(stops, transcript, null)).kept.records).not.toEqual(whole.kept.records);
  });
});
