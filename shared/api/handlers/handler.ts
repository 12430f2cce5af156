import type { z } from 'zod';
import type { Known } from '../../authz/decide.ts';
import type { Principal } from '../../model/principal.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { Contract, RouteId } from '../contract/contract.ts';
import type { ReplySpec, RouteSpec } from '../contract/route-spec.ts';

/** What a handler learns of the request beyond its input. */
export interface RequestFacts {
  readonly id: string;
  /** `/api/v1/events`, without the query. */
  readonly path: string;
  readonly ifMatch: string | null;
  /** The caller is on this machine, and no proxy stands between. */
  readonly local: boolean;
}

/** The decision, as values: without it a handler cannot be called, and without a scope no port answers. */
type Access<R extends RouteSpec> = R extends { readonly over: 'one-tenant' }
  ? { readonly scope: TenantScope }
  : R extends { readonly over: 'my-tenants' }
    ? { readonly scopes: readonly TenantScope[] }
    : unknown;

export type Call<R extends RouteSpec> = Access<R> & {
  readonly params: z.output<R['params']>;
  readonly query: z.output<R['query']>;
  readonly body: R['body'] extends z.ZodType ? z.output<R['body']> : null;
  readonly request: RequestFacts;
} & (R['needs'] extends 'nobody'
    ? {
        readonly principal: Principal | null;
        /** The caller's token may operate the installation, so details may be shown. */
        readonly operates: boolean;
      }
    : { readonly principal: Principal; readonly known: Known });

type BodyOf<S> = S extends { readonly json: infer J extends z.ZodType }
  ? z.output<J>
  : S extends { readonly text: string }
    ? string
    : Uint8Array;

/** One of the route's statuses with the body that belongs to it. */
export type Result<R extends RouteSpec> = {
  [S in keyof R['replies']]: {
    readonly status: S;
    readonly body: BodyOf<R['replies'][S]>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof R['replies']];

export type Handler<R extends RouteSpec> = (call: Call<R>) => Promise<Result<R>>;

/** One handler per route; a missing one does not compile. */
export type Handlers = { readonly [Id in RouteId]: Handler<Contract[Id]> };

/** A result of any route, for the code that treats all alike. */
export interface AnyResult {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly spec: ReplySpec;
}
