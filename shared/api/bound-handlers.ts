import type { Known } from '../authz/decide.ts';
import { AppError } from '../kernel/errors.ts';
import type { Principal } from '../model/principal.ts';
import type { TenantScope } from '../model/scope.ts';
import { contract, routeIds, type Contract, type RouteId } from './contract/contract.ts';
import type { RouteSpec } from './contract/route-spec.ts';
import type { AnyResult, Handler, Handlers, RequestFacts } from './handlers/handler.ts';

/** All a handler could be given; which of it one sees is decided by its route's type. */
export interface AnyCall {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly request: RequestFacts;
  readonly principal: Principal | null;
  readonly known: Known | null;
  readonly operates: boolean;
  readonly scopes: readonly TenantScope[];
  readonly scope: TenantScope | undefined;
}

/** A route with its handler, of which the types have been taken off. */
export interface BoundRoute {
  readonly id: RouteId;
  readonly spec: RouteSpec;
  run(call: AnyCall): Promise<AnyResult>;
}

/** Every route of the contract with its handler. */
export function boundRoutes(handlers: Handlers): ReadonlyMap<RouteId, BoundRoute> {
  const bind = <Id extends RouteId>(id: Id): BoundRoute => boundRoute(id, contract[id], handlers[id]);
  return new Map(routeIds.map(id => [id, bind(id)]));
}

function boundRoute<Id extends RouteId>(
  id: Id,
  spec: Contract[Id] & RouteSpec,
  handler: Handler<Contract[Id]>,
): BoundRoute {
  return {
    id,
    spec,
    async run(call) {
      // The one place where a route's types are taken on trust: mount parsed the input with this route's own
      // schemas, and authorize made the scopes its `over` asks for.
      const untyped: unknown = call;
      const result = await handler(untyped as Parameters<typeof handler>[0]);
      return checked(spec, result);
    },
  };
}

/** The reply as its schema says, or a bug: what the contract does not name never leaves the house. */
function checked(
  spec: RouteSpec,
  result: { readonly status: PropertyKey; readonly body: unknown; readonly headers?: AnyResult['headers'] },
): AnyResult {
  const status = Number(result.status);
  const reply = spec.replies[status];
  if (reply === undefined) throw broken(spec, 'status');
  const headers = result.headers ?? {};
  if (!('json' in reply)) return { status, headers, body: result.body, spec: reply };
  const parsed = reply.json.safeParse(result.body);
  if (!parsed.success) throw broken(spec, parsed.error.issues[0]?.path.map(String).join('.') ?? 'body');
  return { status, headers, body: parsed.data, spec: reply };
}

function broken(spec: RouteSpec, at: string): AppError {
  return new AppError('bug', 'retry', 'The answer does not have the promised form and was held back.', {
    facts: { route: spec.path, at },
  });
}
