import { fork } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
/** What a call brought: the library's answer for the host, or the error the host would see. */
export interface Called {
  readonly response?: {
    readonly returnValue?: {
      readonly http?: {
        readonly statusCode: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly body?: { readonly bytes?: Uint8Array; readonly string?: string } | null;
      };
    } | null;
  };
  readonly failed?: string;
  readonly logged: readonly string[];
}

type Encoded = Readonly<Record<string, unknown>>;

export interface FunctionsProcess {
  readonly functions: readonly FunctionMetadata[];
  /** `data` is the trigger's, as the host encodes it; `about` its facts. */
  call(name: string, data: Encoded, about?: Readonly<Record<string, Encoded>>): Promise<Called>;
  /** An HTTP call, as the host encodes it. */
  http(name: string, url: string, method?: string): Promise<{ status: number; text: string }>;
  /** Tells the worker to end; resolves with the code it ended with. */
  terminate(): Promise<number | null>;
}

/** Loads an app's folder into a process with the stand-in of the Node worker. Rejects where loading fails. */
export function startFunctions(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<FunctionsProcess> {
  const child = fork(join(import.meta.dirname, '../fakes/functions-worker.ts'), [folder], {
    // Of the placeholder, which knows nothing of the app.
    env: { PATH: process.env['PATH'] ?? '', HOLDFAST_PROFILE: 'embedded' },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  child.send({ environment: { PATH: process.env['PATH'] ?? '', ...environment } });
  onTestFinished(() => {
    child.kill();
  });
  // Not 'exit': an answer it has sent before may come after that.
  const closed = new Promise<number | null>(resolve => {
    child.once('close', resolve);
  });
  const waiting = new Map<number, (called: Called) => void>();
  let calls = 0;
  let functions: readonly FunctionMetadata[] = [];
  const call: FunctionsProcess['call'] = (name, data, about = {}) =>
    new Promise(resolve => {
      calls += 1;
      waiting.set(calls, resolve);
      const { bindings = {} } = functions.find(one => one.name === name) ?? {};
      const trigger = Object.keys(bindings).find(one => bindings[one]?.['direction'] === 'in');
      const request = { inputData: [{ name: trigger, data }], triggerMetadata: about };
      child.send({ call: calls, function: name, request });
    });
  const http: FunctionsProcess['http'] = async (name, url, method = 'GET') => {
    const called = await call(name, { http: httpData(method, url) });
    const reply = called.response?.returnValue?.http;
    if (reply === undefined) throw new Error(`${name}: ${called.failed ?? 'no answer'}`);
    const { bytes, string = '' } = reply.body ?? {};
    return {
      status: Number(reply.statusCode),
      text: bytes === undefined ? string : Buffer.from(bytes).toString('utf8'),
    };
  };
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => {
      reject(new Error(`the worker ended with ${String(code)}`));
    });
    child.on('message', (message: { call?: number; functions?: FunctionMetadata[] } & Called) => {
      if (message.call !== undefined) waiting.get(message.call)?.(message);
      else if (message.functions !== undefined) {
        ({ functions } = message);
        resolve({
          functions,
          call,
          http,
          terminate: () => {
            child.send({ terminate: true });
            return closed;
          },
        });
      } else reject(new Error(message.failed));
    });
  });
}

/** The host sends values that may be missing in maps of their own, and what it does not use as empty. */
function httpData(method: string, url: string): Encoded {
  const { host, searchParams } = new URL(url);
  const nullableQuery = Object.fromEntries(
    [...new Set(searchParams.keys())].map(name => [name, { value: searchParams.getAll(name).join(',') }]),
  );
  return {
    method,
    url,
    nullableHeaders: { host: { value: host }, 'x-forwarded-for': { value: '198.51.100.7:4711' } },
    nullableQuery,
    nullableParams: {},
    headers: {},
    query: {},
    params: {},
    body: null,
    rawBody: null,
    statusCode: '',
    identities: [{ authenticationType: null, nameClaimType: null, roleClaimType: null, claims: [] }],
    cookies: [],
  };
}
