import { z } from 'zod';
import type { ErrorCode } from '../kernel/errors.ts';
import { apiRoot, contract, routeIds } from './contract/contract.ts';
import type { ReplySpec, RouteSpec } from './contract/route-spec.ts';
import { errorCodes, problemKind } from './problem.ts';

type Json = Record<string, unknown>;

let made: Json | null = null;

/** The contract as OpenAPI 3.1. Made once; the same contract always gives the same document. */
export function openApiDocument(): Json {
  made ??= document();
  return made;
}

function document(): Json {
  const schemas: Json = { Problem: problemSchema() };
  const paths: Record<string, Json> = {};
  for (const id of routeIds) {
    const spec: RouteSpec = contract[id];
    const path = (paths[`${apiRoot}${spec.path}`] ??= {});
    path[spec.method.toLowerCase()] = operation(id, spec, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: '1',
      description:
        'Search and prove what happened in many Microsoft 365 tenants. Additive within v1. `health`, `ready`, `metrics` and `openapi.json` answer under /api too. Every answer carries x-request-id; an error carries its code in x-ms-error-code as well.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ entra: [] }],
    paths,
    components: {
      securitySchemes: {
        entra: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A v2.0 access token of Microsoft Entra ID for this API. GET /config tells how to get one.',
        },
      },
      schemas: sorted(schemas),
    },
  };
}

function operation(id: string, spec: RouteSpec, schemas: Json): Json {
  const open = spec.needs === 'nobody';
  const anonymous = spec.moreFor === undefined ? [{}] : [{}, { entra: [] }];
  return {
    operationId: id,
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.about === undefined ? {} : { description: spec.about }),
    ...(open ? { security: anonymous } : {}),
    'x-holdfast-permission': spec.needs,
    'x-holdfast-audit': 'action' in spec.audit ? spec.audit.action : null,
    parameters: [
      ...parametersOf(spec.params, 'path', schemas),
      ...parametersOf(spec.query, 'query', schemas),
      ...(spec.creates === true ? [idempotencyKey] : []),
      ...(spec.errors?.includes('precondition.failed') === true ? [ifMatch] : []),
    ],
    ...(spec.body === null ? {} : { requestBody: bodyOf(spec.body, schemas) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(spec.replies).map(([status, reply]) => [status, replyOf(reply, schemas)]),
      ),
      ...errorReplies(spec),
    },
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Repeating a request with the same key and body within 24 h gives the first reply again.',
  schema: { type: 'string', maxLength: 128 },
};
const ifMatch = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag of the revision you mean; another one answers 412.',
  schema: { type: 'string' },
};

function parametersOf(schema: z.ZodType, where: 'path' | 'query', schemas: Json): Json[] {
  const object = schemaOf(schema, 'input', schemas);
  const properties = (object['properties'] ?? {}) as Record<string, Json>;
  const required = (object['required'] ?? []) as string[];
  return Object.entries(properties).map(([name, given]) => {
    const { description, style, explode, ...rest } = given;
    return {
      name,
      in: where,
      ...(description === undefined ? {} : { description }),
      ...(where === 'path' || required.includes(name) ? { required: true } : {}),
      ...(style === undefined ? {} : { style, explode }),
      schema: rest,
    };
  });
}

const bodyOf = (schema: z.ZodType, schemas: Json): Json => ({
  required: true,
  content: { 'application/json': { schema: schemaOf(schema, 'input', schemas) } },
});

function replyOf(reply: ReplySpec, schemas: Json): Json {
  const headers = Object.entries(reply.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: reply.about,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) as Json }),
    content: contentOf(reply, schemas),
  };
}

function contentOf(reply: ReplySpec, schemas: Json): Json {
  if ('json' in reply) return { 'application/json': { schema: schemaOf(reply.json, 'output', schemas) } };
  // The record's own bytes: JSON, of whatever shape the provider gave it.
  if ('bytes' in reply) return { [reply.bytes]: { schema: {} } };
  return { [reply.text]: { schema: { type: 'string' } } };
}

/** Statuses a route can answer besides its own, with the codes behind each. */
function errorReplies(spec: RouteSpec): Json {
  const byStatus = new Map<string, string[]>();
  for (const code of codesOf(spec)) {
    const { status, name } = problemKind(code);
    byStatus.set(String(status), [...(byStatus.get(String(status)) ?? []), name]);
  }
  const replies: Json = {};
  for (const [status, names] of [...byStatus].sort(([a], [b]) => Number(a) - Number(b))) {
    if (status in spec.replies) continue;
    replies[status] = {
      description: names.join(', '),
      headers: { 'x-ms-error-code': { schema: { type: 'string', enum: names } } },
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return replies;
}

function codesOf(spec: RouteSpec): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([
    'request.invalid',
    'rate.limited',
    'bug',
    'config.invalid',
    'store.unavailable',
  ]);
  if (spec.needs !== 'nobody') codes.add('auth.missing');
  // Where a token is not needed, a bad one is refused all the same.
  if (spec.needs !== 'nobody' || spec.moreFor !== undefined)
    for (const code of ['auth.invalid', 'auth.unavailable'] as const) codes.add(code);
  if (spec.needs !== 'nobody' && spec.needs !== 'signed-in') codes.add('auth.denied');
  if (spec.over !== 'system') codes.add('not-found');
  if ('action' in spec.audit) codes.add('audit.unavailable');
  if (spec.body !== null)
    for (const code of ['request.too-large', 'request.media-type'] as const) codes.add(code);
  for (const code of spec.errors ?? []) codes.add(code);
  return [...codes];
}

function problemSchema(): Json {
  const detail = {
    type: 'object',
    properties: { code: { type: 'string' }, message: { type: 'string' }, target: { type: 'string' } },
    required: ['code', 'message', 'target'],
  };
  return {
    type: 'object',
    description: 'Every error. Branch on `code`; show `message`; quote `requestId` when you ask for help.',
    properties: {
      error: {
        type: 'object',
        properties: {
          code: { type: 'string', enum: errorCodes.map(code => problemKind(code).name).sort() },
          message: { type: 'string' },
          target: { type: 'string', description: 'The parameter or field that is wrong.' },
          details: { type: 'array', items: detail },
          requestId: { type: 'string' },
        },
        required: ['code', 'message', 'requestId'],
      },
    },
    required: ['error'],
  };
}

/** The zod schema as JSON Schema; what has an id of its own goes to the components. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const whole = z.toJSONSchema(schema, {
    io,
    override: io === 'input' ? describeInput : describeReply,
  }) as Json;
  const { $schema: _dialect, $defs, ...rest } = whole;
  for (const [name, found] of Object.entries(($defs ?? {}) as Json)) schemas[name] = rewritten(found);
  return rewritten(rest) as Json;
}

type Made = { jsonSchema: z.core.JSONSchema.BaseSchema };

/** A parameter's text form is our business; its `param` says what a caller should think of. */
function describeInput({ jsonSchema: made }: Made): void {
  withoutBounds(made);
  const param = made['param'];
  if (param === undefined) return;
  delete made['param'];
  delete made.type;
  delete made.pattern;
  delete made.minLength;
  delete made.maxLength;
  Object.assign(made, param);
}

/** v1 is additive: a client must not refuse a reply for a field it does not know yet. */
function describeReply({ jsonSchema: made }: Made): void {
  withoutBounds(made);
  if (made.additionalProperties === false) delete made.additionalProperties;
}

/** The bounds of every whole number in JavaScript say nothing about this one. */
function withoutBounds(made: z.core.JSONSchema.BaseSchema): void {
  if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
  if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
}

/** Refs of a schema that stood alone, as refs into the document. */
function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) =>
      name === '$ref' && typeof inner === 'string'
        ? [name, inner.replace('#/$defs/', '#/components/schemas/')]
        : [name, rewritten(inner)],
    ),
  );
}

const sorted = (object: Json): Json =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
