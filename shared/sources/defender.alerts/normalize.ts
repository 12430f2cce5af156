import type { Category, NormalizedEvent } from '../../model/event.ts';
import { addEntity, entity } from '../_kit/entity.ts';
import { clientMentioned } from '../_kit/mentioned-address.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { fields, firstWord, word, type Fields } from '../_kit/reading.ts';
import { readEvidence, type Evidence } from '../_kit/security-evidence.ts';
import { findingActivity, outcomeOfStatus, severityOfWord, spoken, titleOf } from '../_kit/security-words.ts';
import { Problem } from '../_kit/source.ts';
import { callable, nameOf, shortened } from '../_kit/summary.ts';
import type { Alert } from './schema.ts';

/** mapping.md has every field, and why. */
export function normalizeAlert(record: Alert): NormalizedEvent {
  // When it was raised: that never changes, while the record does.
  const created = firstWord(record.createdDateTime, record.alertCreationTime, record.creationTime);
  const time = readProviderTime(created);
  if (time === null) throw new Problem('createdDateTime: not a time in any form known');
  if (fields(record.vendorInformation) !== null) {
    throw new Problem(
      'vendorInformation: this is an alert of the retired API /security/alerts, not of alerts_v2',
    );
  }
  const title = titleOf(record.title, record.threatDisplayName, record.category) ?? 'Alert without a title';
  const evidence = readEvidence(title, record.evidence, record.entities, record.devices, before(record));
  const targets = [...evidence.targets];
  const threat = word(record.threatDisplayName);
  if (threat !== title) addEntity(targets, entity('other', { name: threat }));
  const { outcome, reason } = outcomeOfStatus(
    { status: record.status, classification: record.classification, determination: record.determination },
    [record.investigationState],
  );
  return {
    time,
    category: categoryOf(record),
    operation: title,
    outcome,
    reason,
    severity: severityOfWord(record.severity),
    actor: evidence.actor ?? entity('other', { name: word(record.actorDisplayName) }),
    targets,
    client: evidence.client ?? clientMentioned([title, record.description], evidence.targets),
    mail: evidence.mail,
    // The incident names its alerts by this, and every alert its incident.
    correlationId: word(record.incidentId),
    summary: sentence(record, title, evidence),
    // Detection finding.
    ocsf: {
      class: 2004,
      activity: findingActivity(
        record.status,
        created,
        firstWord(record.lastUpdateDateTime, record.lastUpdateTime, record.lastUpdatedTime),
      ),
    },
  };
}

/** The API before this one said whom and which device an alert is about beside the evidence. */
function before(record: Alert): readonly Fields[] {
  const user = fields(record.relatedUser);
  const device = firstWord(record.computerDnsName, record.machineId) !== null;
  const name = word(user?.['userName']);
  const called = name?.includes('@') === true ? { userPrincipalName: name } : { accountName: name };
  return [
    ...(user === null ? [] : [{ entityType: 'User', domainName: user['domainName'], ...called }]),
    ...(device
      ? [{ entityType: 'Device', deviceDnsName: record.computerDnsName, mdeDeviceId: record.machineId }]
      : []),
  ];
}

const categoryOf = (record: Alert): Category =>
  /^(datalossprevention|microsoftinsiderriskmanagement)$/i.test(word(record.serviceSource) ?? '')
    ? 'data-protection'
    : 'security';

function sentence(record: Alert, title: string, { actor, targets, client }: Evidence): string {
  const severity = spoken(record.severity) ?? 'unknown';
  const by = spoken(record.productName) ?? spoken(record.serviceSource);
  const about = actor === null ? targets[0] : actor;
  const who = about === undefined ? '' : ` about ${about === actor ? callable(about) : nameOf(about)}`;
  const ip = client?.ip ?? null;
  const from = ip === null ? '' : ` from ${ip}`;
  const told = by === null ? '' : `, by ${by}`;
  const status = spoken(record.status);
  return shortened(
    `Alert (${severity}): ${title}${who}${from}${told}${status === null ? '' : `, ${status}`}`,
  );
}
