import { createServer, type Socket } from 'node:net';

/** One request as it came over the wire. */
export interface WireCall {
  readonly method: string;
  /** The request target, letter for letter. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Which connection it came over, from 1. */
  readonly connection: number;
  readonly socket: Socket;
}

export interface WireServer {
  readonly url: URL;
  readonly calls: readonly WireCall[];
  readonly connections: () => number;
  close(): Promise<void>;
}

/**
 * A server on loopback that writes exactly the bytes a test tells it to. node:http would mend most of what
 * providers and their gateways do wrong.
 */
export async function wireServer(answer: (call: WireCall, nth: number) => unknown): Promise<WireServer> {
  const calls: WireCall[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;
  const server = createServer(socket => {
    sockets.add(socket);
    const connection = ++opened;
    let text = '';
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: string) => {
      text += chunk;
      for (let taken = takeCall(text); taken !== null; taken = takeCall(text)) {
        text = text.slice(taken.length);
        const call = { ...taken.call, connection, socket };
        calls.push(call);
        answer(call, calls.length);
      }
    });
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return {
    url: new URL(`http://127.0.0.1:${at.port}`),
    calls,
    connections: () => opened,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => {
        server.close(resolve);
      });
    },
  };
}

function takeCall(text: string): { call: Omit<WireCall, 'connection' | 'socket'>; length: number } | null {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const headers = Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = end + 4 + Number(headers['content-length'] ?? 0);
  if (text.length < length) return null;
  return { call: { method, target, headers, body: text.slice(end + 4, length) }, length };
}

/** A whole answer with its content-length, and whatever headers a test adds. */
export function reply(
  call: WireCall,
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(body);
  const lines = Object.entries({
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(bytes.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  call.socket.write(`HTTP/1.1 ${status} Said\r\n${lines.join('')}\r\n`);
  call.socket.write(bytes);
}
