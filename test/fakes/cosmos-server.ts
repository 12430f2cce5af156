import { createServer, request as httpRequest, Agent, type IncomingMessage, type Server } from 'node:http';
import { createHttpServer } from '@vercel/cosmosdb-server';
import {
  containerDefinition,
  containers,
  type ContainerName,
  type ContainerSpec,
} from '../../shared/adapters/azure/containers.ts';
import { batchRefusal, itemRefusal, partitionRefusal, queryRefusal, type Refusal } from './cosmos-rules.ts';

/** One request as it reached the door. */
export interface CosmosCall {
  readonly method: string;
  readonly container: string | null;
  readonly kind: 'read' | 'write' | 'batch' | 'query' | 'plan' | 'account' | 'other';
  /** Whether it names the tag of what it changes; a batch's steps do so each for itself. */
  readonly conditional: boolean;
  readonly sent: number;
  received: number;
  /** Request units, as the answer says: the emulator always says one. */
  charge: number;
}
/** What a test makes of a request instead of its answer; null lets it through. `cut` answers it and loses the answer. */
export type CosmosFault = (
  call: CosmosCall,
) => { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'drop' | 'cut' | null;

export interface CosmosServer {
  readonly url: string;
  readonly calls: CosmosCall[];
  fault: CosmosFault | null;
  /** What the account says of its default consistency. */
  consistency: string;
  /** The most items a page of a query may have, so that continuations happen. */
  pageSize: number | null;
  /** A database with these containers; answers its name. */
  makeDatabase(names: readonly ContainerName[]): Promise<string>;
  dropDatabase(database: string): Promise<void>;
  /** Changes the named text of every item, behind everybody's back. */
  damage(database: string, change: (item: Record<string, unknown>) => boolean): Promise<void>;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}
const specs = new Map(containers.map(spec => [spec.name as string, spec]));

/**
 * `@vercel/cosmosdb-server` behind a door of ours that adds what it lacks of the service: batches that happen
 * whole or not at all, limits, partition keys that match, refusals of queries without their index.
 */
export async function startCosmosServer(): Promise<CosmosServer> {
  const emulator = createHttpServer({ keepAlive: true });
  const behind = await listen(emulator);
  const agent = new Agent({ keepAlive: true });
  const existing = new Set<string>();
  const calls: CosmosCall[] = [];
  let made = 0;
  // Writes one after the other: between the look and the deed of a batch nobody else writes.
  let writing: Promise<unknown> = Promise.resolve();
  const forward = (
    method: string,
    path: string,
    headers: IncomingMessage['headers'],
    body: Buffer,
  ): Promise<Reply> => exchange(agent, behind, method, path, headers, body);
  const inTurn = (work: () => Promise<Reply>): Promise<Reply> => {
    const turn = writing.then(work, work);
    writing = turn.catch(() => undefined);
    return turn;
  };

  async function answer(message: IncomingMessage, body: Buffer, call: CosmosCall): Promise<Reply> {
    const { headers } = message;
    const path = message.url ?? '/';
    const pass = (): Promise<Reply> => forward(call.method, path, headers, body);
    if (call.kind === 'account') return asAccount(await pass(), server.consistency);
    const spec = specs.get(call.container ?? '');
    if (spec === undefined || !/\/docs/.test(path)) return pass();
    const place = /\/dbs\/([^/]+)\/colls\/([^/?]+)/.exec(path);
    if (!existing.has(`${place?.[1]}/${place?.[2]}`)) {
      // Only the substatus tells a container that is gone from an item that is.
      const gone = refused({ status: 404, message: 'Owner resource does not exist' });
      return { ...gone, headers: { ...gone.headers, 'x-ms-substatus': '1003' } };
    }
    if (call.kind === 'plan') return planOf(body);
    const partition = partitionOf(headers['x-ms-documentdb-partitionkey']);
    if (call.kind === 'query') {
      const { query } = JSON.parse(body.toString()) as { query: string };
      const no = queryRefusal(spec, query, partition, body.length);
      if (no !== null) return refused(no);
      const most = Math.min(Number(headers['x-ms-max-item-count'] ?? 1_000), server.pageSize ?? 1_000);
      return forward(call.method, path, { ...headers, 'x-ms-max-item-count': String(most) }, body);
    }
    const no = partitionRefusal(spec, partition);
    if (no !== null) return refused(no);
    if (call.kind === 'read') return pass();
    if (call.kind === 'batch') return inTurn(() => runBatch(forward, spec, path, headers, body));
    if (call.method !== 'DELETE') {
      const wrong = itemRefusal(spec, JSON.parse(body.toString()), partition);
      if (wrong !== null) return refused(wrong);
    }
    return inTurn(pass);
  }

  const door = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const body = Buffer.concat(chunks);
      const call = callOf(message, body);
      calls.push(call);
      const fault = server.fault?.(call) ?? null;
      if (fault === 'drop') {
        message.socket.destroy();
        return;
      }
      const reply: Promise<Reply> =
        fault === null || fault === 'cut'
          ? answer(message, body, call)
          : Promise.resolve({
              ...refused({ status: fault.status, message: 'as the test says' }),
              headers: fault.headers ?? {},
            });
      void reply.then(({ status, headers, body: content }) => {
        call.received += content.length;
        call.charge = Number(headers['x-ms-request-charge'] ?? 0);
        if (fault === 'cut') {
          message.socket.destroy();
          return;
        }
        const { connection: _connection, ...kept } = headers;
        response.writeHead(status, kept);
        response.end(content);
      });
    });
  });
  const url = `http://127.0.0.1:${await listen(door)}`;
  const server: CosmosServer = {
    url,
    calls,
    fault: null,
    consistency: 'Strong',
    pageSize: null,
    async makeDatabase(names) {
      const id = `holdfast-${(made += 1)}`;
      const post = (path: string, value: unknown): Promise<Reply> =>
        forward('POST', path, { 'content-type': 'application/json' }, Buffer.from(JSON.stringify(value)));
      await post('/dbs', { id });
      for (const name of names) {
        const spec = specs.get(name);
        existing.add(`${id}/${name}`);
        if (spec !== undefined) await post(`/dbs/${id}/colls`, containerDefinition(spec));
      }
      return id;
    },
    async dropDatabase(database) {
      await forward('DELETE', `/dbs/${database}`, {}, Buffer.alloc(0));
    },
    async damage(database, change) {
      for (const spec of containers) {
        const path = `/dbs/${database}/colls/${spec.name}/docs`;
        const listed = await forward('GET', path, {}, Buffer.alloc(0));
        if (listed.status !== 200) continue;
        const { Documents } = JSON.parse(listed.body.toString()) as { Documents: Record<string, unknown>[] };
        for (const item of Documents) {
          if (!change(item)) continue;
          const key = JSON.stringify(spec.partitionKey.map(one => item[one.slice(1)]));
          const headers = { 'content-type': 'application/json', 'x-ms-documentdb-partitionkey': key };
          await forward('PUT', `${path}/${String(item['id'])}`, headers, Buffer.from(JSON.stringify(item)));
        }
      }
    },
    async close() {
      agent.destroy();
      for (const one of [door, emulator]) {
        one.closeAllConnections();
        await new Promise(resolve => {
          one.close(resolve);
        });
      }
    },
  };
  return server;
}

function callOf(message: IncomingMessage, body: Buffer): CosmosCall {
  const { headers, method = 'GET', url = '/' } = message;
  const container = /\/colls\/([^/?]+)/.exec(url)?.[1] ?? null;
  const is = (name: string): boolean => String(headers[name] ?? '').toLowerCase() === 'true';
  const kind = ((): CosmosCall['kind'] => {
    if (url === '/' || url === '') return 'account';
    if (container === null || !url.includes('/docs')) return 'other';
    if (is('x-ms-cosmos-is-query-plan-request')) return 'plan';
    if (is('x-ms-documentdb-isquery')) return 'query';
    if (is('x-ms-cosmos-is-batch-request')) return 'batch';
    return method === 'GET' ? 'read' : 'write';
  })();
  return {
    method,
    container,
    kind,
    conditional: headers['if-match'] !== undefined,
    sent: body.length,
    received: 0,
    charge: 0,
  };
}

function asAccount(reply: Reply, consistency: string): Reply {
  const account = JSON.parse(reply.body.toString()) as Record<string, unknown>;
  account['userConsistencyPolicy'] = { defaultConsistencyLevel: consistency };
  const body = Buffer.from(JSON.stringify(account));
  return { ...reply, headers: { ...reply.headers, 'content-length': String(body.length) }, body };
}

/** Looks at what each step would meet, and lets the batch through only if none would fail. */
async function runBatch(
  forward: (
    method: string,
    path: string,
    headers: IncomingMessage['headers'],
    body: Buffer,
  ) => Promise<Reply>,
  spec: ContainerSpec,
  path: string,
  headers: IncomingMessage['headers'],
  body: Buffer,
): Promise<Reply> {
  const partition = partitionOf(headers['x-ms-documentdb-partitionkey']);
  const steps = JSON.parse(body.toString()) as readonly {
    operationType: string;
    id?: string;
    ifMatch?: string;
    resourceBody?: { id: string };
  }[];
  const no = batchRefusal(steps, body.length);
  if (no !== null) return refused(no);
  const tags = new Map<string, string | null>();
  const verdicts: number[] = [];
  for (const step of steps) {
    if (step.resourceBody !== undefined) {
      const wrong = itemRefusal(spec, step.resourceBody, partition);
      if (wrong !== null) return refused(wrong);
    }
    const id = step.id ?? step.resourceBody?.id ?? '';
    const known = tags.has(id)
      ? (tags.get(id) ?? null)
      : await tagOf(forward, `${path.replace(/\/$/, '')}/${id}`, headers);
    verdicts.push(verdictOn(step, known));
    tags.set(id, step.operationType === 'Delete' ? null : 'written');
  }
  const failed = verdicts.findIndex(status => status >= 400);
  // The emulator looks for the key in each step; the service takes it from the header.
  const key = headers['x-ms-documentdb-partitionkey'];
  const told = Buffer.from(JSON.stringify(steps.map(step => ({ ...step, partitionKey: key }))));
  if (failed < 0) return forward('POST', path, headers, told);
  const results = verdicts.map((status, i) => ({
    statusCode: i === failed ? status : 424,
    requestCharge: 0,
  }));
  return {
    status: 207,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(results)),
  };
}

function verdictOn(step: { operationType: string; ifMatch?: string }, tag: string | null): number {
  if (step.operationType === 'Create') return tag === null ? 201 : 409;
  if (step.operationType === 'Upsert') return 200;
  if (tag === null) return 404;
  return step.ifMatch !== undefined && step.ifMatch !== tag ? 412 : 200;
}

async function tagOf(
  forward: (
    method: string,
    path: string,
    headers: IncomingMessage['headers'],
    body: Buffer,
  ) => Promise<Reply>,
  path: string,
  headers: IncomingMessage['headers'],
): Promise<string | null> {
  const key = headers['x-ms-documentdb-partitionkey'];
  const asSdk = { 'x-ms-documentdb-partitionkey': key, 'x-ms-documentdb-query-enablecrosspartition': 'true' };
  const found = await forward('GET', path, asSdk, Buffer.alloc(0));
  if (found.status === 404) return null;
  if (found.status !== 200) throw new Error(`the emulator answers ${found.status}`);
  return (JSON.parse(found.body.toString()) as { _etag: string })._etag;
}

const refused = ({ status, message }: Refusal): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ code: String(status), message })),
});

/** The plan of a question that the service's gateway answers by itself over all partitions; of others there is none here. */
function planOf(body: Buffer): Reply {
  const { query } = JSON.parse(body.toString()) as { query: string };
  if (/\bORDER\s+BY\b|\bSELECT\s+VALUE\b/i.test(query))
    return refused({ status: 400, message: 'no plans here' });
  const plan = {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: { distinctType: 'None', orderBy: [], orderByExpressions: [], aggregates: [] },
    queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
  };
  const headers = { 'content-type': 'application/json' };
  return { status: 200, headers, body: Buffer.from(JSON.stringify(plan)) };
}

function partitionOf(header: string | string[] | undefined): readonly unknown[] | null {
  if (typeof header !== 'string') return null;
  const value: unknown = JSON.parse(header);
  return Array.isArray(value) ? value : [value];
}

function exchange(
  agent: Agent,
  port: number,
  method: string,
  path: string,
  headers: IncomingMessage['headers'],
  body: Buffer,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { host: _host, connection: _connection, 'transfer-encoding': _encoding, ...kept } = headers;
    const sent = { ...kept, 'content-length': String(body.length) };
    const call = httpRequest({ agent, host: '127.0.0.1', port, method, path, headers: sent }, reply => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 500, headers: reply.headers, body: Buffer.concat(chunks) }),
      );
      reply.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

function listen(server: Server): Promise<number> {
  // A connection must not be closed in the moment in which somebody takes it up again.
  server.keepAliveTimeout = 600_000;
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      resolve(typeof at === 'object' && at !== null ? at.port : 0);
    });
  });
}
