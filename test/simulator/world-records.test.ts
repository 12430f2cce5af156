import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPage, type Position } from '../../simulator/graph/read-page.ts';
import { contentTypes } from '../../simulator/world/content-id.ts';
import { recordTime } from '../../simulator/world/record-time.ts';
import { corpusId, recordsTenant } from '../../simulator/world/records-folder.ts';
import { truth } from '../../simulator/world/truth.ts';
import type { SimRecord, SimTenant } from '../../simulator/world/world.ts';
import { tempFolder } from '../support/temp-folder.ts';

const now = Date.parse('2026-10-05T10:30:00Z');
const day = 86_400_000;

async function folderOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const root = await tempFolder();
  for (const [path, data] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), data);
  }
  return root;
}
/** Every line a tenant serves, with where it sits. */
const served = (tenant: SimTenant, source: string): readonly string[] =>
  [...truth(tenant, source, now)].map(record => record.json);
const times = (tenant: SimTenant): number[] =>
  [...tenant.directoryAudits({ from: 0, to: now + 1 }, now, 'asc')].map(record => record.time);

describe('a folder of records', () => {
  test('is served byte for byte, whatever its line ends, spaces and spellings', async () => {
    const lines = [
      '{"id":"1","activityDateTime":"2026-09-01T10:00:00.1234567Z"}',
      '  { "id" : "2", "activityDateTime":"2026-09-02 10:00:00", "n": 1.0, "n": 2e0, "u":"\\u00e9 é 😀" }\t',
      '{"id":"3","activityDateTime":"2026-09-03T10:00:00"}',
    ];
    const root = await folderOf({
      'entra.directory-audits/a.ndjson': `\uFEFF${lines[0] ?? ''}\r\n\r\n   \n${lines[1] ?? ''}\r\n${lines[2] ?? ''}`,
      'entra.directory-audits/notes.txt': 'not a record',
    });
    const { tenant, refused, unserved } = recordsTenant(root, now);
    expect(served(tenant, 'entra.directory-audits')).toEqual(lines);
    expect(refused.count).toBe(0);
    expect(unserved).toEqual(['entra.directory-audits/notes.txt']);
    expect([tenant.id, tenant.name]).toEqual([corpusId, 'Corpus']);
    expect(tenant.sources).toEqual(['entra.directory-audits']);
  });

  test('reads lines across the chunks it reads by, and long ones', async () => {
    const long = `{"id":"long","activityDateTime":"2026-09-01T00:00:00Z","x":"${'ü'.repeat(1_500_000)}"}`;
    const many = Array.from({ length: 9_000 }, (_, n) => `{"id":"${String(n)}","activityDateTime":"2026-09-02T00:00:00Z","pad":"${'p'.repeat(n % 300)}"}`); // prettier-ignore
    const root = await folderOf({ 'entra.directory-audits/a.ndjson': [long, ...many, long].join('\n') });
    const { tenant } = recordsTenant(root, now);
    const lines = served(tenant, 'entra.directory-audits');
    expect(lines.length).toBe(9_002);
    expect(lines.slice(0, 2)).toEqual([long, long]);
    expect(lines.slice(2)).toEqual(many);
  });

  test('reports lines that are no JSON by file and line, and serves the rest', async () => {
    const root = await folderOf({
      'exchange.message-trace/b.ndjson':
        '{"id":"1","receivedDateTime":"2026-10-01T00:00:00Z"}\nnot json\n\n{"cut":\n42\n',
      'exchange.message-trace/c.ndjson': Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]), // prettier-ignore
      'entra.photographs/d.ndjson': '{}',
    });
    const { tenant, refused, unserved, served: counts } = recordsTenant(root, now);
    expect(refused).toEqual({
      count: 3,
      first: [
        { file: 'exchange.message-trace/b.ndjson', line: 2 },
        { file: 'exchange.message-trace/b.ndjson', line: 4 },
        { file: 'exchange.message-trace/c.ndjson', line: 1 },
      ],
    });
    expect(served(tenant, 'exchange.message-trace')).toEqual(['{"id":"1","receivedDateTime":"2026-10-01T00:00:00Z"}', '42']); // prettier-ignore
    expect(counts['exchange.message-trace']).toBe(2);
    expect(unserved).toEqual(['entra.photographs']);
  });

  test('places each record at its own time, and what has none an hour before now', async () => {
    const spellings = ['2018-01-09T21:20:02.7215374Z', '2018-01-09 21:20:02.721537400', '/Date(1515532802721)/', '2018-01-09T22:20:02.721+01:00']; // prettier-ignore
    const without = ['"soon"', 'null', '17', '"0001-01-01T00:00:00Z"', '"2031-01-01T00:00:00Z"', '"2026-02-31T00:00:00Z"']; // prettier-ignore
    const root = await folderOf({
      'entra.directory-audits/a.ndjson': [
        ...without.map(time => `{"activityDateTime":${time}}`),
        '{"id":"no time at all"}',
        ...spellings.map(time => `{"activityDateTime":${JSON.stringify(time)}}`),
      ].join('\n'),
    });
    const { tenant } = recordsTenant(root, now);
    const at = Date.parse('2018-01-09T21:20:02.721Z');
    expect(times(tenant)).toEqual([
      ...spellings.map(() => at),
      ...without.map(() => now - 3_600_000),
      now - 3_600_000,
    ]);
    expect(tenant.remembersDays('entra.directory-audits') * day).toBeGreaterThan(now - at);
    expect(tenant.remembersDays('m365.unified-audit')).toBe(7);
  });

  test('tells of everything that it passes over', async () => {
    const line = '{"id":"1","activityDateTime":"2026-09-01T10:00:00Z"}';
    const root = await folderOf({
      'entra.directory-audits/a.ndjson': line,
      'entra.directory-audits/B.NDJSON': line,
      'entra.directory-audits/deeper/c.ndjson': line,
      'entra.directory-audits/.hidden': line,
      'intune.audit-events': line,
      'beside.ndjson': line,
      'notes.txt': 'of no account',
      'empty.source/notes.txt': 'of no account',
    });
    await mkdir(join(root, 'entra.directory-audits/no-file.ndjson'));
    await mkdir(join(root, 'entra.directory-audits/empty'));
    await symlink(join(root, 'entra.directory-audits/deeper'), join(root, 'entra.sign-ins'));
    // Opened, a pipe that nobody writes to would stop the simulator for ever.
    execFileSync('mkfifo', [join(root, 'entra.directory-audits/pipe.ndjson')]);
    const { tenant, served: counts, unserved } = recordsTenant(root, now);
    expect(served(tenant, 'entra.directory-audits')).toEqual([line]);
    expect(counts).toEqual({ 'entra.directory-audits': 1, 'entra.sign-ins': 1 });
    expect(unserved).toEqual([
      'beside.ndjson',
      'intune.audit-events',
      'entra.directory-audits/B.NDJSON',
      'entra.directory-audits/deeper',
      'entra.directory-audits/pipe.ndjson',
    ]);
  });

  test('leaves out a record that is longer than any answer, and reads on behind it', async () => {
    const row = (id: string, size: number): string => `{"id":"${id}","x":"${'x'.repeat(size)}"}`;
    const root = await folderOf({
      'entra.directory-audits/a.ndjson': [row('1', 10), row('2', 33 * 1_048_576), row('3', 10)].join('\n'),
    });
    const { tenant, refused } = recordsTenant(root, now);
    expect(refused).toEqual({ count: 1, first: [{ file: 'entra.directory-audits/a.ndjson', line: 2 }] });
    expect(served(tenant, 'entra.directory-audits')).toEqual([row('1', 10), row('3', 10)]);
  });

  test('places a message trace that is too old to be reached soon where it is met', async () => {
    const row = (time: string): string => `{"receivedDateTime":"${time}"}`;
    const root = await folderOf({
      'exchange.message-trace/a.ndjson': `${row('2015-03-01T00:00:00Z')}\n${row('2025-07-01T00:00:00Z')}`,
    });
    const { tenant } = recordsTenant(root, now);
    const found = [...tenant.messageTraces({ from: 0, to: now }, now, 'asc')].map(record => record.time);
    expect(found).toEqual([Date.parse('2025-07-01T00:00:00Z'), now - 3_600_000]);
    expect(tenant.remembersDays('exchange.message-trace')).toBeLessThan(600);
  });

  test('answers ranges in both orders', async () => {
    const stamp = (n: number): string => new Date(now - n * 1_000).toISOString();
    const rows = Array.from(
      { length: 100 },
      (_, n) => `{"id":"${String(n)}","receivedDateTime":"${stamp(n)}"}`,
    );
    const root = await folderOf({ 'exchange.message-trace/a.ndjson': rows.join('\n') });
    const { tenant } = recordsTenant(root, now);
    const range = { from: now - 40_000, to: now - 10_000 };
    const ids = (order: 'asc' | 'desc'): number[] =>
      [...tenant.messageTraces(range, now, order)].map(r => Number(/\d+/.exec(r.json(now))?.[0]));
    expect(ids('desc')).toEqual(Array.from({ length: 30 }, (_, n) => n + 11));
    expect(ids('asc')).toEqual(ids('desc').reverse());
    expect([...tenant.messageTraces({ from: 0, to: now + day }, now - 50_000, 'asc')].length).toBe(50);
  });

  test('puts unified audit records into blobs of their content type, fifty at most, over the last six days', async () => {
    const record = (id: number, more: object): string => JSON.stringify({ Id: String(id), ...more });
    const rows = [
      ...Array.from({ length: 120 }, (_, n) => record(n, { Workload: 'Exchange', RecordType: 2 })),
      record(200, { Workload: 'OneDrive', RecordType: 6 }),
      record(201, { Workload: 'AzureActiveDirectory', RecordType: 15 }),
      record(202, { Workload: 'Exchange', RecordType: 13 }),
      record(203, { Workload: 'MicrosoftTeams', RecordType: 25 }),
      record(204, { RecordType: 6 }),
      record(205, {}),
      '[]',
    ];
    const root = await folderOf({ 'm365.unified-audit/a.ndjson': rows.join('\n') });
    const { tenant } = recordsTenant(root, now);
    const range = { from: now - 6 * day, to: now };
    const sizes = contentTypes.map(type =>
      [...tenant.blobs(type, range, now)].map(blob => blob.records(now).length),
    );
    expect(sizes).toEqual([[1], [50, 50, 20], [2], [3], [1]]);
    expect(served(tenant, 'm365.unified-audit').toSorted()).toEqual(rows.toSorted());
    for (const type of contentTypes) {
      for (const blob of tenant.blobs(type, range, now)) {
        expect(tenant.blob(type, blob.contentId)?.records(now)).toEqual(blob.records(now));
        expect(blob.contentExpiration).toBeGreaterThan(now);
      }
    }
    const ids = (): string[] =>
      contentTypes.flatMap(type => [...tenant.blobs(type, range, now)].map(b => b.contentId));
    const again = recordsTenant(root, now).tenant;
    expect(ids()).toEqual(
      contentTypes.flatMap(type => [...again.blobs(type, range, now)].map(b => b.contentId)),
    );
  });

  test('takes its domains from the addresses mail goes to and comes from', async () => {
    const row = (to: string): string =>
      JSON.stringify({ recipientAddress: to, senderAddress: 'A@One.example' });
    const root = await folderOf({
      'exchange.message-trace/a.ndjson': ['x@two.example', 'y@TWO.example', 'z@three.example', 'z@three.example', 'q@four.example', ''].map(row).join('\n'), // prettier-ignore
    });
    expect(recordsTenant(root, now).tenant.domains).toEqual(['one.example', 'three.example', 'two.example']);
    const empty = await folderOf({ 'entra.directory-audits/a.ndjson': '' });
    expect(recordsTenant(empty, now).tenant.domains).toEqual(['corpus.example']);
  });

  test('says what to do when it is not there', () => {
    expect(() => recordsTenant('/nowhere/at/all', now)).toThrow('Give --records a folder');
  });
});

test('long records make short pages, each record once', () => {
  const long = 'x'.repeat(9 * 1024 * 1024);
  const texts = [long, 'a', long, 'b', long, long];
  const read = (range: { from: number; to: number }): SimRecord[] =>
    texts.map((text, n) => ({ time: n < 4 ? 1 : 2, visibleAt: 1, json: () => text })).filter(record => record.time >= range.from); // prettier-ignore
  const pages: string[][] = [];
  let from: Position | null = null;
  do {
    const page = readPage({ range: { from: 0, to: 9 }, order: 'asc', from, size: 100, asOf: 9, read, keep: null }); // prettier-ignore
    pages.push(page.texts);
    from = page.next;
  } while (from !== null);
  expect(pages.map(page => page.length)).toEqual([2, 2, 1, 1]);
  expect(pages.flat().every((text, n) => text === texts[n])).toBe(true);
});

test('times: a leap day is one, half a time is none', () => {
  expect(recordTime('2024-02-29T00:00:00Z')).toBe(Date.UTC(2024, 1, 29));
  for (const text of ['2025-02-29T00:00:00Z', '2026-10-05', '10/05/2026 09:00', '', '/Date(x)/', 'T']) {
    expect(recordTime(text)).toBeNull();
  }
});

const shared = resolve(import.meta.dirname, '../../../shared/data/records');

describe('the records that other people made', () => {
  test('are all served, each with exactly its bytes', () => {
    if (!existsSync(shared)) {
      process.stdout.write(
        'not run: the records that other people made (../shared/data/records is absent)\n',
      );
      return;
    }
    const { tenant, served: counts, refused } = recordsTenant(shared, now);
    expect(refused.count).toBe(0);
    for (const source of [
      'entra.directory-audits',
      'exchange.message-trace',
      'm365.unified-audit',
    ] as const) {
      const lines = readdirSync(join(shared, source))
        .flatMap(name => readFileSync(join(shared, source, name), 'utf8').split('\n'))
        .filter(line => line.trim() !== '');
      expect(lines.length).toBeGreaterThan(20);
      expect(counts[source]).toBe(lines.length);
      expect(served(tenant, source).toSorted()).toEqual(lines.toSorted());
    }
    expect(tenant.domains.length).toBeGreaterThan(0);
    expect(tenant.remembersDays('entra.directory-audits')).toBeGreaterThan(365 * 8);
  });
});
