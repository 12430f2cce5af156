import type { NormalizedEvent } from '../../model/event.ts';
import { clientMentioned } from '../_kit/mentioned-address.ts';
import { unpacked } from '../_kit/json-in-string.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { fields, firstWord, list, word } from '../_kit/reading.ts';
import { readEvidence } from '../_kit/security-evidence.ts';
import { findingActivity, outcomeOfStatus, severityOfWord, spoken, titleOf } from '../_kit/security-words.ts';
import { Problem } from '../_kit/source.ts';
import { shortened } from '../_kit/summary.ts';
import type { Incident } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalizeIncident(record: Incident): NormalizedEvent {
  const time = readProviderTime(record.createdDateTime) ?? readProviderTime(record.createdTime);
  if (time === null) throw new Problem('createdDateTime: not a time in any form known');
  const title = titleOf(record.displayName, record.incidentName) ?? 'Incident without a name';
  const held = unpacked(record.alerts);
  // One alert without its list is how forwarders write an incident they cut apart.
  const alerts = (fields(held) === null ? list(held) : [held]).map(alert => fields(unpacked(alert)) ?? {});
  const evidence = readEvidence(
    title,
    ...alerts.flatMap(alert => [alert['evidence'], alert['entities'], alert['devices']]),
  );
  const { outcome, reason } = outcomeOfStatus(
    { status: record.status, classification: record.classification, determination: record.determination },
    alerts.map(alert => alert['investigationState']),
  );
  const created = firstWord(record.createdDateTime, record.createdTime);
  const updated = firstWord(record.lastUpdateDateTime, record.lastUpdateTime);
  return {
    time,
    category: 'security',
    operation: title,
    outcome,
    reason,
    severity: severityOfWord(record.severity),
    actor: evidence.actor,
    targets: [...evidence.targets],
    client:
      evidence.client ??
      clientMentioned([record.displayName, record.summary, record.description], evidence.targets),
    mail: evidence.mail,
    // What its alerts name it by.
    correlationId: firstWord(record.id, record.incidentId),
    summary: sentence(record, title),
    // Incident finding.
    ocsf: { class: 2005, activity: findingActivity(record.status, created, updated) },
  };
}

function sentence(record: Incident, title: string): string {
  const severity = spoken(record.severity) ?? 'unknown';
  const status = spoken(record.status);
  const other = word(record.redirectIncidentId);
  const now = other === null ? status : `merged into incident ${other}`;
  const owner = word(record.assignedTo);
  return shortened(
    `Incident (${severity}): ${title}${now === null ? '' : `, ${now}`}${owner === null ? '' : `, with ${owner}`}`,
  );
}
