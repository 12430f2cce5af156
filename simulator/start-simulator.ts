import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { control, type Control } from './control/control.ts';
import { controlRoutes, truthStream } from './control/control-routes.ts';
import { authorizationGrants } from './entra/authorization-grants.ts';
import { entraRoutes } from './entra/entra-routes.ts';
import { federatedCredentials } from './entra/federated-credentials.ts';
import { identityRoutes } from './entra/identity-endpoint.ts';
import { managedIdentities } from './entra/managed-identities.ts';
import { signingKeys, type SigningKey, type SigningKeys } from './entra/signing-keys.ts';
import { trustedAssertions } from './entra/trusted-assertions.ts';
import { htmlReply, jsonReply, type Call, type Reply, type Resolved } from './exchange.ts';
import { answerWithFaults } from './faults/answer-with-faults.ts';
import { faultBoard } from './faults/fault-board.ts';
import { frontPage } from './front-page.ts';
import { graphRoutes } from './graph/graph-routes.ts';
import { limits } from './limits.ts';
import { mimecastRoutes } from './mimecast/mimecast-routes.ts';
import { fileStore } from './mimecast/siem-file.ts';
import { managementRoutes } from './management/management-routes.ts';
import { subscriptions } from './management/subscriptions.ts';
import { requestCounts } from './request-counts.ts';
import { tokenSeal } from './sealed-token.ts';
import { guidOf } from './seeded.ts';
import { send } from './send.ts';
import type { Site } from './site.ts';
import { tenantBook } from './tenant-book.ts';
import { virtualClock, type BaseClock, type VirtualClock } from './virtual-clock.ts';
import type { World } from './world/world.ts';

export interface SimulatorOptions {
  readonly world: World;
  /** 0 takes a free one. */
  readonly port: number;
  readonly host?: string;
  /** Decides everything that looks random but the signing keys. Default: the world's. */
  readonly seed?: number;
  /** What the virtual clock is an offset from. Default: the machine's clock. */
  readonly clock?: BaseClock;
  /** What it signs tokens with at first. Default: a new key. */
  readonly signingKey?: SigningKey;
  /** Lifetime of access tokens. Default: 3599, as with Entra. */
  readonly accessTokenSeconds?: number;
  /** false: no request is refused for its rate. For benchmarks. */
  readonly throttling?: boolean;
}

export interface Simulator {
  /** `http://127.0.0.1:7072`: `/graph`, `/manage`, `/login`, `/msi`, `/mimecast` and `/control` stand under it. */
  readonly url: string;
  readonly port: number;
  /** Mimecast's file store, on a port of its own. */
  readonly filesUrl: string;
  readonly clock: VirtualClock;
  readonly control: Control;
  /** Ends all connections, hanging ones too. */
  close(): Promise<void>;
}

const mostBody = 1_048_576;

/** Starts the simulator. Rejects when the port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { port, host = '127.0.0.1' } = options;
  const keys = await signingKeys(options.signingKey);
  // Filters are long: next links repeat them.
  const server = createServer({ maxHeaderSize: 65_536, keepAliveTimeout: 65_000 });
  const files = createServer({ keepAliveTimeout: 65_000 });
  await listen(server, port, host);
  await listen(files, 0, host);
  const urlOf = (taken: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
  const taken = portOf(server);
  const url = urlOf(taken);
  const filesUrl = urlOf(portOf(files));
  const site = makeSite(options, { url, filesUrl }, keys);
  const steering = control(site);
  server.on('request', (request, response) => {
    handle(site, steering, request, response).catch((thrown: unknown) => fail(response, thrown));
  });
  files.on('request', (request, response) => {
    handleFile(site, request, response).catch((thrown: unknown) => fail(response, thrown));
  });
  return {
    url,
    port: taken,
    filesUrl,
    clock: site.clock,
    control: steering,
    close: async () => {
      await Promise.all([server, files].map(closed));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('the server does not listen on a port');
}

function closed(server: Server): Promise<void> {
  return new Promise(done => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

function makeSite(
  options: SimulatorOptions,
  urls: { readonly url: string; readonly filesUrl: string },
  keys: SigningKeys,
): Site {
  const { world, clock = { now: Date.now }, throttling = true, accessTokenSeconds = 3_599 } = options;
  const seed = options.seed ?? world.seed;
  let requests = 0;
  return {
    world,
    seed,
    ...urls,
    clock: virtualClock(clock),
    tenants: tenantBook(world),
    keys,
    grants: authorizationGrants(),
    assertions: trustedAssertions(),
    federated: federatedCredentials(),
    identities: managedIdentities(),
    subscriptions: subscriptions(),
    faults: faultBoard(seed),
    limits: limits(seed, throttling),
    counts: requestCounts(),
    links: {
      graph: tokenSeal(seed, 'graph'),
      management: tokenSeal(seed, 'management'),
      mimecast: tokenSeal(seed, 'mimecast'),
      mimecastFiles: tokenSeal(seed, 'mimecast files'),
      lifetimeMs: null,
    },
    accessTokenSeconds,
    nextId: () => guidOf(`request/${seed}/${++requests}`),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });
}

/** The caller went away, or something failed in here; then whoever runs a test must be able to see it. */
function fail(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  response.writeHead(500, { 'content-type': 'application/json', 'x-simulator-failure': 'true' });
  response.end(JSON.stringify({ error: { code: 'SimulatorFailure', message } }));
}

async function handle(
  site: Site,
  steering: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = await readCall(site, request);
  const now = site.clock.now();
  if (call === null) return send(response, { reply: tooLarge, manner: null, now });
  const [, area = '', path = ''] = /^\/([^/]*)(.*)$/.exec(call.path) ?? [];
  const resolved = resolve(site, call, area, path);
  if (resolved !== null) await answer(site, resolved, response);
  else if (area === 'control' && path === '/truth' && call.method === 'GET') {
    await sendTruth(steering, call, response);
  } else await send(response, { reply: await ownPage(site, steering, call, area, path), manner: null, now });
}

const tooLarge = jsonReply(413, { error: { message: 'The body is too large.' } });

async function handleFile(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call = await readCall(site, request);
  if (call === null) return send(response, { reply: tooLarge, manner: null, now: site.clock.now() });
  return answer(site, fileStore(site, call), response);
}

async function answer(site: Site, resolved: Resolved, response: ServerResponse): Promise<void> {
  const outgoing = await answerWithFaults(site, resolved);
  site.counts.add(resolved.route, resolved.tenant, outgoing.manner ?? outgoing.reply.status);
  await send(response, outgoing);
}

function resolve(site: Site, call: Call, area: string, path: string): Resolved | null {
  if (area === 'graph') return graphRoutes(site, call, path);
  if (area === 'manage') return managementRoutes(site, call, path);
  if (area === 'mimecast') return mimecastRoutes(site, call, path);
  if (area === 'msi') return identityRoutes(site, call, path);
  return area === 'login' ? entraRoutes(site, call, path) : null;
}

function ownPage(
  site: Site,
  steering: Control,
  call: Call,
  area: string,
  path: string,
): Reply | Promise<Reply> {
  if (area === 'control') return controlRoutes(steering, call, path);
  if (call.path === '/' && call.method === 'GET') return htmlReply(200, frontPage(steering, site.url));
  return jsonReply(404, { error: { message: 'There is nothing here. The page at / says what there is.' } });
}

async function sendTruth(steering: Control, call: Call, response: ServerResponse): Promise<void> {
  let lines;
  try {
    lines = truthStream(steering, call.query);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : 'unknown';
    await send(response, {
      reply: jsonReply(400, { error: { message } }),
      manner: null,
      now: steering.now(),
    });
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  await pipeline(lines, response);
}

/** The request with its whole body; null when that is too large. */
async function readCall(site: Site, request: IncomingMessage): Promise<Call | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size <= mostBody) chunks.push(bytes);
  }
  if (size > mostBody) return null;
  const { method = 'GET', headers } = request;
  const origin = headers.host === undefined ? site.url : `http://${headers.host}`;
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.concat(chunks).toString(),
    origin,
  };
}
