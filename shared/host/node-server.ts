import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Api, ApiReply, ApiRequest } from '../api/api-request.ts';
import { AppError } from '../kernel/errors.ts';

export interface NodeServerOptions {
  readonly api: Api;
  /** 0 takes a free one. */
  readonly port: number;
  /** Loopback unless somebody says otherwise: reachable from outside is a decision. */
  readonly host?: string;
  readonly timeouts?: Partial<Timeouts>;
}

/** Milliseconds. */
export interface Timeouts {
  /** For the request line and headers. */
  readonly headers: number;
  /** For the whole request, body included: a body that trickles in is cut off. */
  readonly request: number;
  /** Between two requests of one connection. */
  readonly keepAlive: number;
  /** A connection on which nothing moves, the client not reading its answer included. */
  readonly idle: number;
  /** How long a body nobody asked for is read to the end, so that the client sees its answer. */
  readonly drain: number;
  /** How long `close` waits for answers under way. */
  readonly grace: number;
}

export interface NodeServer {
  /** `http://127.0.0.1:7071` */
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, lets answers under way end, then cuts what is left. */
  close(): Promise<void>;
}

const usual: Timeouts = {
  headers: 10_000,
  request: 30_000,
  keepAlive: 5_000,
  idle: 120_000,
  drain: 2_000,
  grace: 5_000,
};
/** A next link repeats a query of 2,000 characters, each up to nine bytes long when encoded. */
const maxHeaderBytes = 32 * 1024;
const maxConnections = 4_096;
/** Of a body nobody asked for. */
const maxDrained = 16 * 1024 * 1024;

/** Serves the API on node:http. Rejects when the port cannot be had. */
export async function startNodeServer(options: NodeServerOptions): Promise<NodeServer> {
  const timeouts = { ...usual, ...options.timeouts };
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    // How often the two time-outs above are looked at.
    connectionsCheckingInterval: Math.max(100, Math.min(1_000, timeouts.headers / 4)),
    noDelay: true,
  });
  server.maxConnections = maxConnections;
  server.timeout = timeouts.idle;
  const on = (request: IncomingMessage, response: ServerResponse): void => {
    void serve(options.api, request, response, timeouts);
  };
  server.on('request', on);
  // `Expect: 100-continue`: the body is sent for when a handler asks for it, not before the token is checked.
  server.on('checkContinue', on);
  server.on('clientError', refuseBroken);
  const host = options.host ?? '127.0.0.1';
  await listening(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${String(port)}`, port, close: () => close(server, timeouts.grace) };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 511 }, () => {
      server.off('error', reject);
      // Later ones are of single connections (too many files open): the others go on.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

async function close(server: Server, grace: number): Promise<void> {
  const closed = new Promise<void>(resolve => {
    server.close(() => {
      resolve();
    });
  });
  // A connection becomes idle when its answer is out; waiting for its keep-alive to end would be for nothing.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, 20);
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, grace);
  await closed;
  clearTimeout(cut);
  clearInterval(sweep);
}

async function serve(
  api: Api,
  request: IncomingMessage,
  response: ServerResponse,
  timeouts: Timeouts,
): Promise<void> {
  // A client that goes away is no error of ours; unheard, either event would end the process.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  underWay.set(request.socket, response);
  response.once('finish', () => {
    if (underWay.get(request.socket) === response) underWay.delete(request.socket);
  });
  try {
    send(request, response, await api.handle(apiRequest(request, response)), timeouts);
  } catch {
    // handle never rejects; if a reply cannot be written (a header no socket takes), the client sees a cut.
    response.destroy();
  }
}

function apiRequest(request: IncomingMessage, response: ServerResponse): ApiRequest {
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: headersOf(request),
    clientAddress: request.socket.remoteAddress ?? null,
    readBody: limit => readBody(request, response, limit),
  };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  // Node keeps the first and drops the others; a proxy before us may have looked at the last. Together they are no token.
  const tokens = request.headersDistinct['authorization'] ?? [];
  if (tokens.length > 1) headers['authorization'] = tokens.join(', ');
  return headers;
}

function readBody(request: IncomingMessage, response: ServerResponse, limit: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit));
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.byteLength;
      if (size > limit) {
        request.off('data', onData);
        request.pause();
        reject(tooLarge(limit));
      } else chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    // Also when the client went away, or the request's time was up: then nobody reads the answer.
    request.once('close', () => {
      reject(new AppError('request.invalid', 'give-up', 'The request ended before its body did.'));
    });
  });
}

function tooLarge(limit: number): AppError {
  return new AppError(
    'request.too-large',
    'give-up',
    `The body is too large: at most ${String(limit)} bytes are taken.`,
    { target: 'body' },
  );
}

function send(request: IncomingMessage, response: ServerResponse, reply: ApiReply, timeouts: Timeouts): void {
  if (response.destroyed) return;
  const headers: Record<string, string> = { ...reply.headers };
  const body = reply.body;
  if (body !== null) headers['content-length'] = String(Buffer.byteLength(body));
  const hasBody =
    Number(headersOf(request)['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
  if (hasBody && !request.complete) drain(request, timeouts.drain);
  response.writeHead(reply.status, headers);
  if (body === null) response.end();
  else {
    // Ended when the last of it has left. To Node what was ended is out, and its connection idle: closing the server
    // would cut an answer short that its client is slow to read.
    response.write(body, error => {
      if ((error ?? null) === null) response.end();
    });
  }
}

/**
 * Reads on for a little while beside an answer that did not want the body: closing at once would reset the
 * connection, and the client would never see why. Whoever sends for longer is cut off.
 */
function drain(request: IncomingMessage, forMs: number): void {
  let size = 0;
  const cut = setTimeout(() => {
    request.socket.destroy();
  }, forMs);
  request.on('data', (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size > maxDrained) request.socket.destroy();
  });
  request.once('close', () => {
    clearTimeout(cut);
  });
  request.resume();
}

/** The answer each connection is waiting for. */
const underWay = new WeakMap<Duplex, ServerResponse>();

const broken: Readonly<Record<string, readonly [number, string, string, string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    'HeadersTooLarge',
    'The headers are too large.',
  ],
  // `curl …?q=café`: what people type is not what an address may hold.
  HPE_INVALID_URL: [
    400,
    'Bad Request',
    'RequestInvalid',
    'The address holds characters that have to be percent-encoded: é is written %C3%A9.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    'Request Timeout',
    'RequestTimeout',
    'The request took too long to arrive.',
  ],
};

/** What is not HTTP never reaches the API. The answer says so in the API's own form, and the connection ends. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  // In the middle of an answer there is no place for another.
  const answering = underWay.get(socket);
  if (error.code === 'ECONNRESET' || !socket.writable || answering?.headersSent === true) {
    socket.destroy();
    return;
  }
  const [status, words, code, message] = broken[error.code ?? ''] ?? [
    400,
    'Bad Request',
    'RequestInvalid',
    'This is not an HTTP request.',
  ];
  const body = JSON.stringify({ error: { code, message, requestId: 'none' } });
  const head = [
    `HTTP/1.1 ${String(status)} ${words}`,
    'content-type: application/json; charset=utf-8',
    `x-ms-error-code: ${code}`,
    'cache-control: no-store',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
