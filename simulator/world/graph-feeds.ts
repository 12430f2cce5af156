import { graphFeeds, type GraphFeed } from './world.ts';

const sources: Readonly<Record<string, string>> = {
  'entra.sign-ins': 'signIns.',
  'intune.audit-events': 'intune.',
  'defender.alerts': 'security.alerts',
  'defender.incidents': 'security.incidents',
};

/** The lists of Graph that make up a source; none for a source that is kept otherwise. */
export function feedsOf(source: string): readonly GraphFeed[] {
  const prefix = sources[source];
  return prefix === undefined ? [] : graphFeeds.filter(feed => feed.startsWith(prefix));
}
