import { fewGraphRecords } from '../support/graph-records.ts';
import { fewRecords } from '../support/small-world.ts';

/** Streams of Graph's further sources, with the routes a fault can hit them on. */
export const graphStreams = [
  { source: 'entra.sign-ins', stream: 'interactive', routes: ['entra.token', 'graph.signIns'] },
  { source: 'intune.audit-events', stream: 'default', routes: ['entra.token', 'graph.intuneAudits'] },
  { source: 'defender.alerts', stream: 'default', routes: ['entra.token', 'graph.alerts'] },
  { source: 'defender.incidents', stream: 'default', routes: ['entra.token', 'graph.incidents'] },
] as const;

export const graphWorld = { ...fewRecords, graph: fewGraphRecords };

type States = Readonly<Record<string, string>>;

/**
 * The states of a stream whose provider's memory moves on from moment to moment: while nothing can be asked, its first
 * window is forgotten. Not so where it counts from a midnight (and it is noon), of a snapshot, of a feed. `later` are
 * faults that meet only windows with records, which come after it.
 */
export const forgetting = (states: States, later: readonly string[]): States =>
  Object.fromEntries(
    Object.entries(states).map(([name, state]) => {
      const isKept = state.startsWith('fine') || later.includes(name);
      return [name, isKept ? state : `${state} gap`];
    }),
  );

const notProvisioned = 'provider.not-provisioned paused';

/** What an operator sees of each, beside what is the same everywhere. */
export const graphStates = (everywhere: States): Readonly<Record<string, States>> => ({
  'entra.sign-ins': { ...everywhere, 'licence-missing': 'provider.licence-missing paused' },
  'intune.audit-events': forgetting(
    {
      ...everywhere,
      // There is always a page behind the last one, so the fault meets every walk.
      'next-link-expired': 'provider.link-expired',
      'throttled-as-error': 'provider.throttled',
      'product-missing': notProvisioned,
    },
    ['empty-page-with-link', 'next-link-expired'],
  ),
  'defender.alerts': security(everywhere),
  'defender.incidents': security(everywhere),
});

const security = (everywhere: States): States =>
  forgetting(
    {
      ...everywhere,
      'product-missing': notProvisioned,
      'answer-in-part': 'provider.truncated',
    },
    ['empty-page-with-link'],
  );
