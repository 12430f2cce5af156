import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';

/** As much of JSON Schema as the contract's parameters and bodies use. */
interface Schema {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
/** A method of a path, as the OpenAPI document tells it to strangers. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  /** By status; of refusals with the codes there may be. */
  readonly responses: Readonly<
    Record<string, { readonly headers?: { readonly 'x-ms-error-code'?: { readonly schema: Schema } } }>
  >;
}

/** Of the document as it is committed, which is what callers have. */
export function documentedOperations(): readonly DocumentedOperation[] {
  const file = resolve(import.meta.dirname, '../../docs/openapi.json');
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, Omit<DocumentedOperation, 'method' | 'path'>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ ...one, method: method.toUpperCase(), path })),
  );
}

/** What is sent, bytes and all. */
export interface SentRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** A word no answer's log line may hold. */
export const canary = 'zaunkoenig';

/** Text as people, scripts and adversaries send it. */
const oddText = fc.oneof(
  fc.constantFrom('', ' ', '*', '%', '\u0000', '\ud800', '\uFEFFx', '../..', "'; DROP TABLE x; --", '{{7*7}}', '0', '-1', '1e3', 'null'),
  fc.constantFrom('__proto__', 'constructor', '🦊', 'ﬁle', 'a'.repeat(600), `${canary}@contoso.example`, '[object Object]'),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
); // prettier-ignore

const questions = fc.oneof(
  fc.constantFrom(
    '*', 'oskar', `actor:oskar@contoso.example ${canary}`, 'operation:"Add member to role"', 'severity:>=low', '-outcome:failure',
    'source:entra.directory-audits', 'tenant:fab10000-0000-4000-8000-00000000fa01', 'ip:198.51.100.0/24', 'ip:::ffff:198.51.100.7',
    'time:[now-7d TO now]', 'id:20261005*', '(a OR b) -c', 'actor:("', `nofield:${canary}`, 'outcome:banana', 'NOT NOT a', 'recipient:*',
  ),
  fc.array(fc.constantFrom('(', ')', '"', 'a', 'actor:', 'ip:', ' OR ', 'NOT ', '-', '[', ' TO ', ']', '>=', '*', 'now', canary), { maxLength: 10 })
    .map(parts => parts.join('')),
); // prettier-ignore
const times = fc.constantFrom(
  'now', 'now-7d', 'now-9999w', '2026', '2026-10-05', '2026-10-05T09:12:44Z', '2026-10-05T09:12:44+02:00', '2026-02-31', '0000-01-01',
  '9999-12-31T23:59:59.999Z', '24h', 'yesterday',
); // prettier-ignore

const instants = fc.constantFrom(
  '2020-01-01T00:00:00Z', '2026-10-01T00:00:00Z', '2026-10-05T09:00:00.000Z', '2026-10-05T11:30:00+02:00', '2026-10-05T11:00:00.123456789Z',
  '2026-10-06T00:00:00Z', '2026-10-05',
); // prettier-ignore

/** Values a parameter of that name may well have, of the two tenants there are. */
export interface Plausible {
  readonly byName: Readonly<Record<string, readonly string[]>>;
  /** Ids for the `{id}` of a path. */
  readonly idsOf: (path: string) => readonly string[];
}

function plausible(name: string, known: Plausible, path: string): fc.Arbitrary<unknown> | null {
  if (name === 'q') return questions;
  if (['from', 'to', 'start_date', 'end_date', 'since'].includes(name)) return times;
  const values = name === 'id' ? known.idsOf(path) : known.byName[name];
  return values === undefined ? null : fc.constantFrom(...values);
}

function ofSchema(schema: Schema, name: string, known: Plausible, path: string): fc.Arbitrary<unknown> {
  if (schema.format === 'date-time') return instants;
  const fitting = plausible(name, known, path);
  if (fitting !== null && schema.type === 'string') return fitting;
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.type === 'integer')
    return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 9, 200) });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'array')
    return fc.array(ofSchema(schema.items ?? {}, name, known, path), { minLength: 1, maxLength: 4 });
  if (schema.type === 'object') return ofObject(schema, known, path, false);
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
  return fc.oneof(fc.constantFrom('oskar', 'contoso', canary, 'delivered'), oddText);
}

/** Some of an object's members; with `spoiled` one of them is of any kind, missing, or one there is not. */
function ofObject(schema: Schema, known: Plausible, path: string, spoiled: boolean): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  const record: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
    properties.map(([name, one]) => [name, ofSchema(one, name, known, path)]),
  );
  const requiredKeys = (schema.required ?? []).filter(name => Object.hasOwn(record, name));
  const object = fc.record(record, { requiredKeys }).chain(given => {
    // Nearly all of forty optional members at once are hardly ever what somebody sends.
    const names = Object.keys(given);
    return fc
      .subarray(names, { maxLength: Math.min(names.length, 4) })
      .map(kept =>
        Object.fromEntries(
          Object.entries(given).filter(([name]) => kept.includes(name) || requiredKeys.includes(name)),
        ),
      );
  });
  if (!spoiled) return object;
  const members = fc.constantFrom(...properties.map(([name]) => name), 'form', '__proto__', 'constructor');
  return fc.oneof(
    fc.tuple(object, members, fc.oneof(fc.jsonValue(), oddText)).map(([given, name, value]) => {
      const entries = Object.entries(given).filter(([one]) => one !== name);
      return Object.fromEntries([...entries, [name, value]]) as unknown;
    }),
    fc.jsonValue(),
  );
}

const encoded = (value: unknown): string =>
  encodeURIComponent(
    (Array.isArray(value) ? value.map(String).join(',') : String(value as string)).toWellFormed(),
  );

const oddHeaders = fc.dictionary(
  fc.constantFrom('x-request-id', 'x-ms-client-request-id', 'traceparent', 'accept', 'origin', 'if-match', 'idempotency-key', 'cookie', 'x-forwarded-for', 'range'),
  fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('*', '"1"', 'a-1', 'https://evil.example', 'x'.repeat(200))).map(text => text.replaceAll(/[^\x20-\x7e]/g, '')),
  { maxKeys: 3 },
); // prettier-ignore

/** A request of the operation: within the contract, or beside it in one place. */
export function arbitraryRequest(
  operation: DocumentedOperation,
  known: Plausible,
): fc.Arbitrary<SentRequest> {
  const { method, path, parameters, requestBody } = operation;
  const value = ({ name, schema }: Parameter, odd: boolean): fc.Arbitrary<unknown> =>
    odd ? fc.oneof(oddText, ofSchema(schema, name, known, path)) : ofSchema(schema, name, known, path);
  const all = (where: Parameter['in'], odd: boolean): fc.Arbitrary<Record<string, unknown>> =>
    fc.record(
      Object.fromEntries(parameters.filter(one => one.in === where).map(one => [one.name, value(one, odd)])),
    );
  const schema = requestBody?.content['application/json']?.schema;
  return fc.constantFrom('none', 'none', 'none', 'path', 'query', 'body', 'bytes', 'headers').chain(beside =>
    fc
      .record({
        path: all('path', beside === 'path'),
        query: all('query', beside === 'query').chain(given =>
          fc.subarray(Object.entries(given), { maxLength: Math.min(Object.keys(given).length, 4) }),
        ),
        more: beside === 'query' ? fc.array(fc.tuple(oddText, oddText), { maxLength: 1 }) : fc.constant([]),
        body: schema === undefined ? fc.constant(null) : bodyOf(schema, known, path, beside),
        headers: beside === 'headers' ? oddHeaders : fc.constant<Record<string, string>>({}),
      })
      .map(sent => {
        const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(sent.path[name]));
        const query = [...sent.query, ...sent.more].map(([name, one]) => `${encoded(name)}=${encoded(one)}`);
        const type = schema === undefined ? {} : { 'content-type': 'application/json' };
        return {
          method,
          target: query.length === 0 ? filled : `${filled}?${query.join('&')}`,
          headers: { ...type, ...sent.headers },
          body: sent.body,
        };
      }),
  );
}

function bodyOf(
  schema: Schema,
  known: Plausible,
  path: string,
  beside: string,
): fc.Arbitrary<string | Uint8Array> {
  if (beside === 'bytes') {
    return fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.json().map(json => json.slice(0, -1)),
      fc.constantFrom(
        '{"q":"a","q":"b"}',
        '{"__proto__":{"limit":1}}',
        '[]',
        '7',
        '',
        '{"limit":1e400}',
        '{"limit":-0}',
      ),
    );
  }
  return ofObject(schema, known, path, beside === 'body').map(value => JSON.stringify(value));
}
