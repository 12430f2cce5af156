import { onTestFinished } from 'vitest';
import { systemClock } from '../../shared/adapters/embedded/system-clock.ts';
import { readConfig } from '../../shared/app/config.ts';
import { providerDoors } from '../../shared/app/provider-doors.ts';
import type { Tenant } from '../../shared/model/tenant.ts';
import { checksOf, makeChecks, type ReadinessCheck } from '../../shared/pipeline/check-readiness.ts';
import type { Source } from '../../shared/sources/_kit/source.ts';
import { openLife, quiet, type Stage } from './rig.ts';
import { contosoId } from './small-world.ts';
import { tempFolder } from './temp-folder.ts';

/** A door of the product's that signs in anew, before the stage's simulator. */
export async function doorOn(
  stage: Stage,
): Promise<(tenant: Tenant) => ReturnType<ReturnType<typeof providerDoors>['fresh']>> {
  const life = await openLife(stage, await tempFolder());
  const config = readConfig(stage.environment);
  if (!config.ok) throw new Error('settings');
  const doors = providerDoors({
    settings: config.settings,
    clock: stage.clock,
    secrets: life.profile.secrets,
    throttles: life.profile.throttles,
    telemetry: quiet,
    random: () => 0.5,
  });
  onTestFinished(async () => {
    doors.close();
    await life.end();
  });
  return doors.fresh;
}

/** Time as the world has it; a wait as this machine does. */
export const clockOf = (stage: Stage) => ({ now: () => stage.clock.now(), sleep: systemClock.sleep });

/** Contoso's checks for these sources, in order, with the settings a connection has unless somebody changes them. */
export async function checksOn(
  stage: Stage,
  of: readonly Source[],
  customer: Partial<Tenant> = {},
  config: Tenant['connections'][number]['config'] = {},
): Promise<readonly ReadinessCheck[]> {
  const deps = { clock: clockOf(stage), door: await doorOn(stage) };
  const found = stage.tenants.find(one => one.id === contosoId);
  const tenant = found === undefined ? undefined : { ...found, ...customer };
  if (tenant === undefined) throw new Error('no tenant');
  const connection = tenant.connections[0];
  if (connection === undefined) throw new Error('no connection');
  return makeChecks(of.flatMap(source => checksOf(deps, tenant, { ...connection, config }, source)));
}
