import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import {
  days,
  hours,
  isoInstant,
  minutes,
  parseInstant,
  seconds,
  type Instant,
} from '../../shared/kernel/time.ts';
import type { OperationId, SourceId, StreamId } from '../../shared/model/ids.ts';
import { tenantSchema } from '../../shared/model/tenant.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import type { HttpClient } from '../../shared/ports/http-client.ts';
import { canonicalIdentity } from '../../shared/sources/_kit/record-identity.ts';
import { recordBytes } from '../../shared/sources/_kit/record-bytes.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { splitRecords } from '../../shared/sources/_kit/split-json.ts';
import { Killed, mortal } from '../crash/mortal.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { quiet } from '../support/rig.ts';
import { contoso, scopeOf } from '../support/sample.ts';
import { tempFolder } from '../support/temp-folder.ts';

// A log without ids, whose times are whole seconds: two equal searches in one second are two.
interface Search {
  readonly at: string;
  readonly text: string;
}
const record: z.ZodType<Search> = z.looseObject({ at: z.string(), text: z.string() });

const searches: Source<unknown, Search> = {
  id: 'acme.searches',
  title: 'Searches',
  about: 'Who searched for what.',
  api: 'mimecast',
  needs: [],
  config: z.strictObject({}),
  streams: () => ['default'],
  every: minutes(5),
  pull: {
    kind: 'window',
    policy: {
      step: hours(1), maxWidth: days(1), lag: minutes(1), overlap: minutes(30), lookback: hours(20),
      rereads: [hours(2)], grain: seconds(1),
    }, // prettier-ignore
    async *pages({ http }, window, resume) {
      for (let page: string | null = resume ?? '0'; page !== null;) {
        const query = { from: String(window.from), to: String(window.to), page };
        const reply = await http.send({ api: 'mimecast', origin: 'configured', path: '/searches', query });
        const next: string | null = reply.headers['x-next'] ?? null;
        yield {
          bytes: reply.bytes,
          contentType: 'application/json',
          resume: next,
          holds: 'records',
          name: null,
        };
        page = next;
      }
    },
  },
  record,
  mapping: 1,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: canonicalIdentity,
  identifiedBy: 'Its time and text, counted.',
  countsEqual: true,
  normalize: ({ at, text }) => ({
    time: isoInstant(parseInstant(at) as Instant), category: 'other', operation: 'Search', outcome: 'success',
    reason: null, severity: 'informational', actor: null, targets: [], client: null, mail: null,
    correlationId: null, summary: text, ocsf: { class: 6001, activity: 5 },
  }), // prettier-ignore
};

const noon = Date.parse('2026-10-05T12:00:00Z');
const hoursAgo = (n: number): string => new Date(noon - n * 3_600_000).toISOString().replace('.000Z', 'Z');
const search = (text: string, ago = 3): Search => ({ at: hoursAgo(ago), text });

interface Provider {
  records: Search[];
  pageSize: number;
  /** Instead of the n-th request from here on, once. */
  instead: Map<number, (page: number) => Search[] | AppError>;
  asked: number;
}

const providerOf = (records: readonly Search[], pageSize: number): Provider => ({
  records: [...records],
  pageSize,
  instead: new Map(),
  asked: 0,
});

const doorOf = (provider: Provider): HttpClient => ({
  send(request) {
    const of = (name: string): number => Number.parseInt(request.query?.[name] ?? '', 10);
    const within = provider.records.filter(
      one => Date.parse(one.at) >= of('from') && Date.parse(one.at) <= of('to'),
    );
    const page = of('page');
    const made = provider.instead.get(provider.asked++)?.(page);
    if (made instanceof AppError) return Promise.reject(made);
    const start = page * provider.pageSize;
    const value = made ?? within.slice(start, start + provider.pageSize);
    // A page given instead of another leads to that other one, by a link of its own.
    const next = made === undefined ? String(page + 1) : `${page}/${provider.asked}`;
    const more = made !== undefined || start + provider.pageSize < within.length;
    return Promise.resolve({
      status: 200,
      headers: more ? { 'x-next': next } : {},
      bytes: Buffer.from(JSON.stringify({ value, next })),
    });
  },
});

const unavailable = (): AppError => new AppError('provider.unavailable', 'retry-later', 'Later.');
const deadLink = (): AppError => new AppError('provider.link-expired', 'retry', 'Dead.');

interface House {
  readonly provider: Provider;
  readonly deps: PullDeps;
  readonly target: PullTarget;
  readonly clock: ManualClock;
  pull(deps?: PullDeps): Promise<string>;
  /** Pulls until nothing is due, whatever happens on the way. */
  rest(): Promise<void>;
  /** The text of every event, sorted: as often as there are events. */
  texts(): Promise<string[]>;
  revisions(): Promise<number>;
}

/** One window holds everything, so that the n-th request is its n-th page. */
const oneWindow = { remembersDays: 0.16, everySeconds: 4 * 3_600 };

async function house(
  provider: Provider,
  rhythm: { remembersDays: number | null; everySeconds: number | null } = {
    remembersDays: null,
    everySeconds: null,
  },
): Promise<House> {
  const clock = new ManualClock(new Date(noon).toISOString());
  const profile = await openEmbedded({ folder: await tempFolder(), environment: {}, clock });
  onTestFinished(() => profile.close());
  const connection = {
    source: searches.id,
    enabled: true,
    config: {},
    ...rhythm,
  };
  const tenant = tenantSchema.parse({
    id: contoso, name: 'Contoso', domains: [], state: 'active', connections: [connection], retentionDays: 30,
  }); // prettier-ignore
  const [first] = tenant.connections;
  if (first === undefined) throw new Error('a connection was given');
  const ref = { source: searches.id as SourceId, stream: 'default' as StreamId };
  const target = { scope: scopeOf(contoso), tenant, connection: first, source: searches as Source, ref };
  const door = doorOf(provider);
  const deps: PullDeps = {
    ...profile, clock, telemetry: quiet, http: () => door, worker: 'worker', newId: randomUUID,
  }; // prettier-ignore
  const run = async (using = deps): Promise<string> => {
    try {
      const { status } = await pull(using, target, {
        trigger: 'request',
        budget: { pages: 10_000, time: minutes(60) },
      });
      return status;
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown.code;
      throw thrown;
    }
  };
  const changes = async () => (await profile.events.changes([target.scope], null, 10_000)).changes;
  return {
    provider, deps, target, clock,
    pull: run,
    rest: async () => {
      for (let n = 0; n < 30; n++) {
        const status = await run();
        const cursor = await profile.cursors.load(target.scope, target.ref);
        if (status === 'idle' && cursor?.value.open === null && cursor.value.failures === null) return;
        if (status !== 'succeeded') clock.advance(minutes(6));
      }
      throw new Error('does not come to rest');
    },
    texts: async () => [...new Map((await changes()).map(({ event }) => [event.id, event.summary])).values()].sort(),
    revisions: async () => (await changes()).length,
  }; // prettier-ignore
}

const textsOf = (records: readonly Search[]): string[] => records.map(({ text }) => text).sort();

describe('two equal records in one second', () => {
  test.each([1, 2, 3, 100])('are two events, on pages of %i', async pageSize => {
    const records = [search('a'), search('a'), search('b'), search('a', 2), search('a'), search('c', 1)];
    const home = await house(providerOf(records, pageSize));
    await home.rest();
    expect(await home.texts()).toEqual(textsOf(records));
  });

  test('are the same two when read again: overlapping windows, re-reads, another order, other bounds', async () => {
    const records = ['a', 'b', 'a', 'c', 'a', 'd'].map(text => search(text, 0.5));
    const home = await house(providerOf(records, 2));
    await home.rest();
    for (let day = 0; day < 3; day++) {
      home.provider.records.reverse();
      home.provider.pageSize = 1 + day;
      home.clock.advance(hours(1.7));
      await home.rest();
    }
    // And a range somebody asks for, whose bounds lie elsewhere.
    const cursor = await home.deps.cursors.load(home.target.scope, home.target.ref);
    if (cursor === null) throw new Error('there is a cursor');
    const window = { from: (noon - 1_800_000) as Instant, to: (noon - 1_799_000) as Instant };
    const requested = [{ window, operation: 'o' as OperationId }];
    await home.deps.cursors.swap(home.target.scope, home.target.ref, cursor.rev, {
      ...cursor.value,
      requested,
    });
    await home.deps.operations.swap(home.target.scope, null, {
      id: 'o', tenant: contoso, kind: 'backfill', status: 'Running', percentComplete: 0, createdAt: isoInstant(home.clock.now()),
      updatedAt: isoInstant(home.clock.now()), createdBy: 'x', result: null, error: null,
    }); // prettier-ignore
    home.provider.asked = 0;
    await home.rest();
    expect(home.provider.asked).toBeGreaterThan(0);
    expect(await home.texts()).toEqual(textsOf(records));
    expect(await home.revisions()).toBe(records.length);
  });

  test('stay two when a third comes late, which is the third', async () => {
    const home = await house(providerOf([search('a', 0.5), search('b', 0.5), search('a', 0.5)], 2));
    await home.rest();
    home.provider.records.unshift(search('a', 0.5), search('late', 0.4));
    home.clock.advance(hours(3));
    await home.rest();
    expect(await home.texts()).toEqual(['a', 'a', 'a', 'b', 'late']);
    expect(await home.revisions()).toBe(5);
  });

  test('are two wherever a run is interrupted between their pages', async () => {
    const records = ['a', 'b', 'a', 'c', 'a', 'a'].map(text => search(text));
    for (let failing = 0; failing < records.length; failing++) {
      const home = await house(providerOf(records, 1), oneWindow);
      home.provider.instead.set(failing, unavailable);
      expect(await home.pull()).toBe('provider.unavailable');
      const open = (await home.deps.cursors.load(home.target.scope, home.target.ref))?.value.open;
      expect(open?.walked ?? []).toHaveLength(failing);
      home.clock.advance(minutes(5));
      home.provider.asked = 0;
      home.provider.instead.clear();
      await home.rest();
      expect(await home.texts(), `failing at ${failing}`).toEqual(textsOf(records));
      expect(await home.revisions()).toBe(records.length);
    }
  });

  test('are two when a paging link dies between them, and the window begins anew', async () => {
    const records = ['a', 'b', 'a', 'a'].map(text => search(text));
    const home = await house(providerOf(records, 1), oneWindow);
    home.provider.instead.set(2, deadLink);
    await home.rest();
    expect(await home.texts()).toEqual(textsOf(records));
    expect(await home.revisions()).toBe(records.length);
  });

  test('are two over more pages than are stored together', async () => {
    const records = Array.from({ length: 140 }, (_, n) => search(n % 3 === 0 ? 'same' : `t${n}`));
    const home = await house(providerOf(records, 1), oneWindow);
    home.provider.instead.set(100, unavailable);
    await home.rest();
    expect(await home.texts()).toEqual(textsOf(records));
    expect(await home.revisions()).toBe(records.length);
  });

  test('are two wherever the process dies', async () => {
    const records = ['a', 'b', 'a', 'c', 'a'].map(text => search(text));
    let deaths = 0;
    for (let at = 1, alive = false; !alive; at++) {
      for (const moment of ['before', 'after'] as const) {
        const home = await house(providerOf(records, 2), oneWindow);
        home.provider.instead.set(2, unavailable);
        const life = mortal(at, moment);
        const { deps } = home;
        const doomed: PullDeps = {
          ...deps,
          archive: life.wrap('archive', deps.archive, ['put', 'get']),
          events: life.wrap('events', deps.events, ['insert', 'upsert']),
          cursors: life.wrap('cursors', deps.cursors, ['load', 'swap']),
          ledger: life.wrap('ledger', deps.ledger, ['append']),
        };
        try {
          for (let run = 0; run < 3; run++) {
            await home.pull(doomed);
            home.clock.advance(minutes(6));
          }
        } catch (thrown) {
          if (!(thrown instanceof Killed)) throw thrown;
        }
        alive = !life.dead;
        if (life.dead) deaths += 1;
        home.clock.advance(minutes(6));
        await home.rest();
        expect(await home.texts(), `${moment} ${life.effects.at(-1)} (${at})`).toEqual(textsOf(records));
        expect(await home.revisions()).toBe(records.length);
      }
    }
    expect(deaths).toBeGreaterThan(24);
  });

  test('are two when the page they lie on is gone from the archive: the window begins anew', async () => {
    const records = ['a', 'b', 'a', 'c'].map(text => search(text));
    const home = await house(providerOf(records, 2), oneWindow);
    home.provider.instead.set(1, unavailable);
    await home.pull();
    home.clock.advance(minutes(5));
    const { archive } = home.deps;
    let hidden = 0;
    const forgetful: PullDeps = {
      ...home.deps,
      archive: Object.assign(Object.create(archive) as typeof archive, {
        get: (...args: Parameters<typeof archive.get>) =>
          hidden++ === 0 ? Promise.resolve(null) : archive.get(...args),
      }),
    };
    await home.pull(forgetful);
    expect(hidden).toBeGreaterThan(0);
    await home.rest();
    expect(await home.texts()).toEqual(textsOf(records));
  });

  test('that are one page the provider gives out twice stay as many as they are', async () => {
    const records = ['a', 'b', 'a', 'c'].map(text => search(text));
    const home = await house(providerOf(records, 3), oneWindow);
    // The first page again, under another link, instead of the second; then the second.
    home.provider.instead.set(1, () => records.slice(0, 3));
    home.provider.instead.set(2, () => records.slice(0, 3));
    await home.rest();
    expect(await home.texts()).toEqual(textsOf(records));
  });

  test('are as many events as records, however they are paged and however often runs end', async () => {
    const some = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 1, max: 4 }), fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }), async (texts, pageSize, fails) => {
        // Not more than one page of several equal ones in a row: those read as one page given out twice.
        const records = texts.map((text, n) => search(n % 5 === 4 ? `only ${n}` : text, 3 + (n % 2)));
        const home = await house(providerOf(records, pageSize));
        for (const at of fails) home.provider.instead.set(at, unavailable);
        await home.rest();
        home.provider.records.reverse();
        home.clock.advance(hours(2.5));
        await home.rest();
        const expected = textsOf(records);
        expect((await home.texts()).length).toBeGreaterThanOrEqual(new Set(expected).size);
        if (!repeatsAPage(records, pageSize)) expect(await home.texts()).toEqual(expected);
      }),
      { numRuns: 10 },
    ); // prettier-ignore
  });
});

/** Whether two pages of a reading, in either order, are alike record by record: the one case that cannot be told. */
function repeatsAPage(records: readonly Search[], pageSize: number): boolean {
  return [records, [...records].reverse()].some(order => {
    const pages: string[] = [];
    for (let n = 0; n < order.length; n += pageSize) pages.push(JSON.stringify(order.slice(n, n + pageSize)));
    return new Set(pages).size < pages.length;
  });
}

test('a source that counts nothing keeps no pages in its cursor, and finds none', async () => {
  const home = await house(providerOf([search('a'), search('b')], 1), oneWindow);
  const { countsEqual: _, ...plain } = searches;
  const target = { ...home.target, source: plain as Source };
  home.provider.instead.set(1, unavailable);
  await expect(
    pull(home.deps, target, { trigger: 'timer', budget: { pages: 10, time: minutes(1) } }),
  ).rejects.toMatchObject({ code: 'provider.unavailable' });
  const open = (await home.deps.cursors.load(home.target.scope, home.target.ref))?.value.open;
  expect(open?.resume).toBe('1');
  expect(open).not.toHaveProperty('walked');
});
