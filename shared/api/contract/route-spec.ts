import type { z } from 'zod';
import type { Permission } from '../../authz/permission.ts';
import type { ErrorCode } from '../../kernel/errors.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

/** What a route answers with one status. `text` and `bytes` go out as they are; `json` is checked first. */
export type ReplySpec = { readonly about: string; readonly headers?: Readonly<Record<string, string>> } & (
  { readonly json: z.ZodType } | { readonly text: string } | { readonly bytes: string }
);

/** Whose data the route touches, and how the one tenant is found where it touches one. */
export type Over =
  | { readonly over: 'system' }
  /** Every tenant the caller may see, or the one the query parameter `tenant` names. */
  | { readonly over: 'my-tenants' }
  /** `path`: the parameter `id` is the tenant. Otherwise `id` names a thing, and the tenant is its owner. */
  | { readonly over: 'one-tenant'; readonly owner: Owner };
export type Owner = 'path' | 'event' | 'run' | 'operation';

/**
 * A route as data. There is no default for who may call and what is logged: each names its permission and its
 * access-log action, or writes down why it has none.
 */
export type RouteSpec = Over & {
  readonly method: Method;
  /** Under /api/v1. `{name}` is one segment; a literal may follow it: `/tenants/{id}/sources/{source}:run`. */
  readonly path: string;
  /** Also answered under /api, where probes and tools look. */
  readonly alsoUnderApi?: true;
  readonly tag: 'system' | 'events' | 'tenants' | 'pulls';
  readonly summary: string;
  readonly about?: string;
  readonly needs: Permission | 'signed-in' | 'nobody';
  /** A token is not needed, but one that may operate the installation with this permission sees more. */
  readonly moreFor?: Permission;
  readonly audit: { readonly action: string } | { readonly none: string };
  readonly params: z.ZodType;
  /** Input is text; strict, so that a misspelt parameter is an error and not a wider search. */
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  /** By status; the first is the usual one. */
  readonly replies: Readonly<Record<number, ReplySpec>>;
  /** Honours Idempotency-Key: the same key and body within a day gets the first reply again. */
  readonly creates?: true;
  /** Codes this route can answer beyond those every route of its kind can. */
  readonly errors?: readonly ErrorCode[];
};

/** Keeps the literal types of a route. */
export function route<const R extends RouteSpec>(spec: R): R {
  return spec;
}
