import {
  createServer as createPlain,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecure } from 'node:https';
import {
  isAnswerLost,
  isOut,
  noFaults,
  takeAnswer,
  takeDocuments,
  type Faults,
  type RequestKind,
} from './faults.ts';
import { checkUpdate, readSchema } from './index-schema.ts';
import { keptIndex, type KeptIndex } from './kept-index.ts';
import { badRequest, Refusal } from './refusal.ts';
import { searchDocuments } from './searching.ts';

type Json = Readonly<Record<string, unknown>>;

export interface AiSearchFake {
  readonly endpoint: string;
  readonly apiKey: string;
  readonly faults: Faults;
  /** What came over the wire: requests by kind, and bytes of their bodies. */
  readonly counted: Record<RequestKind, number> & { bytes: number };
  index(name: string): KeptIndex | undefined;
  aliasOf(name: string): string | undefined;
  /** As somebody else turns it. */
  turnAlias(name: string, index: string): void;
  close(): Promise<void>;
}

export interface AiSearchFakeOptions {
  /** Bearer tokens that may do everything; needs `tls`, because nobody sends a token in the clear. */
  readonly tokens?: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
}

const apiVersion = '2026-04-01';
const mostBytes = 16 * 1024 * 1024;
const apiKey = 'an-admin-key-of-the-fake';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: Json;
}
interface Answer {
  readonly status: number;
  readonly body?: Json;
}
interface Kept {
  readonly indexes: Map<string, KeptIndex>;
  readonly aliases: Map<string, string>;
  readonly faults: Faults;
}

/**
 * Azure AI Search on loopback, for the part of its REST API that the product speaks. It keeps the service's rules and
 * limits and evaluates filters and full-text queries over what was indexed; it shares nothing with the product.
 */
export async function startAiSearch(options: AiSearchFakeOptions = {}): Promise<AiSearchFake> {
  const kept: Kept = { indexes: new Map(), aliases: new Map(), faults: noFaults() };
  const counted = { write: 0, search: 0, manage: 0, bytes: 0 };
  const waiting: { index: KeptIndex; requests: number }[] = [];

  function makeVisible(): void {
    for (const one of waiting) one.requests -= 1;
    for (const one of waiting.filter(({ requests }) => requests < 0)) {
      one.index.show();
      waiting.splice(waiting.indexOf(one), 1);
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await bodyOf(request);
    if (isOut(kept.faults)) return void request.socket.destroy();
    if (kept.faults.silence) return;
    const url = new URL(request.url ?? '/', 'http://loopback');
    const path = decodeURIComponent(url.pathname);
    const kind: RequestKind = path.endsWith('search.index')
      ? 'write'
      : path.endsWith('.search')
        ? 'search'
        : 'manage';
    counted[kind] += 1;
    counted.bytes += bytes.length;
    makeVisible();
    try {
      authorize(request, options);
      const planned = takeAnswer(kept.faults, kind, path);
      if (planned !== null) {
        if (planned.retryAfter !== undefined) response.setHeader('Retry-After', String(planned.retryAfter));
        throw new Refusal(planned.status, 'The service is planned to refuse this.');
      }
      if (url.searchParams.get('api-version') !== apiVersion) throw badRequest('Unknown api-version.');
      const { status, body } = answer(kept, { method: request.method ?? '', path, body: parsed(bytes) });
      if (kind === 'write') {
        settle(path);
        if (isAnswerLost(kept.faults)) return void request.socket.destroy();
      }
      send(response, status, body);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      send(response, thrown.status, { error: { code: String(thrown.status), message: thrown.message } });
    }
  }

  function settle(path: string): void {
    const index = indexAt(kept, nameIn(path));
    const { visibleAfter } = kept.faults;
    if (visibleAfter === 0) index.show();
    else waiting.push({ index, requests: visibleAfter });
  }

  const listener: RequestListener = (request, response) => {
    handle(request, response).catch((thrown: unknown) => {
      send(response, 500, { error: { code: 'fake', message: String(thrown) } });
    });
  };
  const server: Server =
    options.tls === undefined ? createPlain(listener) : createSecure(options.tls, listener);
  const port = await listening(server);
  return {
    endpoint: `${options.tls === undefined ? 'http' : 'https'}://localhost:${port}`,
    apiKey,
    faults: kept.faults,
    counted,
    index: name => kept.indexes.get(name),
    aliasOf: name => kept.aliases.get(name),
    turnAlias: (name, index) => void kept.aliases.set(name, index),
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => {
        server.close(resolve);
      });
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => {
    server.listen(0, 'localhost', resolve);
  });
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return at.port;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parsed(bytes: Buffer): Json {
  if (bytes.length > mostBytes) throw new Refusal(413, 'The request is larger than 16 MB.');
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    throw badRequest('The body is not JSON.');
  }
}

function send(response: ServerResponse, status: number, body: Json | undefined): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function authorize({ headers }: IncomingMessage, { tokens = [] }: AiSearchFakeOptions): void {
  const { authorization } = headers;
  const key = headers['api-key'];
  if (key === undefined && authorization === undefined)
    throw new Refusal(401, 'No api-key and no bearer token.');
  const isKnown = key === apiKey || tokens.some(token => authorization === `Bearer ${token}`);
  if (!isKnown) throw new Refusal(403, 'The api-key or token is not one of this service.');
}

const nameIn = (path: string): string => /^\/(?:indexes|aliases)\('([^']+)'\)/.exec(path)?.[1] ?? '';

/** The index of a name or of an alias. */
function indexAt({ indexes, aliases }: Kept, name: string): KeptIndex {
  const index = indexes.get(aliases.get(name) ?? name);
  if (index === undefined) throw new Refusal(404, `There is no index '${name}'.`);
  return index;
}

function answer(kept: Kept, call: Call): Answer {
  const name = nameIn(call.path);
  const rest = call.path.slice(call.path.indexOf(')') + 1);
  if (call.path.startsWith('/aliases')) return aliasAnswer(kept, call, name);
  if (!call.path.startsWith('/indexes')) throw new Refusal(404, 'There is nothing at this path.');
  if (call.method === 'POST' && rest === '/docs/search.index') return written(kept, call, name);
  if (call.method === 'POST' && rest === '/docs/search.post.search') {
    return { status: 200, body: searchDocuments(indexAt(kept, name), call.body, kept.faults.pageSize) };
  }
  if (rest !== '') throw new Refusal(404, 'There is nothing at this path.');
  switch (call.method) {
    case 'PUT':
      return indexPut(kept, call, name);
    case 'GET':
      return { status: 200, body: indexAt(kept, name).schema.sent };
    case 'DELETE':
      return indexDeleted(kept, name);
    default:
      throw new Refusal(405, 'The method is not allowed here.');
  }
}

function written(kept: Kept, call: Call, name: string): Answer {
  const actions = call.body['value'];
  if (!Array.isArray(actions) || actions.length === 0) throw badRequest('A batch has at least one action.');
  const outcomes = indexAt(kept, name).write(actions as readonly Json[], takeDocuments(kept.faults));
  return { status: outcomes.every(one => one.status) ? 200 : 207, body: { value: outcomes } };
}

function indexPut({ indexes, aliases }: Kept, call: Call, name: string): Answer {
  if (aliases.has(name)) throw badRequest('There is an alias of this name.');
  const schema = readSchema(call.body);
  if (schema.name !== name) throw badRequest('The name in the path is another one.');
  const there = indexes.get(name);
  if (there === undefined) indexes.set(name, keptIndex(schema));
  else {
    checkUpdate(there.schema, schema);
    there.schema = schema;
  }
  return { status: there === undefined ? 201 : 200, body: schema.sent };
}

function indexDeleted({ indexes, aliases }: Kept, name: string): Answer {
  if (!indexes.has(name)) throw new Refusal(404, `There is no index '${name}'.`);
  if ([...aliases.values()].includes(name)) {
    throw badRequest('An alias is mapped to this index. Delete it or map it to another index first.');
  }
  indexes.delete(name);
  return { status: 204 };
}

function aliasAnswer({ indexes, aliases }: Kept, call: Call, name: string): Answer {
  const there = aliases.get(name);
  switch (call.method) {
    case 'PUT': {
      const targets = call.body['indexes'];
      const [target] = Array.isArray(targets) ? targets.map(String) : [];
      if (target === undefined || (targets as unknown[]).length !== 1)
        throw badRequest('An alias is of one index.');
      if (!indexes.has(target)) throw badRequest(`There is no index '${target}'.`);
      if (indexes.has(name)) throw badRequest('There is an index of this name.');
      aliases.set(name, target);
      return { status: there === undefined ? 201 : 200, body: { name, indexes: [target] } };
    }
    case 'GET':
      if (there === undefined) throw new Refusal(404, `There is no alias '${name}'.`);
      return { status: 200, body: { name, indexes: [there] } };
    case 'DELETE':
      if (!aliases.delete(name)) throw new Refusal(404, `There is no alias '${name}'.`);
      return { status: 204 };
    default:
      throw new Refusal(405, 'The method is not allowed here.');
  }
}
