import { describe, expect, test } from 'vitest';
import { errorOf } from '../support/api-error.ts';
import { openHouse, people } from '../support/api-house.ts';
import { contoso, sampleEvent, scopeOf } from '../support/sample.ts';

interface Malformed {
  readonly path: string;
  readonly init?: RequestInit;
  readonly status: number;
  readonly code: string;
  readonly target?: string;
}
const event = `20261005-${'a'.repeat(40)}`;
const run = `/api/v1/tenants/${contoso}/sources/entra.directory-audits:run`;
const post = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json'): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
});
const invalid = (path: string, target: string, init?: RequestInit): Malformed => ({
  path, status: 400, code: 'RequestInvalid', target, ...(init === undefined ? {} : { init }),
}); // prettier-ignore
const badQuery = (q: string): Malformed => ({
  path: `/api/v1/events?q=${encodeURIComponent(q)}`,
  status: 400,
  code: 'QueryInvalid',
});

const malformed: Record<string, Malformed> = {
  'unknown route': { path: '/api/v1/nothing', status: 404, code: 'NotFound' },
  'broken percent encoding in the path': { path: '/api/v1/runs/%zz', status: 404, code: 'NotFound' },
  'wrong method': {
    path: '/api/v1/events',
    init: { method: 'DELETE' },
    status: 405,
    code: 'MethodNotAllowed',
  },
  'unknown parameter': invalid('/api/v1/events?form=now-7d', 'form'),
  'parameter of another route': invalid('/api/v1/me?limit=1', 'limit'),
  'parameter given twice': invalid('/api/v1/events?limit=1&limit=2', 'limit'),
  'percent encoding that is none': invalid('/api/v1/events?order=newest&q=100%', 'q'),
  'percent encoding in Latin-1': invalid('/api/v1/events?q=caf%E9', 'q'),
  'filter of blanks': invalid('/api/v1/events?actor=%20', 'actor'),
  'filter of blanks in a body': invalid('/api/v1/events:search', 'ip', post('{"ip":"  "}')),
  'free text of blanks': invalid('/api/v1/events?search=%20', 'search'),
  'parameter named __proto__': invalid('/api/v1/events?__proto__=x', '__proto__'),
  'limit 0': invalid('/api/v1/events?limit=0', 'limit'),
  'limit 1001': invalid('/api/v1/events?limit=1001', 'limit'),
  'limit -1': invalid('/api/v1/events?limit=-1', 'limit'),
  'limit 1e3': invalid('/api/v1/events?limit=1e3', 'limit'),
  'limit empty': invalid('/api/v1/events?limit=', 'limit'),
  'limit beyond all numbers': invalid(`/api/v1/events?limit=${'9'.repeat(400)}`, 'limit'),
  'from that is no time': invalid('/api/v1/events?from=yesterday', 'from'),
  'from on 31 February': invalid('/api/v1/events?from=2026-02-31', 'from'),
  'to before from': invalid('/api/v1/events?from=2026-10-05&to=2026-10-01', 'to'),
  'interval of nothing': invalid('/api/v1/events?interval=0h', 'interval'),
  'interval in words': invalid('/api/v1/events?interval=hourly', 'interval'),
  'a bar a minute over all time': invalid('/api/v1/events?interval=1m', 'interval'),
  'unknown facet': invalid('/api/v1/events?facets=actor,shoe_size', 'facets.1'),
  'unknown order': invalid('/api/v1/events?order=best', 'order'),
  'feed with a query': invalid('/api/v1/events?order=ingested&q=actor:mira', 'q'),
  'tenant that is no id': invalid('/api/v1/events?tenant=contoso', 'tenant'),
  'event id that is none': invalid('/api/v1/events/12', 'id'),
  'revision 0': invalid(`/api/v1/events/${event}/raw?revision=0`, 'revision'),
  'tenant id that is none': invalid('/api/v1/tenants/contoso', 'id'),
  'source id that is none': invalid(
    `/api/v1/tenants/${contoso}/sources/DROP%20TABLE:run`,
    'source',
    post('{}'),
  ),
  'continuation made up': {
    path: '/api/v1/events?continuation=abc', status: 400, code: 'ContinuationInvalid', target: 'continuation',
  }, // prettier-ignore
  'feed cursor made up': {
    path: '/api/v1/events?order=ingested&since=now-7d', status: 400, code: 'ContinuationInvalid', target: 'since',
  }, // prettier-ignore
  'quote never closed': badQuery('actor:"mira'),
  'unknown field': badQuery('shoe:42'),
  'parenthesis never closed': badQuery('(a OR b'),
  'range the wrong way round': badQuery('time:[2026 TO'),
  'network that is none': badQuery('ip:10.0.0.0/99'),
  'outcome nobody knows': badQuery('outcome:banana'),
  'severity nobody knows': badQuery('severity:x'),
  'address that is none': badQuery('ip:999.1.1.1'),
  'tenant by its name': badQuery('tenant:contoso'),
  'source that is none': badQuery('source:nope'),
  'source nobody has, in a query': badQuery('entra source:entra.sign-in'),
  'source nobody has, among filters': {
    ...badQuery('source:entra.sing-*'),
    path: '/api/v1/filter-options?q=source%3Aentra.sing-*',
  },
  'coverage of a source nobody has': invalid('/api/v1/coverage?source=entra.sign-in', 'source'),
  'coverage of a stream nobody has': invalid('/api/v1/coverage?stream=Audit.Excange', 'stream'),
  'coverage of another source’s stream': invalid(
    '/api/v1/coverage?source=entra.sign-ins&stream=Audit.Exchange',
    'stream',
  ),
  'runs of a source nobody has': invalid('/api/v1/runs?source=entra.sign-in', 'source'),
  'result nobody knows': invalid('/api/v1/events?result=banana', 'result'),
  'sixty clauses': badQuery(Array.from({ length: 60 }, (_, n) => `a${String(n)}`).join(' OR ')),
  'query beyond 2,000 characters': badQuery('a'.repeat(2_001)),
  'four hundred parentheses': badQuery('('.repeat(400)),
  'body that is not JSON': invalid('/api/v1/events:search', 'body', post('{"q":')),
  'empty body': invalid('/api/v1/events:search', 'body', post('')),
  'body that is not UTF-8': invalid(
    '/api/v1/events:search',
    'body',
    post(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])),
  ),
  'body that is a list': invalid('/api/v1/events:search', 'body', post('[]')),
  'body null': invalid('/api/v1/events:search', 'body', post('null')),
  'body nested a hundred thousand deep': invalid(
    '/api/v1/events:search',
    'body',
    post('['.repeat(100_000) + ']'.repeat(100_000)),
  ),
  'unknown field in the body': invalid('/api/v1/events:search', 'form', post('{"form":"now-7d"}')),
  'a name given twice in the body': invalid(
    '/api/v1/events:search',
    'q',
    post('{"q":"a","limit":5,"q":"b"}'),
  ),
  'a name given twice, once spelled otherwise': invalid(
    '/api/v1/events:search',
    'limit',
    post('{"limit":5,"\\u006cimit":6}'),
  ),
  'a name given twice, deep in the body': invalid(
    run,
    'to',
    post(
      '{"range":{"from":"2026-10-01T00:00:00Z","to":"2026-10-02T00:00:00Z","to":"2026-10-03T00:00:00Z"},"dryRun":true}',
    ),
  ),
  'half a character in the body': invalid(
    '/api/v1/events:search',
    'body',
    post('{"q":"a\\ud800","continuation":"a.b"}'),
  ),
  'half a character in a name': invalid('/api/v1/events:search', 'body', post('{"\\uDFFF":1}')),
  '__proto__ in the body': invalid('/api/v1/events:search', '__proto__', post('{"__proto__":{"q":"x"}}')),
  'number where text belongs': invalid('/api/v1/events:search', 'q', post('{"q":7}')),
  'limit as text in a body': invalid('/api/v1/events:search', 'limit', post('{"limit":"7"}')),
  'form instead of JSON': {
    path: '/api/v1/events:search',
    init: post('q=x', 'application/x-www-form-urlencoded'),
    status: 415,
    code: 'UnsupportedMediaType',
  },
  'JSON in Latin-1': {
    path: '/api/v1/events:search',
    init: post('{}', 'application/json; charset=latin1'),
    status: 415,
    code: 'UnsupportedMediaType',
  },
  'no content type': {
    path: '/api/v1/events:search',
    init: post('{}', ''),
    status: 415,
    code: 'UnsupportedMediaType',
  },
  'compressed body': {
    path: '/api/v1/events:search',
    init: {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    },
    status: 415,
    code: 'UnsupportedMediaType',
  },
  'body of two megabytes': {
    path: '/api/v1/events:search',
    init: post(JSON.stringify({ q: 'x'.repeat(2_000_000) })),
    status: 413,
    code: 'RequestTooLarge',
  },
  'ten megabytes of noise': {
    path: '/api/v1/events:search',
    init: post(new Uint8Array(10 * 1024 * 1024).fill(0xa5)),
    status: 413,
    code: 'RequestTooLarge',
  },
  'range without an end': invalid(run, 'range.to', post('{"range":{"from":"2026-10-01T00:00:00Z"}}')),
  'range with a date for a time': invalid(
    run,
    'range.from',
    post('{"range":{"from":"2026-10-01","to":"2026-10-02T00:00:00Z"}}'),
  ),
  'range the wrong way': invalid(
    run,
    'range',
    post('{"range":{"from":"2026-10-03T00:00:00Z","to":"2026-10-02T00:00:00Z"}}'),
  ),
  'stream the source does not have': invalid(run, 'stream', post('{"stream":"nope"}')),
  'dry run in words': invalid(run, 'dryRun', post('{"dryRun":"yes"}')),
  'source nobody has': {
    path: `/api/v1/tenants/${contoso}/sources/no.such:run`,
    init: post('{}'),
    status: 404,
    code: 'NotFound',
    target: 'source',
  },
};

describe('malformed input gets a clear error', () => {
  test.each(Object.entries(malformed))('%s', async (_, { path, init, status, code, target }) => {
    const house = await openHouse();
    const token = await house.issuer.user(people.contosoAdmin);
    const reply = await house.ask(path, { ...init, token });
    expect(reply.status, `${reply.text}`).toBe(status);
    const error = errorOf(reply);
    expect(error.code).toBe(code);
    if (target !== undefined) expect(error.target).toBe(target);
    expect(reply.headers.get('x-ms-error-code')).toBe(code);
    expect(error.requestId).toBe(reply.headers.get('x-request-id'));
    expect(error.message).toMatch(/[.…)?]$/);
    expect(reply.text).not.toMatch(/\bat .+\.ts:|node:internal|ZodError|SELECT |sqlite/i);
    expect(house.lines.filter(line => line.includes('"level":"error"'))).toEqual([]);
  });

  test('405 names what the path takes', async () => {
    const house = await openHouse();
    const reply = await house.ask('/api/v1/operations/x', { method: 'PATCH' });
    expect(reply.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS');
  });

  test('several mistakes are named one by one', async () => {
    const house = await openHouse();
    const token = await house.issuer.user(people.contosoReader);
    const reply = await house.ask('/api/v1/events?limit=0&order=best&form=x', { token });
    const targets = (errorOf(reply).details ?? []).map(detail => detail.target);
    expect(targets.sort()).toEqual(['form', 'limit', 'order']);
  });

  test.each([
    ['/api/v1/events?order=best', undefined, '`order`: expected one of newest, oldest, ingested.'],
    ['/api/v1/events?facets=', undefined, '`facets`: expected text, and it is empty.'],
    ['/api/v1/events:search', '[]', '`body`: expected an object.'],
    ['/api/v1/events:search', '{"limit":0}', '`limit`: expected at least 1.'],
    ['/api/v1/events:search', '{"limit":1.5}', '`limit`: expected a whole number.'],
    ['/api/v1/events:search', `{"ip":"${'1'.repeat(501)}"}`, '`ip`: expected at most 500 characters.'],
    ['/api/v1/events:search', '{"facets":"actor"}', '`facets`: expected a list.'],
    ['/api/v1/events:search', '{"q":"a","q":"b"}', '`q` is given twice in the body. Give it once.'],
    [run, '{"range":{"from":"2026-10-01T00:00:00Z"}}', '`range.to`: expected text, and it is missing.'],
  ])('of %s %s is told in our words', async (path, body, message) => {
    const house = await openHouse();
    const token = await house.issuer.user(people.contosoAdmin);
    const reply = await house.ask(path, { ...(body === undefined ? {} : post(body)), token });
    expect(errorOf(reply).message).toBe(message);
  });

  test('a syntax error in a query says where', async () => {
    const house = await openHouse();
    const token = await house.issuer.user(people.contosoReader);
    const reply = await house.ask(`/api/v1/events?q=${encodeURIComponent('actor:mira AND (status:')}`, {
      token,
    });
    expect(errorOf(reply)).toMatchObject({ code: 'QueryInvalid', target: 'q' });
    expect(errorOf(reply).message).toMatch(/\d+/);
  });
  test.each([
    [
      '/api/v1/coverage?source=entra.sign-in',
      'There is no source entra.sign-in; did you mean entra.sign-ins?',
    ],
    [
      '/api/v1/coverage?stream=Audit.Excange',
      'No source has a stream Audit.Excange; did you mean Audit.Exchange?',
    ],
    ['/api/v1/runs?source=x.y', 'There is no source x.y; GET /coverage lists those there are.'],
    [
      '/api/v1/events?q=source%3Aentra.sign-in',
      'The query finds nothing. There is no source entra.sign-in; did you mean entra.sign-ins?',
    ],
    [
      '/api/v1/coverage?source=entra.sign-ins&stream=Audit.Exchange',
      'entra.sign-ins has no stream Audit.Exchange; its streams are interactive, nonInteractive, servicePrincipal, managedIdentity.',
    ],
    [
      '/api/v1/events?q=mira%20AND%20source%3Aentrant.*',
      'The query finds nothing. There is no source entrant.*; GET /coverage lists those there are.',
    ],
  ])('%s is told the nearest there is', async (path, message) => {
    const house = await openHouse();
    const token = await house.issuer.user(people.contosoReader);
    expect(errorOf(await house.ask(path, { token })).message).toBe(message);
  });
  test('a source this build has no longer is searched as long as there are events of it', async () => {
    const house = await openHouse();
    const gone = 'no.longer-here' as ReturnType<typeof sampleEvent>['source'];
    await house.profile.events.upsert(
      scopeOf(contoso),
      [sampleEvent('old', { source: gone })],
      house.clock.now(),
    );
    await house.index();
    const token = await house.issuer.user(people.contosoReader);
    const reply = await house.ask('/api/v1/events?q=source%3Ano.longer-here', { token });
    expect(reply.status, `${reply.text}`).toBe(200);
    expect(reply.json()).toMatchObject({ value: [{ source: 'no.longer-here' }] });
    const none = await house.ask('/api/v1/events?q=-source%3Ano.longer-here', { token });
    expect(none.json()).toMatchObject({ value: [], total: { value: 0 } });
  });
  test('a range that ends before it begins says what to write, with the time of asking in mind', async () => {
    const house = await openHouse();
    const token = await house.issuer.user(people.contosoReader);
    const reply = await house.ask('/api/v1/events:search', { ...post('{"q":"time:[now TO 2020]"}'), token });
    expect(errorOf(reply)).toMatchObject({ code: 'QueryInvalid', target: 'q' });
    expect(errorOf(reply).message).toContain('write time:[2020 TO now]');
  });
});
