// Written by `npm run gen` from the folders beside it.
import type { Source } from './_kit/source.ts';
import { defenderAlerts } from './defender.alerts/source.ts';
import { defenderIncidents } from './defender.incidents/source.ts';
import { entraDirectoryAudits } from './entra.directory-audits/source.ts';
import { entraSignIns } from './entra.sign-ins/source.ts';
import { exchangeMessageTrace } from './exchange.message-trace/source.ts';
import { intuneAuditEvents } from './intune.audit-events/source.ts';
import { m365UnifiedAudit } from './m365.unified-audit/source.ts';

/** Every source, by id. */
export const sources: readonly Source[] = [
  defenderAlerts,
  defenderIncidents,
  entraDirectoryAudits,
  entraSignIns,
  exchangeMessageTrace,
  intuneAuditEvents,
  m365UnifiedAudit,
];
