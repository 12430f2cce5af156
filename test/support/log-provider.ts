import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import {
  days,
  hours,
  instant,
  isoInstant,
  minutes,
  seconds,
  type Duration,
} from '../../shared/kernel/time.ts';
import type { Cursor } from '../../shared/model/cursor.ts';
import type { SourceId, StreamId } from '../../shared/model/ids.ts';
import { tenantSchema } from '../../shared/model/tenant.ts';
import { pull } from '../../shared/pipeline/pull.ts';
import type { PullDeps, PullTarget } from '../../shared/pipeline/pull-types.ts';
import type { HttpClient, HttpReply } from '../../shared/ports/http-client.ts';
import { recordBytes } from '../../shared/sources/_kit/record-bytes.ts';
import type { Source, WindowPolicy } from '../../shared/sources/_kit/source.ts';
import { splitRecords } from '../../shared/sources/_kit/split-json.ts';
import { ManualClock } from './manual-clock.ts';
import { quiet } from './rig.ts';
import { contoso, scopeOf } from './sample.ts';
import { tempFolder } from './temp-folder.ts';

/** A record of the log; `seen` is when the provider first shows it. */
export interface Entry {
  readonly id: string;
  readonly at: number;
  readonly seen?: number;
  readonly text?: string;
}

/** A provider of one log, as awkward as a test makes it. */
export interface LogProvider {
  entries: Entry[];
  pageSize: number;
  /** A window that begins further back is refused; null where it is simply empty. */
  memory: Duration | null;
  /** Whether the refusal says where the memory begins. */
  says: boolean;
  /** What each page takes. */
  takes: Duration;
  /** How far the product's clock is ahead of the provider's. */
  clockAhead: Duration;
  /** Instead of an answer, by how often was asked before. */
  instead: ((asked: number, query: Readonly<Record<string, string>>) => HttpReply | AppError | null) | null;
  asked: number;
}

const record = z.looseObject({ id: z.string(), at: z.number(), text: z.string().optional() });
type LogRecord = z.infer<typeof record>;

export const logPolicy: WindowPolicy = {
  step: minutes(15),
  maxWidth: days(2),
  lag: minutes(15),
  overlap: hours(2),
  lookback: days(20),
  rereads: [hours(6), hours(24), days(7)],
  grain: seconds(1),
};

export const logSource = (policy: WindowPolicy): Source<unknown, LogRecord> => ({
  id: 'acme.log',
  title: 'Acme log',
  about: 'What happened at Acme.',
  api: 'mimecast',
  needs: [],
  config: z.strictObject({}),
  streams: () => ['default'],
  every: policy.step,
  pull: {
    kind: 'window',
    policy,
    async *pages({ http }, window, resume) {
      for (let page: string | null = resume ?? '0'; page !== null;) {
        const query = { from: String(window.from), to: String(window.to), page };
        const reply = await http.send({ api: 'mimecast', origin: 'configured', path: '/log', query });
        page = reply.headers['x-next'] ?? null;
        yield {
          bytes: reply.bytes,
          contentType: 'application/json',
          resume: page,
          holds: 'records',
          name: null,
        };
      }
    },
  },
  record,
  mapping: 1,
  split: bytes => splitRecords(bytes, 'value'),
  recordBytes: (bytes, index) => recordBytes(bytes, 'value', index),
  identity: ({ id }) => [id],
  identifiedBy: 'Its id.',
  normalize: ({ id, at, text }) => ({
    time: isoInstant(instant(at)), category: 'other', operation: 'Entry', outcome: 'success', reason: null,
    severity: 'informational', actor: null, targets: [], client: null, mail: null, correlationId: null,
    summary: text ?? id, ocsf: { class: 6003, activity: 1 },
  }), // prettier-ignore
});

export const pageReply = (entries: readonly Entry[], next: string | null): HttpReply => ({
  status: 200,
  headers: next === null ? {} : { 'x-next': next },
  bytes: Buffer.from(JSON.stringify({ value: entries, next })),
});

export function logProvider(over: Partial<LogProvider> = {}): LogProvider {
  const usual = { entries: [], pageSize: 100, memory: null, says: true, instead: null, asked: 0 };
  return { ...usual, takes: seconds(0), clockAhead: seconds(0), ...over };
}

const doorOf = (provider: LogProvider, clock: ManualClock): HttpClient => ({
  send(request) {
    clock.advance(provider.takes);
    const query = request.query ?? {};
    const other = provider.instead?.(provider.asked, query) ?? null;
    provider.asked += 1;
    if (other instanceof AppError) return Promise.reject(other);
    if (other !== null) return Promise.resolve(other);
    const [from = 0, to = 0, page = 0] = [query['from'], query['to'], query['page']].map(Number);
    const now = clock.now() - provider.clockAhead;
    if (provider.memory !== null && from < now - provider.memory) {
      const edge = now - provider.memory + minutes(15);
      const facts = { reason: 'older-than-memory', ...(provider.says ? { remembersFrom: edge } : {}) };
      return Promise.reject(new AppError('provider.rejected', 'retry-later', 'Too old.', { facts }));
    }
    const shown = provider.entries.filter(
      one => one.at >= from && one.at < to && (one.seen ?? one.at) <= now,
    );
    const start = page * provider.pageSize;
    const more = start + provider.pageSize < shown.length;
    const reply = pageReply(shown.slice(start, start + provider.pageSize), more ? String(page + 1) : null);
    return Promise.resolve({ ...reply, headers: { ...reply.headers, date: new Date(now).toUTCString() } });
  },
});

/** A product that pulls from such a provider, over a clock that moves by hand. */
export async function logHouse(provider: LogProvider, policy: WindowPolicy = logPolicy) {
  const clock = new ManualClock();
  const profile = await openEmbedded({ folder: await tempFolder(), environment: {}, clock });
  onTestFinished(() => profile.close());
  const connection = {
    source: 'acme.log',
    enabled: true,
    config: {},
    remembersDays: null,
    everySeconds: null,
  };
  const tenant = tenantSchema.parse({
    id: contoso, name: 'Contoso', domains: [], state: 'active', connections: [connection], retentionDays: 365,
  }); // prettier-ignore
  const [first] = tenant.connections;
  if (first === undefined) throw new Error('a connection was given');
  const ref = { source: 'acme.log' as SourceId, stream: 'default' as StreamId };
  const source = logSource(policy) as Source;
  const target: PullTarget = { scope: scopeOf(contoso), tenant, connection: first, source, ref };
  const door = doorOf(provider, clock);
  const deps: PullDeps = {
    ...profile, clock, telemetry: quiet, http: () => door, worker: 'worker', newId: randomUUID,
  }; // prettier-ignore
  const cursor = async (): Promise<Cursor> => {
    const found = await profile.cursors.load(target.scope, target.ref);
    if (found === null) throw new Error('no cursor');
    return found.value;
  };
  /** One run of the timer; its status, or the code it failed with. */
  const run = async (pages = 10_000, using = deps): Promise<string> => {
    try {
      return (await pull(using, target, { trigger: 'timer', budget: { pages, time: hours(24) } })).status;
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown.code;
      throw thrown;
    }
  };
  /** Runs every quarter of an hour for a while; what they failed with. */
  const live = async (span: Duration, every = minutes(15)): Promise<string[]> => {
    const codes: string[] = [];
    for (const end = clock.now() + span; clock.now() < end; clock.advance(every)) {
      const status = await run();
      if (status.includes('.') || status === 'bug') codes.push(status);
    }
    return codes;
  };
  const events = async () => (await profile.events.changes([target.scope], null, 100_000)).changes;
  const ids = async (): Promise<string[]> =>
    [...new Map((await events()).map(({ event }) => [event.id, event.summary])).values()].sort();
  return { provider, clock, profile, target, deps, cursor, run, live, events, ids };
}
