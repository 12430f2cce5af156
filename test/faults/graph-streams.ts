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

/** Of what is not forgotten within the hour that nothing can be asked. */
export const withoutGaps = (states: States): States =>
  Object.fromEntries(Object.entries(states).map(([name, state]) => [name, state.replace(' gap', '')]));

const notProvisioned = 'provider.not-provisioned paused';

/** What an operator sees of each, beside what is the same everywhere. */
export const graphStates = (everywhere: States): Readonly<Record<string, States>> => ({
  // Counted from midnight, and it is noon.
  'entra.sign-ins': { ...withoutGaps(everywhere), 'licence-missing': 'provider.licence-missing paused' },
  'intune.audit-events': {
    ...everywhere,
    // There is always a page behind the last one, so the fault meets every walk.
    'next-link-expired': 'provider.link-expired',
    'throttled-as-error': 'provider.throttled',
    'product-missing': notProvisioned,
  },
  'defender.alerts': security(everywhere),
  'defender.incidents': security(everywhere),
});

const security = (everywhere: States): States => ({
  ...everywhere,
  'product-missing': notProvisioned,
  'answer-in-part': 'provider.truncated gap',
});
