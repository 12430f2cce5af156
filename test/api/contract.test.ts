import type { z } from 'zod';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contract, routeIds } from '../../shared/api/contract/contract.ts';
import type { RouteSpec } from '../../shared/api/contract/route-spec.ts';
import { openApiDocument } from '../../shared/api/openapi.ts';
import { errorCodes, problemKind, problemOf } from '../../shared/api/problem.ts';
import { AppError } from '../../shared/kernel/errors.ts';
import { openApiText } from '../../tools/openapi.ts';

const specs: readonly (readonly [string, RouteSpec])[] = routeIds.map(id => [id, contract[id]]);

describe('every route', () => {
  test.each(specs)('%s says who may call and what is logged, and the two agree', (_, spec) => {
    const open = spec.needs === 'nobody' || spec.needs === 'signed-in';
    expect(spec.over === 'system').toBe(open);
    // Whatever changes something, shows events or asks a provider on a caller's word leaves an entry.
    const asksProviders = spec.path.endsWith('/readiness');
    expect('action' in spec.audit).toBe(spec.method !== 'GET' || spec.tag === 'events' || asksProviders);
    expect(('none' in spec.audit ? spec.audit.none : spec.audit.action).length).toBeGreaterThan(8);
  });

  test.each(specs)('%s takes nothing it does not name', (_, spec) => {
    const unknown = { 'no-such-thing': 'x' };
    for (const schema of [spec.params, spec.query, ...(spec.body === null ? [] : [spec.body])]) {
      const issues = schema.safeParse(unknown).error?.issues ?? [];
      expect(issues).toContainEqual(
        expect.objectContaining({ code: 'unrecognized_keys', keys: ['no-such-thing'] }),
      );
    }
  });

  test.each(specs)('%s has the parameters its path has', (_, spec) => {
    const named = [...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(shapeOf(spec.params)).toEqual(named);
    if (spec.over === 'one-tenant') expect(named).toContain('id');
  });

  test.each(specs)('%s is no GET with a body, and creates only by POST', (_, spec) => {
    expect(spec.method === 'GET' && spec.body !== null).toBe(false);
    expect(spec.creates === true && spec.method !== 'POST').toBe(false);
  });
});

function shapeOf(schema: z.ZodType): string[] {
  return Object.keys(Reflect.get(schema, 'shape') as object);
}

describe('errors', () => {
  test('have each a name of its own, and a status that fits it', () => {
    const names = errorCodes.map(code => problemKind(code).name);
    expect(new Set(names).size).toBe(names.length);
    for (const code of errorCodes) {
      const { status, name } = problemKind(code);
      expect(status, `${code}`).toBeGreaterThanOrEqual(400);
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    }
  });

  test('tell their code, sentence and request, and nothing of their cause', () => {
    const cause = new Error('SELECT secret FROM table at /srv/x.ts');
    const error = new AppError('store.unavailable', 'retry', 'The store is busy.', {
      retryAfterMs: 1_200,
      target: 'x',
      facts: { host: 'db-1' },
      cause,
    });
    expect(problemOf(error, 'r-1')).toEqual({
      status: 503,
      headers: { 'x-ms-error-code': 'StoreUnavailable', 'retry-after': '2' },
      body: {
        error: { code: 'StoreUnavailable', message: 'The store is busy.', target: 'x', requestId: 'r-1' },
      },
    });
  });
});

describe('the OpenAPI document', () => {
  const document = openApiDocument();

  test('is committed as the contract has it (run `node tools/openapi.ts`)', async () => {
    const committed = await readFile(resolve(import.meta.dirname, '../../docs/openapi.json'), 'utf8');
    expect(committed).toBe(await openApiText());
  });

  test('has every route with its answers, and lists every error code', () => {
    const paths = document['paths'] as Record<
      string,
      Record<string, { operationId: string; responses: object }>
    >;
    const operations = Object.values(paths).flatMap(path => Object.values(path));
    expect(operations.map(one => one.operationId).sort()).toEqual([...routeIds].sort());
    for (const [id, spec] of specs) {
      const { responses } = operations.find(one => one.operationId === id) ?? { responses: {} };
      for (const status of Object.keys(spec.replies))
        expect(Object.keys(responses), `${id}`).toContain(status);
      if (spec.needs !== 'nobody')
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '429']));
      if ('action' in spec.audit) expect(Object.keys(responses)).toContain('503');
    }
    const text = JSON.stringify(document);
    for (const code of errorCodes) expect(text).toContain(`"${problemKind(code).name}"`);
  });

  test('refers to nothing that is not there, and keeps our own notes out', () => {
    const text = JSON.stringify(document);
    const schemas = Object.keys((document['components'] as { schemas: object }).schemas);
    const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) expect(schemas.map(name => `#/components/schemas/${name}`)).toContain(ref);
    expect(text).not.toContain('"param"');
    expect(text).not.toContain('$defs');
  });

  test('describes parameters as callers think of them', () => {
    const paths = document['paths'] as Record<
      string,
      Record<string, { parameters: { name: string; schema: unknown }[] }>
    >;
    const limit = paths['/api/v1/events']?.['get']?.parameters.find(one => one.name === 'limit');
    expect(limit?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 1_000 });
    expect(limit?.schema).not.toHaveProperty('pattern');
    const facets = paths['/api/v1/events']?.['get']?.parameters.find(one => one.name === 'facets');
    expect(facets).toMatchObject({ style: 'form', explode: false, schema: { type: 'array' } });
    // Bounds of the text it is sent as are not those of a list.
    expect(facets?.schema).not.toHaveProperty('minLength');
  });
});
