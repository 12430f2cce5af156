import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inventWorld } from '../../simulator/world/invent-world.ts';
import { corpusId, recordsTenant } from '../../simulator/world/records-folder.ts';
import { mimecastLogs, siemTypes } from '../../simulator/world/world.ts';
import { fileLines, mimecastClient, type MimecastClient } from '../support/mimecast-client.ts';
import { fewMimecastRecords, siemFile } from '../support/small-mimecast.ts';
import { ask, runningSimulator, type Json } from '../support/simulator-client.ts';
import { contosoId, fewRecords, smallWorld, smallWorldNow } from '../support/small-world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const hour = 3_600_000;
const day = 24 * hour;
const few = fewMimecastRecords(smallWorldNow);
const start = '2026-09-30';
const receipts = few.files.filter(({ type }) => type === 'receipt');

const urlsIn = (page: Json): string[] => page.list('value').map((_, n) => page.text('value', n, 'url'));

/** All lines of a feed from a day on, and the token it ends with. */
async function readFeed(
  client: MimecastClient,
  type: string,
  from: Readonly<Record<string, string>>,
): Promise<{ lines: string[]; token: string; pages: number }> {
  const lines: string[] = [];
  let query: Readonly<Record<string, string>> = { type, pageSize: '2', ...from };
  for (let pages = 1; pages < 200; pages += 1) {
    const page = (await client.siem(query)).json();
    for (const url of urlsIn(page)) lines.push(...(await fileLines(url)));
    const token = page.text('@nextPage');
    if (page.at('isCaughtUp') === true) return { lines, token, pages };
    query = { type, pageSize: '2', nextPage: token };
  }
  throw new Error('the feed does not end');
}

describe('batch files of SIEM events', () => {
  test('are listed in order, page by page; when all are there, a token still comes', async () => {
    const client = await mimecastClient(await runningSimulator());
    const { lines, token, pages } = await readFeed(client, 'receipt', { dateRangeStartsAt: start });
    expect(lines).toEqual(receipts.flatMap(file => file.lines()));
    expect(pages).toBe(2);
    const again = (await client.siem({ type: 'receipt', nextPage: token })).json();
    expect([again.at('value'), again.at('isCaughtUp')]).toEqual([[], true]);
    expect(again.text('@nextPage')).not.toBe('');
  });

  test('a token kept while all was quiet finds what comes later', async () => {
    const late = siemFile('receipt', '9', smallWorldNow + hour, ['z']);
    const world = smallWorld({ ...fewRecords, mimecast: { ...few, files: [...few.files, late] } });
    const simulator = await runningSimulator({ world });
    const { token } = await readFeed(await mimecastClient(simulator), 'receipt', {
      dateRangeStartsAt: start,
    });
    simulator.time.time += 2 * hour;
    const after = await readFeed(await mimecastClient(simulator), 'receipt', { nextPage: token });
    expect(after.lines).toEqual(late.lines());
  });

  test('several types come in the order they were listed', async () => {
    const client = await mimecastClient(await runningSimulator());
    const { lines } = await readFeed(client, 'url protect,receipt', { dateRangeStartsAt: start });
    expect(lines).toEqual(few.files.flatMap(file => file.lines()));
  });

  test('a token of another type, another tenant, or a feed left alone for a week is dead', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const { token } = await readFeed(client, 'receipt', { dateRangeStartsAt: start });
    const codeOf = async (query: Record<string, string>, by = client): Promise<unknown> =>
      (await by.siem(query)).json().at('error', 'code');
    expect(await codeOf({ type: 'process', nextPage: token })).toBe('err_audit_siem_invalid_token');
    expect(await codeOf({ type: 'receipt', nextPage: 'x' })).toBe('err_audit_siem_invalid_token');
    simulator.control.setClock({ advanceMs: 8 * day });
    expect(await codeOf({ type: 'receipt', nextPage: token })).toBe('err_audit_siem_invalid_token');
  });

  test('days are spelled YYYY-MM-DD, types are known, and files older than a week are forgotten', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const status = async (query: Record<string, string>): Promise<number> =>
      (await client.siem(query)).status;
    expect(await status({ type: 'receipt', dateRangeStartsAt: '2026-09-30T00:00:00Z' })).toBe(400);
    expect(await status({ type: 'receipts' })).toBe(400);
    expect(await status({ type: 'receipt', pageSize: '0' })).toBe(400);
    expect(
      await status({ type: 'receipt', dateRangeStartsAt: '2026-10-02', dateRangeEndsAt: '2026-10-01' }),
    ).toBe(400);
    simulator.control.setClock({ advanceMs: 6 * day });
    const aged = await readFeed(client, 'receipt', { dateRangeStartsAt: start });
    expect(aged.lines.length).toBe(5);
  });
});

describe('the file store', () => {
  test('is another origin, refuses a request with credentials, and forgets an address after an hour', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const listing = (): Promise<string> =>
      client
        .siem({ type: 'receipt', dateRangeStartsAt: start })
        .then(it => it.json().text('value', 0, 'url'));
    const url = await listing();
    expect(new URL(url).origin).toBe(simulator.filesUrl);
    expect(new URL(url).origin).not.toBe(new URL(simulator.url).origin);
    const withToken = await ask(url, { headers: { authorization: `Bearer ${client.token}` } });
    expect([withToken.status, withToken.text]).toEqual([
      400,
      expect.stringContaining('Only one auth mechanism'),
    ]);
    expect((await ask(url.replace('Signature=', 'Signature=A'))).status).toBe(403);
    simulator.control.setClock({ advanceMs: hour });
    expect((await ask(url)).text).toContain('Request has expired');
    expect((await ask(await listing())).status).toBe(200);
  });

  test('sends lines of JSON, packed as two members', async () => {
    const simulator = await runningSimulator();
    const client = await mimecastClient(simulator);
    const url = urlsIn((await client.siem({ type: 'receipt', dateRangeStartsAt: start })).json())[1] ?? '';
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect([bytes[0], bytes[1]]).toEqual([0x1f, 0x8b]);
    expect(bytes.indexOf(Buffer.from([0x1f, 0x8b, 0x08]), 1)).toBeGreaterThan(0);
    expect(await fileLines(url)).toEqual(receipts[1]?.lines());
    expect(simulator.control.requests().counts['mimecast.file']?.[contosoId]).toEqual({ 200: 2 });
  });
});

test('an invented account’s feeds are complete: what the files hold is what control says there is', async () => {
  const world = inventWorld({ seed: 3, now: smallWorldNow, events: 3_000 });
  const simulator = await runningSimulator({ world });
  const client = await mimecastClient(simulator);
  const lines: string[] = [];
  for (const type of siemTypes) {
    lines.push(...(await readFeed(client, type, { dateRangeStartsAt: '2026-09-28', pageSize: '100' })).lines);
  }
  const truths = [...simulator.control.truth({ tenant: contosoId, source: 'mimecast.siem' })];
  expect(truths.length).toBeGreaterThan(100);
  expect(lines).toEqual(truths);
});

test('a folder of records is served unchanged, whatever its records are', async () => {
  const folder = await tempFolder();
  const lines: Record<string, string[]> = {
    'archive-searches': ['{"createTime":"2025-01-05T10:22:16+0000", "emailAddr":"<>" }', '{"createTime":"2025-01-05T10:22:16+0000", "emailAddr":"<>" }'],
    'ttp-url': ['{"date":"2024-05-27T09:03:18+0000","url":"http://www.partner.example/","n":1.0}', '{"url":"no time"}'],
    siem: ['{"type":"receipt","timestamp":946684800,"x":"é"}', '{"type":"nobody knows","timestamp":1}', '{"eventType":"url protect"}'],
  }; // prettier-ignore
  for (const [name, texts] of Object.entries(lines)) {
    await mkdir(join(folder, `mimecast.${name}`));
    await writeFile(join(folder, `mimecast.${name}`, 'a.ndjson'), texts.map(text => `${text}\n`).join(''));
  }
  const { tenant, served } = recordsTenant(folder, smallWorldNow);
  expect(served).toEqual({ 'mimecast.archive-searches': 2, 'mimecast.ttp-url': 2, 'mimecast.siem': 3 });
  const simulator = await runningSimulator({ world: { seed: 1, tenants: [tenant] } });
  const client = await mimecastClient(simulator, corpusId);
  const start2024 = '2024-01-01T00:00:00+0000';
  const end = new Date(smallWorldNow).toISOString();
  const clicks = await client.post('/api/ttp/url/get-logs', { from: start2024, to: end, oldestFirst: true });
  expect(clicks.text).toContain(`"data":[{"clickLogs":[${(lines['ttp-url'] ?? []).join(',')}]}]`);
  const searched = await client.post('/api/archive/get-archive-search-logs', { start: start2024, end });
  expect(searched.json().list('data', 0, 'logs').length).toBe(2);
  const found: string[] = [];
  for (const type of siemTypes)
    found.push(...(await readFeed(client, type, { dateRangeStartsAt: start })).lines);
  expect(found.toSorted()).toEqual(lines['siem']?.toSorted());
  expect(mimecastLogs.filter(log => tenant.sources.includes(`mimecast.${log}`))).toEqual([
    'archive-searches',
    'ttp-url',
  ]);
});
