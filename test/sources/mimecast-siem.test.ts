import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import type { StreamId } from '../../shared/model/ids.ts';
import type { HttpReply, HttpRequest } from '../../shared/ports/http-client.ts';
import type { PullContext } from '../../shared/sources/_kit/source.ts';
import { batchRecordBytes, batchRecords } from '../../shared/sources/mimecast.siem/batch-file.ts';
import { batchPages } from '../../shared/sources/mimecast.siem/batch-pages.ts';
import { mimecastSiem } from '../../shared/sources/mimecast.siem/source.ts';

const lines = ['{"n": 1.50}', '{"t":"\\u00e4 ä"}', '{}'];
const plain = (text: string): Buffer => Buffer.from(text);

describe('a batch file', () => {
  test.each([
    ['plain', plain(lines.join('\n'))],
    ['with a mark, other line ends and empty lines', plain(`\ufeff\n${lines.join('\r\n\r\n')}\r\n \n`)],
    ['compressed', gzipSync(lines.join('\n'))],
    ['of several members', Buffer.concat(lines.map(line => gzipSync(`${line}\n`)))],
  ])('%s gives its lines, and each of them byte for byte', (_, file) => {
    expect(batchRecords(file)).toEqual(lines.map(line => JSON.parse(line) as unknown));
    for (const [n, line] of lines.entries()) {
      expect(Buffer.from(batchRecordBytes(file, n)).toString()).toBe(line);
    }
    expect(() => batchRecordBytes(file, lines.length)).toThrow(
      expect.objectContaining({ code: 'archive.corrupt' }),
    );
  });
  test('with a bad line keeps it as text, in its place, for quarantine', () => {
    const records = batchRecords(plain('{"a":1}\n{"cut":\n{"b":2}'));
    expect(records).toEqual([{ a: 1 }, '{"cut":', { b: 2 }]);
    expect(mimecastSiem.record.safeParse(records[1]).success).toBe(false);
  });
  test.each([
    ['cut short', gzipSync(lines.join('\n')).subarray(0, 30)],
    ['that is a page of HTML', plain('<!DOCTYPE html>\n<html></html>')],
    ['that only looks compressed', Buffer.from([0x1f, 0x8b, 1, 2, 3])],
  ])('%s is malformed', (_, file) => {
    expect(() => batchRecords(file)).toThrow(expect.objectContaining({ code: 'provider.malformed' }));
  });
  test.each([plain(''), gzipSync(''), plain('\n \n')])('of nothing has no records', file => {
    expect(batchRecords(file)).toEqual([]);
  });
});

interface Store {
  /** By token; the first under ''. */
  readonly listings: Readonly<Record<string, { files: string; next?: string; caughtUp?: boolean }>>;
  readonly asked: HttpRequest[];
  /** Files the store refuses so many times more. */
  readonly refuses: Map<string, number>;
  signature: number;
}

const storeOf = (listings: Store['listings']): Store => ({
  listings,
  asked: [],
  refuses: new Map(),
  signature: 0,
});

const answer = (status: number, body: unknown): HttpReply => ({
  status,
  headers: {},
  bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

function contextOf(store: Store): PullContext<{ pageSize: number }> {
  const noUse = (): Promise<never> => Promise.reject(new Error('not asked here'));
  return {
    http: {
      send(request) {
        store.asked.push(request);
        if (request.origin === 'download') {
          const name = /\/(\w)\.gz/.exec(request.url)?.[1] ?? '';
          const left = store.refuses.get(name) ?? 0;
          store.refuses.set(name, left - 1);
          return Promise.resolve(left > 0 ? answer(403, '<Error/>') : answer(200, `{"file":"${name}"}`));
        }
        const listing = store.listings[request.query?.['nextPage'] ?? ''];
        if (listing === undefined)
          return Promise.reject(new AppError('provider.link-expired', 'retry', 'Dead.'));
        store.signature += 1;
        const value = listing.files
          .split('')
          .map(name => ({ url: `https://f.example/2026/10/05/${name}.gz?sig=${store.signature}` }));
        return Promise.resolve(
          answer(200, { value, '@nextPage': listing.next, isCaughtUp: listing.caughtUp ?? false }),
        );
      },
    },
    config: { pageSize: 10 },
    tenant: { id: 'c0a10000-0000-4000-8000-00000000c001', domains: [] },
    stream: 'url-protect' as StreamId,
    asOf: instant(Date.parse('2026-10-05T12:00:00Z')),
    unread: noUse,
  };
}

/** Pages as `L` for a listing, the file's name for records, `-x` for a lost one; up to so many of them. */
async function pull(store: Store, token: string | null, budget = Infinity) {
  let [seen, at] = ['', token];
  for await (const page of batchPages(contextOf(store), token)) {
    const name = page.name?.at(-4) ?? '';
    seen += page.holds === 'listing' ? 'L' : page.holds === 'nothing' ? `-${name}` : name;
    at = page.resume;
    budget -= 1;
    if (budget <= 0) break;
  }
  return { seen, at };
}

/** As `pull`, so many minutes later, with the error that ended it and what was given up. */
async function read(store: Store, token: string | null, minutesLater: number) {
  const ctx = contextOf(store);
  const made = { seen: '', at: token, code: null as string | null, lost: [] as unknown[] };
  try {
    for await (const page of batchPages({ ...ctx, asOf: instant(ctx.asOf + minutesLater * 60_000) }, token)) {
      const name = page.name?.at(-4) ?? '';
      made.seen += page.holds === 'listing' ? 'L' : page.holds === 'nothing' ? `-${name}` : name;
      made.at = page.resume;
      if (page.lost !== undefined) made.lost.push(page.lost);
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    made.code = thrown.code;
  }
  return made;
}

const three = {
  '': { files: 'ab', next: 'p2' },
  p2: { files: 'c', next: 'p3' },
  p3: { files: '', next: 'p3', caughtUp: true },
};

describe('the feed of batch files', () => {
  test('reads every listing and its files in order, and keeps the token it ends with', async () => {
    const store = storeOf(three);
    const first = await pull(store, null);
    expect(first.seen).toBe('LabLcL');
    expect(store.asked[0]?.query).toEqual({
      type: 'url protect', pageSize: '10', dateRangeStartsAt: '2026-09-28', dateRangeEndsAt: '2026-10-05',
    }); // prettier-ignore
    expect(
      store.asked
        .filter(({ origin }) => origin === 'download')
        .every(({ headers, body }) => headers === undefined && body === undefined),
    ).toBe(true);
    store.asked.length = 0;
    const again = await pull(store, first.at);
    expect(again).toEqual({ seen: 'L', at: first.at });
    expect(store.asked.map(({ query }) => query?.['nextPage'])).toEqual(['p3']);
  });

  test('in runs of one page fetches every file once, and moves Mimecast’s token only behind a listing’s last', async () => {
    const store = storeOf(three);
    let [seen, token] = ['', null as string | null];
    for (let run = 0; run < 6; run++) {
      const made = await pull(store, token, 1);
      seen += made.seen;
      token = made.at;
      const page = (JSON.parse(token ?? '{}') as { page: string | null }).page;
      expect(page).toBe(seen.includes('c') ? 'p3' : seen.includes('b') ? 'p2' : null);
    }
    expect(seen).toBe('LabLcL');
  });

  test('goes back to a listing’s beginning when it names other files than it did', async () => {
    const store = storeOf({ '': { files: 'ab', next: 'p2' }, p2: { files: '', next: 'p2', caughtUp: true } });
    const { at } = await pull(store, null, 2);
    const grown = storeOf({ ...store.listings, '': { files: 'xab', next: 'p2' } });
    expect((await pull(grown, at)).seen).toBe('LxabL');
  });

  test('asks for a new listing when a file’s address has expired, once', async () => {
    const store = storeOf({ '': { files: 'ab', next: 'p2', caughtUp: true } });
    store.refuses.set('b', 1);
    expect((await pull(store, null)).seen).toBe('Lab');
    expect(store.asked.filter(({ origin }) => origin === 'configured')).toHaveLength(2);
    const urls = store.asked.flatMap(request => (request.origin === 'download' ? [request.url] : []));
    expect(urls.map(url => url.slice(-11))).toEqual(
      ['/a.gz?sig=1', '/b.gz?sig=1', '/b.gz?sig=2'].map(url => url.slice(-11)),
    );
  });

  test('asks for a refused file again for two hours; then it is a gap of its day, and the feed goes on', async () => {
    const store = storeOf({ '': { files: 'abc', next: 'p2', caughtUp: true } });
    store.refuses.set('b', 99).set('c', 99);
    const first = await read(store, null, 0);
    expect(first).toMatchObject({ seen: 'LaL', code: 'provider.content-gone' });
    expect(await read(store, first.at, 119)).toMatchObject({
      seen: '',
      code: 'provider.content-gone',
      at: first.at,
    });
    const last = await read(store, first.at, 120);
    expect(last).toMatchObject({ seen: '-b-c', code: null });
    const day = Date.parse('2026-10-05T00:00:00Z');
    expect(last.lost).toEqual(
      [1, 2].map(() => ({ window: { from: day, to: day + 86_400_000 }, reason: 'content-expired' })),
    );
  });

  test('reads a file that was refused for a while', async () => {
    const store = storeOf({ '': { files: 'abc', next: 'p2', caughtUp: true } });
    store.refuses.set('b', 4);
    const first = await read(store, null, 0);
    expect((await read(store, first.at, 30)).code).toBe('provider.content-gone');
    expect(await read(store, first.at, 60)).toMatchObject({ seen: 'bc', code: null, lost: [] });
  });

  test.each<[string, Store['listings'], string]>([
    ['names files and no token', { '': { files: 'a' } }, 'provider.malformed'],
    ['turns in a circle', { '': { files: 'a', next: 'p2' }, p2: { files: 'b', next: 'p3' }, p3: { files: 'c', next: 'p2' } }, 'provider.endless'],
    ['no longer takes its token', { '': { files: 'a', next: 'gone' } }, 'provider.link-expired'],
  ])('that %s is an error', async (_, listings, code) => {
    await expect(pull(storeOf(listings), null)).rejects.toMatchObject({ code });
  }); // prettier-ignore

  test.each(['', '{}', 'null', '{"page":1,"from":null,"listed":null,"done":0,"refused":null}', 'p2'])(
    'from the token %j begins where Mimecast’s memory does',
    async token => {
      await expect(pull(storeOf(three), token)).rejects.toMatchObject({ code: 'provider.link-expired' });
    },
  );
});

test('a connection may choose its kinds of events, each a stream; unknown ones are refused', () => {
  const streams = (config: unknown) => mimecastSiem.streams(mimecastSiem.config.parse(config));
  expect(streams({})).toHaveLength(10);
  expect(streams({ types: ['receipt', 'url-protect'] })).toEqual(['receipt', 'url-protect']);
  for (const bad of [{ types: [] }, { types: ['url protect'] }, { pageSize: 101 }, { other: 1 }]) {
    expect(mimecastSiem.config.safeParse(bad).success).toBe(false);
  }
});
