// Written by `npm run gen` from the folders beside it.
import type { Source } from './_kit/source.ts';
import { entraConditionalAccess } from './entra.conditional-access/source.ts';
import { entraDirectoryAudits } from './entra.directory-audits/source.ts';
import { entraMfaCoverage } from './entra.mfa-coverage/source.ts';
import { entraRoleAssignments } from './entra.role-assignments/source.ts';
import { exchangeMessageTrace } from './exchange.message-trace/source.ts';
import { m365UnifiedAudit } from './m365.unified-audit/source.ts';

/** Every source, by id. */
export const sources: readonly Source[] = [
  entraConditionalAccess,
  entraDirectoryAudits,
  entraMfaCoverage,
  entraRoleAssignments,
  exchangeMessageTrace,
  m365UnifiedAudit,
];
