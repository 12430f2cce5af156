import type { z } from 'zod';
import { apiRoot, contract, type Contract, type RouteId } from './contract/contract.ts';
import type { RouteSpec } from './contract/route-spec.ts';
import type { ProblemDetail } from './problem.ts';

/** Text, or what turns into the text the API expects. */
type Given<T> = { [K in keyof T]: T[K] extends string | undefined ? T[K] | number | boolean : T[K] };

type PartOf<R extends RouteSpec, Part extends 'params' | 'query'> = keyof z.input<R[Part]> extends never
  ? { readonly [P in Part]?: undefined }
  : Record<never, never> extends z.input<R[Part]>
    ? { readonly [P in Part]?: Given<z.input<R[Part]>> }
    : { readonly [P in Part]: Given<z.input<R[Part]>> };

/** What one call takes: the route's parameters, query and body, and headers of the caller's own. */
export type Ask<R extends RouteSpec> = PartOf<R, 'params'> &
  PartOf<R, 'query'> & {
    readonly body?: R['body'] extends z.ZodType ? z.input<R['body']> : undefined;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  };

type BodyOf<S> = S extends { readonly json: infer J extends z.ZodType }
  ? z.output<J>
  : S extends { readonly text: string }
    ? string
    : Uint8Array;

export type Answer<R extends RouteSpec> = {
  [S in keyof R['replies']]: {
    readonly status: S;
    readonly body: BodyOf<R['replies'][S]>;
    readonly headers: Headers;
  };
}[keyof R['replies']];

/** An error the API answered, or an answer that is not the API's. */
export class ApiProblem extends Error {
  readonly status: number;
  /** `NotFound`, `TokenInvalid`…; `NotTheApi` where something else answered. */
  readonly code: string;
  readonly target: string | null;
  readonly details: readonly ProblemDetail[];
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  constructor(
    status: number,
    code: string,
    message: string,
    about: Partial<Omit<ApiProblem, keyof Error>> = {},
  ) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.target = about.target ?? null;
    this.details = about.details ?? [];
    this.requestId = about.requestId ?? null;
    this.retryAfterSeconds = about.retryAfterSeconds ?? null;
  }
}

export interface Client {
  /** Throws ApiProblem for every status the route does not list, and whatever `send` throws. */
  call<Id extends RouteId>(id: Id, ask?: Ask<Contract[Id]>): Promise<Answer<Contract[Id]>>;
  /** Follows a nextLink of the same route. */
  follow<Id extends RouteId>(id: Id, nextLink: string): Promise<Answer<Contract[Id]>>;
}

export interface ClientOptions {
  /** `http://127.0.0.1:7071`, without a path. */
  readonly baseUrl: string;
  /** Asked for each call, so that it can be renewed; null calls without one. */
  readonly token: () => Promise<string | null>;
  /** `fetch`, handed in. */
  readonly send: (url: string, init: RequestInit) => Promise<Response>;
}

/** A client typed by the contract. It checks what it sends by the compiler, and what it gets by its status. */
export function createClient(options: ClientOptions): Client {
  async function ask(id: RouteId, url: string, init: RequestInit): Promise<unknown> {
    const spec: RouteSpec = contract[id];
    // What nobody needs a token for, signing in above all, must work where the one at hand has expired.
    const given = options.token();
    const token = await (spec.needs === 'nobody' ? given.catch(() => null) : given);
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const reply = await options.send(url, { ...init, method: spec.method, headers, redirect: 'error' });
    const known = spec.replies[reply.status];
    if (known === undefined) throw await problemOf(reply);
    const body =
      'json' in known ? await json(reply) : 'text' in known ? await reply.text() : await bytes(reply);
    return { status: reply.status, headers: reply.headers, body };
  }

  return {
    async call<Id extends RouteId>(id: Id, given?: Ask<Contract[Id]>): Promise<Answer<Contract[Id]>> {
      const spec: RouteSpec = contract[id];
      const loose: Loose = given ?? {};
      const url = `${options.baseUrl}${apiRoot}${pathOf(spec.path, loose.params)}${queryOf(loose.query)}`;
      const headers = new Headers(loose.headers);
      const body = spec.body === null ? null : JSON.stringify(loose.body ?? {});
      if (body !== null) headers.set('content-type', 'application/json');
      const signal = loose.signal ?? null;
      return (await ask(id, url, { headers, body, signal })) as Answer<Contract[Id]>;
    },
    async follow<Id extends RouteId>(id: Id, nextLink: string): Promise<Answer<Contract[Id]>> {
      // A link that leaves the API would take the token along.
      if (!nextLink.startsWith(`${apiRoot}/`)) {
        throw new ApiProblem(200, 'NotTheApi', 'The next link does not lead to the API. Check the address.');
      }
      return (await ask(id, `${options.baseUrl}${nextLink}`, {})) as Answer<Contract[Id]>;
    },
  };
}

interface Loose {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const pathOf = (path: string, params: Readonly<Record<string, unknown>> = {}): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));

function queryOf(query: Readonly<Record<string, unknown>> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value as string | number | boolean));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

const bytes = async (reply: Response): Promise<Uint8Array> => new Uint8Array(await reply.arrayBuffer());

async function json(reply: Response): Promise<unknown> {
  try {
    return JSON.parse(await reply.text()) as unknown;
  } catch {
    throw new ApiProblem(
      reply.status,
      'NotTheApi',
      'The answer is not JSON. Check the address: is it Holdfast’s?',
    );
  }
}

interface ProblemLike {
  error?: { code?: string; message?: string; target?: string; details?: ProblemDetail[]; requestId?: string };
}

async function problemOf(reply: Response): Promise<ApiProblem> {
  const read = (await json(reply)) as ProblemLike | null;
  const error = read?.error;
  const wait = Number(reply.headers.get('retry-after') ?? Number.NaN);
  if (typeof error?.code !== 'string' || typeof error.message !== 'string') {
    throw new ApiProblem(reply.status, 'NotTheApi', 'The answer is not Holdfast’s. Check the address.');
  }
  return new ApiProblem(reply.status, error.code, error.message, {
    target: error.target ?? null,
    details: error.details ?? [],
    requestId: error.requestId ?? null,
    retryAfterSeconds: Number.isFinite(wait) ? wait : null,
  });
}
