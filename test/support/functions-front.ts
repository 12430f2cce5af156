import functions from '@azure/functions';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Handlers } from '../../shared/host/azure/handlers.ts';
import { httpTriggers, type HttpTrigger } from '../../shared/host/azure/triggers.ts';

const { HttpRequest, HttpResponse, InvocationContext } = functions;

/** A trigger and its route as the Functions host reads it: literal text, `{name}`, `{*rest}`. */
interface Door {
  readonly trigger: HttpTrigger;
  readonly path: RegExp;
  readonly names: readonly string[];
}

const doors: readonly Door[] = httpTriggers
  .map(trigger => {
    const names: string[] = [];
    const source = trigger.route.replaceAll(
      /\{(\*?)(\w+)\}|[.]/g,
      (_whole, rest: string | undefined, name: string | undefined) => {
        if (name === undefined) return String.raw`\.`;
        names.push(name);
        return rest === '*' ? '(.*)' : '([^/]+)';
      },
    );
    return { trigger, path: new RegExp(`^/api/${source}$`, 'i'), names };
  })
  // As routing does: literals before parameters, the rest last.
  .sort((a, b) => weight(a.trigger.route) - weight(b.trigger.route));

function weight(route: string): number {
  return (route.match(/\{/g)?.length ?? 0) + (route.includes('{*') ? 100 : 0);
}

export interface FunctionsFront {
  readonly url: string;
  /** Names of the functions called, in order. */
  readonly called: string[];
  close(): Promise<void>;
}

/**
 * Stands where the Functions host stands between the network and the app: chooses a function by the trigger table,
 * hands it the whole request as the library's own HttpRequest, and sends what comes back. The host itself and its
 * routing are not here; routes are read by the rules it documents.
 */
export async function startFunctionsFront(http: Handlers['http']): Promise<FunctionsFront> {
  const called: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const door = find(request);
      if (door === null) {
        response.writeHead(404).end();
        return;
      }
      called.push(door.trigger.name);
      const context = new InvocationContext({ functionName: door.trigger.name, logHandler: () => undefined });
      const init = await http(await hostRequest(request, door), context);
      const reply = new HttpResponse(init);
      const body = Buffer.from(await reply.arrayBuffer());
      response.writeHead(reply.status, Object.fromEntries(reply.headers.entries()));
      response.end(body.length > 0 ? body : undefined);
    })().catch((thrown: unknown) => {
      response.writeHead(500).end(String(thrown));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    called,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function find(request: IncomingMessage): Door | null {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const method = request.method ?? 'GET';
  return doors.find(door => door.path.test(path) && door.trigger.methods.some(one => one === method)) ?? null;
}

/** What the host sends to the worker: the whole body, and joined headers with the caller's address at the end. */
async function hostRequest(
  request: IncomingMessage,
  { path, names }: Door,
): Promise<InstanceType<typeof HttpRequest>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const before = headers['x-forwarded-for'];
  const { remoteAddress = '', remotePort = 0 } = request.socket;
  const address = `${remoteAddress}:${String(remotePort)}`;
  headers['x-forwarded-for'] = before === undefined ? address : `${before}, ${address}`;
  const url = new URL(request.url ?? '/', 'https://holdfast.example');
  const values = path.exec(url.pathname)?.slice(1) ?? [];
  const bytes = await buffer(request);
  return new HttpRequest({
    method: request.method ?? 'GET',
    url: url.href,
    headers,
    // The host joins repeated parameters; the app must not look here.
    query: Object.fromEntries(
      [...new Set(url.searchParams.keys())].map(name => [name, url.searchParams.getAll(name).join(',')]),
    ),
    params: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])),
    ...(bytes.length > 0 ? { body: { bytes } } : {}),
  });
}
