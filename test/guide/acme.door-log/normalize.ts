import type { NormalizedEvent, Outcome } from '../../../shared/model/event.ts';
import { entity } from '../../../shared/sources/_kit/entity.ts';
import { readProviderTime } from '../../../shared/sources/_kit/provider-time.ts';
import { word } from '../../../shared/sources/_kit/reading.ts';
import { Problem } from '../../../shared/sources/_kit/source.ts';
import { summaryOf } from '../../../shared/sources/_kit/summary.ts';
import type { AcmeDoorLog } from './schema.ts';

/** mapping.md has every field, and why. Pure: what it cannot place it refuses, with a sentence that names the field. */
export function normalizeAcmeDoorLog(record: AcmeDoorLog): NormalizedEvent {
  const time = readProviderTime(record.at);
  if (time === null) throw new Problem('at: not a time in any form known');
  const outcome = outcomeOf(record.opened);
  const reason = word(record.because);
  const actor = entity('user', { id: word(record.badge) });
  const targets = [entity('other', { name: word(record.door) })].filter(target => target !== null);
  return {
    time,
    category: 'other',
    operation: 'Badge',
    outcome,
    reason,
    severity: outcome === 'failure' ? 'medium' : 'informational',
    actor,
    targets,
    client: null,
    mail: null,
    correlationId: null,
    summary: summaryOf({ operation: 'Badge', actor, targets, outcome, reason }),
    ocsf: { class: 6003, activity: 99 },
  };
}

/** A door that says neither yes nor no is no error. */
const outcomeOf = (opened: unknown): Outcome =>
  opened === true ? 'success' : opened === false ? 'failure' : 'unknown';
