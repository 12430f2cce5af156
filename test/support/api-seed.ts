import { sha256 } from '../../shared/kernel/hash.ts';
import { days, instant, minus } from '../../shared/kernel/time.ts';
import { noCounts, type Cursor } from '../../shared/model/cursor.ts';
import type { NewEvent } from '../../shared/model/event.ts';
import type { TenantId } from '../../shared/model/ids.ts';
import type { Operation, Run } from '../../shared/model/run.ts';
import type { ApiHouse } from './api-house.ts';
import { sampleEvent, scopeOf, source, stream } from './sample.ts';

/** What a tenant has in the stores, and words that must never reach anybody else. */
export interface Seeded {
  readonly tenant: TenantId;
  readonly events: readonly NewEvent[];
  /** Records exactly as sent, in the events' order. */
  readonly records: readonly string[];
  readonly run: Run;
  readonly operation: Operation;
  readonly marks: readonly string[];
}

/** A page as a provider sends it: odd spacing, key order and escapes that re-serialising would lose. */
const recordText = (name: string, n: number): string =>
  `{ "id":"${name}-${String(n)}",\t"result" : "success", "amount": 1.50, "note":"caf\\u00e9 – ${name}", "activityDateTime":"2026-10-05T09:${String(n).padStart(2, '0')}:00.1234567Z" }`;

/** Puts a page, its events, a run, an operation and a cursor with a gap into the stores, and indexes them. */
export async function seed(house: ApiHouse, tenant: TenantId, name: string, count = 5): Promise<Seeded> {
  const scope = scopeOf(tenant);
  const { profile, clock } = house;
  const records = Array.from({ length: count }, (_, n) => recordText(name, n));
  const bytes = new TextEncoder().encode(`{"@odata.context":"x","value":[\n${records.join(' ,\n ')}\n]}`);
  const key = `${source}/default/2026/10/05/page-${name}`;
  const retainUntil = instant(clock.now() + days(365));
  const put = await profile.archive.put(scope, { key, bytes, contentType: 'application/json', retainUntil });
  const events = records.map((_, n) => eventOf(tenant, name, n, { key, index: n, sha256: put.sha256 }));
  await profile.events.upsert(scope, events, clock.now());
  const run = runOf(tenant, name);
  await profile.runs.put(scope, run);
  const operation = operationOf(tenant, name);
  await profile.operations.swap(scope, null, operation);
  await profile.cursors.swap(scope, { source, stream }, null, cursorOf(house));
  await house.index();
  const marks = [tenant, name, `${name}.example`, run.id, operation.id, ...events.map(event => event.id)];
  return { tenant, events, records, run, operation, marks };
}

export function eventOf(tenant: TenantId, name: string, n: number, raw: NewEvent['raw']): NewEvent {
  const who = (person: string): NewEvent['targets'][number] => ({
    kind: 'user', id: `${name}-${person}`, name: `${person} of ${name}`, address: `${person}@${name}.example`,
  }); // prettier-ignore
  return sampleEvent(`${name}-${String(n)}`, {
    tenant,
    time: `2026-10-05T09:${String(n % 60).padStart(2, '0')}:00.123Z`,
    actor: who('oskar'),
    targets: [who('mira')],
    operation: n % 2 === 0 ? 'Add member to role' : 'Update user',
    summary: `oskar of ${name} did number ${String(n)}`,
    raw,
  });
}

const runOf = (tenant: TenantId, name: string): Run => ({
  id: `run-${name}`,
  tenant,
  source,
  stream,
  trigger: 'timer',
  purpose: 'forward',
  window: { from: '2026-10-05T09:00:00.000Z', to: '2026-10-05T10:00:00.000Z' },
  startedAt: '2026-10-05T10:00:00.000Z',
  endedAt: '2026-10-05T10:00:01.000Z',
  status: 'succeeded',
  counts: { ...noCounts, pages: 1, seen: 5, inserted: 5 },
  error: null,
});

const operationOf = (tenant: TenantId, name: string): Operation => ({
  id: `operation-${name}`,
  tenant,
  kind: 'backfill',
  status: 'Running',
  percentComplete: 40,
  createdAt: '2026-10-05T10:00:00.000Z',
  updatedAt: '2026-10-05T10:00:01.000Z',
  createdBy: `${tenant}:someone`,
  result: null,
  error: null,
});

function cursorOf(house: ApiHouse): Cursor {
  const now = house.clock.now();
  const start = minus(now, days(20));
  return {
    version: 1,
    start,
    committedTo: now,
    rereadTo: [],
    reads: [],
    open: null,
    requested: [],
    extra: [],
    gaps: [
      {
        from: minus(now, days(10)),
        to: minus(now, days(9)),
        reason: 'older-than-provider-memory',
        noticedAt: now,
      },
    ],
    token: null,
    failures: null,
    paused: null,
  };
}

/** The record's sha-256, as an auditor would take it. */
export const hashOf = (record: string): string => sha256(new TextEncoder().encode(record));
