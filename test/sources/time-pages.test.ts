import { describe, expect, test } from 'vitest';
import { instant } from '../../shared/kernel/time.ts';
import type { HttpClient, HttpRequest } from '../../shared/ports/http-client.ts';
import { timePages, type TimeList } from '../../shared/sources/_kit/time-pages.ts';

const noon = Date.parse('2026-10-05T12:00:00Z');
const window = { from: instant(noon - 3_600_000), to: instant(noon) };
const ordered: TimeList = {
  path: '/v1.0/security/alerts_v2',
  field: 'lastUpdateDateTime',
  top: 4,
  ordered: true,
};
const unordered: TimeList = { ...ordered, path: '/v1.0/security/incidents', ordered: false };

interface Row {
  readonly id: number;
  at: number;
}
interface Provider {
  rows: Row[];
  readonly asked: string[];
  /** Whether it keeps to the order it is asked for. */
  readonly keepsOrder?: boolean;
  readonly links?: boolean;
  readonly status?: number;
  meanwhile?: (asked: number) => void;
}

/** A list as Graph has it: what is in the filter, `$skip` on, `$top` long, in its own order unless it is asked for one. */
function httpOf(provider: Provider): HttpClient {
  return {
    send(request: HttpRequest) {
      const target = request.origin === 'configured' ? `?${new URLSearchParams(request.query).toString()}` : new URL(request.url).search;
      const query = new URLSearchParams(target);
      const [from = '', to = ''] = [...(query.get('$filter') ?? '').matchAll(/[gl]e (\S+)/g)].map(([, time]) => time);
      provider.asked.push(`${from.slice(11, 23)}-${to.slice(11, 23)}+${query.get('$skip') ?? '0'}`);
      provider.meanwhile?.(provider.asked.length);
      const found = provider.rows.filter(({ at }) => at >= Date.parse(from) && at <= Date.parse(to));
      const sorted = query.has('$orderby') && provider.keepsOrder !== false ? found.toSorted((a, b) => a.at - b.at) : found;
      const [skip, top] = [Number(query.get('$skip') ?? 0), Number(query.get('$top'))];
      query.set('$skip', String(skip + top));
      const more = sorted.length > skip + top && provider.links === true;
      const value = sorted.slice(skip, skip + top).map(({ id, at }) => ({ id, lastUpdateDateTime: new Date(at).toISOString() }));
      const link = more ? { '@odata.nextLink': `https://graph.microsoft.com${ordered.path}?${query.toString()}` } : {};
      const bytes = Buffer.from(JSON.stringify({ value, ...link }));
      return Promise.resolve({ status: provider.status ?? 200, headers: {}, bytes });
    },
  };
} // prettier-ignore

/** The ids of a walk, each once, in the order of their numbers; interrupted after every page if asked for. */
async function walked(provider: Provider, list: TimeList, interrupted = false): Promise<number[]> {
  const ids = new Set<number>();
  let resume: string | null = null;
  for (let pages = 0; pages < 500; pages += 1) {
    for await (const page of timePages(httpOf(provider), list, window, resume)) {
      const body = JSON.parse(Buffer.from(page.bytes).toString()) as { value: { id: number }[] };
      for (const { id } of body.value) ids.add(id);
      resume = page.resume;
      if (interrupted || resume === null) break;
    }
    if (resume === null) return [...ids].sort((a, b) => a - b);
  }
  throw new Error('never ends');
}
const all = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const spread = (count: number, of: (n: number) => number): Row[] =>
  all(count).map(id => ({ id, at: noon - 3_000_000 + of(id) }));

describe('a walk by time', () => {
  test.each([
    ['an hour', spread(30, n => n * 60_000)],
    ['a second', spread(30, n => n * 30)],
    ['four of a millisecond, a page of them', spread(30, n => Math.floor(n / 4) * 1_000)],
    ['nine of a millisecond, more than a page', spread(30, n => Math.floor(n / 9) * 1_000)],
    ['all in one millisecond', spread(30, () => 0)],
    ['at both ends of the window', [{ id: 0, at: window.from }, { id: 1, at: window.to }]],
    ['nothing', []],
  ])('finds every row of %s, in order, without one, with links and without, interrupted or not', async (_name, rows) => {
    for (const list of [ordered, unordered]) {
      for (const links of [true, false]) {
        for (const interrupted of [true, false]) {
          expect(await walked({ rows, asked: [], links }, list, interrupted)).toEqual(all(rows.length));
        }
      }
    }
  }); // prettier-ignore

  test('asks for what lies behind the last row, without a $skip, while time leads on', async () => {
    const provider: Provider = { rows: spread(9, n => n * 60_000), asked: [], links: true };
    await walked(provider, ordered);
    expect(provider.asked).toEqual(['11:00:00.000-12:00:00.000+0', '11:13:00.000-12:00:00.000+0', '11:16:00.000-12:00:00.000+0']);
  }); // prettier-ignore

  test('loses nothing when the order asked for is not kept', async () => {
    const rows = spread(40, n => ((n * 17) % 40) * 60_000);
    expect(await walked({ rows, asked: [], keepsOrder: false, links: true }, ordered)).toEqual(all(40));
  });

  test('loses no row that stays when another one changes and moves away in mid-walk', async () => {
    const rows = spread(20, n => n * 60_000);
    const provider: Provider = { rows, asked: [], links: true };
    provider.meanwhile = asked => {
      // Row 0 is updated: by `$skip` the first row of the next page would be passed by.
      if (asked === 2)
        provider.rows = provider.rows.map(row => (row.id === 0 ? { id: 0, at: noon + 60_000 } : row));
    };
    expect(await walked(provider, ordered)).toEqual(all(20));
  });

  test('says so when one millisecond holds more than can be reached', async () => {
    const rows = spread(600, () => 0);
    await expect(walked({ rows, asked: [] }, { ...ordered, top: 100 })).rejects.toMatchObject({ code: 'provider.truncated' });
  }); // prettier-ignore

  test('hands over an answer in part, and does not call it whole', async () => {
    const provider: Provider = { rows: spread(2, n => n), asked: [], status: 206 };
    const seen: (string | null)[] = [];
    const walk = (async () => {
      for await (const page of timePages(httpOf(provider), ordered, window, null)) seen.push(page.resume);
    })();
    await expect(walk).rejects.toMatchObject({ code: 'provider.truncated', recovery: 'retry-later' });
    expect(seen).toHaveLength(1);
    expect(seen).not.toContain(null);
  });

  test.each(['', '{}', 'null', '{"spans":[["a",1]],"link":null,"skip":0,"partial":false}'])(
    'from the resume token %j begins the window again',
    async token => {
      const walk = timePages(httpOf({ rows: [], asked: [] }), ordered, window, token)[Symbol.asyncIterator]();
      await expect(walk.next()).rejects.toMatchObject({ code: 'provider.link-expired' });
    },
  );
});
