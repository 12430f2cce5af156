import { AppError, asAppError } from '../kernel/errors.ts';
import { writeAccessEntries } from './access-entries.ts';
import type { ApiDeps, Facts } from './api-deps.ts';
import type { Api, ApiReply, ApiRequest } from './api-request.ts';
import { authorize } from './authorize.ts';
import { boundRoutes, type AnyCall, type BoundRoute } from './bound-handlers.ts';
import { challenge } from './challenge.ts';
import type { RouteId } from './contract/contract.ts';
import { createHandlers } from './handlers/handlers.ts';
import type { AnyResult } from './handlers/handler.ts';
import { once } from './idempotency.ts';
import { isLocal } from './local-caller.ts';
import { matchRoute } from './match-route.ts';
import { InputProblem, parseInput, type ParsedInput } from './parse-input.ts';
import { problemKind, problemOf } from './problem.ts';
import { commonHeaders, preflightHeaders, requestIdOf } from './reply-headers.ts';
import { createSignIn, operates, type Caller } from './sign-in.ts';

/** A handler's result as it goes over the wire. */
interface Encoded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/**
 * The API as one function of a request. For every route, in this order: authenticate, parse strictly,
 * authorize, write the access-log entry, handle, check the reply, answer with body or problem.
 */
export function mount(deps: ApiDeps): Api {
  const routes = boundRoutes(createHandlers(deps));
  const signIn = createSignIn(deps);

  async function answer(
    route: BoundRoute,
    params: Readonly<Record<string, string>>,
    request: ApiRequest,
    requestId: string,
  ): Promise<Encoded> {
    const { spec } = route;
    const caller = await signIn(spec, request);
    const input = await parseInput(spec, request, params);
    const scopes =
      caller.is === 'nobody' ? [] : await authorize(deps, spec, caller.principal, caller.known, input);
    if ('action' in spec.audit && caller.is === 'somebody') {
      const { action } = spec.audit;
      const { principal } = caller;
      await writeAccessEntries(deps, { action, route: route.id, requestId, principal, scopes, input });
    }
    const call = callOf(request, requestId, input, caller, scopes, operates(spec, caller));
    if (spec.creates !== true || caller.is === 'nobody') return encoded(await route.run(call));
    const { principal } = caller;
    const { path } = call.request;
    return once(deps, request, { principal, path, bytes: input.bytes }, async () => {
      const { status, headers, body } = encoded(await route.run(call));
      return { status, headers, body: typeof body === 'string' ? body : Buffer.from(body).toString('utf8') };
    });
  }

  return {
    async handle(request) {
      const begun = deps.clock.now();
      const requestId = requestIdOf(request, deps.newId);
      const common = commonHeaders(request, requestId, deps.allowedOrigins);
      let id: RouteId | 'none' = 'none';
      let reply: ApiReply;
      try {
        const found = routeOf(request);
        if (found.is === 'options') {
          reply = { status: 204, headers: { ...preflightHeaders(common), allow: found.allow }, body: null };
        } else {
          id = found.id;
          const route = routes.get(found.id);
          if (route === undefined) throw unknownRoute();
          const result = await answer(route, found.params, request, requestId);
          reply = { ...result, headers: { ...common, ...result.headers } };
        }
      } catch (thrown) {
        reply = problemReply(deps, thrown, { common, requestId, route: id });
      }
      const labels = { route: id, status: String(reply.status) };
      deps.telemetry.count('http_requests', 1, labels);
      deps.telemetry.event('request.answered', { ...labels, requestId, ms: deps.clock.now() - begun });
      return request.method === 'HEAD' ? withoutBody(reply) : reply;
    },
  };
}

function callOf(
  request: ApiRequest,
  requestId: string,
  input: ParsedInput,
  caller: Caller,
  scopes: AnyCall['scopes'],
  maySeeMore: boolean,
): AnyCall {
  return {
    params: input.params,
    query: input.query,
    body: input.body,
    request: {
      id: requestId,
      path: pathOf(request),
      ifMatch: request.headers['if-match'] ?? null,
      local: isLocal(request),
    },
    principal: caller.is === 'nobody' ? null : caller.principal,
    known: caller.is === 'nobody' ? null : caller.known,
    operates: maySeeMore,
    scopes,
    scope: scopes[0],
  };
}

const pathOf = (request: ApiRequest): string => request.target.split('?', 1)[0] ?? '';

/** An error of the request's own line, with the header that mends it. */
class MethodProblem extends AppError {
  readonly allow: string;
  constructor(allow: string) {
    super('request.method', 'give-up', `This path takes ${allow}.`);
    this.allow = allow;
  }
}

type Found =
  | { readonly is: 'route'; readonly id: RouteId; readonly params: Readonly<Record<string, string>> }
  | { readonly is: 'options'; readonly allow: string };

function routeOf(request: ApiRequest): Found {
  const match = matchRoute(request.method, pathOf(request));
  if (match.found === 'nothing') throw unknownRoute();
  if (match.found === 'route') return { is: 'route', id: match.id, params: match.params };
  const allow = [...match.allow, 'OPTIONS'].sort().join(', ');
  if (request.method === 'OPTIONS') return { is: 'options', allow };
  throw new MethodProblem(allow);
}

function unknownRoute(): AppError {
  return new AppError(
    'not-found',
    'give-up',
    'Nothing answers at this path. /api/openapi.json lists what does.',
  );
}

function encoded(result: AnyResult): Encoded {
  const { status, body, spec } = result;
  if ('bytes' in spec) {
    const bytes = body instanceof Uint8Array ? body : new Uint8Array();
    return { status, headers: { 'content-type': spec.bytes, ...result.headers }, body: bytes };
  }
  if ('text' in spec) {
    return { status, headers: { 'content-type': spec.text, ...result.headers }, body: String(body) };
  }
  const json = { 'content-type': 'application/json; charset=utf-8', ...result.headers };
  return { status, headers: json, body: JSON.stringify(body) };
}

/** The one place where an error becomes an answer. The log gets the cause, the caller a sentence. */
export function problemReply(
  deps: { readonly telemetry: ApiDeps['telemetry']; readonly facts: Facts },
  thrown: unknown,
  about: {
    readonly common: Readonly<Record<string, string>>;
    readonly requestId: string;
    readonly route: string;
  },
): ApiReply {
  const error = asAppError(thrown);
  const details = error instanceof InputProblem ? error.details : [];
  const problem = problemOf(error, about.requestId, details);
  const { requestId, route } = about;
  if (problemKind(error.code).serious === true)
    deps.telemetry.error('request.failed', error, { requestId, route });
  const headers: Record<string, string> = {
    ...about.common,
    ...problem.headers,
    'content-type': 'application/json; charset=utf-8',
  };
  if (error instanceof MethodProblem) headers['allow'] = error.allow;
  const where = challenge(error, deps.facts);
  if (where !== null) headers['www-authenticate'] = where;
  return { status: problem.status, headers, body: JSON.stringify(problem.body) };
}

function withoutBody(reply: ApiReply): ApiReply {
  const length = reply.body === null ? 0 : Buffer.byteLength(reply.body);
  return { ...reply, headers: { ...reply.headers, 'content-length': String(length) }, body: null };
}
