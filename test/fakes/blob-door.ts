import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';

/** What a test makes of a request: an answer, an end of the connection, or an answer cut in the middle of its body. */
export type BlobFault = (
  call: BlobCall,
) =>
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'drop'
  | 'cut-body'
  | null;
export interface BlobCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly sent: number;
}
export interface BlobDoor {
  readonly url: string;
  readonly calls: BlobCall[];
  fault: BlobFault | null;
  /** Sets the service's time for one container, by its path. */
  setTime(container: string, now: number): void;
  /** What is known of a blob's protection, by its path. */
  protection(path: string): { readonly until: number; readonly mode: string; readonly hold: boolean } | null;
  close(): Promise<void>;
}

interface Version {
  readonly id: string;
  until: number;
  mode: string;
  hold: boolean;
  current: boolean;
}

/**
 * Azurite with what it lacks: version-level immutability. It keeps, per blob, its versions with their retention and
 * legal hold, and refuses what Blob Storage refuses: deleting a protected version, deleting the current version by
 * its id, a retention in the past, shortening or unlocking a locked one.
 */
export async function openBlobDoor(behind: string, started: number): Promise<BlobDoor> {
  const target = new URL(behind);
  const agent = new Agent({ keepAlive: true });
  const blobs = new Map<string, Version[]>();
  const times = new Map<string, number>();
  const now = (path: string): number => times.get(path.split('/').slice(0, 3).join('/')) ?? started;
  let versions = 0;
  const currentOf = (path: string): Version | undefined => blobs.get(path)?.find(one => one.current);

  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => void handle(message, response, Buffer.concat(chunks)));
  });
  server.keepAliveTimeout = 600_000;

  async function handle(message: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const at = new URL(message.url ?? '/', 'http://127.0.0.1');
    const call = {
      method: message.method ?? 'GET',
      path: decodeURIComponent(at.pathname),
      query: at.searchParams,
      sent: body.length,
    };
    door.calls.push(call);
    // After the account and the container.
    const name = call.path.split('/').slice(3).join('/');
    if (name.length > 1_024 || /\.(\/|$)/.test(name)) return answer(response, 400, 'InvalidUri');
    const fault = door.fault?.(call) ?? null;
    if (fault === 'drop') {
      message.socket.destroy();
      return;
    }
    if (fault !== null && fault !== 'cut-body')
      return answer(response, fault.status, 'ServerBusy', fault.headers);
    const own = ruled(call, message.headers, response);
    if (own) return;
    const reply = await forward(message, body);
    if (reply.status < 300) remember(call, message.headers, reply.headers);
    response.writeHead(reply.status, { ...reply.headers, ...protectionHeaders(call) });
    if (fault === 'cut-body') {
      response.write(reply.body.subarray(0, reply.body.length >> 1), () => message.socket.destroy());
      return;
    }
    response.end(reply.body);
  }

  /** Answers what Azurite cannot; true when it did. */
  function ruled(call: BlobCall, headers: IncomingMessage['headers'], response: ServerResponse): boolean {
    const { method, path, query } = call;
    const comp = query.get('comp');
    const current = currentOf(path);
    if (method === 'PUT' && comp === 'legalhold') {
      if (current === undefined) answer(response, 404, 'BlobNotFound');
      else {
        current.hold = headers['x-ms-legal-hold'] === 'true';
        answer(response, 200, null, { 'x-ms-legal-hold': String(current.hold) });
      }
      return true;
    }
    if (comp === 'immutabilityPolicies') {
      answer(response, 400, 'InvalidQueryParameterValue');
      return true;
    }
    const until = headers['x-ms-immutability-policy-until-date'];
    if (method === 'PUT' && typeof until === 'string' && Date.parse(until) <= now(path)) {
      answer(response, 400, 'InvalidHeaderValue');
      return true;
    }
    if (method === 'GET' && comp === 'list' && (query.get('include') ?? '').includes('versions')) {
      answerXml(response, versionList(path, query.get('prefix') ?? ''));
      return true;
    }
    return method === 'DELETE' && refusedDeletion(path, query.get('versionid'), response);
  }

  function refusedDeletion(path: string, version: string | null, response: ServerResponse): boolean {
    const known = blobs.get(path) ?? [];
    if (version === null) {
      // Without an id the current version only stops being current: nothing protected is lost by that.
      return false;
    }
    const one = known.find(each => each.id === version);
    if (one === undefined) answer(response, 404, 'BlobNotFound');
    else if (one.current) answer(response, 403, 'OperationNotAllowedOnRootBlob');
    else if (one.hold) answer(response, 409, 'BlobImmutableDueToLegalHold');
    else if (one.until > now(path)) answer(response, 409, 'BlobImmutableDueToPolicy');
    else {
      blobs.set(
        path,
        known.filter(each => each !== one),
      );
      answer(response, 202, null);
    }
    return true;
  }

  function remember(
    call: BlobCall,
    headers: IncomingMessage['headers'],
    reply: IncomingMessage['headers'],
  ): void {
    const known = blobs.get(call.path) ?? [];
    if (call.method === 'DELETE') for (const one of known) one.current = false;
    if (call.method !== 'PUT' || call.query.size > 0) return;
    for (const one of known) one.current = false;
    const until = headers['x-ms-immutability-policy-until-date'];
    const mode = headers['x-ms-immutability-policy-mode'];
    const version = {
      id: `2026-01-01T00:00:00.${String((versions += 1)).padStart(7, '0')}Z`,
      until: typeof until === 'string' ? Date.parse(until) : 0,
      mode: typeof mode === 'string' ? mode : 'unlocked',
      hold: false,
      current: true,
    };
    blobs.set(call.path, [...known, version]);
    reply['x-ms-version-id'] = version.id;
  }

  function protectionHeaders(call: BlobCall): Record<string, string> {
    const current = currentOf(call.path);
    if (current === undefined || !['GET', 'HEAD'].includes(call.method) || call.query.has('comp')) return {};
    return {
      'x-ms-version-id': current.id,
      'x-ms-legal-hold': String(current.hold),
      ...(current.until === 0
        ? {}
        : {
            'x-ms-immutability-policy-until-date': new Date(current.until).toUTCString(),
            'x-ms-immutability-policy-mode': current.mode.toLowerCase(),
          }),
    };
  }

  function versionList(container: string, prefix: string): string {
    const entries = [...blobs]
      .filter(([path]) => path.startsWith(`${container}/${prefix}`))
      .flatMap(([path, all]) => all.map(one => ({ name: path.slice(container.length + 1), ...one })));
    const items = entries.map(
      one =>
        `<Blob><Name>${one.name}</Name><VersionId>${one.id}</VersionId><IsCurrentVersion>${one.current}</IsCurrentVersion><Properties><Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified><Etag>"1"</Etag><BlobType>BlockBlob</BlobType></Properties></Blob>`,
    );
    return `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/" ContainerName="c"><Prefix>${prefix}</Prefix><Blobs>${items.join('')}</Blobs><NextMarker/></EnumerationResults>`;
  }

  function forward(
    message: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const { connection: _connection, ...headers } = message.headers;
      const call = httpRequest(
        {
          agent,
          host: target.hostname,
          port: target.port,
          method: message.method,
          path: message.url,
          headers,
        },
        reply => {
          const chunks: Buffer[] = [];
          reply.on('data', (chunk: Buffer) => chunks.push(chunk));
          reply.on('end', () => {
            const {
              connection: _own,
              'keep-alive': _alive,
              'transfer-encoding': _encoding,
              ...kept
            } = reply.headers;
            const content = Buffer.concat(chunks);
            const length = message.method === 'HEAD' ? {} : { 'content-length': String(content.length) };
            resolve({ status: reply.statusCode ?? 500, headers: { ...kept, ...length }, body: content });
          });
          reply.on('error', reject);
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  }

  const port = await new Promise<number>(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      resolve(typeof at === 'object' && at !== null ? at.port : 0);
    });
  });
  const door: BlobDoor = {
    url: `http://127.0.0.1:${port}${target.pathname}`,
    calls: [],
    fault: null,
    setTime: (container, at) => void times.set(container, at),
    protection: path => currentOf(path) ?? null,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise(resolve => {
        server.close(resolve);
      });
    },
  };
  return door;
}

function answer(
  response: ServerResponse,
  status: number,
  code: string | null,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...(code === null ? {} : { 'x-ms-error-code': code, 'content-type': 'application/xml' }),
    ...headers,
  });
  response.end(
    code === null
      ? ''
      : `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>as the service says</Message></Error>`,
  );
}

function answerXml(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(xml);
}
