import { ok } from 'node:assert/strict';
import { AppError } from '../../shared/kernel/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { HttpClient, HttpReply, HttpRequest } from '../../shared/ports/http-client.ts';
import type { ThrottleMemory } from '../../shared/ports/throttle-memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { rememberedThrottles } from '../support/remembered-throttles.ts';
import { wireServer, type WireCall, type WireServer } from '../support/wire-server.ts';

/** What a client under test is made of. It speaks to Graph, which stands under `base`. */
export interface HttpClientSetup {
  readonly base: URL;
  readonly tenantId: string;
  readonly clock: Clock;
  readonly throttles: ThrottleMemory;
  /** The token to begin with, and after every renewal the next one. */
  readonly tokens: readonly string[];
  /** Bytes of one body. */
  readonly bodyLimit: number;
  /** Real milliseconds after which a silent provider counts as gone. */
  readonly silence: number;
}
export type MakeHttpClient = (setup: HttpClientSetup) => { client: HttpClient; close(): void };

/** One promise of the port, to be kept by what `make` makes. Throws when it is broken. */
export interface HttpClientCase {
  readonly name: string;
  run(make: MakeHttpClient): Promise<void>;
}

export const tenantId = 'c0a10000-0000-4000-8000-00000000c001';
export const get = { api: 'graph', origin: 'configured', path: '/v1.0/users' } as const satisfies HttpRequest;
export const noRecords = '{"value":[]}';

/** Where silence is no part of the case: a busy machine must not be taken for a silent provider. */
const patient = 30_000;

interface Stage {
  readonly client: HttpClient;
  readonly server: WireServer;
  readonly base: URL;
  readonly clock: ManualClock;
  readonly throttles: ThrottleMemory;
}

/** A fresh provider, clock and memory, and the client between them. */
export async function on(
  make: MakeHttpClient,
  answer: (call: WireCall, nth: number) => unknown,
  play: (stage: Stage) => Promise<void>,
  silence: number = patient,
): Promise<void> {
  const server = await wireServer(answer);
  const clock = new ManualClock();
  const throttles = rememberedThrottles();
  const base = new URL('/graph', server.url);
  const made = make({
    base, tenantId, clock, throttles, tokens: ['first-token', 'second-token'], bodyLimit: 65_536, silence,
  }); // prettier-ignore
  try {
    await play({ client: made.client, server, base, clock, throttles });
  } finally {
    made.close();
    await server.close();
  }
}

export async function refusal(asked: Promise<HttpReply>): Promise<AppError> {
  const outcome = await asked.catch((thrown: unknown) => thrown);
  ok(outcome instanceof AppError, `expected an AppError, got ${JSON.stringify(outcome)?.slice(0, 200)}`);
  return outcome;
}

export const targets = (server: WireServer): string[] => server.calls.map(call => call.target);
export const text = (got: HttpReply): string => new TextDecoder().decode(got.bytes);
