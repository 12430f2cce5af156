import { groupNames, partnerBoxes, partnerDomains, principalNames, siteNames } from './names.ts';
import { staffKey, staffOf, type Person, type Staff } from './people.ts';
import { chance, guid, keyOf, randomOf, type Random } from './random.ts';

export interface Principal {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly nameJson: string;
}
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly nameJson: string;
  readonly address: string;
  /** A Microsoft 365 group, which can receive mail. */
  readonly unified: boolean;
}
export interface Site {
  readonly id: string;
  readonly webId: string;
  readonly listId: string;
  /** Ends with a slash. */
  readonly url: string;
}

/** Everybody and everything a tenant's records can name. */
export interface Cast {
  readonly tenantId: string;
  readonly name: string;
  readonly slug: string;
  readonly domain: string;
  readonly staff: Staff;
  readonly principals: readonly Principal[];
  readonly groups: readonly Group[];
  readonly sites: readonly Site[];
  /** Addresses outside. */
  readonly contacts: readonly string[];
}

export interface CastPlan {
  readonly seed: number;
  readonly tenantId: string;
  readonly name: string;
  readonly slug: string;
  readonly domain: string;
  readonly seats: number;
  readonly named: Readonly<Record<number, string>>;
}

export function castOf(plan: CastPlan): Cast {
  const key = keyOf(plan.seed, plan.tenantId, 'cast');
  const named = (index: number): Random => randomOf(key, index, 0);
  const { seed, tenantId, name, slug, domain } = plan;
  return {
    tenantId,
    name,
    slug,
    domain,
    staff: staffOf({ key: staffKey(seed, tenantId), domain, seats: plan.seats, named: plan.named }),
    principals: principalNames.map((title, n) => {
      const r = named(100 + n);
      return { id: guid(r), appId: guid(r), name: title, nameJson: JSON.stringify(title) };
    }),
    groups: groupNames.map((title, n) => {
      const r = named(200 + n);
      const address = `group-${String(n + 1)}@${domain}`;
      return { id: guid(r), name: title, nameJson: JSON.stringify(title), address, unified: n % 3 !== 2 };
    }),
    sites: siteNames.map((title, n) => {
      const r = named(300 + n);
      const url = `https://${slug}.sharepoint.example/sites/${title}/`;
      return { id: guid(r), webId: guid(r), listId: guid(r), url };
    }),
    contacts: partnerDomains.flatMap(outside => partnerBoxes.map(box => `${box}@${outside}`)),
  };
}

/** Where somebody works from: mostly the office, sometimes home. */
export const addressOf = (r: Random, person: Person): string =>
  chance(r, 0.72) ? person.officeIp : person.homeIp;
