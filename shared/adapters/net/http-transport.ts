import {
  Agent as PlainAgent,
  request as plainRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest, type RequestOptions } from 'node:https';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { freeBytes } from '../../kernel/free-bytes.ts';
import type { HttpReply } from '../../ports/http-client.ts';

/** One request on the wire, already checked: host and target come from settings or passed the origin rule. */
export interface WireRequest {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** Path and query, visible ASCII only. */
  readonly target: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How long to wait for what, in milliseconds, and how much to read, in bytes after decoding. */
export interface WireLimits {
  readonly connectMs: number;
  /** From the sent request to the first byte of the answer: log queries think for minutes. */
  readonly headersMs: number;
  /** The longest silence inside a body. */
  readonly stallMs: number;
  /** The whole body: a server that drips a byte a second is never silent. */
  readonly bodyMs: number;
  readonly bodyBytes: number;
}

export const defaultWireLimits: WireLimits = Object.freeze({
  connectMs: 10_000,
  headersMs: 100_000,
  stallMs: 30_000,
  bodyMs: 300_000,
  bodyBytes: 64 * 1024 * 1024,
});

export type FaultKind = 'connect' | 'tls' | 'timeout' | 'reset' | 'incomplete' | 'encoding' | 'too-large';

/** No whole answer came. What to make of it is decided one floor up. */
export class WireFault extends Error {
  readonly kind: FaultKind;
  /** A kept-alive connection the server had closed meanwhile: the request was never read, so ask again at once. */
  readonly stale: boolean;
  constructor(kind: FaultKind, options: { stale?: boolean; cause?: unknown } = {}) {
    super(`no whole answer: ${kind}`, { cause: options.cause });
    this.name = 'WireFault';
    this.kind = kind;
    this.stale = options.stale ?? false;
  }
}

/** Connections are kept and shared, so there is one transport per process. */
export interface HttpTransport {
  /** Resolves with any status once the whole body is there; rejects with a WireFault. Follows no redirect. */
  exchange(request: WireRequest, limits: WireLimits): Promise<HttpReply>;
  /** Ends idle connections and what is under way. */
  close(): void;
}

/**
 * Over node:http and node:https rather than fetch: the same answers cost half the CPU (docs/adr/0003), and a
 * body is counted here, where fetch would have decoded it unmeasured.
 */
export function httpTransport(options: { readonly connectionsPerHost?: number } = {}): HttpTransport {
  const shared = { keepAlive: true, maxSockets: options.connectionsPerHost ?? 64, maxFreeSockets: 16 };
  const plain = new PlainAgent(shared);
  // Said outright, because an environment variable can turn the default off, and tokens go through here.
  const tls = new TlsAgent({ ...shared, rejectUnauthorized: true });
  return {
    exchange(request, limits) {
      const settings: RequestOptions = {
        agent: request.secure ? tls : plain,
        host: request.hostname,
        port: request.port,
        path: request.target,
        method: request.method,
        headers: request.headers,
        maxHeaderSize: 65_536,
      };
      const start = request.secure ? tlsRequest : plainRequest;
      return new Promise((resolve, reject) => {
        const sent = start(settings);
        receive(sent, limits, resolve, reject);
        sent.end(request.body);
      });
    },
    close() {
      plain.destroy();
      tls.destroy();
    },
  };
}

type Fail = (kind: FaultKind, cause?: unknown) => void;

function receive(
  sent: ClientRequest,
  limits: WireLimits,
  resolve: (reply: HttpReply | PromiseLike<HttpReply>) => void,
  reject: (fault: WireFault) => void,
): void {
  let timer: NodeJS.Timeout | undefined;
  let settled = false;
  let answered = false;
  const arm = (ms: number): void => {
    clearTimeout(timer);
    if (!settled) timer = setTimeout(() => fail('timeout'), ms);
  };
  const fail: Fail = (kind, cause) => {
    // Every answer ends with `close`; a whole one has given its connection back by then, and it must live on.
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    reject(new WireFault(kind, { cause, stale: !answered && isStale(sent, cause) }));
    sent.destroy();
  };
  sent.once('socket', socket => {
    if (!socket.connecting) return arm(limits.headersMs);
    arm(limits.connectMs);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => arm(limits.headersMs));
  });
  sent.on('error', cause => fail(answered ? 'incomplete' : unanswered(cause), cause));
  // Nobody asked to speak another protocol; without a listener node would leave the request hanging.
  sent.once('upgrade', () => fail('reset'));
  sent.once('response', answer => {
    answered = true;
    const whole = (body: Buffer): void => {
      settled = true;
      clearTimeout(timer);
      resolve(decode(answer, body, limits.bodyBytes));
    };
    arm(limits.stallMs);
    collect(answer, limits, () => timer?.refresh(), whole, fail);
  });
}

/** Reads the body and settles exactly once: with all of it, or with the reason why not. */
function collect(
  answer: IncomingMessage,
  limits: WireLimits,
  alive: () => void,
  whole: (body: Buffer) => void,
  fail: Fail,
): void {
  answer.on('error', cause => fail('incomplete', cause));
  answer.on('close', () => fail('incomplete'));
  const declared = declaredLength(answer);
  if (declared !== null && declared > limits.bodyBytes) return fail('too-large');
  const chunks: Buffer[] = [];
  let length = 0;
  const deadline = performance.now() + limits.bodyMs;
  answer.on('data', (chunk: Buffer) => {
    alive();
    length += chunk.length;
    if (length > limits.bodyBytes) return fail('too-large');
    if (performance.now() > deadline) return fail('timeout');
    chunks.push(chunk);
  });
  answer.on('end', () => {
    // A body that ends only because the connection did cannot be told from one that was cut.
    const chunked = /chunked/i.test(answer.headers['transfer-encoding'] ?? '');
    const measured = declared !== null || chunked || bodiless(answer);
    if (!answer.complete || !measured) return fail('incomplete');
    whole(joined(chunks, length));
  });
}

function joined(chunks: readonly Buffer[], length: number): Buffer {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const body = Buffer.concat(chunks, length);
  chunks.forEach(freeBytes);
  return body;
}

const bodiless = (answer: IncomingMessage): boolean => answer.statusCode === 204 || answer.statusCode === 304;

function declaredLength(answer: IncomingMessage): number | null {
  const text = answer.headers['content-length'];
  return text === undefined ? null : Number(text);
}

function unanswered(cause: NodeJS.ErrnoException): FaultKind {
  const code = cause.code ?? '';
  if (/CERT|SIGNATURE|SSL|TLS|ALTNAME/.test(code)) return 'tls';
  const unmade = /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL)/.test(code);
  return unmade ? 'connect' : 'reset';
}

const isStale = (sent: ClientRequest, cause: unknown): boolean =>
  sent.reusedSocket &&
  cause instanceof Error &&
  'code' in cause &&
  /^(ECONNRESET|EPIPE)$/.test(String(cause.code));

const gunzipAsync = promisify(gunzip);
// Unfolded here within a fraction of a millisecond (and a bomb of that size within some dozens): the way to another
// thread and back costs more.
const smallBody = 32 * 1024;

/**
 * A gzip body ends with how long it was (RFC 1952), and a little more than that holds it in one piece. A large chunk
 * would stay in memory behind a small page for as long as that waits. Only a hint: of
 * several parts it tells the last one's, and then the body comes in several chunks.
 */
function chunkFor(body: Buffer): number {
  const length = body.length < 4 ? 0 : body.readUInt32LE(body.length - 4);
  return Math.min(Math.max(length + 64, 1_024), 16_777_216);
}

/** The body as its author wrote it. Encoded bodies are decoded up to the limit and no further. */
async function decode(answer: IncomingMessage, body: Buffer, limit: number): Promise<HttpReply> {
  const status = answer.statusCode ?? 0;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity' || body.length === 0) return { status, headers, bytes: body };
  if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new WireFault('encoding');
  // They describe the encoded form, which nobody sees from here on.
  delete headers['content-encoding'];
  delete headers['content-length'];
  try {
    const limits = { maxOutputLength: limit, chunkSize: chunkFor(body) };
    const bytes = body.length <= smallBody ? gunzipSync(body, limits) : await gunzipAsync(body, limits);
    freeBytes(body);
    return { status, headers, bytes };
  } catch (cause) {
    const bomb = cause instanceof RangeError;
    throw new WireFault(bomb ? 'too-large' : 'encoding', { cause });
  }
}
