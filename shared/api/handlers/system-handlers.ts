import { decide } from '../../authz/decide.ts';
import { permissions } from '../../authz/permission.ts';
import { AppError, asAppError } from '../../kernel/errors.ts';
import { categories } from '../../model/event.ts';
import type { Source } from '../../sources/_kit/source.ts';
import type { ApiDeps } from '../api-deps.ts';
import { openApiDocument } from '../openapi.ts';
import type { Call, Handlers } from './handler.ts';
import type { Contract } from '../contract/contract.ts';

type SystemRoutes =
  | 'health.get'
  | 'ready.get'
  | 'version.get'
  | 'config.get'
  | 'openapi.get'
  | 'metrics.get'
  | 'me.get'
  | 'sources.list';

/** What the installation tells of itself. */
export function createSystemHandlers(deps: ApiDeps): Pick<Handlers, SystemRoutes> {
  const { facts, sources } = deps;
  return {
    'health.get': async () => ({ status: 200, body: { status: 'alive' } }),
    'ready.get': call => readiness(deps, call.operates),
    'version.get': async () => ({
      status: 200,
      body: { product: facts.product, version: facts.version, api: 'v1' },
    }),
    'config.get': async () => ({
      status: 200,
      body: {
        product: facts.product,
        signIn: { loginUrl: facts.loginUrl, clientId: facts.clientId, scopes: [...facts.scopes] },
      },
    }),
    'openapi.get': async () => ({ status: 200, body: openApiDocument() }),
    'metrics.get': call => metrics(deps, call),
    'me.get': call => me(deps, call),
    'sources.list': async () => ({
      status: 200,
      body: {
        value: sources.map(described),
        categories: categories.map(category => ({ category, label: deps.mappings.labels[category] })),
      },
    }),
  };
}

async function readiness(
  deps: ApiDeps,
  details: boolean,
): Promise<{
  status: 200 | 503;
  body: {
    status: 'ready' | 'not-ready';
    checks?: { name: string; ok: boolean; problem: string | null }[];
  };
}> {
  let found: Readonly<Record<string, string | null>>;
  try {
    found = await deps.profile.check();
  } catch (thrown) {
    found = { profile: asAppError(thrown).message };
  }
  const checks = Object.entries(found).map(([name, problem]) => ({ name, ok: problem === null, problem }));
  const ok = checks.every(check => check.ok);
  return {
    status: ok ? 200 : 503,
    body: { status: ok ? 'ready' : 'not-ready', ...(details ? { checks } : {}) },
  };
}

async function metrics(
  deps: ApiDeps,
  call: Call<Contract['metrics.get']>,
): Promise<{ status: 200; body: string }> {
  if (!call.request.local && !call.operates) throw notForStrangers(call.principal !== null);
  const { waiting, buried } = await deps.profile.queue.depth();
  return {
    status: 200,
    body: [
      deps.metrics(),
      '# TYPE holdfast_queue_jobs gauge\n',
      `holdfast_queue_jobs{state="buried"} ${String(buried)}\n`,
      `holdfast_queue_jobs{state="waiting"} ${String(waiting)}\n`,
    ].join(''),
  };
}

function notForStrangers(signedIn: boolean): AppError {
  return signedIn
    ? new AppError('auth.denied', 'give-up', 'Metrics need the role Tenants.Manage in the operator’s tenant.')
    : new AppError(
        'auth.missing',
        'give-up',
        'Ask for metrics on the machine itself, or send an access token.',
      );
}

async function me(
  deps: ApiDeps,
  call: Call<Contract['me.get']>,
): Promise<{
  status: 200;
  body: {
    principal: { kind: 'user' | 'app'; tid: string; oid: string; name: string | null };
    roles: string[];
    scopes: string[];
    tenants: { id: string; name: string; permissions: (typeof permissions)[number][] }[];
  };
}> {
  const { principal, known } = call;
  const may = new Map<string, (typeof permissions)[number][]>();
  for (const permission of permissions) {
    const decision = decide(principal, permission, known);
    if (!decision.granted) continue;
    for (const { tenantId } of decision.scopes) may.set(tenantId, [...(may.get(tenantId) ?? []), permission]);
  }
  const tenants = (await deps.profile.tenants.list())
    .map(({ value }) => ({ id: value.id, name: value.name, permissions: may.get(value.id) ?? [] }))
    .filter(tenant => tenant.permissions.length > 0);
  const { kind, tid, oid, name, roles, scopes } = principal;
  return {
    status: 200,
    body: { principal: { kind, tid, oid, name }, roles: [...roles], scopes: [...scopes], tenants },
  };
}

function described(source: Source): {
  id: string;
  title: string;
  about: string;
  api: string;
  kind: 'window' | 'snapshot' | 'feed';
  everySeconds: number;
  remembersDays: number | null;
  mapping: number;
  needs: { api: string; name: string; how: string }[];
} {
  return {
    id: source.id,
    title: source.title,
    about: source.about,
    api: source.api,
    kind: source.pull.kind,
    everySeconds: source.every / 1_000,
    remembersDays: remembered(source),
    mapping: source.mapping,
    needs: source.needs.map(({ api, name, how }) => ({ api, name, how })),
  };
}

/** Days; null for a snapshot, which has no past, and for a feed that does not say. */
function remembered({ pull }: Source): number | null {
  if (pull.kind === 'window') return pull.policy.lookback / 86_400_000;
  return pull.kind === 'feed' && pull.lookback !== undefined ? pull.lookback / 86_400_000 : null;
}
