import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import type { StreamId } from '../../shared/model/ids.ts';
import type { HttpReply, HttpRequest } from '../../shared/ports/http-client.ts';
import type { Page, PullContext } from '../../shared/sources/_kit/source.ts';
import { feedConfig, type FeedConfig } from '../../shared/sources/m365.unified-audit/config.ts';
import { feedPages } from '../../shared/sources/m365.unified-audit/pages.ts';
import { m365UnifiedAudit } from '../../shared/sources/m365.unified-audit/source.ts';

const noon = Date.parse('2026-10-05T12:00:00Z');
const window = { from: instant(noon - 3_600_000), to: instant(noon) };
const blobs = (names: string) =>
  names.split('').map((name, n) => ({
    contentId: name,
    contentUri: `https://manage.office.com/blobs/${name}`,
    contentCreated: new Date(noon - 3_000_000 + n).toISOString(),
  }));

interface Feed {
  /** One letter a blob. */
  names: string;
  readonly stored: Set<string>;
  readonly asked: HttpRequest[];
  /** Blob requests under way now, and at most. */
  readonly load: { now: number; most: number };
  answer(name: string): HttpReply;
}

const reply = (status: number, body: unknown): HttpReply => ({
  status,
  headers: {},
  bytes: Buffer.from(JSON.stringify(body)),
});

function feedOf(
  names: string,
  answer: Feed['answer'] = name => reply(200, [{ CreationTime: '2026-10-05T11:00:00', Id: name }]),
): Feed {
  return { names, stored: new Set(), asked: [], load: { now: 0, most: 0 }, answer };
}

function contextOf(feed: Feed, config: Partial<FeedConfig> = {}): PullContext<FeedConfig> {
  return {
    http: {
      async send(request, options) {
        feed.asked.push(request);
        const path = request.origin === 'configured' ? request.path : new URL(request.url).pathname;
        if (path.endsWith('/list')) return reply(200, [{ contentType: 'Audit.General', status: 'enabled' }]);
        if (path.endsWith('/content')) return reply(200, blobs(feed.names));
        feed.load.now += 1;
        feed.load.most = Math.max(feed.load.most, feed.load.now);
        await turn();
        feed.load.now -= 1;
        const made = feed.answer(path.slice(-1));
        if (made.status < 300 || options?.accept?.includes(made.status)) return made;
        throw new Error(`the client’s own judgement of ${made.status}`);
      },
    },
    config: feedConfig.parse(config),
    tenant: { id: 'c0a10000-0000-4000-8000-00000000c001', domains: [] },
    stream: 'Audit.General' as StreamId,
    asOf: instant(noon),
    unread: names => Promise.resolve(names.filter(name => !feed.stored.has(name))),
  };
}

/** Pages as `L` for a listing, the blob's name for records, `-x` for a lost one; each stored as the pipeline would. */
async function pull(
  feed: Feed,
  resume: string | null,
  budget = Infinity,
): Promise<{ seen: string; at: string | null }> {
  let seen = '';
  let at = resume;
  for await (const page of feedPages(contextOf(feed), window, resume)) {
    seen += page.holds === 'listing' ? 'L' : page.holds === 'nothing' ? `-${page.name}` : page.name;
    if (page.holds === 'records' && page.name !== null) feed.stored.add(page.name);
    at = page.resume;
    if (--budget <= 0 || at === null) break;
  }
  return { seen, at };
}

/** The whole window in runs of so many pages. */
async function pullInRuns(feed: Feed, budget: number): Promise<string> {
  let seen = '';
  for (let resume: string | null = null, runs = 0; runs < 50; runs++) {
    const run: Awaited<ReturnType<typeof pull>> = await pull(feed, resume, budget);
    seen += `${run.seen} `;
    if (run.at === null) return seen.trim();
    expect(run.at, 'a run that stands where it stood').not.toBe(resume);
    resume = run.at;
  }
  return `${seen}… never ends`;
}

describe('the content of a window', () => {
  test('comes in the listing’s order, at most four blobs under way', async () => {
    const feed = feedOf('abcdefghij');
    expect((await pull(feed, null)).seen).toBe('Labcdefghij');
    expect(feed.load.most).toBe(4);
  });

  test('in runs of one page makes progress with each, and fetches every blob once', async () => {
    const feed = feedOf('abc');
    expect(await pullInRuns(feed, 1)).toBe('L a b c');
  });

  test('with lost blobs comes to an end too, whatever the budget', async () => {
    const gone = (name: string): HttpReply =>
      'bd'.includes(name) ? reply(400, { error: { code: 'AF20050', message: '' } }) : reply(200, []);
    expect(await pullInRuns(feedOf('abcd', gone), 1)).toBe('L a -b c -d');
    expect(await pullInRuns(feedOf('abcd', gone), 2)).toBe('La -bc -d');
  });

  test('whose listing grew while nobody worked on it is listed again, and nothing new is passed by', async () => {
    const feed = feedOf('bd');
    const first = await pull(feed, null, 2);
    expect(first.seen).toBe('Lb');
    feed.names = 'abcd';
    expect((await pull(feed, first.at)).seen).toBe('Lacd');
  });

  test('that is stored meanwhile still ends with a last page', async () => {
    const feed = feedOf('ab');
    const first = await pull(feed, null, 2);
    feed.stored.add('b');
    expect(await pull(feed, first.at)).toEqual({ seen: 'L', at: null });
  });

  test('includes stored blobs that are younger than ten minutes: they may have grown', async () => {
    const feed = feedOf('ab');
    feed.stored.add('a').add('b');
    const context = { ...contextOf(feed), asOf: instant(noon - 3_000_000 + 600_000) };
    const pages: Page[] = [];
    for await (const page of feedPages(context, window, null)) pages.push(page);
    expect(pages.map(({ name }) => name)).toEqual([null, 'b']);
  });

  test('left in the middle leaves no failure behind that nobody hears', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    try {
      const feed = feedOf('abcd', name => (name === 'a' ? reply(200, []) : reply(500, {})));
      expect((await pull(feed, null, 2)).seen).toBe('La');
      for (let n = 0; n < 5; n++) await turn();
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', hear);
    }
  });

  test('fails with the client’s own judgement where a blob is refused for another reason', async () => {
    const feed = feedOf('ab', name =>
      name === 'b' ? reply(400, { error: { code: 'AF20010', message: '' } }) : reply(200, []),
    );
    await expect(pull(feed, null)).rejects.toThrow('the client’s own judgement of 400');
    const gateway = feedOf('a', () => ({ status: 404, headers: {}, bytes: Buffer.from('<html>') }));
    await expect(pull(gateway, null)).rejects.toThrow('the client’s own judgement of 404');
  });

  test.each(['', '{}', 'null', '{"link":1,"kept":null,"after":null}'])(
    'from the resume token %j is listed again from its beginning',
    async token => {
      await expect(pull(feedOf('a'), token)).rejects.toMatchObject({ code: 'provider.link-expired' });
    },
  );
});

describe('every request', () => {
  const publishersOf = (feed: Feed): (string | undefined)[] =>
    feed.asked.map(({ query }) => query?.['PublisherIdentifier']);
  test('names the publisher: the customer’s own tenant, or the one that is set', async () => {
    const feed = feedOf('a');
    await pull(feed, null);
    expect(new Set(publishersOf(feed))).toEqual(new Set(['c0a10000-0000-4000-8000-00000000c001']));
    const operated = feedOf('a');
    const publisherIdentifier = '0e7a0000-0000-4000-8000-00000000e001';
    for await (const page of feedPages(contextOf(operated, { publisherIdentifier }), window, null)) void page;
    expect(new Set(publishersOf(operated))).toEqual(new Set([publisherIdentifier]));
  });
  test('for a listing has times without zone and fraction', async () => {
    const feed = feedOf('');
    await pull(feed, null);
    expect(feed.asked.at(-1)?.query).toMatchObject({
      contentType: 'Audit.General',
      startTime: '2026-10-05T11:00:00',
      endTime: '2026-10-05T12:00:00',
    });
  });
});

test('a connection may choose its content types, each a stream; unknown ones are refused', () => {
  const streams = (config: unknown) => m365UnifiedAudit.streams(m365UnifiedAudit.config.parse(config));
  expect(streams({})).toHaveLength(5);
  expect(streams({ contentTypes: ['Audit.Exchange'] })).toEqual(['Audit.Exchange']);
  for (const bad of [
    { contentTypes: [] },
    { contentTypes: ['Audit.All'] },
    { publisherIdentifier: 'x' },
    { other: 1 },
  ]) {
    expect(m365UnifiedAudit.config.safeParse(bad).success).toBe(false);
  }
});
