import { wordTable } from '../kernel/word-table.ts';
import type { Direction, MailFacts } from '../model/event.ts';
import { filled, type OcsfObject } from './ocsf-event.ts';
import { isOcsfEmail } from './type-problem.ts';

/** OCSF `email`; null where neither sender nor recipient has an address of OCSF's form, which it demands. */
export function emailOf(mail: MailFacts | null): OcsfObject | null {
  if (mail === null) return null;
  const { sender, recipients, subject, messageId, size } = mail;
  const good = sender !== null && isOcsfEmail(sender);
  const to = recipients.filter(isOcsfEmail);
  if (!good && to.length === 0) return null;
  return filled({
    from: good ? sender : null,
    from_mailbox: good ? null : sender,
    to,
    to_mailboxes: recipients.filter(recipient => !isOcsfEmail(recipient)),
    subject,
    message_uid: messageId,
    size: Number.isSafeInteger(size) ? size : null,
  });
}

const directionIds: Readonly<Record<Direction, readonly [number, string]>> = {
  inbound: [1, 'Inbound'],
  outbound: [2, 'Outbound'],
  internal: [3, 'Internal'],
  external: [99, 'external'],
  unknown: [0, 'Unknown'],
};

export function directionOf(mail: MailFacts | null): OcsfObject {
  const [direction_id, direction] = directionIds[mail?.direction ?? 'unknown'];
  return { direction_id, direction };
}

const allowed = [1, 'Allowed'] as const;
const denied = [2, 'Denied'] as const;
const observed = [3, 'Observed'] as const;
type Verdict = readonly [action: readonly [number, string], disposition: readonly [number, string]];
const verdicts = wordTable<Verdict>({
  delivered: [allowed, [1, 'Allowed']],
  accepted: [allowed, [1, 'Allowed']],
  archived: [allowed, [1, 'Allowed']],
  expanded: [allowed, [1, 'Allowed']],
  resolved: [allowed, [1, 'Allowed']],
  filteredasspam: [observed, [18, 'Tagged']],
  quarantined: [denied, [3, 'Quarantined']],
  held: [denied, [3, 'Quarantined']],
  blocked: [denied, [2, 'Blocked']],
  dropped: [denied, [6, 'Dropped']],
  failed: [denied, [25, 'Rejected']],
  rejected: [denied, [25, 'Rejected']],
  bounced: [denied, [25, 'Rejected']],
  deferred: [observed, [14, 'Delayed']],
  pending: [observed, [14, 'Delayed']],
  retry: [observed, [14, 'Delayed']],
});

/** What became of a mail, in the words of the profile security_control; null for a status that says nothing. */
export function verdictOf(mail: MailFacts | null): OcsfObject | null {
  const found = verdicts[mail?.status?.toLowerCase() ?? ''];
  if (found === undefined) return null;
  const [[action_id, action], [disposition_id, disposition]] = found;
  return { action_id, action, disposition_id, disposition };
}
