import type { Cast } from './cast.ts';
import { intuneLife } from './intune-life.ts';
import type { Pace } from './pace.ts';
import type { Key } from './random.ts';
import { securityLife } from './security-life.ts';
import { signInLife } from './sign-in-life.ts';
import type { SignInKind } from './sign-in-record.ts';
import type { SlotFeed } from './slots.ts';
import { townsOf } from './towns.ts';
import { graphFeeds, type GraphFeed, type SimRecord } from './world.ts';
import type { Rhythm } from './working-hours.ts';

/** The sources these lists make up. */
export const graphSources = [
  'entra.sign-ins',
  'intune.audit-events',
  'defender.alerts',
  'defender.incidents',
];

/** Days each list answers. */
export const graphSpans: Readonly<Record<GraphFeed, number>> = {
  'signIns.interactive': 30,
  'signIns.nonInteractive': 30,
  'signIns.servicePrincipal': 30,
  'signIns.managedIdentity': 30,
  'intune.audits': 365,
  'security.alerts': 180,
  'security.incidents': 180,
};

/** Each list's part of the records of all of them. */
export const graphShares: Readonly<Record<GraphFeed, number>> = {
  'signIns.interactive': 0.22,
  'signIns.nonInteractive': 0.44,
  'signIns.servicePrincipal': 0.15,
  'signIns.managedIdentity': 0.08,
  'intune.audits': 0.07,
  'security.alerts': 0.025,
  'security.incidents': 0.015,
};

/** Machines know no weekend. */
const always: Rhythm = () => 1;

type Lives = Readonly<Record<GraphFeed, { readonly days: number; readonly life: SlotFeed<SimRecord> }>>;

/** Ordinary life in the lists of Graph that are all kept alike. */
export function graphLife(
  cast: Cast,
  zone: string,
  key: (feed: string) => Key,
  pace: (feed: GraphFeed, days: number, rhythm?: Rhythm) => Pace,
): Lives {
  const towns = townsOf(zone);
  const lifeOf = (feed: GraphFeed): SlotFeed<SimRecord> => {
    const days = graphSpans[feed];
    if (feed === 'intune.audits') return intuneLife(cast, key(feed), pace(feed, days));
    // Incidents are those of the alerts: the same key and pace.
    const alerts = (): Pace => pace('security.alerts', days, always);
    if (feed === 'security.alerts') return securityLife(cast, key('security'), alerts(), 'alerts');
    if (feed === 'security.incidents') return securityLife(cast, key('security'), alerts(), 'incident');
    const kind = kinds[feed];
    const machine = kind === 'servicePrincipal' || kind === 'managedIdentity';
    return signInLife({
      cast,
      towns,
      kind,
      key: key(feed),
      pace: pace(feed, days, machine ? always : undefined),
    });
  };
  const entries = graphFeeds.map(feed => [feed, { days: graphSpans[feed], life: lifeOf(feed) }] as const);
  return Object.fromEntries(entries) as Lives;
}

const kinds: Readonly<Record<Exclude<GraphFeed, 'intune.audits' | `security.${string}`>, SignInKind>> = {
  'signIns.interactive': 'interactive',
  'signIns.nonInteractive': 'nonInteractive',
  'signIns.servicePrincipal': 'servicePrincipal',
  'signIns.managedIdentity': 'managedIdentity',
};
