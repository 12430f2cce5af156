import type { MailFacts, NormalizedEvent } from '../../model/event.ts';
import { readProviderTime } from '../_kit/provider-time.ts';
import { firstWord, word } from '../_kit/reading.ts';
import { Problem, type About } from '../_kit/source.ts';
import { summaryOf } from '../_kit/summary.ts';
import { actorOf } from './actor.ts';
import { auditFacts, type AuditFacts } from './audit-facts.ts';
import { classify } from './classify.ts';
import { clientOf } from './client.ts';
import { mailOf } from './mail.ts';
import { outcomeOf } from './outcome.ts';
import { severityOf } from './severity.ts';
import type { UnifiedAudit } from './schema.ts';
import { unpackedRecord } from './unpacked-record.ts';
import { targetsOf } from './targets.ts';

/** mapping.md has every field, and why. */
export function normalizeUnifiedAudit(given: UnifiedAudit, about: About): NormalizedEvent {
  const record = unpackedRecord(given);
  const time = readProviderTime(record.CreationTime);
  if (time === null) throw new Problem('CreationTime: not a time in any form known');
  const facts = auditFacts(record);
  const { operation } = facts;
  const { outcome, reason } = outcomeOf(facts);
  const { category, ocsf } = classify(facts);
  const actor = actorOf(facts);
  const mail = mailOf(facts, actor?.address ?? null, about.domains);
  const targets = targetsOf(facts, mail);
  return {
    time,
    category,
    operation,
    outcome,
    reason,
    severity: severityOf(facts, category, outcome, targets),
    actor,
    targets,
    client: clientOf(facts),
    mail,
    correlationId: correlationOf(facts, mail),
    summary: summaryOf({ operation, actor, targets, outcome, reason }, ` (${facts.type})`),
    ocsf,
  };
}

const ofPowerPlatform = 'powerplatform.analytics.resource.telemetry_correlation.id';

/** What ties the record to others: of one request, one sign-in session, one message, one incident. */
function correlationOf(
  { record, access, family, extended, properties }: AuditFacts,
  mail: MailFacts | null,
): string | null {
  return (
    word(record.CorrelationId) ??
    firstWord(access?.['CorrelationId'], record.InterSystemsId, record.AlertId, record.IncidentId) ??
    firstWord(
      mail === null ? null : record.NetworkMessageId,
      record.RequestId,
      record.ActivityId,
      record.SessionId,
      access?.['AADSessionId'],
      family === 'directory' ? extended().get('correlationid') : null,
      record.PropertyCollection === undefined ? null : properties().get(ofPowerPlatform),
    )
  );
}
