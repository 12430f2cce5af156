import { describe, expect, test } from 'vitest';
import type { HttpReply, HttpRequest } from '../../shared/ports/http-client.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { instant } from '../../shared/kernel/time.ts';
import { mailAddress, mailAddresses } from '../../shared/sources/_kit/address.ts';
import { mimecastDirection } from '../../shared/sources/_kit/mimecast-mail.ts';
import { outcomeOfAction } from '../../shared/sources/_kit/mimecast-actions.ts';
import { mimecastPages, mimecastTime } from '../../shared/sources/_kit/mimecast-pages.ts';
import { mimecastRecordBytes, mimecastRecords } from '../../shared/sources/_kit/mimecast-records.ts';
import { readEventInfo } from '../../shared/sources/mimecast.audit-events/event-info.ts';
import { cpuMsSince } from '../support/cpu-time.ts';

const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('the records of a page', () => {
  test.each<[string, unknown, unknown[]]>([
    ['wrapped', { data: [{ logs: [1, { a: 2 }] }] }, [1, { a: 2 }]],
    ['wrapped twice', { data: [{ logs: [1] }, { logs: [] }, { logs: [2, 3] }] }, [1, 2, 3]],
    ['flat', { data: [{ a: 1 }, { a: 2 }] }, [{ a: 1 }, { a: 2 }]],
    ['flat and wrapped', { data: [{ a: 1 }, { logs: [2] }, 'x', null] }, [{ a: 1 }, 2, 'x', null]],
    ['none', { data: [] }, []],
    ['a wrapper of nothing', { data: [{ logs: null }, { resultCount: 0 }] }, []],
    ['a wrapper of another type', { data: [{ logs: 'x' }] }, [{ logs: 'x' }]],
    ['another wrapper inside a record', { data: [{ logs: [{ logs: [1] }] }] }, [{ logs: [1] }]],
  ])('are found: %s', (_, page, records) => {
    for (const text of [
      JSON.stringify(page),
      JSON.stringify(page, null, 1),
      `\ufeff ${JSON.stringify(page)} `,
    ]) {
      expect(mimecastRecords(bytes(text), 'logs')).toEqual(records);
      const cut = records.map((_record, n) => mimecastRecordBytes(bytes(text), 'logs', n));
      expect(cut.map(one => JSON.parse(Buffer.from(one).toString()) as unknown)).toEqual(records);
      expect(() => mimecastRecordBytes(bytes(text), 'logs', records.length)).toThrow(
        expect.objectContaining({ code: 'archive.corrupt' }),
      );
    }
  });
  test('keep their bytes as they came', () => {
    const page =
      '{ "data" : [ {"resultCount":1,  "logs" : [ {"n": 1.50, "t":"\\u00e4" } , 7 ]} ], "data2":[] }';
    expect(Buffer.from(mimecastRecordBytes(bytes(page), 'logs', 0)).toString()).toBe(
      '{"n": 1.50, "t":"\\u00e4" }',
    );
  });
  test.each(['{}', '[]', 'null', '{"data":{}}', '{"data":[', '<html>'])(
    'of %s are a malformed page',
    page => {
      expect(() => mimecastRecords(bytes(page), 'logs')).toThrow(
        expect.objectContaining({ code: 'provider.malformed' }),
      );
      expect(() => mimecastRecordBytes(bytes(page), 'logs', 0)).toThrow(
        expect.objectContaining({ code: 'archive.corrupt' }),
      );
    },
  );
});

describe('pages', () => {
  const query = { path: '/api/x', wrapper: 'logs', pageSize: 2, data: { start: 's', end: 'e' } } as const;
  const page = (records: readonly unknown[], next?: unknown): unknown => ({
    meta: { pagination: { next } },
    data: [{ logs: records }],
  });
  async function walk(answers: readonly unknown[], resume: string | null = null) {
    const asked: HttpRequest[] = [];
    const http = {
      send: (request: HttpRequest): Promise<HttpReply> => {
        const made = answers[asked.length];
        asked.push(request);
        return made instanceof Error
          ? Promise.reject(made)
          : Promise.resolve({ status: 200, headers: {}, bytes: bytes(made) });
      },
    };
    const resumes: (string | null)[] = [];
    try {
      for await (const one of mimecastPages(http, query, resume)) resumes.push(one.resume);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      return { asked, resumes, code: thrown.code };
    }
    return { asked, resumes, code: null };
  }

  test('repeat the window with every page, and the token behind the first', async () => {
    const { asked, resumes } = await walk([page([1, 2], 'a'), page([3, 4], { pageToken: 'b' }), page([5])]);
    const tokens = asked.map(({ body }) => JSON.parse(body ?? '') as { meta: object; data: object[] });
    expect(tokens.map(({ meta }) => meta)).toEqual([
      { pagination: { pageSize: 2 } },
      { pagination: { pageSize: 2, pageToken: 'a' } },
      { pagination: { pageSize: 2, pageToken: 'b' } },
    ]);
    for (const { data } of tokens) expect(data).toEqual([{ start: 's', end: 'e' }]);
    expect(resumes.map(resume => resume?.slice(17) ?? null)).toEqual(['a', 'b', null]);
    const rest = await walk([page([5])], resumes[1]);
    expect(rest.asked[0]?.body).toBe(asked[2]?.body);
  });
  test('end with one that holds nothing, whatever token it carries', async () => {
    expect(await walk([page([1, 2], 'a'), page([], 'b')])).toMatchObject({
      code: null,
      resumes: { length: 2 },
    });
  });
  test('end where no token comes, in whatever way it does not come', async () => {
    for (const none of [undefined, null, '', {}, { pageToken: '' }, [], 7.5e300]) {
      const walked = await walk([page([1, 2], none), page([])]);
      expect(walked.code).toBeNull();
    }
  });
  test('that name an earlier page, or give out the same part of one again, are endless', async () => {
    expect((await walk([page([1, 2], 'a'), page([3, 4], 'b'), page([5, 6], 'a')])).code).toBe(
      'provider.endless',
    );
    expect((await walk([page([1], 'a'), page([1], 'b')])).code).toBe('provider.endless');
    const first = await walk([page([1], 'a'), page([1], 'b')]);
    expect((await walk([page([1], 'c')], first.resumes[0])).code).toBe('provider.endless');
  });
  test('full of equal records may follow one another', async () => {
    expect((await walk([page([1, 1], 'a'), page([1, 1], 'b'), page([1])])).code).toBeNull();
  });
  test('begin anew when a token is refused, under whatever code, and when ours cannot be read', async () => {
    const refused = (): AppError =>
      new AppError('provider.rejected', 'retry-later', 'No.', { facts: { reason: 'request' } });
    expect((await walk([page([1, 2], 'a'), refused()])).code).toBe('provider.link-expired');
    expect((await walk([refused()])).code).toBe('provider.rejected');
    expect((await walk([], 'x')).code).toBe('provider.link-expired');
  });
  test('have times as Mimecast documents them', () => {
    expect(mimecastTime(instant(Date.parse('2026-01-05T10:22:16.789Z')))).toBe('2026-01-05T10:22:16+0000');
  });
});

describe('addresses and directions', () => {
  test.each([
    ['<>', null],
    ['', null],
    ['  ', null],
    [{ emailAddress: 'a@b.example' }, 'a@b.example'],
    ['A <a@b.example>', 'a@b.example'],
    [7, '7'],
    [null, null],
    [{}, null],
  ])('%j is %s', (value, address) => {
    expect(mailAddress(value)).toBe(address);
  });
  test.each([
    ['a@b.example, c@d.example;a@b.example', ['a@b.example', 'c@d.example']],
    [
      ['a@b.example', { emailAddress: 'c@d.example' }, '<>'],
      ['a@b.example', 'c@d.example'],
    ],
    ['"Doe, Jane" <j@b.example>', ['j@b.example']],
    [undefined, []],
  ])('%j are %j', (value, addresses) => {
    expect(mailAddresses(value)).toEqual(addresses);
  });
  test('the customer’s domains decide; Mimecast’s word only where they cannot', () => {
    const ours = ['contoso.example'];
    expect(mimecastDirection('a@contoso.example', ['b@x.example'], ours, 'inbound')).toBe('outbound');
    expect(mimecastDirection('a@contoso.example', ['b@x.example'], [], 'Inbound')).toBe('inbound');
    expect(mimecastDirection(null, [], ours, 'internal')).toBe('internal');
    expect(mimecastDirection(null, [], ours, 'sideways')).toBe('unknown');
  });
  test.each([
    ['hold', 'failure'], ['Block', 'failure'], ['bounce', 'failure'], ['failed', 'failure'], ['warn', 'partial'],
    ['tag', 'partial'], ['none', 'success'], ['user release, none', 'success'], ['notification', 'success'],
    ['Allow', 'success'], ['', 'unknown'], ['???', 'unknown'], [null, 'unknown'], [{}, 'unknown'],
  ])('the action %j comes to %s', (action, outcome) => {
    expect(outcomeOfAction(action)).toBe(outcome);
  }); // prettier-ignore
});

describe('the free text of an audit event', () => {
  test('tells what happened, values with names, and addresses', () => {
    const info = readEventInfo(
      'Successful authentication for admin@contoso.example <Admin>, Date: 2026-01-05, Time: 18:17:30 BST, IP: 2001:db8::1, Application: Administration Console, Reason: ',
    );
    expect(info.what).toBe('Successful authentication for admin@contoso.example <Admin>');
    expect(info.named.get('ip')).toBe('2001:db8::1');
    expect(info.named.get('application')).toBe('Administration Console');
    expect(info.named.has('reason')).toBe(false);
    expect(info.addresses).toEqual(['admin@contoso.example']);
  });
  test.each([null, '', 7, {}, 'no names', ': : :', 'IP: ', ',,,', '@@@', 'a@b', 'x'.repeat(9_999)])(
    'is read of %j',
    value => {
      expect(() => readEventInfo(value)).not.toThrow();
    },
  );
  test('is read soon, however it is made', () => {
    const began = process.cpuUsage();
    for (const odd of ['a@'.repeat(2_000), 'Ab '.repeat(1_300), ', A'.repeat(1_300), 'A:'.repeat(2_000)])
      readEventInfo(odd);
    expect(cpuMsSince(began)).toBeLessThan(20_000);
  });
});
