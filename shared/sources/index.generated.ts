// Written by `npm run gen` from the folders beside it.
import type { Source } from './_kit/source.ts';
import { defenderAlerts } from './defender.alerts/source.ts';
import { defenderIncidents } from './defender.incidents/source.ts';
import { entraConditionalAccess } from './entra.conditional-access/source.ts';
import { entraDirectoryAudits } from './entra.directory-audits/source.ts';
import { entraMfaCoverage } from './entra.mfa-coverage/source.ts';
import { entraRoleAssignments } from './entra.role-assignments/source.ts';
import { entraSignIns } from './entra.sign-ins/source.ts';
import { exchangeMessageTrace } from './exchange.message-trace/source.ts';
import { intuneAuditEvents } from './intune.audit-events/source.ts';
import { m365UnifiedAudit } from './m365.unified-audit/source.ts';
import { mimecastArchiveSearches } from './mimecast.archive-searches/source.ts';
import { mimecastArchiveViews } from './mimecast.archive-views/source.ts';
import { mimecastAuditEvents } from './mimecast.audit-events/source.ts';
import { mimecastDlp } from './mimecast.dlp/source.ts';
import { mimecastMessageTracking } from './mimecast.message-tracking/source.ts';
import { mimecastSiem } from './mimecast.siem/source.ts';
import { mimecastTtpAttachment } from './mimecast.ttp-attachment/source.ts';
import { mimecastTtpImpersonation } from './mimecast.ttp-impersonation/source.ts';
import { mimecastTtpUrl } from './mimecast.ttp-url/source.ts';

/** Every source, by id. */
export const sources: readonly Source[] = [
  defenderAlerts,
  defenderIncidents,
  entraConditionalAccess,
  entraDirectoryAudits,
  entraMfaCoverage,
  entraRoleAssignments,
  entraSignIns,
  exchangeMessageTrace,
  intuneAuditEvents,
  m365UnifiedAudit,
  mimecastArchiveSearches,
  mimecastArchiveViews,
  mimecastAuditEvents,
  mimecastDlp,
  mimecastMessageTracking,
  mimecastSiem,
  mimecastTtpAttachment,
  mimecastTtpImpersonation,
  mimecastTtpUrl,
];
