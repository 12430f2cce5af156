import { describe, expect, test } from 'vitest';
import { apiRoot, contract, routeIds } from '../../shared/api/contract/contract.ts';
import type { RouteSpec } from '../../shared/api/contract/route-spec.ts';
import { matchRoute } from '../../shared/api/match-route.ts';
import { contoso } from '../support/sample.ts';

const event = `20261005-${'a'.repeat(40)}`;

describe('every route of the contract', () => {
  test.each(routeIds)('%s is found by its own method and path', id => {
    const spec: RouteSpec = contract[id];
    const path = `${apiRoot}${spec.path.replaceAll(/\{(\w+)\}/g, 'some-$1.x')}`;
    const params: Record<string, string> = Object.fromEntries(
      [...spec.path.matchAll(/\{(\w+)\}/g)].map(
        ([, name]) => [String(name), `some-${String(name)}.x`] as const,
      ),
    );
    expect(matchRoute(spec.method, path)).toEqual({ found: 'route', id, params });
  });

  test('a path stands for one route per method', () => {
    const lines = routeIds.map(id => `${contract[id].method} ${contract[id].path}`);
    expect(new Set(lines).size).toBe(lines.length);
  });
});

describe('a path', () => {
  test.each([
    ['GET', '/api/health', 'health.get'],
    ['HEAD', '/api/v1/health', 'health.get'],
    ['GET', `/api/v1/events/${event}/raw`, 'events.raw'],
    ['POST', '/api/v1/events:search', 'events.search'],
    ['POST', '/api/v1/events%3Asearch', 'events.search'],
    ['POST', `/api/v1/tenants/${contoso}/sources/entra.directory-audits%3arun`, 'source.run'],
    ['POST', `/api/v1/tenants/${contoso}/sources/m365.unified-audit:backfill`, 'source.backfill'],
  ])('%s %s is %s', (method, path, id) => {
    expect(matchRoute(method, path)).toMatchObject({ found: 'route', id });
  });

  test.each([
    '/', '', '/api', '/api/', '/api/v1', '/api/v1/', '/api/v1/events/', '/api/v2/events', '/API/v1/events',
    '//api/v1/events', '/api/v1//events', '/api/v1/events/a/b/c', '/api/events', '/api/v1/events/%zz',
    '/api/v1/healthz', '/api/v1/openapixjson', '/api/v1/../v1/health', 'http://x.example/api/v1/health',
  ])('%s leads nowhere', path => {
    expect(matchRoute('GET', path)).toEqual({ found: 'nothing' });
  }); // prettier-ignore

  test.each([
    ['DELETE', '/api/v1/events', ['GET', 'HEAD']],
    ['GET', '/api/v1/events:search', ['POST']],
    ['PATCH', '/api/v1/operations/x', ['DELETE', 'GET', 'HEAD']],
    ['OPTIONS', '/api/v1/events', ['GET', 'HEAD']],
  ])('%s %s is for other methods', (method, path, allow) => {
    expect(matchRoute(method, path)).toEqual({ found: 'other-methods', allow });
  });

  test('has its parameters decoded once, and no parameter holds a slash or a verb’s colon', () => {
    expect(matchRoute('GET', '/api/v1/runs/a%20b%2525')).toMatchObject({ params: { id: 'a b%25' } });
    expect(matchRoute('GET', '/api/v1/runs/a%2Fb')).toMatchObject({ params: { id: 'a/b' } });
    expect(matchRoute('GET', '/api/v1/runs/a:b')).toEqual({ found: 'nothing' });
  });
});
