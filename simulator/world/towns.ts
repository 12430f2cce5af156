import { chance, pick, type Random } from './random.ts';

export interface Town {
  readonly city: string;
  readonly state: string;
  /** Two letters. */
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
}

const town = (city: string, state: string, country: string, latitude: number, longitude: number): Town => ({ city, state, country, latitude, longitude }); // prettier-ignore

// The first is where the office is.
const byZone: Readonly<Record<string, readonly Town[]>> = {
  'Europe/Berlin': [town('Berlin', 'Berlin', 'DE', 52.52, 13.41), town('Potsdam', 'Brandenburg', 'DE', 52.4, 13.06), town('Köln', 'Nordrhein-Westfalen', 'DE', 50.94, 6.96)],
  'America/Chicago': [town('Chicago', 'Illinois', 'US', 41.88, -87.63), town('Evanston', 'Illinois', 'US', 42.05, -87.69), town('Milwaukee', 'Wisconsin', 'US', 43.04, -87.91)],
  'Europe/London': [town('London', 'England', 'GB', 51.51, -0.13), town('Reading', 'England', 'GB', 51.45, -0.97)],
  'Europe/Warsaw': [town('Warszawa', 'Mazowieckie', 'PL', 52.23, 21.01), town('Łódź', 'Łódzkie', 'PL', 51.76, 19.46)],
  'Asia/Tokyo': [town('Tokyo', 'Tokyo', 'JP', 35.68, 139.69), town('Yokohama', 'Kanagawa', 'JP', 35.44, 139.64)],
  'Asia/Kolkata': [town('Pune', 'Maharashtra', 'IN', 18.52, 73.86), town('Mumbai', 'Maharashtra', 'IN', 19.08, 72.88)],
  'America/Sao_Paulo': [town('São Paulo', 'São Paulo', 'BR', -23.55, -46.63), town('Campinas', 'São Paulo', 'BR', -22.91, -47.06)],
  'Australia/Sydney': [town('Sydney', 'New South Wales', 'AU', -33.87, 151.21), town('Newcastle', 'New South Wales', 'AU', -32.93, 151.78)],
}; // prettier-ignore
const abroad = [
  town('Lisboa', 'Lisboa', 'PT', 38.72, -9.14),
  town('Zürich', 'Zürich', 'CH', 47.38, 8.54),
  town('Toronto', 'Ontario', 'CA', 43.65, -79.38),
  town('Singapore', '', 'SG', 1.35, 103.82),
];

/** Where the attacker's address is said to be. */
export const attackTown: Town = town('Reykjavík', 'Höfuðborgarsvæðið', 'IS', 64.15, -21.94);

/** The towns a tenant's people sign in from, the office's first. */
export const townsOf = (zone: string): readonly [Town, ...Town[]] => {
  const [office = attackTown, ...homes] = byZone[zone] ?? byZone['Europe/London'] ?? [];
  return [office, ...homes];
};

/** At the office, at home, or, seldom, travelling. */
export function townFor(r: Random, towns: readonly [Town, ...Town[]], atOffice: boolean): Town {
  if (chance(r, 0.01)) return pick(r, abroad);
  return atOffice ? towns[0] : pick(r, towns);
}
