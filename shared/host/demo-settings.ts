import { usualMemory } from '../app/usual-memory.ts';
import { days } from '../kernel/time.ts';
import type { Tenant } from '../model/tenant.ts';
import { tenantSchema } from '../model/tenant.ts';

/** A customer as the simulator's control page lists it. */
export interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly domains: readonly string[];
  readonly sources: readonly { readonly id: string; readonly remembersDays: number }[];
  readonly clientId: string;
  readonly clientSecret: string;
  /** Its Mimecast account, and the application to collect from it with. */
  readonly mimecast: { readonly clientId: string; readonly secret: string; readonly region: string } | null;
}

/** The API's own application and the operator's tenant, as the simulator's sign-in knows them. */
const clientId = 'b1f0e6a2-0000-4000-8000-0000000a0d1e';
const operator = '0e7a0000-0000-4000-8000-00000000e001';
/** Somebody is watching: new records show within half a minute, not at the sources' own rhythm. */
const everySeconds = 20;
/** Mimecast's logs are a quarter of an hour behind anyway, and many. */
const mimecastEverySeconds = 60;
/** How things are is read whole each time: not so often. */
const stateEverySeconds = 120;

function everySecondsOf(source: string, remembersDays: number): number {
  if (source.startsWith('mimecast.')) return mimecastEverySeconds;
  // A source without a memory tells how things are.
  return remembersDays === 0 ? stateEverySeconds : everySeconds;
}

/**
 * Null where the source's own memory is that long: it stays within what the provider grants. A folder of records goes
 * back as far as its oldest, and what is asked for from later on only would be lost without a word.
 */
function ownMemory(id: string, remembersDays: number): number | null {
  const usual = usualMemory(id);
  return usual !== null && days(remembersDays) > usual ? remembersDays : null;
}

export interface DemoSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly tenants: readonly Tenant[];
  readonly grants: readonly { readonly principal: string; readonly tenants: '*' }[];
}

/** Where the environment keeps the secret of a customer's Mimecast application. */
const secretVariable = (tenant: string): string =>
  `HOLDFAST_SECRET_MIMECAST_${tenant.toUpperCase().replaceAll('-', '_')}`;

/** Settings of a product that pulls from the simulator at `url`. What the environment sets itself stays. */
export function demoSettings(
  environment: Readonly<Record<string, string | undefined>>,
  url: string,
  tenants: readonly DemoTenant[],
): DemoSettings {
  const first = tenants[0];
  const applications = tenants.flatMap(({ id, mimecast }) =>
    mimecast === null ? [] : [[secretVariable(id), `${mimecast.clientId}:${mimecast.secret}`] as const],
  );
  return {
    environment: {
      HOLDFAST_CLIENT_ID: clientId,
      HOLDFAST_OPERATOR_TENANT: operator,
      HOLDFAST_PULL_SECONDS: '5',
      ...environment,
      HOLDFAST_LOGIN_URL: `${url}/login`,
      HOLDFAST_GRAPH_URL: `${url}/graph`,
      HOLDFAST_MANAGEMENT_URL: `${url}/manage`,
      HOLDFAST_MIMECAST_URL: `${url}/mimecast/global`,
      HOLDFAST_MIMECAST_REGION_URL: `${url}/mimecast/{region}`,
      // Its file store is on another port of the same machine.
      HOLDFAST_MIMECAST_FILE_HOSTS: new URL(url).hostname,
      ...Object.fromEntries(applications),
      HOLDFAST_PULL_CLIENT_ID: first?.clientId,
      HOLDFAST_SECRET_PULL_CLIENT: first?.clientSecret,
    },
    tenants: tenants.map(tenant =>
      tenantSchema.parse({
        id: tenant.id,
        name: tenant.name,
        domains: tenant.domains,
        state: 'active',
        retentionDays: 2_190,
        ...(tenant.mimecast === null ? {} : { mimecast: { region: tenant.mimecast.region } }),
        connections: tenant.sources.map(({ id, remembersDays }) => ({
          source: id,
          enabled: true,
          config: {},
          remembersDays: ownMemory(id, remembersDays),
          everySeconds: everySecondsOf(id, remembersDays),
        })),
      }),
    ),
    grants: ['Events.Read', 'Ledger.Read', 'Tenants.Manage'].map(principal => ({ principal, tenants: '*' })),
  };
}

/**
 * The customers of an earlier start that the simulator no longer plays (its `--records` or `--tenants` were others),
 * from the file that start wrote: retired, so that their pulls do not fail for ever at a provider that is not there.
 * What was pulled stays, and the next start that plays them goes on.
 */
export function noLongerPlayed(before: unknown, played: readonly Tenant[]): readonly Tenant[] {
  const found = tenantSchema.array().safeParse(before);
  const ids = new Set(played.map(({ id }) => id));
  return (found.data ?? []).filter(({ id }) => !ids.has(id)).map(tenant => ({ ...tenant, state: 'retired' }));
}
