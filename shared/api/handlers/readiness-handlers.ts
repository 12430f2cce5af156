import { isoInstant } from '../../kernel/time.ts';
import type { TenantScope } from '../../model/scope.ts';
import type { Connection, Tenant } from '../../model/tenant.ts';
import {
  checksOf,
  makeChecks,
  namesCheck,
  type Check,
  type ReadinessCheck,
} from '../../pipeline/check-readiness.ts';
import { hasDirectory } from '../../pipeline/queue-upkeep.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Contract } from '../contract/contract.ts';
import type { Handlers, Result } from './handler.ts';
import { standings } from './standing-handlers.ts';
import { streamsOf } from './stream-states.ts';
import { tenantOf } from './tenant-handlers.ts';

type Entry = Result<Contract['tenant-readiness.get']>['body']['value'][number];

/** Whether a tenant's sources may be read today. */
export function createReadinessHandlers(deps: ApiDeps): Pick<Handlers, 'tenant-readiness.get'> {
  return {
    'tenant-readiness.get': async ({ scope }) => {
      const { value: tenant } = await tenantOf(deps, scope);
      const asked = tenant.connections.map(connection => ({
        connection,
        checks: checksFor(deps, tenant, connection),
      }));
      const directory = directoryOf(deps, tenant) ? [namesCheck(deps.readiness, tenant)] : [];
      const made = [...(await makeChecks([...directory, ...asked.flatMap(({ checks }) => checks)]))];
      const [names = null] = made.splice(0, directory.length);
      const value: Entry[] = [];
      for (const { connection, checks } of asked) {
        value.push(await entryOf(deps, scope, connection, made.splice(0, checks.length)));
      }
      const ready = value.every(entry => entry.ready || !entry.enabled);
      const checkedAt = isoInstant(deps.clock.now());
      return {
        status: 200,
        body: { tenant: tenant.id, checkedAt, ready, names: names === null ? null : shown(names), value },
      };
    },
  };
}

const shown = ({ shows, ...rest }: ReadinessCheck): Entry['checks'][number] => ({
  permissions: [...shows],
  ...rest,
});

/** A tenant is in Entra where something of Microsoft's is pulled from it. */
const directoryOf = (deps: ApiDeps, tenant: Tenant): boolean =>
  tenant.state === 'active' && hasDirectory(deps, tenant);

/** None for a connection that asks for nothing. */
function checksFor(deps: ApiDeps, tenant: Tenant, connection: Connection): readonly Check[] {
  const source = deps.sources.find(one => one.id === connection.source);
  if (source === undefined || !connection.enabled || tenant.state !== 'active') return [];
  return checksOf(deps.readiness, tenant, connection, source);
}

async function entryOf(
  deps: ApiDeps,
  scope: TenantScope,
  connection: Connection,
  made: readonly ReadinessCheck[],
): Promise<Entry> {
  const source = deps.sources.find(one => one.id === connection.source);
  const names = source === undefined ? [] : (streamsOf(source, connection) ?? []);
  const streams = await standings(deps, scope, connection.source, names);
  const ready = made.length > 0 && made.every(check => check.state === 'ready');
  const checks = made.map(shown);
  const about = { source: connection.source, title: source?.title ?? connection.source };
  const { enabled } = connection;
  return { ...about, enabled, ready, checks, streams, next: nextStep({ enabled, ready, made, streams }) };
}

/** The one thing to do now; null when nothing is. */
function nextStep(entry: {
  readonly enabled: boolean;
  readonly ready: boolean;
  readonly made: readonly ReadinessCheck[];
  readonly streams: Entry['streams'];
}): string | null {
  if (!entry.enabled) return 'This connection is switched off.';
  if (entry.made.length === 0)
    return 'Nothing is asked for here: the tenant is retired, or this build lacks the source.';
  if (entry.made.some(check => check.state === 'refused'))
    return 'Mend what the checks name, then ask again.';
  if (!entry.ready) return 'Not everything could be told just now. Ask again later.';
  const paused = entry.streams.some(stream => stream.state === 'paused');
  return paused ? 'It answers again, and is still paused here: resume it with holdfast resume.' : null;
}
