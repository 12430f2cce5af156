import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { normalizedEventSchema, type NormalizedEvent } from '../../shared/model/event.ts';
import { instant } from '../../shared/kernel/time.ts';
import { parseIp } from '../../shared/sources/_kit/ip.ts';
import { parseProviderTime } from '../../shared/sources/_kit/provider-time.ts';
import { readRecord, type Reading } from '../../shared/sources/_kit/read-record.ts';
import { fields, flag, list, word } from '../../shared/sources/_kit/reading.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { sources } from '../../shared/sources/index.generated.ts';
import { mimecastHolds, mimecastPage } from './real-mimecast-records.ts';
import { graphHolds, type Holds } from './real-graph-records.ts';

// Records other people made, beside the repository and never in it.
const data = resolve(import.meta.dirname, '../../../shared/data');
type Record_ = Readonly<Record<string, unknown>>;

const linesOf = (file: string): Record_[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => JSON.parse(line) as Record_);

const filesOf = (id: string): { name: string; records: Record_[] }[] => {
  const folder = join(data, 'records', id);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map(name => ({ name, records: linesOf(join(folder, name)) }));
};

const read = (source: Source, record: Record_): Reading =>
  readRecord(source, record, {
    domains: [],
    stream: source.streams(source.config.parse({}))[0] ?? 'default',
    // How things are has the time at which it was read, where it says none itself.
    readAt: instant(Date.parse('2026-10-05T10:00:00Z')),
  });

const says = (value: unknown): boolean => word(value) !== null || flag(value) !== null;
const some = (record: Record_, ...names: string[]): boolean => names.some(name => says(record[name]));
const anyIp = (record: Record_, ...names: string[]): boolean =>
  names.some(name => parseIp(record[name]) !== null);
const pairs = (value: unknown, key: string): Map<string, unknown> =>
  new Map(
    list(value).map(entry => [
      String(fields(entry)?.[key]),
      fields(entry)?.['value'] ?? fields(entry)?.['Value'],
    ]),
  );

/** State says how things are: not who made them so, nor from where. */
const state = (target: (record: Record_) => boolean): Holds => ({
  time: () => true,
  actor: () => false,
  operation: () => true,
  outcome: () => true,
  target,
  ip: () => false,
});

const holds: Readonly<Record<string, Holds>> = {
  ...mimecastHolds,
  'entra.conditional-access': state(record => some(record, 'id', 'displayName')),
  'entra.mfa-coverage': state(record => some(record, 'id', 'userPrincipalName')),
  'entra.role-assignments': state(record => some(record, 'id', 'principalId')),
  ...graphHolds,
  'entra.directory-audits': {
    time: record => parseProviderTime(record['activityDateTime']) !== null,
    actor: record => {
      const by = fields(record['initiatedBy']);
      return Object.values({ ...fields(by?.['user']), ...fields(by?.['app']) }).some(says);
    },
    operation: record => some(record, 'activityDisplayName', 'operationName', 'operationType'),
    outcome: record => some(record, 'result'),
    target: record =>
      [...list(record['targetResources']), ...list(record['targetResource'])].some(target =>
        Object.values({ ...fields(target) }).some(says),
      ),
    ip: record =>
      parseIp(fields(fields(record['initiatedBy'])?.['user'])?.['ipAddress']) !== null ||
      parseIp(pairs(record['additionalDetails'], 'key').get('ipaddr')) !== null,
  },
  'exchange.message-trace': {
    time: record => parseProviderTime(record['receivedDateTime']) !== null,
    actor: record => some(record, 'senderAddress'),
    operation: () => true,
    outcome: record => some(record, 'status'),
    target: record => some(record, 'recipientAddress'),
    ip: record => anyIp(record, 'fromIP'),
  },
  'm365.unified-audit': {
    time: record => parseProviderTime(record['CreationTime']) !== null,
    actor: record => some(record, 'UserId', 'UserKey', 'ActorUserId') || list(record['Actor']).length > 0,
    operation: record => some(record, 'Operation'),
    outcome: record => some(record, 'ResultStatus', 'OperationStatus', 'LogonError'),
    target: record =>
      some(
        record,
        'ObjectId',
        'MailboxOwnerUPN',
        'TeamName',
        'TargetUserOrGroupName',
        'SourceFileName',
        'Recipient',
        'MessageId',
      ) ||
      list(record['Target']).length > 0 ||
      list(fields(record['CopilotEventData'])?.['AccessedResources']).length > 0,
    ip: record => anyIp(record, 'ClientIP', 'ClientIPAddress', 'ActorIpAddress', 'UserIp', 'SenderIp'),
  },
};

const filled: Readonly<Record<keyof Holds, (event: NormalizedEvent) => boolean>> = {
  time: event => event.time !== '',
  actor: event => event.actor !== null,
  operation: event => event.operation !== '',
  outcome: event => event.outcome !== 'unknown' || event.reason !== null,
  target: event => event.targets.length > 0,
  ip: event => (event.client?.ip ?? '') !== '',
};
const signals = Object.keys(filled) as (keyof Holds)[];

describe.each(sources.map(source => ({ id: source.id, source })))('$id: real records', ({ id, source }) => {
  const files = filesOf(id);
  const all = files.flatMap(({ records }) => records);

  test('each become an event the model accepts, or are refused with a reason', () => {
    if (all.length === 0) return notRun(id);
    let refused = 0;
    for (const { name, records } of files) {
      for (const [n, record] of records.entries()) {
        const reading = read(source, record);
        if (reading.kind === 'event')
          expect(() => normalizedEventSchema.parse(reading.event), `${name}:${n}`).not.toThrow();
        else {
          refused += 1;
          const why = reading.kind === 'skip' ? reading.reason : reading.problem;
          expect(why.length).toBeGreaterThan(8);
          expect(why).not.toContain('failed on this record');
          console.log(`${id} ${name}:${n + 1} ${reading.kind}: ${why}`);
        }
      }
    }
    console.log(`${id}: ${all.length} records, ${all.length - refused} events, ${refused} refused`);
  });

  test('have every signal filled that the record holds', () => {
    const holding = holds[id];
    if (all.length === 0 || holding === undefined) return notRun(id);
    const missed: string[] = [];
    const rates = signals.map(signal => {
      let [held, got] = [0, 0];
      for (const { name, records } of files) {
        for (const [n, record] of records.entries()) {
          const reading = read(source, record);
          const isFilled = reading.kind === 'event' && filled[signal](reading.event);
          if (isFilled) got += 1;
          if (!holding[signal](record)) continue;
          held += 1;
          if (!isFilled && reading.kind === 'event') missed.push(`${signal} of ${name}:${n + 1}`);
        }
      }
      return `${signal} ${got}/${all.length} (held by ${held})`;
    });
    console.log(`${id}: ${rates.join(', ')}`);
    expect(missed).toEqual([]);
  });

  test('come back byte for byte from a page of them', () => {
    if (all.length === 0) return notRun(id);
    const raw = files
      .flatMap(({ name }) => readFileSync(join(data, 'records', id, name), 'utf8').split('\n'))
      .filter(line => line.trim() !== '');
    const page = pageOf(id, raw);
    expect(source.split(page)).toHaveLength(raw.length);
    for (const [index, line] of raw.entries()) {
      expect(Buffer.from(source.recordBytes(page, index)).toString('utf8')).toBe(line.trim());
    }
  });

  test('have every value of theirs in the raw record an event points to', () => {
    for (const { name } of files) {
      const lines = readFileSync(join(data, 'records', id, name), 'utf8')
        .split('\n')
        .filter(line => line.trim() !== '');
      const page = pageOf(id, lines);
      for (const [index, line] of lines.entries()) {
        const kept: unknown = JSON.parse(Buffer.from(source.recordBytes(page, index)).toString('utf8'));
        const leaves = [...leavesIn(JSON.parse(line))];
        expect(leaves.length).toBeGreaterThan(0);
        const held = new Set(leavesIn(kept));
        expect(
          leaves.filter(leaf => !held.has(leaf)),
          `${name}:${index + 1}`,
        ).toEqual([]);
      }
    }
  });

  test('are read in microseconds', () => {
    if (all.length === 0) return notRun(id);
    const rounds = Math.ceil(20_000 / all.length);
    let best = Infinity;
    for (let attempt = 0; attempt < 3; attempt++) {
      const began = process.cpuUsage().user;
      for (let round = 0; round < rounds; round++) for (const record of all) read(source, record);
      best = Math.min(best, (process.cpuUsage().user - began) / rounds / all.length);
    }
    console.log(`${id}: ${best.toFixed(1)} µs a record`);
    // A tenth of what a record may cost end to end, with room for a slow machine.
    expect(best).toBeLessThan(60);
  });
});

/** Records in the envelope their source has them in. */
function pageOf(id: string, records: readonly string[]): Buffer {
  const isArray = id === 'm365.unified-audit';
  const page = isArray
    ? `[${records.join(' , ')}]`
    : `{"@odata.context":"x","value":[${records.join(',\n')}]}`;
  return Buffer.from(mimecastPage(id, records) ?? page);
}

/** Every value that holds no others, with its place. */
function* leavesIn(value: unknown, place = ''): Generator<string> {
  if (typeof value !== 'object' || value === null) yield `${place} = ${JSON.stringify(value)}`;
  else for (const [name, inner] of Object.entries(value)) yield* leavesIn(inner, `${place}.${name}`);
}

function notRun(id: string): void {
  console.log(`${id}: not run, there are no records beside the repository`);
  expect(existsSync(join(data, 'records', id))).toBe(false);
}
