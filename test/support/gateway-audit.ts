import type { NormalizedEvent } from '../../shared/model/event.ts';
import { eventOf } from './read-event.ts';

/** The event of an entry in Mimecast's audit log, of which only what happened is given. */
export const gatewayAudit = (
  auditType: string,
  eventInfo: string,
  category = 'account_logs',
  user = 'admin@contoso.example',
): NormalizedEvent =>
  eventOf('mimecast.audit-events', {
    id: 'a',
    eventTime: '2026-10-05T09:12:44+0000',
    auditType,
    category,
    user,
    eventInfo,
  });
