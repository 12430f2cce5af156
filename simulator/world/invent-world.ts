import { inventedTenant, type TenantPlan } from './invented-tenant.ts';
import { guid, keyOf, randomOf } from './random.ts';
import type { SimTenant, World } from './world.ts';

export interface WorldPlan {
  readonly seed: number;
  /**
   * When the world is born, ms. Ordinary life does not depend on it; the two stories end with the day before it,
   * and from it on something happens every minute. Keep it over a restart to keep the world.
   */
  readonly now: number;
  /** Records over the remembered spans of all tenants together, about. Default: 25,000 for the first two. */
  readonly events?: number;
  /** How many tenants; the first two are Contoso and Fabrikam. Default 2. */
  readonly tenants?: number;
  /** Records a minute, at least and about, over all tenants, from `now` on. Default 4; 0 for none. */
  readonly livePerMinute?: number;
}

export const contosoId = 'c0a10000-0000-4000-8000-00000000c001';
export const fabrikamId = 'fab10000-0000-4000-8000-00000000fa01';

type Named = Omit<TenantPlan, 'events' | 'livePerMinute'>;
const contoso: Named = {
  id: contosoId,
  name: 'Contoso',
  slug: 'contoso',
  domain: 'contoso.example',
  zone: 'Europe/Berlin',
  story: 'attack',
  mimecast: 'uk',
  named: { 0: 'Oskar Lind', 1: 'Aiko Tanaka', 2: 'Zoë Färber', 3: 'Lena Okafor' },
};
const fabrikam: Named = {
  id: fabrikamId,
  name: 'Fabrikam',
  slug: 'fabrikam',
  domain: 'fabrikam.example',
  zone: 'America/Chicago',
  story: 'leak',
  mimecast: 'us',
  named: { 0: 'Marisol Quiroga', 3: 'Tomás Ferreira' },
};
const zones = [
  'Europe/London',
  'Europe/Warsaw',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'America/Sao_Paulo',
  'Australia/Sydney',
];
// Contoso has four fifths of the demo's records; tenants further down the list are small.
const demoEvents = [20_000, 5_000];
const smallTenant = 1_500;

/** Invents a world. The same seed and plan give the same bytes in any process, whatever is asked, in any order. */
export function inventWorld(plan: WorldPlan): World {
  const count = plan.tenants ?? 2;
  const named = Array.from(
    { length: count },
    (_, n) => [contoso, fabrikam][n] ?? furtherTenant(plan.seed, n),
  );
  const weights = named.map((_, n) => demoEvents[n] ?? smallTenant);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const tenants = named.map((tenant, n): SimTenant => {
    const share = (weights[n] ?? smallTenant) / sum;
    const events = (plan.events ?? sum) * share;
    // The demo's second tenant must not look dead beside the first: live records go by the root of the share.
    const livePerMinute = ((plan.livePerMinute ?? 4) * Math.sqrt(share)) / rootSum(weights, sum);
    return inventedTenant(plan.seed, plan.now, { ...tenant, events, livePerMinute });
  });
  return { seed: plan.seed, tenants };
}

const rootSum = (weights: readonly number[], sum: number): number =>
  weights.reduce((total, weight) => total + Math.sqrt(weight / sum), 0);

function furtherTenant(seed: number, n: number): Named {
  const slug = `tenant-${String(n + 1)}`;
  return {
    id: guid(randomOf(keyOf(seed, 'tenant'), n, 0)),
    name: `Tenant ${String(n + 1)}`,
    slug,
    domain: `${slug}.example`,
    zone: zones[n % zones.length] ?? 'Europe/London',
    story: 'none',
    mimecast: null,
    named: {},
  };
}
