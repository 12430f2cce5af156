import { apiRoot, contract, probeRoot, routeIds, type RouteId } from './contract/contract.ts';
import type { Method, RouteSpec } from './contract/route-spec.ts';

interface Pattern {
  readonly id: RouteId;
  readonly method: Method;
  readonly path: RegExp;
  readonly names: readonly string[];
}

/** What a method and path lead to. Parameters are decoded; everything about their content is for the parser. */
export type Match =
  | { readonly found: 'route'; readonly id: RouteId; readonly params: Readonly<Record<string, string>> }
  | { readonly found: 'other-methods'; readonly allow: readonly string[] }
  | { readonly found: 'nothing' };

/** Literals before parameters: `/events:search` is never an event named `:search`. */
const patterns: readonly Pattern[] = routeIds
  .flatMap(id => {
    const spec: RouteSpec = contract[id];
    const roots = spec.alsoUnderApi === true ? [apiRoot, probeRoot] : [apiRoot];
    return roots.map(root => patternOf(id, spec, `${root}${spec.path}`));
  })
  .sort((a, b) => a.names.length - b.names.length);

function patternOf(id: RouteId, spec: RouteSpec, path: string): Pattern {
  const names: string[] = [];
  const source = path.replaceAll(/\{(\w+)\}|[.]/g, (whole: string, name: string | undefined) => {
    if (name === undefined) return String.raw`\.`;
    names.push(name);
    // A colon begins a verb (`:run`), so no parameter holds one.
    return '([^/:]+)';
  });
  return { id, method: spec.method, path: new RegExp(`^${source}$`), names };
}

/** Finds the route for a method and an encoded path (without its query). HEAD is GET without the body. */
export function matchRoute(method: string, path: string): Match {
  const wanted = method === 'HEAD' ? 'GET' : method;
  // Some clients encode the colon of a verb.
  const readable = path.replaceAll(/%3a/gi, ':');
  const allow = new Set<string>();
  for (const pattern of patterns) {
    const hit = pattern.path.exec(readable);
    if (hit === null) continue;
    const params = decoded(pattern.names, hit.slice(1));
    if (params === null) return { found: 'nothing' };
    if (pattern.method !== wanted) {
      allow.add(pattern.method);
      if (pattern.method === 'GET') allow.add('HEAD');
      continue;
    }
    return { found: 'route', id: pattern.id, params };
  }
  return allow.size === 0 ? { found: 'nothing' } : { found: 'other-methods', allow: [...allow].sort() };
}

function decoded(names: readonly string[], values: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  try {
    for (const [index, name] of names.entries()) params[name] = decodeURIComponent(values[index] ?? '');
  } catch {
    // `%zz`: no such thing is here.
    return null;
  }
  return params;
}
