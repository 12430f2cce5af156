import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { openEmbedded } from '../../shared/adapters/embedded/open-embedded.ts';
import { httpTransport } from '../../shared/adapters/net/http-transport.ts';
import { pacer } from '../../shared/adapters/net/pacer.ts';
import { providerHttp } from '../../shared/adapters/net/provider-http.ts';
import { systemScope } from '../../shared/authz/system-scope.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { Secret } from '../../shared/kernel/secret.ts';
import { isoInstant, minutes, seconds } from '../../shared/kernel/time.ts';
import type { NormalizedEvent } from '../../shared/model/event.ts';
import type { SourceId, StreamId } from '../../shared/model/ids.ts';
import { connectionSchema, tenantSchema } from '../../shared/model/tenant.ts';
import type { PullTarget } from '../../shared/pipeline/pull-types.ts';
import type { HttpClient } from '../../shared/ports/http-client.ts';
import { differencesOf, tellDifferences } from '../../shared/sources/_kit/difference.ts';
import { judgeGraph } from '../../shared/sources/_kit/judge-graph.ts';
import { fields, word } from '../../shared/sources/_kit/reading.ts';
import { recordBytes } from '../../shared/sources/_kit/record-bytes.ts';
import { Problem, type About, type Page, type Source } from '../../shared/sources/_kit/source.ts';
import { splitRecords } from '../../shared/sources/_kit/split-json.ts';
import type { ManualClock } from './manual-clock.ts';
import { rememberedThrottles } from './remembered-throttles.ts';
import { quiet, type Life, type OpenProfile } from './rig.ts';
import { contosoId } from './small-world.ts';

/** What the made-up provider has just now; a test changes it as it likes. */
export interface MadeUpState {
  things: unknown[];
  pageSize: number;
  entries: { n: number; text: string }[];
  /** Tokens below this are no longer taken. */
  oldestToken: number;
  /** How far the product's clock is ahead of the provider's, in milliseconds. */
  clockAhead: number;
  /** Answers instead, by how often was asked so far. Null is the usual answer. */
  instead: ((asked: number) => { status: number; body: string } | null) | null;
  asked: number;
}

export interface MadeUpProvider {
  readonly state: MadeUpState;
  readonly door: HttpClient;
}

/** A provider of a snapshot and a feed on loopback, behind the real client. */
export async function madeUpProvider(clock: ManualClock): Promise<MadeUpProvider> {
  const state: MadeUpState = {
    things: [],
    pageSize: 2,
    entries: [],
    oldestToken: 0,
    clockAhead: 0,
    instead: null,
    asked: 0,
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('date', new Date(clock.now() - state.clockAhead).toUTCString());
    const other = state.instead?.(state.asked) ?? null;
    state.asked += 1;
    if (other !== null) return send(response, other.status, other.body);
    return url.pathname === '/graph/things'
      ? sendThings(response, url, state)
      : sendFeed(response, url, state);
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  const transport = httpTransport();
  onTestFinished(async () => {
    transport.close();
    await new Promise(resolve => {
      server.close(resolve);
    });
  });
  const token = {
    current: () => Promise.resolve(new Secret('x')),
    renew: () => Promise.resolve(new Secret('x')),
  };
  const door = providerHttp({
    tenantId: contosoId,
    apis: {
      graph: {
        base: new URL(`http://127.0.0.1:${at.port}/graph`),
        judge: judgeGraph,
        firstThrottle: seconds(1),
        token,
      },
    },
    transport,
    pacer: pacer({ clock }),
    clock,
    throttles: rememberedThrottles(),
    telemetry: quiet,
    random: () => 0,
  });
  return { state, door };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(body);
}

function sendThings(response: ServerResponse, url: URL, state: MadeUpState): void {
  const from = Number(url.searchParams.get('from') ?? 0);
  const value = state.things.slice(from, from + state.pageSize);
  const next = from + state.pageSize < state.things.length ? from + state.pageSize : null;
  send(response, 200, JSON.stringify({ value, next }));
}

function sendFeed(response: ServerResponse, url: URL, state: MadeUpState): void {
  const token = url.searchParams.get('token');
  if (token !== null && Number(token) < state.oldestToken) {
    return send(response, 410, '{"error":{"code":"TokenExpired","message":"x"}}');
  }
  const from = token === null ? state.oldestToken : Number(token);
  const value = state.entries.filter(entry => entry.n >= from).slice(0, state.pageSize);
  return send(response, 200, JSON.stringify({ value, token: String((value.at(-1)?.n ?? from - 1) + 1) }));
}

const member = (bytes: Uint8Array, name: string): string | null => {
  const value = fields(JSON.parse(Buffer.from(bytes).toString('utf8')))?.[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
};
const pageOf = (bytes: Uint8Array, resume: string | null): Page => ({
  bytes,
  contentType: 'application/json',
  resume,
  holds: 'records',
  name: null,
});

const shared = {
  api: 'graph',
  needs: [{ api: 'graph', name: 'Things.Read.All', how: 'Ask.' }],
  config: z.strictObject({}),
  streams: () => ['default'],
  mapping: 1,
  identifiedBy: 'Its id.',
  split: (bytes: Uint8Array) => splitRecords(bytes, 'value'),
  recordBytes: (bytes: Uint8Array, index: number) => recordBytes(bytes, 'value', index),
} as const;

const eventOf = (time: string, operation: string, id: string, summary: string): NormalizedEvent => ({
  time, category: 'other', operation, outcome: 'success', reason: null, severity: 'informational', actor: null,
  targets: [{ kind: 'other', id, name: null, address: null }], client: null, mail: null, correlationId: null, summary,
  ocsf: { class: 6003, activity: 1 },
}); // prettier-ignore

const thing = z.looseObject({ id: z.string() });
type Thing = z.infer<typeof thing>;

export const things: Source<unknown, Thing> = {
  ...shared,
  id: 'acme.things',
  title: 'Acme things',
  about: 'Everything Acme has.',
  every: minutes(60),
  pull: {
    kind: 'snapshot',
    async *pages({ http }, resume) {
      for (let from: string | null = resume ?? '0'; from !== null;) {
        const query = { from };
        const reply = await http.send({ api: 'graph', origin: 'configured', path: '/things', query });
        from = member(reply.bytes, 'next');
        yield pageOf(reply.bytes, from);
      }
    },
    key: record => record.id,
    ignores: path => path === 'refreshed',
  },
  record: thing,
  identity: record => [record.id],
  normalize(record, about) {
    if (record['broken'] === true) throw new Problem('broken: cannot be mapped');
    const { change } = about;
    const kind = change?.kind ?? 'added';
    const what = change?.since === null ? 'found' : kind;
    const told = tellDifferences(differencesOf(change?.before ?? {}, record, path => path === 'refreshed'));
    return eventOf(timeOf(about), what, record.id, kind === 'changed' ? `${record.id}: ${told}` : `${record.id} ${what}`); // prettier-ignore
  },
};

function timeOf({ change, readAt }: About): string {
  const at = change?.asOf ?? readAt;
  if (at === undefined) throw new Problem('record: says no time');
  return isoInstant(at);
}

const entry = z.looseObject({ n: z.number(), text: z.string() });

export const feed: Source<unknown, z.infer<typeof entry>> = {
  ...shared,
  id: 'acme.feed',
  title: 'Acme feed',
  about: 'Everything that happens at Acme.',
  every: minutes(5),
  pull: {
    kind: 'feed',
    async *pages({ http }, token) {
      for (let at = token; ;) {
        const query: Record<string, string> = at === null ? {} : { token: at };
        const request = { api: 'graph', origin: 'configured', path: '/feed', query } as const;
        const reply = await http.send(request, { accept: [410] });
        if (reply.status === 410)
          throw new AppError('provider.link-expired', 'retry', 'The token is too old.');
        const next = member(reply.bytes, 'token');
        yield pageOf(reply.bytes, next);
        if (next === at) return;
        at = next;
      }
    },
  },
  record: entry,
  identity: record => [String(record.n)],
  normalize: record =>
    eventOf('2026-10-05T08:00:00.000Z', 'Entry', String(record.n), word(record.text) ?? 'nothing'),
};

/** A stream of one of the made-up sources in Contoso. */
export function madeUpTarget(source: typeof things | typeof feed): PullTarget {
  const connection = connectionSchema.parse({
    source: source.id, enabled: true, config: {}, remembersDays: null, everySeconds: null,
  }); // prettier-ignore
  const tenant = tenantSchema.parse({
    id: contosoId, name: 'Contoso', domains: ['contoso.example'], state: 'active', connections: [connection],
    retentionDays: 365,
  }); // prettier-ignore
  return {
    scope: systemScope(tenant.id, 'pull'),
    tenant,
    connection,
    source: source as Source,
    ref: { source: source.id as SourceId, stream: 'default' as StreamId },
  };
}

/** One process's worth of pipeline over a data folder, asking the made-up provider. */
export async function madeUpLife(
  folder: string,
  clock: ManualClock,
  door: HttpClient,
  open: OpenProfile = openEmbedded,
): Promise<Pick<Life, 'profile' | 'deps' | 'end'>> {
  const profile = await open({ folder, environment: {}, clock });
  const telemetry = quiet;
  const deps = { ...profile, clock, telemetry, http: () => door, worker: randomUUID(), newId: randomUUID };
  return { profile, deps, end: () => profile.close() };
}
